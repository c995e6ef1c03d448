/**
 * Directory entries as `dir_readdir` carries them (fs-io.md §4.1; recorded): inode number in 8 bytes, record length in 2, type, name
 * length, name with NUL, padded to 4. Numbers are little endian; names are UTF-8.
 */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "./stat.ts";

export const DT_UNKNOWN = 0;
export const DT_FIFO = 1;
export const DT_CHR = 2;
export const DT_DIR = 4;
export const DT_BLK = 6;
export const DT_REG = 8;
export const DT_LNK = 10;
export const DT_SOCK = 12;

/** One entry. */
export interface DirectoryEntry {
  readonly ino: number;
  /** A `DT_…`; filesystems may say DT_UNKNOWN of everything. */
  readonly type: number;
  readonly name: string;
}

/** `IFTODT`: the entry type of a mode. */
export const modeToType = (mode: number): number => {
  const known = [S_IFIFO, S_IFCHR, S_IFDIR, S_IFBLK, S_IFREG, S_IFLNK, S_IFSOCK];
  return known.includes(mode & S_IFMT) ? (mode & S_IFMT) >>> 12 : DT_UNKNOWN;
};

const HEADER = 12;
const TWO32 = 0x100000000;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The record of one entry. */
export function encodeEntry({ ino, type, name }: DirectoryEntry): Uint8Array {
  const bytes = utf8.encode(name);
  const record = new Uint8Array((HEADER + bytes.length + 1 + 3) & ~3);
  const view = new DataView(record.buffer);
  view.setUint32(0, ino >>> 0, true);
  view.setUint32(4, Math.floor(ino / TWO32), true);
  view.setUint16(8, record.length, true);
  record[10] = type;
  record[11] = bytes.length;
  record.set(bytes, HEADER);
  return record;
}

/**
 * The answer to `dir_readdir`: entries from index `entry` on, at most `nentries` (-1: any number), in at most `bufsiz` bytes (0: no
 * limit). `amount` 0 is the end.
 */
export function encodeEntries(
  entries: readonly DirectoryEntry[],
  entry = 0,
  nentries = -1,
  bufsiz = 0,
): { readonly data: Uint8Array; readonly amount: number } {
  const records: Uint8Array[] = [];
  let size = 0;
  for (const e of entries.slice(Math.max(0, entry))) {
    if (nentries !== -1 && records.length >= nentries) break;
    const record = encodeEntry(e);
    if (bufsiz !== 0 && size + record.length > bufsiz) break;
    records.push(record);
    size += record.length;
  }
  const data = new Uint8Array(size);
  let at = 0;
  for (const record of records) {
    data.set(record, at);
    at += record.length;
  }
  return { data, amount: records.length };
}

/** The entries in `data`. A record that is cut off or says an impossible length ends the list. */
export function decodeEntries(data: Uint8Array): readonly DirectoryEntry[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const found: DirectoryEntry[] = [];
  for (let at = 0; at + HEADER < data.length; ) {
    const length = view.getUint16(at + 8, true);
    const nameLength = view.getUint8(at + 11);
    if (length < HEADER + nameLength + 1 || at + length > data.length) break;
    found.push({
      ino: view.getUint32(at + 4, true) * TWO32 + view.getUint32(at, true),
      type: view.getUint8(at + 10),
      name: text.decode(data.subarray(at + HEADER, at + HEADER + nameLength)),
    });
    at += length;
  }
  return found;
}
