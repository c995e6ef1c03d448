/** What a file contains: its bytes, its size, and the target of a link. */
import { Errno } from "../interfaces/errno.ts";
import { S_ISLNK } from "../interfaces/stat.ts";
import { blockOf, ensureBlock, freeBlocks } from "./blocks.ts";
import { DiskError, damaged } from "./image.ts";
import type { Inode } from "./inode.ts";
import { FAST_SYMLINK, RO_COMPAT_LARGE_FILE, Super } from "./layout.ts";

/** Larger files are a feature of the disk. */
const LARGE = 0x80000000;

/** For each piece of [offset, end) in one block: the block's number in the file, where in it, how many bytes. */
function* pieces(blockSize: number, offset: number, end: number): Generator<{ readonly n: number; readonly from: number; readonly count: number }> {
  for (let at = offset; at < end; ) {
    const from = at % blockSize;
    const count = Math.min(blockSize - from, end - at);
    yield { n: Math.floor(at / blockSize), from, count };
    at += count;
  }
}

/** A copy of the bytes from `offset` on, short at the end; zeros for holes. A link's are those of its target. */
export function readContents(inode: Inode, offset: number, amount: number): Uint8Array {
  if (inode.isFastLink) return inode.pointerBytes.slice(0, inode.size).slice(offset, offset + amount);
  const { image, geometry } = inode.volume;
  const { blockSize } = geometry;
  const end = inode.hasPointers ? Math.min(offset + amount, inode.size) : 0;
  const out = new Uint8Array(Math.max(0, end - offset));
  for (let at = offset; at < end; ) {
    const from = at % blockSize;
    const block = blockOf(inode, Math.floor(at / blockSize));
    const count = Math.min(blockSize - from, end - at);
    if (block !== 0) {
      const start = image.at(block) + from;
      out.set(image.bytes.subarray(start, start + count), at - offset);
    }
    at += count;
  }
  return out;
}

/** Writes, and grows the file. ENOSPC, EFBIG, EIO: then the file is as it was, but for holes that have become zeros, and for blocks behind its end (`giveUpWrite`). */
export function writeContents(inode: Inode, offset: number, data: Uint8Array): void {
  const { image, geometry } = inode.volume;
  const end = offset + data.length;
  if (end > inode.size) needSize(inode, end);
  prepare(inode, offset, end);
  if (offset > inode.size) clearTail(inode);
  for (const { n, from, count } of pieces(geometry.blockSize, offset, end)) {
    const done = n * geometry.blockSize + from - offset;
    const block = blockOf(inode, n);
    image.put((count === geometry.blockSize ? image.own(block) : image.at(block)) + from, data.subarray(done, done + count));
  }
  if (end > inode.size) inode.size = end;
}

/** Sees to it that there are blocks from `offset` to `end`, and that those which are written in part only are here. */
function prepare(inode: Inode, offset: number, end: number): void {
  const { volume, size } = inode;
  const { blockSize } = volume.geometry;
  if (offset > size) tail(inode);
  for (const { n, count } of pieces(blockSize, offset, end)) {
    const block = ensureBlock(inode, n);
    if (count < blockSize) volume.image.at(block);
  }
}

/** Gives back what a write has taken that could not be done: blocks behind the end. */
export function giveUpWrite(inode: Inode): void {
  if (inode.hasPointers) freeBlocks(inode, Math.ceil(inode.size / inode.volume.geometry.blockSize));
}

/** A file may have so many bytes: EFBIG. The disk is told when it is the first so large. */
function needSize({ volume }: Inode, size: number): void {
  const { dynamic } = volume.geometry;
  if (size < LARGE) return;
  if (!dynamic) throw new DiskError(Errno.EFBIG);
  volume.setSuper32(Super.RO_COMPAT, volume.super32(Super.RO_COMPAT) | RO_COMPAT_LARGE_FILE);
}

/** The bytes behind the end of the last block that the file has in part: where they begin, and how many; 0: none. */
function tail(inode: Inode): { readonly at: number; readonly count: number } {
  const { geometry, image } = inode.volume;
  const used = inode.size % geometry.blockSize;
  const block = used === 0 ? 0 : blockOf(inode, Math.floor(inode.size / geometry.blockSize));
  return block === 0 ? { at: 0, count: 0 } : { at: image.at(block) + used, count: geometry.blockSize - used };
}

/** A file that grows shows zeros where it ended, whatever lies there. */
function clearTail(inode: Inode): void {
  const { at, count } = tail(inode);
  if (count > 0) inode.volume.image.put(at, new Uint8Array(count));
}

/** Cuts, or extends with a hole. EFBIG. */
export function setSize(inode: Inode, size: number): void {
  if (!inode.hasPointers) {
    if (S_ISLNK(inode.mode)) inode.pointerBytes = new Uint8Array(0);
    inode.size = 0;
    return;
  }
  const { blockSize } = inode.volume.geometry;
  if (size > inode.size) {
    needSize(inode, size);
    blockOf(inode, Math.ceil(size / blockSize) - 1);
    clearTail(inode);
  } else freeBlocks(inode, Math.ceil(size / blockSize));
  inode.size = size;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The target of a symlink. EIO when it is longer than a block. */
export function readLink(inode: Inode): string {
  if (inode.isFastLink) return text.decode(inode.pointerBytes.subarray(0, inode.size));
  if (inode.size > inode.volume.geometry.blockSize) throw damaged(`symlink ${inode.ino} has ${inode.size} bytes`);
  return text.decode(readContents(inode, 0, inode.size));
}

/** Makes `target` the target of a symlink that has none: in the inode when it is short, else in a block. */
export function writeLink(inode: Inode, target: string): void {
  const bytes = utf8.encode(target);
  if (bytes.length > inode.volume.geometry.blockSize) throw new DiskError(Errno.ENAMETOOLONG);
  if (bytes.length >= FAST_SYMLINK) {
    inode.pointerBytes = new Uint8Array(0);
    return writeBlocks(inode, bytes);
  }
  inode.pointerBytes = bytes;
  inode.size = bytes.length;
}

/** A link of that length is slow from its first block on: the size is what tells. */
function writeBlocks(inode: Inode, bytes: Uint8Array): void {
  const block = ensureBlock(inode, 0);
  inode.volume.image.put(inode.volume.image.at(block), bytes);
  inode.size = bytes.length;
}
