/**
 * What fsck would find: everything that a filesystem says of itself, counted again from its bytes. Nothing here shares code with what changes the disk, but for
 * the sizes.
 */
import { S_IFMT, S_ISDIR, S_ISLNK, S_ISREG } from "../interfaces/stat.ts";
import { COMPAT_EXT_ATTR, FAST_SYMLINK, Group, INCOMPAT_FILETYPE, InodeField as F, ROOT_INO, Super, SUPER_AT } from "./layout.ts";
import { descriptorBlocks, hasSuper, inodeTableBlocks, readGeometry, type Geometry } from "./superblock.ts";

/** The faults of a filesystem, in words; none: it is clean. Throws DiskError when there is no filesystem. */
export function check(bytes: Uint8Array): readonly string[] {
  return new Check(bytes).run();
}

/** The types that records say, by their numbers. */
const TYPES = [0, 0o100000, 0o040000, 0o020000, 0o060000, 0o010000, 0o140000, 0o120000];
/** Reserved numbers that may be in use without a name: the journal's, the resizer's, … */
const FIRST_NAMED = 11;

class Check {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly g: Geometry;
  private readonly faults: string[] = [];
  /** Who has each block: 0 nobody, 1 the filesystem, 2 a file. */
  private readonly owner: Uint8Array;
  /** Names that mean each inode. */
  private readonly named = new Map<number, number>();
  /** Blocks of attributes, with those who have them. */
  private readonly shared = new Map<number, number>();
  private readonly dirs = new Set<number>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.g = readGeometry(bytes.subarray(SUPER_AT), bytes.length);
    this.owner = new Uint8Array(this.g.blocks);
  }

  run(): readonly string[] {
    const { g } = this;
    for (let group = 0; group < g.groups; group++) this.claimGroup(group);
    for (let ino = 1; ino <= g.inodes; ino++) if (this.inUse(ino)) this.checkInode(ino);
    for (const ino of this.dirs) this.checkDirectory(ino);
    for (let ino = 1; ino <= g.inodes; ino++) this.checkLinks(ino);
    for (const [block, users] of this.shared) if (this.u32(block * g.blockSize + 4) !== users) this.fault(`attributes in block ${block} have ${users} users`);
    this.checkBitmaps();
    return this.faults;
  }

  private fault(text: string): void {
    this.faults.push(text);
  }
  private u16(at: number): number {
    return this.view.getUint16(at, true);
  }
  private u32(at: number): number {
    return this.view.getUint32(at, true);
  }
  private descriptor(group: number): number {
    return (this.g.firstDataBlock + 1) * this.g.blockSize + group * Group.SIZE;
  }
  private inodeAt(ino: number): number {
    const { inodesPerGroup, inodeSize, blockSize } = this.g;
    const table = this.u32(this.descriptor(Math.floor((ino - 1) / inodesPerGroup)) + Group.INODE_TABLE);
    return table * blockSize + ((ino - 1) % inodesPerGroup) * inodeSize;
  }
  private bit(block: number, n: number): boolean {
    return ((this.bytes[block * this.g.blockSize + (n >> 3)] ?? 0) & (1 << (n & 7))) !== 0;
  }
  private inUse(ino: number): boolean {
    const group = Math.floor((ino - 1) / this.g.inodesPerGroup);
    return this.bit(this.u32(this.descriptor(group) + Group.INODE_BITMAP), (ino - 1) % this.g.inodesPerGroup);
  }

  private claim(block: number, who: 1 | 2, what: string): boolean {
    if (block < this.g.firstDataBlock || block >= this.g.blocks || this.owner[block] !== 0) {
      this.fault(`${what}: block ${block} is another's, or none`);
      return false;
    }
    this.owner[block] = who;
    return true;
  }

  private claimGroup(group: number): void {
    const { g } = this;
    const at = this.descriptor(group);
    const start = g.firstDataBlock + group * g.blocksPerGroup;
    if (hasSuper(g, group)) for (let i = 0; i <= descriptorBlocks(g); i++) this.claim(start + i, 1, `superblock of group ${group}`);
    this.claim(this.u32(at + Group.BLOCK_BITMAP), 1, `block bitmap of group ${group}`);
    this.claim(this.u32(at + Group.INODE_BITMAP), 1, `inode bitmap of group ${group}`);
    for (let i = 0; i < inodeTableBlocks(g); i++) this.claim(this.u32(at + Group.INODE_TABLE) + i, 1, `inodes of group ${group}`);
  }

  private checkInode(ino: number): void {
    const at = this.inodeAt(ino);
    const mode = this.u16(at + F.MODE);
    if (mode === 0) {
      if (ino >= FIRST_NAMED) this.fault(`inode ${ino} is taken, but nothing`);
      return;
    }
    if (this.u32(at + F.DTIME) !== 0) this.fault(`inode ${ino} was deleted, and is in use`);
    const other = this.claimOther(ino, at);
    const sectors = this.u32(at + F.BLOCKS);
    const pointed = S_ISREG(mode) || S_ISDIR(mode) || (S_ISLNK(mode) && (sectors > (other * this.g.blockSize) / 512 || this.u32(at + F.SIZE) >= FAST_SYMLINK));
    const { count, last } = pointed ? this.claimPointers(ino, at) : { count: 0, last: -1 };
    if (((count + other) * this.g.blockSize) / 512 !== sectors) this.fault(`inode ${ino} has ${count + other} blocks, says ${sectors} sectors`);
    const size = this.u32(at + F.SIZE) + (S_ISREG(mode) ? this.u32(at + F.SIZE_HIGH) * 2 ** 32 : 0);
    if (ino >= FIRST_NAMED && (last + 1) * this.g.blockSize >= size + this.g.blockSize) this.fault(`inode ${ino} has blocks behind its end`);
    if (S_ISDIR(mode)) this.dirs.add(ino);
  }

  /** Blocks of an inode beside its contents. */
  private claimOther(ino: number, at: number): number {
    const translator = this.g.hurd ? this.u32(at + F.TRANSLATOR) : 0;
    if (translator !== 0) this.claim(translator, 2, `translator of inode ${ino}`);
    const attributes = this.u32(at + F.FILE_ACL);
    if (attributes !== 0 && (this.g.compat & COMPAT_EXT_ATTR) === 0) this.fault(`inode ${ino} has attributes`);
    const users = this.shared.get(attributes) ?? 0;
    if (attributes !== 0 && (users > 0 || this.claim(attributes, 2, `attributes of inode ${ino}`))) this.shared.set(attributes, users + 1);
    return (translator === 0 ? 0 : 1) + (attributes === 0 ? 0 : 1);
  }

  /** Claims contents and tables; how many they are, and the last block of the contents. */
  private claimPointers(ino: number, at: number): { readonly count: number; readonly last: number } {
    let count = 0;
    let last = -1;
    const addresses = this.g.blockSize / 4;
    const visit = (pointer: number, first: number, depth: number): void => {
      const block = this.u32(pointer);
      if (block === 0 || !this.claim(block, 2, `inode ${ino}`)) return;
      count++;
      if (depth === 0) last = Math.max(last, first);
      else for (let i = 0; i < addresses; i++) visit(block * this.g.blockSize + 4 * i, first + i * addresses ** (depth - 1), depth - 1);
    };
    let first = 0;
    for (let i = 0; i < 15; i++) {
      const depth = Math.max(0, i - 11);
      visit(at + F.BLOCK + 4 * i, first, depth);
      first += addresses ** depth;
    }
    return { count, last };
  }

  /** Blocks of a directory, in order; holes are faults. */
  private *directoryBlocks(ino: number): Generator<number> {
    const at = this.inodeAt(ino);
    const { blockSize } = this.g;
    const addresses = blockSize / 4;
    const size = this.u32(at + F.SIZE);
    if (size === 0 || size % blockSize !== 0) this.fault(`directory ${ino} has ${size} bytes`);
    for (let n = 0; n < Math.min(size / blockSize, 12 + addresses); n++) {
      const indirect = this.u32(at + F.BLOCK + 48);
      const block = n < 12 ? this.u32(at + F.BLOCK + 4 * n) : indirect === 0 || indirect >= this.g.blocks ? 0 : this.u32(indirect * blockSize + 4 * (n - 12));
      if (block === 0 || block >= this.g.blocks) this.fault(`directory ${ino} has a hole`);
      else yield block;
    }
  }

  private checkDirectory(ino: number): void {
    let n = 0;
    for (const block of this.directoryBlocks(ino)) {
      const start = block * this.g.blockSize;
      for (let at = start; at < start + this.g.blockSize; n++) {
        const length = this.u16(at + 4);
        const nameLength = this.bytes[at + 6] ?? 0;
        if (length < 8 + nameLength || length % 4 !== 0 || at + length > start + this.g.blockSize) {
          this.fault(`directory ${ino} has a bad record at ${at - start}`);
          break;
        }
        if (this.u32(at) !== 0) this.checkEntry(ino, at, n);
        at += length;
      }
    }
  }

  private checkEntry(dir: number, at: number, n: number): void {
    const ino = this.u32(at);
    const name = new TextDecoder().decode(this.bytes.subarray(at + 8, at + 8 + (this.bytes[at + 6] ?? 0)));
    if (n === 0 && (name !== "." || ino !== dir)) this.fault(`directory ${dir} does not begin with itself`);
    if (n === 1 && name !== "..") this.fault(`directory ${dir} has no ".." in its place`);
    if (n > 1 && (name === "." || name === ".." || name === "")) this.fault(`directory ${dir} has "${name}" among its names`);
    if (ino > this.g.inodes || !this.inUse(ino)) return this.fault(`${dir}/${name} is inode ${ino}, which is free`);
    this.named.set(ino, (this.named.get(ino) ?? 0) + 1);
    const type = TYPES[this.bytes[at + 7] ?? 0] ?? -1;
    const wanted = this.g.incompat & INCOMPAT_FILETYPE ? this.u16(this.inodeAt(ino) + F.MODE) & S_IFMT : 0;
    if (type !== wanted) this.fault(`${dir}/${name} has type ${type.toString(8)}, not ${wanted.toString(8)}`);
  }

  private checkLinks(ino: number): void {
    const names = this.named.get(ino) ?? 0;
    if (!this.inUse(ino) || (ino < FIRST_NAMED && ino !== ROOT_INO)) return;
    const links = this.u16(this.inodeAt(ino) + F.LINKS);
    if (links !== names) this.fault(`inode ${ino} has ${names} names, says ${links}`);
    if (names === 0) this.fault(`inode ${ino} has no name`);
  }

  private checkBitmaps(): void {
    const { g } = this;
    let [blocks, inodes] = [0, 0];
    for (let group = 0; group < g.groups; group++) {
      const at = this.descriptor(group);
      const start = g.firstDataBlock + group * g.blocksPerGroup;
      let [freeBlocks, freeInodes, dirs] = [0, 0, 0];
      for (let n = 0; n < Math.min(g.blocksPerGroup, g.blocks - start); n++) {
        const used = this.owner[start + n] !== 0;
        if (!used) freeBlocks++;
        if (this.bit(this.u32(at + Group.BLOCK_BITMAP), n) !== used) this.fault(`block ${start + n} is ${used ? "used" : "free"}, the bitmap says otherwise`);
      }
      for (let n = 0; n < g.inodesPerGroup; n++) {
        const ino = group * g.inodesPerGroup + n + 1;
        if (!this.inUse(ino)) freeInodes++;
        if (this.dirs.has(ino)) dirs++;
      }
      this.same(`free blocks of group ${group}`, this.u16(at + Group.FREE_BLOCKS), freeBlocks);
      this.same(`free inodes of group ${group}`, this.u16(at + Group.FREE_INODES), freeInodes);
      this.same(`directories of group ${group}`, this.u16(at + Group.USED_DIRS), dirs);
      [blocks, inodes] = [blocks + freeBlocks, inodes + freeInodes];
    }
    this.same("free blocks", this.u32(SUPER_AT + Super.FREE_BLOCKS), blocks);
    this.same("free inodes", this.u32(SUPER_AT + Super.FREE_INODES), inodes);
  }

  private same(what: string, says: number, is: number): void {
    if (says !== is) this.fault(`${what}: ${is}, not ${says}`);
  }
}
