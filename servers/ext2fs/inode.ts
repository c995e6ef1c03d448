/** One inode where it stands on the disk: its fields, and the status that they are. */
import { S_IPTRANS, S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISLNK, S_ISREG, S_ISSOCK, S_ITRANS, type Timespec } from "../interfaces/stat.ts";
import type { NodeStatus } from "../lib/diskfs/node.ts";
import { EXTRA_TIMES_SIZE, FAST_SYMLINK, InodeField as F, OLD_INODE_SIZE, POINTERS } from "./layout.ts";
import type { Volume } from "./volume.ts";

const TWO32 = 0x100000000;

export class Inode {
  readonly volume: Volume;
  readonly ino: number;
  private readonly where: number;

  /** Throws Absent and DiskError as `Volume.inodeAt`. */
  constructor(volume: Volume, ino: number) {
    this.volume = volume;
    this.ino = ino;
    this.where = volume.inodeAt(ino);
  }

  get16(field: number): number {
    return this.volume.image.u16(this.where + field);
  }
  get32(field: number): number {
    return this.volume.image.u32(this.where + field);
  }
  set16(field: number, value: number): void {
    this.volume.image.set16(this.where + field, value);
  }
  set32(field: number, value: number): void {
    this.volume.image.set32(this.where + field, value);
  }

  /** Type and permissions, 16 bits. */
  get mode(): number {
    return this.get16(F.MODE);
  }
  /** Bytes; only files have more than 32 bits of them. */
  get size(): number {
    return this.get32(F.SIZE) + (S_ISDIR(this.mode) || !this.volume.geometry.dynamic ? 0 : this.get32(F.SIZE_HIGH) * TWO32);
  }
  set size(size: number) {
    this.set32(F.SIZE, size % TWO32);
    if (!S_ISDIR(this.mode) && this.volume.geometry.dynamic) this.set32(F.SIZE_HIGH, Math.floor(size / TWO32));
  }
  /** In units of 512 bytes. */
  get blocks(): number {
    return this.get32(F.BLOCKS);
  }
  /** `blocks` of the filesystem's own more. */
  addBlocks(blocks: number): void {
    this.set32(F.BLOCKS, this.blocks + blocks * this.volume.sectors);
  }
  /** The first block of the inode's group: near it its blocks should be. */
  get home(): number {
    const { volume } = this;
    return volume.groupStart(Math.floor((this.ino - 1) / volume.geometry.inodesPerGroup));
  }
  /** Where pointer `i` stands on the disk. */
  pointerAt(i: number): number {
    return this.where + F.BLOCK + 4 * i;
  }

  /** The block of extended attributes, and the Hurd's of the translator record; 0: none. */
  get attributes(): number {
    return this.volume.checked(this.get32(F.FILE_ACL));
  }
  get translatorBlock(): number {
    return this.volume.geometry.hurd ? this.volume.checked(this.get32(F.TRANSLATOR)) : 0;
  }

  /** True for a file whose pointers are of blocks: not a device's number, not a short link's target. */
  get hasPointers(): boolean {
    const { mode } = this;
    return S_ISREG(mode) || S_ISDIR(mode) || (S_ISLNK(mode) && !this.isFastLink);
  }
  /** A symlink that has its target in the inode: it is short, and has no blocks for contents. */
  get isFastLink(): boolean {
    if (!S_ISLNK(this.mode) || this.size >= FAST_SYMLINK) return false;
    const other = (this.attributes === 0 ? 0 : 1) + (this.translatorBlock === 0 ? 0 : 1);
    return this.blocks === other * this.volume.sectors;
  }
  /** The 60 bytes of the pointers. */
  get pointerBytes(): Uint8Array {
    return this.volume.image.bytes.slice(this.pointerAt(0), this.pointerAt(POINTERS));
  }
  set pointerBytes(bytes: Uint8Array) {
    const all = new Uint8Array(POINTERS * 4);
    all.set(bytes);
    this.volume.image.put(this.pointerAt(0), all);
  }
}

