/** A new ext2 filesystem: superblocks, descriptors, bitmaps, inode tables, the root and lost+found (what mke2fs makes, as far as an ext2 needs it). */
import { S_IFDIR } from "../interfaces/stat.ts";
import { newInode } from "./allocate.ts";
import { ensureBlock } from "./blocks.ts";
import { enterName } from "./directory.ts";
import { Image } from "./image.ts";
import { Inode } from "./inode.ts";
import {
  COMPAT_EXT_ATTR, EXT2_MAGIC, Group, INCOMPAT_FILETYPE, InodeField, OLD_FIRST_INO, OS_HURD, OS_LINUX, RO_COMPAT_LARGE_FILE, RO_COMPAT_SPARSE_SUPER, ROOT_INO, Super, SUPER_AT,
  SUPER_SIZE, VALID_FS,
} from "./layout.ts";
import { descriptorBlocks, hasSuper, inodeTableBlocks, type Geometry } from "./superblock.ts";
import { Volume } from "./volume.ts";

/** What a new filesystem is to be. */
export interface FormatOptions {
  /** 1024, 2048 or 4096. */
  readonly blockSize: number;
  /** One inode for so many bytes; 4096 unless said. */
  readonly bytesPerInode?: number;
  /** For the Hurd (unless false), with inodes of 128 bytes; else for Linux, with inodes of 256 and types in directories. */
  readonly hurd?: boolean;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly label?: string;
}

/** A disk of that size cannot hold such a filesystem. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

/** Blocks that the last group must have beyond its own tables: else it is left out. */
const LAST_GROUP = 50;
/** lost+found has room for names from the start: fsck must not need any. */
const LOST_FOUND_SIZE = 16384;

/** Makes `bytes`, which must be zeros, a filesystem. Bytes behind the last whole block stay as they are. Throws FormatError. */
export function format(bytes: Uint8Array, options: FormatOptions): Volume {
  const geometry = plan(bytes.length, options);
  const image = new Image(bytes, geometry.blockSize, true);
  writeSuper(image, geometry, options);
  for (let group = 0; group < geometry.groups; group++) writeGroup(image, geometry, group);
  const volume = new Volume(image, geometry);
  countFree(volume);
  reserveInodes(volume);
  makeDirectories(volume, options.time);
  copySupers(volume);
  return volume;
}

function plan(size: number, { blockSize, bytesPerInode = 4096, hurd = true }: FormatOptions): Geometry {
  const inodeSize = hurd ? 128 : 256;
  const firstDataBlock = blockSize === 1024 ? 1 : 0;
  const blocksPerGroup = 8 * blockSize;
  const all = Math.min(Math.floor(size / blockSize), 0xffffffff);
  for (let blocks = all; blocks > firstDataBlock; blocks = firstDataBlock + blocksPerGroup * (Math.ceil((blocks - firstDataBlock) / blocksPerGroup) - 1)) {
    const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
    const perBlock = blockSize / inodeSize;
    const wanted = Math.ceil((blocks * blockSize) / bytesPerInode / groups / perBlock) * perBlock;
    const inodesPerGroup = Math.min(8 * blockSize, Math.max(Math.ceil(16 / perBlock) * perBlock, Math.ceil(wanted / 8) * 8));
    const geometry: Geometry = {
      ...{ blockSize, blocks, inodes: inodesPerGroup * groups, firstDataBlock, blocksPerGroup, inodesPerGroup, groups, inodeSize, firstIno: OLD_FIRST_INO, dynamic: true, hurd },
      ...{ compat: COMPAT_EXT_ATTR, incompat: hurd ? 0 : INCOMPAT_FILETYPE, roCompat: RO_COMPAT_SPARSE_SUPER | RO_COMPAT_LARGE_FILE, clean: true },
    };
    const last = blocks - firstDataBlock - (groups - 1) * blocksPerGroup;
    if (last >= overhead(geometry, groups - 1) + (groups === 1 ? LOST_FOUND_SIZE / blockSize + 2 : LAST_GROUP)) return geometry;
  }
  throw new FormatError(`${size} bytes are too few for a filesystem`);
}

/** Blocks of a group that are no files'. */
const overhead = (g: Geometry, group: number): number => (hasSuper(g, group) ? 1 + descriptorBlocks(g) : 0) + 2 + inodeTableBlocks(g);

