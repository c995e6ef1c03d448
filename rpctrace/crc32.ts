/**
 * CRC-32 as Ethernet, zip and PNG have it: what a trace's items are checked by. Eight bytes at a time, each with a table of its own: the look-ups do not wait for one another.
 */
const TABLES = 8;
const SIZE = 256;

/** One table behind the other: of a byte that stands last, and of one that has one to seven more behind it. */
const tables = new Int32Array(TABLES * SIZE);
for (let n = 0; n < SIZE; n++) {
  let c = n;
  for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  tables[n] = c;
}
for (let n = SIZE; n < TABLES * SIZE; n++) {
  const c = tables[n - SIZE] as number;
  tables[n] = (c >>> 8) ^ (tables[c & 0xff] as number);
}

/** What four bytes come to, of which the last has `behind` tables' bytes behind it. */
const four = (t: Int32Array, x: number, behind: number): number =>
  (t[behind + 768 + (x & 0xff)] as number) ^ (t[behind + 512 + ((x >>> 8) & 0xff)] as number) ^ (t[behind + 256 + ((x >>> 16) & 0xff)] as number) ^ (t[behind + (x >>> 24)] as number);

/** The bytes of `view` from `from` up to `to`, as a signed number of 32 bits. */
export function crc32Of(view: DataView, from: number, to: number): number {
  const t = tables;
  let c = -1;
  let i = from;
  for (; i + 8 <= to; i += 8) c = four(t, c ^ view.getInt32(i, true), 1024) ^ four(t, view.getInt32(i + 4, true), 0);
  if (i + 4 <= to) {
    c = four(t, c ^ view.getInt32(i, true), 0);
    i += 4;
  }
  for (; i < to; i++) c = (c >>> 8) ^ (t[(c ^ view.getUint8(i)) & 0xff] as number);
  return ~c;
}

/** An unsigned number of 32 bits, of all bytes. */
export const crc32 = (bytes: Uint8Array): number => crc32Of(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length) >>> 0;
