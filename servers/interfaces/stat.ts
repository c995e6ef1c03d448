/**
 * `io_statbuf_t`: 32 words of `io_stat`, and the bits of file modes (`bits/stat.h`; layout as recorded on a real Hurd).
 *
 * Words: fstype · fsid (2) · ino (2) · gen · rdev · mode · nlink · uid · gid · size (2) · atime, mtime, ctime (2 each: seconds,
 * nanoseconds) · blksize · blocks (2) · author · flags · 8 spare.
 */

// ---- type, and Unix permission bits
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const S_IREAD = 0o400;
export const S_IWRITE = 0o200;
export const S_IEXEC = 0o100;

// ---- the Hurd's own bits (fs-io.md §1, §4)
export const S_INOCACHE = 0o200000;
/** Set: users without ids have their own class of permission, S_IUNKNOWN. */
export const S_IUSEUNK = 0o400000;
export const S_IUNKNOWN = 0o7000000;
/** Shift an owner's bits left by this to get the unknown user's. */
export const S_IUNKSHIFT = 12;
/** A passive translator is stored. */
export const S_IPTRANS = 0o10000000;
/** An active translator runs. */
export const S_IATRANS = 0o20000000;
/** The root of a filesystem or translator. */
export const S_IROOT = 0o40000000;
export const S_ITRANS = 0o70000000;
export const S_IMMAP0 = 0o100000000;
/** Bits without a meaning. */
export const S_ISPARE = ~(S_IFMT | S_ITRANS | S_INOCACHE | S_IMMAP0 | S_IUSEUNK | S_IUNKNOWN | 0o7777);

const isType = (type: number) => (mode: number): boolean => (mode & S_IFMT) === type;
export const S_ISDIR = isType(S_IFDIR);
export const S_ISREG = isType(S_IFREG);
export const S_ISLNK = isType(S_IFLNK);
export const S_ISCHR = isType(S_IFCHR);
export const S_ISBLK = isType(S_IFBLK);
export const S_ISFIFO = isType(S_IFIFO);
export const S_ISSOCK = isType(S_IFSOCK);

/** Seconds and nanoseconds. */
export interface Timespec {
  readonly sec: number;
  readonly nsec: number;
}

/** The fields of `io_statbuf_t`. Sizes, inode numbers and blocks are safe integers. */
export interface StatFields {
  readonly fstype: number;
  readonly fsid: number;
  readonly ino: number;
  readonly gen: number;
  readonly rdev: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atim: Timespec;
  readonly mtim: Timespec;
  readonly ctim: Timespec;
  readonly blksize: number;
  /** In units of 512 bytes. */
  readonly blocks: number;
  readonly author: number;
  readonly flags: number;
}

export const STAT_WORDS = 32;
const TWO32 = 0x100000000;
const low = (n: number): number => n | 0;
const high = (n: number): number => Math.floor(n / TWO32) | 0;
const wide = (lo: number | undefined, hi: number | undefined): number => (hi ?? 0) * TWO32 + ((lo ?? 0) >>> 0);

/** What a filesystem says of a node besides what the node itself keeps. */
type Place = Pick<StatFields, "fstype" | "fsid" | "ino" | "mode" | "blksize" | "blocks">;

/** The 32 words of a status. */
export const encodeStat = (s: StatFields): readonly number[] => encodeStatAt(s, s);

/** The same of a node's own part and its filesystem's. */
export function encodeStatAt(s: Omit<StatFields, keyof Place>, at: Place): readonly number[] {
  return [
    ...[at.fstype, low(at.fsid), high(at.fsid), low(at.ino), high(at.ino), s.gen, s.rdev, at.mode, s.nlink, s.uid, s.gid],
    ...[low(s.size), high(s.size), s.atim.sec, s.atim.nsec, s.mtim.sec, s.mtim.nsec, s.ctim.sec, s.ctim.nsec],
    ...[at.blksize, low(at.blocks), high(at.blocks), s.author, s.flags, 0, 0, 0, 0, 0, 0, 0, 0],
  ];
}

/** The status that 32 words say. */
export function decodeStat(words: readonly number[]): StatFields {
  const at = (i: number): number => words[i] ?? 0;
  const unsigned = (i: number): number => at(i) >>> 0;
  const time = (i: number): Timespec => ({ sec: at(i), nsec: at(i + 1) });
  return {
    fstype: at(0),
    fsid: wide(words[1], words[2]),
    ino: wide(words[3], words[4]),
    gen: unsigned(5),
    rdev: unsigned(6),
    mode: unsigned(7),
    nlink: unsigned(8),
    uid: unsigned(9),
    gid: unsigned(10),
    size: wide(words[11], words[12]),
    atim: time(13),
    mtim: time(15),
    ctim: time(17),
    blksize: at(19),
    blocks: wide(words[20], words[21]),
    author: unsigned(22),
    flags: unsigned(23),
  };
}

/** `makedev` and its inverses, in the BSD manner of the Hurd's C library: 8 bits of major above 8 of minor (and 16 more of minor above). */
export const makedev = (major: number, minor: number): number => (((major & 0xff) << 8) | (minor & 0xff) | ((minor & 0xffff00) << 8)) >>> 0;
export const major = (dev: number): number => (dev >>> 8) & 0xff;
export const minor = (dev: number): number => (dev & 0xff) | ((dev >>> 8) & 0xffff00);
