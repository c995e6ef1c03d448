/** File modes: as `ls -l` shows them, as chmod and umask read them. */

export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
export const S_IFSOCK = 0o140000;
export const S_IFIFO = 0o010000;

/** Anything with a mode. */
export interface HasMode {
  readonly mode: number;
}
export const isDirectory = (st: HasMode): boolean => (st.mode & S_IFMT) === S_IFDIR;
export const isRegular = (st: HasMode): boolean => (st.mode & S_IFMT) === S_IFREG;
export const isSymlink = (st: HasMode): boolean => (st.mode & S_IFMT) === S_IFLNK;

const letters: ReadonlyMap<number, string> = new Map([
  [S_IFDIR, "d"],
  [S_IFCHR, "c"],
  [S_IFBLK, "b"],
  [S_IFREG, "-"],
  [S_IFLNK, "l"],
  [S_IFSOCK, "s"],
  [S_IFIFO, "p"],
]);
/** The first letter of `ls -l`. */
export const typeLetter = (mode: number): string => letters.get(mode & S_IFMT) ?? "?";

const names: ReadonlyMap<string, string> = new Map([
  ["d", "directory"],
  ["c", "character special file"],
  ["b", "block special file"],
  ["-", "regular file"],
  ["l", "symbolic link"],
  ["s", "socket"],
  ["p", "fifo"],
]);
/** The kind of file in words, as stat prints it. */
export const typeName = (mode: number, size: number): string =>
  typeLetter(mode) === "-" && size === 0 ? "regular empty file" : (names.get(typeLetter(mode)) ?? "weird file");

/** "drwxr-xr-x" */
export function modeString(mode: number): string {
  const triple = (bits: number, special: boolean, mark: string): string =>
    `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${special ? (bits & 1 ? mark : mark.toUpperCase()) : bits & 1 ? "x" : "-"}`;
  return typeLetter(mode) + triple(mode >> 6, (mode & 0o4000) !== 0, "s") + triple(mode >> 3, (mode & 0o2000) !== 0, "s") + triple(mode, (mode & 0o1000) !== 0, "t");
}

/** "u=rwx,g=rx,o=rx": what a mask lets through. */
export function symbolicUmask(mask: number): string {
  const allowed = ~mask;
  const triple = (shift: number): string => [...modeString((allowed >> shift) & 7).slice(-3)].filter((c) => c !== "-").join("");
  return `u=${triple(6)},g=${triple(3)},o=${triple(0)}`;
}

/** Gives a new mode for an old one. `umask` counts where no class is named. */
export type ModeChange = (mode: number, directory: boolean, umask: number) => number;

/** Reads "644" or "u+rwx,go=rX"; undefined when it is neither. */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const wanted = Number.parseInt(text, 8) & 0o7777;
    return (mode, directory) => (mode & ~0o7777) | wanted | (directory && text.length < 5 ? mode & 0o6000 : 0);
  }
  const changes: ModeChange[] = [];
  for (const clause of text.split(",")) {
    const m = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
    if (!m) return undefined;
    for (const action of (m[2] ?? "").matchAll(/([-+=])([ugo]|[rwxXst]*)/g)) changes.push(symbolic(m[1] ?? "", action[1] ?? "+", action[2] ?? ""));
  }
  return (mode, directory, umask) => changes.reduce((now, change) => change(now, directory, umask), mode);
}

/** A mask with all bits of the classes in `who`. */
function classMask(who: string): number {
  const all = who === "" || who.includes("a");
  return (all || who.includes("u") ? 0o4700 : 0) | (all || who.includes("g") ? 0o2070 : 0) | (all || who.includes("o") ? 0o1007 : 0);
}

function symbolic(who: string, op: string, what: string): ModeChange {
  return (mode, directory, umask) => {
    const mask = classMask(who) & (who === "" ? ~umask : ~0);
    const bits = permissionBits(mode, directory, what) & (who === "" || who.includes("a") ? mask | (what.includes("t") ? 0o1000 : 0) : mask);
    if (op === "+") return mode | bits;
    if (op === "-") return mode & ~bits;
    return (mode & ~(mask & (directory ? 0o1777 : 0o7777))) | bits;
  };
}

function permissionBits(mode: number, directory: boolean, what: string): number {
  if (/^[ugo]$/.test(what)) return ((mode >> { u: 6, g: 3, o: 0 }[what as "u" | "g" | "o"]) & 7) * 0o111;
  const execute = what.includes("x") || (what.includes("X") && (directory || (mode & 0o111) !== 0));
  return (what.includes("r") ? 0o444 : 0) | (what.includes("w") ? 0o222 : 0) | (execute ? 0o111 : 0) | (what.includes("s") ? 0o6000 : 0) | (what.includes("t") ? 0o1000 : 0);
}
