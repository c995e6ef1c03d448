/** `fsys_statfsbuf_t`: the 22 words of `file_statfs` (`bits/statfs.h`). */

/** The state of a filesystem. Blocks in units of `bsize` bytes. */
export interface Statfs {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly fsid: number;
  readonly namelen: number;
}
const TWO32 = 0x100000000;
const wide = (n: number): readonly number[] => [n | 0, Math.floor(n / TWO32) | 0];
const number = (w: readonly number[], i: number): number => (w[i + 1] ?? 0) * TWO32 + ((w[i] ?? 0) >>> 0);

/** Word order: type, bsize, blocks, bfree, bavail, files, ffree, fsid (2 each), namelen, favail (2), frsize, flag, 3 spare. */
export const encodeStatfs = (s: Statfs): readonly number[] => [
  ...[s.type, s.bsize, ...wide(s.blocks), ...wide(s.bfree), ...wide(s.bavail), ...wide(s.files), ...wide(s.ffree), ...wide(s.fsid)],
  ...[s.namelen, ...wide(s.ffree), s.bsize, 0, 0, 0, 0],
];
export const decodeStatfs = (w: readonly number[]): Statfs => ({
  type: w[0] ?? 0,
  bsize: w[1] ?? 0,
  blocks: number(w, 2),
  bfree: number(w, 4),
  bavail: number(w, 6),
  files: number(w, 8),
  ffree: number(w, 10),
  fsid: number(w, 12),
  namelen: w[14] ?? 0,
});