function writeSuper(image: Image, g: Geometry, { time, label = "" }: FormatOptions): void {
  const set32 = (field: number, value: number): void => image.set32(SUPER_AT + field, value);
  const set16 = (field: number, value: number): void => image.set16(SUPER_AT + field, value);
  const log = Math.log2(g.blockSize / 1024);
  const words: readonly (readonly [field: number, value: number])[] = [
    ...([[Super.INODES, g.inodes], [Super.BLOCKS, g.blocks], [Super.RESERVED_BLOCKS, Math.floor(g.blocks / 20)], [Super.FIRST_DATA_BLOCK, g.firstDataBlock]] as const),
    ...([[Super.LOG_BLOCK_SIZE, log], [Super.LOG_FRAG_SIZE, log], [Super.BLOCKS_PER_GROUP, g.blocksPerGroup], [Super.FRAGS_PER_GROUP, g.blocksPerGroup]] as const),
    ...([[Super.INODES_PER_GROUP, g.inodesPerGroup], [Super.WTIME, time], [Super.LAST_CHECK, time], [Super.CREATOR_OS, g.hurd ? OS_HURD : OS_LINUX], [Super.REVISION, 1]] as const),
    ...([[Super.FIRST_INODE, g.firstIno], [Super.COMPAT, g.compat], [Super.INCOMPAT, g.incompat], [Super.RO_COMPAT, g.roCompat]] as const),
  ];
  for (const [field, value] of words) set32(field, value);
  set16(Super.MAX_MOUNT_COUNT, 0xffff);
  set16(Super.MAGIC, EXT2_MAGIC);
  set16(Super.STATE, VALID_FS);
  set16(Super.ERRORS, 1);
  set16(Super.INODE_SIZE, g.inodeSize);
  // any number that is not nought tells it from others well enough
  for (let i = 0; i < 16; i += 4) set32(Super.UUID + i, Math.imul(time + i + 1, 0x9e3779b1) ^ g.blocks);
  image.put(SUPER_AT + Super.VOLUME_NAME, new TextEncoder().encode(label).subarray(0, 16));
}

/** A group's descriptor and bitmaps: what the group needs itself, and what does not exist, is taken. */
function writeGroup(image: Image, g: Geometry, group: number): void {
  const start = g.firstDataBlock + group * g.blocksPerGroup;
  const bitmap = start + (hasSuper(g, group) ? 1 + descriptorBlocks(g) : 0);
  const at = (g.firstDataBlock + 1) * g.blockSize + group * Group.SIZE;
  image.set32(at + Group.BLOCK_BITMAP, bitmap);
  image.set32(at + Group.INODE_BITMAP, bitmap + 1);
  image.set32(at + Group.INODE_TABLE, bitmap + 2);
  const exist = Math.min(g.blocksPerGroup, g.blocks - start);
  setBits(image, bitmap, 0, overhead(g, group));
  setBits(image, bitmap, exist, 8 * g.blockSize);
  setBits(image, bitmap + 1, g.inodesPerGroup, 8 * g.blockSize);
}

function setBits(image: Image, block: number, from: number, to: number): void {
  const at = image.at(block);
  for (let n = from; n < to; n++) image.set8(at + (n >> 3), image.u8(at + (n >> 3)) | (1 << (n & 7)));
}

function countFree(v: Volume): void {
  const { geometry: g } = v;
  for (let group = 0; group < g.groups; group++) {
    const exist = Math.min(g.blocksPerGroup, g.blocks - v.groupStart(group));
    v.addCount(group, Group.FREE_BLOCKS, exist - overhead(g, group), Super.FREE_BLOCKS);
    v.addCount(group, Group.FREE_INODES, g.inodesPerGroup, Super.FREE_INODES);
  }
}

/** The numbers before the first for users are taken, used or not. */
function reserveInodes(v: Volume): void {
  const reserved = v.geometry.firstIno - 1;
  setBits(v.image, v.image.u32(v.groupAt(0) + Group.INODE_BITMAP), 0, reserved);
  v.addCount(0, Group.FREE_INODES, -reserved, Super.FREE_INODES);
}

function makeDirectories(v: Volume, time: number): void {
  const root = makeDirectory(v, ROOT_INO, ROOT_INO, 0o755, time);
  v.addCount(0, Group.USED_DIRS, 1);
  // the first inode that is free: not where a directory would go by the rules, but where everybody looks for it
  const ino = newInode(v, ROOT_INO, 0);
  v.addCount(0, Group.USED_DIRS, 1);
  const lost = makeDirectory(v, ino, ROOT_INO, 0o700, time);
  for (let n = 1; n < LOST_FOUND_SIZE / v.geometry.blockSize; n++) {
    v.image.set16(v.image.at(ensureBlock(lost, n)) + 4, v.geometry.blockSize);
    lost.size += v.geometry.blockSize;
  }
  enterName(root, { name: "lost+found", ino, type: S_IFDIR });
  root.set16(InodeField.LINKS, 3);
}

function makeDirectory(v: Volume, ino: number, parent: number, mode: number, time: number): Inode {
  const inode = new Inode(v, ino);
  inode.set16(InodeField.MODE, S_IFDIR | mode);
  inode.set16(InodeField.LINKS, 2);
  for (const field of [InodeField.ATIME, InodeField.CTIME, InodeField.MTIME]) inode.set32(field, time);
  enterName(inode, { name: ".", ino, type: S_IFDIR });
  enterName(inode, { name: "..", ino: parent, type: S_IFDIR });
  return inode;
}

/** The copies of the superblock and of the descriptors, as they are now. */
function copySupers({ image, geometry: g }: Volume): void {
  const descriptors = image.bytes.slice((g.firstDataBlock + 1) * g.blockSize, (g.firstDataBlock + 1 + descriptorBlocks(g)) * g.blockSize);
  for (let group = 1; group < g.groups; group++) {
    if (!hasSuper(g, group)) continue;
    const at = (g.firstDataBlock + group * g.blocksPerGroup) * g.blockSize;
    image.put(at, image.bytes.slice(SUPER_AT, SUPER_AT + SUPER_SIZE));
    image.set16(at + Super.BLOCK_GROUP, group);
    for (let done = 0; done < descriptors.length; done += g.blockSize) image.put(at + g.blockSize + done, descriptors.subarray(done, done + g.blockSize));
  }
}
