/** An ext2 filesystem on a disk: its sizes, its groups, and which blocks are no file's. */
import { damaged, type Image } from "./image.ts";
import { Group, Super, SUPER_AT } from "./layout.ts";
import { descriptorBlocks, hasSuper, inodeTableBlocks, type Geometry } from "./superblock.ts";

export class Volume {
  readonly image: Image;
  readonly geometry: Geometry;
  /** Block pointers in a block. */
  readonly addresses: number;
  /** Blocks of 512 bytes in a block. */
  readonly sectors: number;
  /** What people should know of the disk's damage; whoever can print takes it from here. */
  readonly warnings: string[] = [];
  private readonly system: Uint8Array;

  /** Throws Absent until superblock and descriptors are here, and DiskError for descriptors that cannot be. */
  constructor(image: Image, geometry: Geometry) {
    this.image = image;
    this.geometry = geometry;
    this.addresses = geometry.blockSize / 4;
    this.sectors = geometry.blockSize / 512;
    this.system = systemBlocks(image, geometry);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  /** A number of the superblock. */
  super32(field: number): number {
    return this.image.u32(SUPER_AT + field);
  }
  setSuper32(field: number, value: number): void {
    this.image.set32(SUPER_AT + field, value);
  }
  get state(): number {
    return this.image.u16(SUPER_AT + Super.STATE);
  }
  set state(value: number) {
    this.image.set16(SUPER_AT + Super.STATE, value);
  }

  /** Where a group's descriptor stands. */
  groupAt(group: number): number {
    return descriptorAt(this.geometry, group);
  }
  /** One of a group's three counts. */
  count(group: number, field: number): number {
    return this.image.u16(this.groupAt(group) + field);
  }
  /** Changes a count of a group, and the sum of all groups in the superblock if there is one. */
  addCount(group: number, field: number, change: number, sum?: number): void {
    const at = this.groupAt(group) + field;
    this.image.set16(at, this.image.u16(at) + change);
    if (sum !== undefined) this.setSuper32(sum, this.super32(sum) + change);
  }

  /** Where an inode stands. Throws Absent, and DiskError when there is no such inode. */
  inodeAt(ino: number): number {
    const { inodes, inodesPerGroup, inodeSize, blockSize } = this.geometry;
    if (ino < 1 || ino > inodes) throw damaged(`inode ${ino} is beyond the last`);
    const group = Math.floor((ino - 1) / inodesPerGroup);
    const offset = ((ino - 1) % inodesPerGroup) * inodeSize;
    const block = this.image.u32(this.groupAt(group) + Group.INODE_TABLE) + Math.floor(offset / blockSize);
    return this.image.at(block) + (offset % blockSize);
  }

  /** The group that a block lies in. */
  groupOf(block: number): number {
    return Math.floor((block - this.geometry.firstDataBlock) / this.geometry.blocksPerGroup);
  }
  /** The first block of a group. */
  groupStart(group: number): number {
    return this.geometry.firstDataBlock + group * this.geometry.blocksPerGroup;
  }

  /** True for blocks that no file can have: superblocks, descriptors, bitmaps, inodes, and what is not on the disk. */
  isSystem(block: number): boolean {
    return block < this.geometry.firstDataBlock || this.system[block] !== 0;
  }

  /** `block` as it stands in a pointer of a file, 0 for a hole. Throws DiskError for one that no file can have. */
  checked(block: number): number {
    if (block !== 0 && this.isSystem(block)) throw damaged(`a file claims block ${block}, which is not a file's`);
    return block;
  }
}

/** Where a group's descriptor stands: they follow the superblock's block. */
const descriptorAt = (g: Geometry, group: number): number => (g.firstDataBlock + 1) * g.blockSize + group * Group.SIZE;

/** For each block, whether it is the filesystem's own. */
function systemBlocks(image: Image, g: Geometry): Uint8Array {
  const taken = new Uint8Array(g.blocks);
  const take = (block: number, count: number): void => {
    for (let b = block; b < block + count; b++) {
      if (b < g.firstDataBlock || b >= g.blocks || taken[b] !== 0) throw damaged(`the group descriptors claim block ${b}, which is not free for them`);
      taken[b] = 1;
    }
  };
  image.at(Math.floor(SUPER_AT / g.blockSize));
  for (let group = 0; group < g.groups; group++) if (hasSuper(g, group)) take(g.firstDataBlock + group * g.blocksPerGroup, 1 + descriptorBlocks(g));
  for (let group = 0; group < g.groups; group++) {
    const at = descriptorAt(g, group);
    image.at(Math.floor(at / g.blockSize));
    take(image.u32(at + Group.BLOCK_BITMAP), 1);
    take(image.u32(at + Group.INODE_BITMAP), 1);
    take(image.u32(at + Group.INODE_TABLE), inodeTableBlocks(g));
  }
  return taken;
}
