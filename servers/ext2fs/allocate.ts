/** Blocks and inodes, taken and given back: bitmaps, and the counts that must agree with them (ext2fs/balloc.c, ialloc.c). */
import { Errno } from "../interfaces/errno.ts";
import { S_ISDIR } from "../interfaces/stat.ts";
import { damaged, DiskError, type Image } from "./image.ts";
import { Group, Super } from "./layout.ts";
import type { Volume } from "./volume.ts";

const bit = (image: Image, at: number, n: number): boolean => (image.u8(at + (n >> 3)) & (1 << (n & 7))) !== 0;
const flip = (image: Image, at: number, n: number): void => image.set8(at + (n >> 3), image.u8(at + (n >> 3)) ^ (1 << (n & 7)));

/** The first bit from `from` on, and before `end`, that is not set; -1: none. */
function firstClear(image: Image, at: number, from: number, end: number): number {
  for (let n = from; n < end; ) {
    if ((n & 7) === 0 && image.u8(at + (n >> 3)) === 0xff) n += 8;
    else if (bit(image, at, n)) n++;
    else return n;
  }
  return -1;
}

/** The first of eight clear bits that make a byte, or of the clear ones right before it; -1: no such byte from `from` on. */
function clearByte(image: Image, at: number, from: number, end: number): number {
  for (let byte = (from + 7) >> 3; (byte + 1) << 3 <= end; byte++) {
    if (image.u8(at + byte) !== 0) continue;
    let n = byte << 3;
    while (n > from && !bit(image, at, n - 1)) n--;
    return n;
  }
  return -1;
}

/** Looked at for a free block behind the goal before a whole free byte is looked for. */
const NEAR = 32;

/** A free block of the group, the best from bit `from` on; -1: none. */
function blockInGroup(v: Volume, group: number, from: number): number {
  const { image, geometry: g } = v;
  const at = image.at(image.u32(v.groupAt(group) + Group.BLOCK_BITMAP));
  const end = Math.min(g.blocksPerGroup, g.blocks - v.groupStart(group));
  const near = from > 0 ? firstClear(image, at, from, Math.min(end, from + NEAR + 1)) : bit(image, at, 0) ? -1 : 0;
  if (near >= 0) return near;
  const byte = clearByte(image, at, from, end);
  return byte >= 0 ? byte : firstClear(image, at, from, end);
}

/** The group and bit of the free block nearest to `goal`: behind it, in the other groups in turn, before it. ENOSPC. */
function findBlock(v: Volume, goal: number): { readonly group: number; readonly n: number } {
  const { groups } = v.geometry;
  const first = v.groupOf(goal);
  for (let i = 0; i <= groups; i++) {
    const group = (first + i) % groups;
    if (v.count(group, Group.FREE_BLOCKS) === 0) continue;
    const n = blockInGroup(v, group, i === 0 ? goal - v.groupStart(group) : 0);
    if (n >= 0) return { group, n };
  }
  if (v.super32(Super.FREE_BLOCKS) > 0) v.warn("free blocks count corrupted");
  throw new DiskError(Errno.ENOSPC);
}

/** Takes a block, as near behind `goal` as there is one, and fills it with zeros. ENOSPC; EIO when the bitmap calls one free that is none. */
export function newBlock(v: Volume, goal: number): number {
  const { geometry: g, image } = v;
  const { group, n } = findBlock(v, goal >= g.firstDataBlock && goal < g.blocks ? goal : g.firstDataBlock);
  const block = v.groupStart(group) + n;
  if (v.isSystem(block)) throw damaged(`allocating block in system zone; block = ${block}`);
  flip(image, image.at(image.u32(v.groupAt(group) + Group.BLOCK_BITMAP)), n);
  v.addCount(group, Group.FREE_BLOCKS, -1, Super.FREE_BLOCKS);
  image.clear(block);
  return block;
}

/** Sees to it that `freeBlock` will find what it needs. Throws Absent. */
export function needBitmap(v: Volume, block: number): void {
  v.image.at(v.image.u32(v.groupAt(v.groupOf(block)) + Group.BLOCK_BITMAP));
}

