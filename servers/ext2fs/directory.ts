/** Directories: records in blocks, none across two; room is looked for in free records, behind names, and by moving names together (ext2fs/dir.c). */
import { Errno } from "../interfaces/errno.ts";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "../interfaces/stat.ts";
import { blockOf, ensureBlock } from "./blocks.ts";
import { damaged, DiskError } from "./image.ts";
import type { Inode } from "./inode.ts";
import { Entry, INCOMPAT_FILETYPE, INDEX_FL, InodeField, recordLength } from "./layout.ts";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** One record. */
export interface Slot {
  /** Where it stands on the disk, and the record before it in its block; -1: it is the first. */
  readonly at: number;
  readonly before: number;
  /** 0: the record is free. */
  readonly ino: number;
  readonly length: number;
  readonly nameLength: number;
}

/** Files' types as records have them, by the number that the record says. */
const types = [0, S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK, S_IFLNK];

/** Where the directory's blocks begin. Throws Absent; a hole or too many is damage. */
function* blockStarts(dir: Inode): Generator<number> {
  const { image, geometry } = dir.volume;
  const count = dir.size / geometry.blockSize;
  if (!Number.isInteger(count) || count > geometry.blocks) throw damaged(`directory ${dir.ino} has ${dir.size} bytes`);
  for (let n = 0; n < count; n++) {
    const block = blockOf(dir, n);
    if (block === 0) throw damaged(`directory ${dir.ino} has a hole`);
    yield image.at(block);
  }
}

/** The records of the block at `start`; a bad one ends it, and is made known. */
function* slotsIn(dir: Inode, start: number): Generator<Slot> {
  const { image, geometry } = dir.volume;
  const end = start + geometry.blockSize;
  for (let at = start, before = -1; at < end; ) {
    const length = at + Entry.NAME <= end ? image.u16(at + Entry.RECORD) : 0;
    const nameLength = length === 0 ? 0 : image.u8(at + Entry.NAME_LENGTH);
    const nul = image.bytes.indexOf(0, at + Entry.NAME);
    const named = length !== 0 && (nul < 0 || nul >= at + Entry.NAME + nameLength);
    if (!named || length % 4 !== 0 || at + length > end || recordLength(nameLength) > length) {
      dir.volume.warn(`bad directory entry: inode: ${dir.ino} offset: ${at - start}`);
      return;
    }
    yield { at, before, ino: image.u32(at), length, nameLength };
    before = at;
    at += length;
  }
}

/** All records, also the free ones. */
export function* slots(dir: Inode): Generator<Slot> {
  for (const start of blockStarts(dir)) yield* slotsIn(dir, start);
}

/** Where the record of that name is; undefined: there is none. */
function find(dir: Inode, name: string): Slot | undefined {
  const { image } = dir.volume;
  const bytes = utf8.encode(name);
  for (const slot of slots(dir)) {
    if (slot.ino === 0 || slot.nameLength !== bytes.length) continue;
    if (bytes.every((byte, i) => image.u8(slot.at + Entry.NAME + i) === byte)) return slot;
  }
  return undefined;
}

/** One name in a directory. */
export interface Named {
  readonly name: string;
  readonly ino: number;
  /** The file's type as a mode; 0: the record does not say. */
  readonly type: number;
}

/** All names, "." and ".." among them. */
export function listNames(dir: Inode): readonly Named[] {
  const { image, geometry } = dir.volume;
  const typed = (geometry.incompat & INCOMPAT_FILETYPE) !== 0;
  return [...slots(dir)].filter((slot) => slot.ino !== 0).map(({ at, ino, nameLength }) => ({
    name: text.decode(image.bytes.subarray(at + Entry.NAME, at + Entry.NAME + nameLength)),
    ino,
    type: typed ? (types[image.u8(at + Entry.TYPE)] ?? 0) : 0,
  }));
}

/** The inode that the name means; 0: there is no such name. */
export const lookupName = (dir: Inode, name: string): number => find(dir, name)?.ino ?? 0;