const hasExtraTimes = (inode: Inode): boolean => {
  const { inodeSize } = inode.volume.geometry;
  return inodeSize > OLD_INODE_SIZE && inode.get16(F.EXTRA_SIZE) >= EXTRA_TIMES_SIZE;
};

function readTime(inode: Inode, field: number, extraField: number): Timespec {
  const sec = inode.get32(field);
  if (!hasExtraTimes(inode)) return { sec, nsec: 0 };
  const extra = inode.get32(extraField);
  return { sec: sec + (extra & 3) * TWO32, nsec: extra >>> 2 };
}

function writeTime(inode: Inode, field: number, extraField: number, { sec, nsec }: Timespec): void {
  inode.set32(field, sec);
  if (hasExtraTimes(inode)) inode.set32(extraField, ((nsec << 2) | (Math.floor(sec / TWO32) & 3)) >>> 0);
}

/** The status that an inode says. `translated`: there is a record for a translator. */
export function readStatus(inode: Inode, translated: boolean): NodeStatus {
  const { hurd } = inode.volume.geometry;
  const high = (field: number): number => (hurd ? inode.get16(field) * 0x10000 : 0);
  const mode = ((inode.mode + high(F.MODE_HIGH)) & ~S_ITRANS) | (translated ? S_IPTRANS : 0);
  const uid = inode.get16(F.UID) + high(F.UID_HIGH);
  const author = hurd ? inode.get32(F.AUTHOR) : uid;
  const device = S_ISCHR(mode) || S_ISBLK(mode);
  return {
    ...{ mode: mode >>> 0, uid, gid: inode.get16(F.GID) + high(F.GID_HIGH), author: author === TWO32 - 1 ? uid : author, nlink: inode.get16(F.LINKS), size: inode.size },
    rdev: device ? inode.volume.image.u32(inode.pointerAt(0)) : 0,
    ...{ flags: 0, gen: inode.get32(F.GENERATION) },
    atim: readTime(inode, F.ATIME, F.ATIME_EXTRA),
    mtim: readTime(inode, F.MTIME, F.MTIME_EXTRA),
    ctim: readTime(inode, F.CTIME, F.CTIME_EXTRA),
  };
}

/** Writes a status, but for the size, which belongs to who changes contents. */
export function writeStatus(inode: Inode, st: NodeStatus): void {
  const { geometry, image } = inode.volume;
  const mode = st.mode & ~S_ITRANS;
  inode.set16(F.MODE, mode & 0xffff);
  inode.set16(F.UID, st.uid & 0xffff);
  inode.set16(F.GID, st.gid & 0xffff);
  if (geometry.hurd) {
    inode.set16(F.MODE_HIGH, mode >>> 16);
    inode.set16(F.UID_HIGH, st.uid >>> 16);
    inode.set16(F.GID_HIGH, st.gid >>> 16);
    inode.set32(F.AUTHOR, st.author);
  }
  inode.set16(F.LINKS, st.nlink);
  inode.set32(F.GENERATION, st.gen);
  if (geometry.inodeSize > OLD_INODE_SIZE && inode.get16(F.EXTRA_SIZE) < EXTRA_TIMES_SIZE) inode.set16(F.EXTRA_SIZE, EXTRA_TIMES_SIZE);
  writeTime(inode, F.ATIME, F.ATIME_EXTRA, st.atim);
  writeTime(inode, F.MTIME, F.MTIME_EXTRA, st.mtim);
  writeTime(inode, F.CTIME, F.CTIME_EXTRA, st.ctim);
  if (S_ISCHR(mode) || S_ISBLK(mode)) image.set32(inode.pointerAt(0), st.rdev);
  if (S_ISFIFO(mode) || S_ISSOCK(mode)) image.set32(inode.pointerAt(0), 0);
}