/** Gives a block back. */
export function freeBlock(v: Volume, block: number): void {
  const { image } = v;
  if (v.isSystem(block)) return v.warn(`freeing blocks not in datazone - block = ${block}, count = 1`);
  const group = v.groupOf(block);
  const at = image.at(image.u32(v.groupAt(group) + Group.BLOCK_BITMAP));
  const n = block - v.groupStart(group);
  if (!bit(image, at, n)) return v.warn(`bit already cleared for block ${block}`);
  flip(image, at, n);
  v.addCount(group, Group.FREE_BLOCKS, 1, Super.FREE_BLOCKS);
}

/** For a directory the group with most room among those with more than their share of free inodes; -1: none. */
function groupForDirectory(v: Volume): number {
  const { groups } = v.geometry;
  const average = Math.floor(v.super32(Super.FREE_INODES) / groups);
  let best = -1;
  for (let group = 0; group < groups; group++) {
    const free = v.count(group, Group.FREE_INODES);
    if (free === 0 || free < average) continue;
    if (best < 0 || v.count(group, Group.FREE_BLOCKS) > v.count(best, Group.FREE_BLOCKS)) best = group;
  }
  return best;
}

/** For a file its directory's group; when that is full, ones in growing distance, then any; -1: none. */
function groupForFile(v: Volume, home: number): number {
  const { groups } = v.geometry;
  const free = (group: number): boolean => v.count(group, Group.FREE_INODES) > 0;
  if (free(home)) return home;
  for (let group = home, step = 1; step < groups; step <<= 1) {
    group = (group + step) % groups;
    if (free(group)) return group;
  }
  for (let i = 1; i < groups; i++) if (free((home + i) % groups)) return (home + i) % groups;
  return -1;
}

/** Takes an inode for a file of that mode in directory `dir`, and makes it zeros. ENOSPC; EIO when counts and bitmap do not agree. */
export function newInode(v: Volume, dir: number, mode: number): number {
  const { geometry: g, image } = v;
  const group = S_ISDIR(mode) ? groupForDirectory(v) : groupForFile(v, Math.floor((dir - 1) / g.inodesPerGroup));
  if (group < 0) throw new DiskError(Errno.ENOSPC);
  const bitmap = image.at(image.u32(v.groupAt(group) + Group.INODE_BITMAP));
  const n = firstClear(image, bitmap, 0, g.inodesPerGroup);
  if (n < 0) throw damaged(`free inodes count corrupted in group ${group}`);
  const ino = group * g.inodesPerGroup + n + 1;
  if (ino < g.firstIno) throw damaged(`reserved inode or inode > inodes count - block_group = ${group},inode=${ino}`);
  const at = v.inodeAt(ino);
  flip(image, bitmap, n);
  v.addCount(group, Group.FREE_INODES, -1, Super.FREE_INODES);
  if (S_ISDIR(mode)) v.addCount(group, Group.USED_DIRS, 1);
  image.put(at, new Uint8Array(g.inodeSize));
  return ino;
}

/** True when the bitmap says that the inode is somebody's. Throws Absent. */
export function inodeInUse(v: Volume, ino: number): boolean {
  const { group, at, n } = inodeBit(v, ino);
  return group >= 0 && bit(v.image, at, n);
}

function inodeBit(v: Volume, ino: number): { readonly group: number; readonly at: number; readonly n: number } {
  const group = Math.floor((ino - 1) / v.geometry.inodesPerGroup);
  const n = (ino - 1) % v.geometry.inodesPerGroup;
  return { group, at: v.image.at(v.image.u32(v.groupAt(group) + Group.INODE_BITMAP)), n };
}

/** Gives an inode back that was of that mode. */
export function freeInode(v: Volume, ino: number, mode: number): void {
  const { group, at, n } = inodeBit(v, ino);
  if (ino < v.geometry.firstIno) return v.warn(`reserved inode or nonexistent inode: ${ino}`);
  if (!bit(v.image, at, n)) return v.warn(`bit already cleared for inode ${ino}`);
  flip(v.image, at, n);
  v.addCount(group, Group.FREE_INODES, 1, Super.FREE_INODES);
  if (S_ISDIR(mode)) v.addCount(group, Group.USED_DIRS, -1);
}