/** Nothing but "." and "..". */
export const isEmptyDirectory = (dir: Inode): boolean => listNames(dir).every(({ name }) => name === "." || name === "..");

/** Where a record of `needed` bytes goes: a free one, behind a name, or in a block whose names are moved together; undefined: nowhere. */
function findRoom(dir: Inode, needed: number): { readonly slot: Slot } | { readonly start: number } | undefined {
  let together: number | undefined;
  for (const start of blockStarts(dir)) {
    let free = 0;
    let whole = 0;
    for (const slot of slotsIn(dir, start)) {
      const spare = slot.ino === 0 ? slot.length : slot.length - recordLength(slot.nameLength);
      if (spare >= needed) return { slot };
      free += spare;
      whole += slot.length;
    }
    if (free >= needed && whole === dir.volume.geometry.blockSize) together ??= start;
  }
  return together === undefined ? undefined : { start: together };
}

/** Writes a record. */
function writeRecord(dir: Inode, at: number, length: number, { name, ino, type }: Named): void {
  const { image, geometry } = dir.volume;
  const bytes = utf8.encode(name);
  const typed = (geometry.incompat & INCOMPAT_FILETYPE) !== 0;
  image.set32(at, ino);
  image.set16(at + Entry.RECORD, length);
  image.set8(at + Entry.NAME_LENGTH, bytes.length);
  image.set8(at + Entry.TYPE, typed ? Math.max(0, types.indexOf(type & S_IFMT)) : 0);
  image.put(at + Entry.NAME, bytes);
}

/** Moves the names of a block together; the record of what is left behind them. */
function compress(dir: Inode, start: number): { readonly at: number; readonly length: number } {
  const { image, geometry } = dir.volume;
  const kept = [...slotsIn(dir, start)].filter((slot) => slot.ino !== 0).map(({ at, nameLength }) => image.bytes.slice(at, at + recordLength(nameLength)));
  let at = start;
  for (const record of kept) {
    image.put(at, record);
    image.set16(at + Entry.RECORD, record.length);
    at += record.length;
  }
  return { at, length: start + geometry.blockSize - at };
}

/** Enters a name that is not there. ENOSPC. */
export function enterName(dir: Inode, named: Named): void {
  const { image, geometry } = dir.volume;
  const needed = recordLength(utf8.encode(named.name).length);
  const room = findRoom(dir, needed);
  if (room === undefined) {
    const start = image.at(ensureBlock(dir, dir.size / geometry.blockSize));
    writeRecord(dir, start, geometry.blockSize, named);
    dir.size += geometry.blockSize;
  } else if ("start" in room) {
    const { at, length } = compress(dir, room.start);
    writeRecord(dir, at, length, named);
  } else {
    const { at, ino, length, nameLength } = room.slot;
    const used = ino === 0 ? 0 : recordLength(nameLength);
    if (used > 0) image.set16(at + Entry.RECORD, used);
    writeRecord(dir, at + used, length - used, named);
  }
  forgetIndex(dir);
}

/** Takes a name away: its room goes to the record before it. ENOENT. */
export function removeName(dir: Inode, name: string): void {
  const { image } = dir.volume;
  const slot = find(dir, name);
  if (slot === undefined) throw new DiskError(Errno.ENOENT);
  if (slot.before < 0) image.set32(slot.at, 0);
  else image.set16(slot.before + Entry.RECORD, slot.at + slot.length - slot.before);
  forgetIndex(dir);
}

/** Makes a name mean another file. ENOENT. */
export function rewriteName(dir: Inode, named: Named): void {
  const slot = find(dir, named.name);
  if (slot === undefined) throw new DiskError(Errno.ENOENT);
  writeRecord(dir, slot.at, slot.length, named);
  forgetIndex(dir);
}

/** The index does not know of the change: without the flag the directory is a list of names. */
function forgetIndex(dir: Inode): void {
  dir.set32(InodeField.FLAGS, dir.get32(InodeField.FLAGS) & ~INDEX_FL);
}
