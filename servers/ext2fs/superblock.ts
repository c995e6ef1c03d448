/** What a superblock says, and whether that can be (ext2fs/hyper.c; its words where it has some). */
import { damaged } from "./image.ts";
import {
  EXT2_MAGIC, Group, INCOMPAT_FILETYPE, OLD_FIRST_INO, OLD_INODE_SIZE, OS_HURD, RO_COMPAT_KNOWN, RO_COMPAT_SPARSE_SUPER, ROOT_INO, Super, SUPER_AT, SUPER_SIZE,
  VALID_FS,
} from "./layout.ts";

/** The sizes of a filesystem, and what it can do. */
export interface Geometry {
  readonly blockSize: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly groups: number;
  readonly inodeSize: number;
  /** The first number for files of users. */
  readonly firstIno: number;
  /** Revision 1 or later: it has features. */
  readonly dynamic: boolean;
  /** Made for the Hurd: modes, ids and authors in full, translators in the inode. */
  readonly hurd: boolean;
  readonly compat: number;
  readonly incompat: number;
  readonly roCompat: number;
  /** It was unmounted as it should be. */
  readonly clean: boolean;
}

const hex = (n: number): string => `0x${n.toString(16)}`;
const isPower = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/** Reads a superblock's bytes. Throws DiskError with the one reason for which a disk of `size` bytes is refused. */
export function readGeometry(bytes: Uint8Array, size: number): Geometry {
  if (size < SUPER_AT + SUPER_SIZE) throw damaged(`device too small for superblock (${size} bytes)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, SUPER_SIZE);
  const u16 = (at: number): number => view.getUint16(at, true);
  const u32 = (at: number): number => view.getUint32(at, true);
  if (u16(Super.MAGIC) !== EXT2_MAGIC) throw damaged(`bad magic number ${hex(u16(Super.MAGIC))} (should be ${hex(EXT2_MAGIC)})`);
  const log = u32(Super.LOG_BLOCK_SIZE);
  if (log > 2) throw damaged(`block size ${log > 20 ? `2^${log + 10}` : 1024 << log} is too big (max is 4096 bytes)`);
  const dynamic = u32(Super.REVISION) > 0;
  const [blocks, firstDataBlock, blocksPerGroup] = [u32(Super.BLOCKS), u32(Super.FIRST_DATA_BLOCK), u32(Super.BLOCKS_PER_GROUP)];
  const geometry: Geometry = {
    ...{ blockSize: 1024 << log, blocks, inodes: u32(Super.INODES), firstDataBlock, blocksPerGroup, inodesPerGroup: u32(Super.INODES_PER_GROUP) },
    groups: Math.ceil((blocks - firstDataBlock) / blocksPerGroup),
    inodeSize: dynamic ? u16(Super.INODE_SIZE) : OLD_INODE_SIZE,
    firstIno: dynamic ? u32(Super.FIRST_INODE) : OLD_FIRST_INO,
    ...{ dynamic, hurd: u32(Super.CREATOR_OS) === OS_HURD, clean: (u16(Super.STATE) & VALID_FS) !== 0 },
    ...(dynamic ? { compat: u32(Super.COMPAT), incompat: u32(Super.INCOMPAT), roCompat: u32(Super.RO_COMPAT) } : { compat: 0, incompat: 0, roCompat: 0 }),
  };
  const reason = refusal(geometry, size);
  if (reason !== undefined) throw damaged(reason);
  return geometry;
}

/** Why a filesystem of these sizes cannot be; undefined: it can. */
function refusal(g: Geometry, size: number): string | undefined {
  if (Math.floor(size / g.blockSize) < g.blocks) return `disk size (${size} bytes) too small; superblock says we need ${g.blocks * g.blockSize}`;
  const features = g.incompat & ~INCOMPAT_FILETYPE;
  if (features !== 0) return `could not mount because of unsupported optional features (${hex(features >>> 0)})`;
  if (g.inodeSize < OLD_INODE_SIZE || !isPower(g.inodeSize) || g.inodeSize > g.blockSize) return `inode size ${g.inodeSize} isn't supported`;
  const most = 8 * g.blockSize;
  const can =
    g.firstDataBlock === (g.blockSize === 1024 ? 1 : 0) && g.blocks > g.firstDataBlock + 1 && g.blocksPerGroup >= 8 && g.blocksPerGroup <= most && g.inodesPerGroup > 0 &&
    g.inodesPerGroup <= most && g.inodesPerGroup % (g.blockSize / g.inodeSize) === 0 && g.inodes === g.inodesPerGroup * g.groups && g.firstIno > ROOT_INO && g.firstIno <= g.inodes;
  return can ? undefined : "the superblock's sizes do not fit together";
}

/** Features by which a filesystem can only be read; 0: none. */
export const readOnlyFeatures = (g: Geometry): number => (g.roCompat & ~RO_COMPAT_KNOWN) >>> 0;

/** Blocks of the table of group descriptors. */
export const descriptorBlocks = (g: Geometry): number => Math.ceil((g.groups * Group.SIZE) / g.blockSize);

/** Blocks of one group's inodes. */
export const inodeTableBlocks = (g: Geometry): number => (g.inodesPerGroup * g.inodeSize) / g.blockSize;

const powerOf = (n: number, base: number): boolean => (n === base ? true : n > base && n % base === 0 && powerOf(n / base, base));

/** True when a group begins with a copy of the superblock and of the descriptors. */
export const hasSuper = (g: Geometry, group: number): boolean =>
  (g.roCompat & RO_COMPAT_SPARSE_SUPER) === 0 || group < 2 || powerOf(group, 3) || powerOf(group, 5) || powerOf(group, 7);
