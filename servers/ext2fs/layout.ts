/** Where things stand on an ext2 disk: offsets in bytes, all numbers little endian (ext2fs/ext2_fs.h). */

/** The first superblock, whatever the block size. */
export const SUPER_AT = 1024;
export const SUPER_SIZE = 1024;
export const EXT2_MAGIC = 0xef53;

/** Fields of the superblock. */
export const Super = {
  INODES: 0,
  BLOCKS: 4,
  RESERVED_BLOCKS: 8,
  FREE_BLOCKS: 12,
  FREE_INODES: 16,
  FIRST_DATA_BLOCK: 20,
  LOG_BLOCK_SIZE: 24,
  LOG_FRAG_SIZE: 28,
  BLOCKS_PER_GROUP: 32,
  FRAGS_PER_GROUP: 36,
  INODES_PER_GROUP: 40,
  MTIME: 44,
  WTIME: 48,
  MOUNT_COUNT: 52,
  MAX_MOUNT_COUNT: 54,
  MAGIC: 56,
  STATE: 58,
  ERRORS: 60,
  LAST_CHECK: 64,
  CHECK_INTERVAL: 68,
  CREATOR_OS: 72,
  REVISION: 76,
  FIRST_INODE: 84,
  INODE_SIZE: 88,
  BLOCK_GROUP: 90,
  COMPAT: 92,
  INCOMPAT: 96,
  RO_COMPAT: 100,
  UUID: 104,
  VOLUME_NAME: 120,
} as const;

/** Bits of the state. */
export const VALID_FS = 1;

export const OS_LINUX = 0;
export const OS_HURD = 1;

// ---- features
export const COMPAT_EXT_ATTR = 0x8;
export const INCOMPAT_FILETYPE = 0x2;
export const RO_COMPAT_SPARSE_SUPER = 0x1;
export const RO_COMPAT_LARGE_FILE = 0x2;
export const RO_COMPAT_BTREE_DIR = 0x4;
/** What may be written with others set is nothing. */
export const RO_COMPAT_KNOWN = RO_COMPAT_SPARSE_SUPER | RO_COMPAT_LARGE_FILE | RO_COMPAT_BTREE_DIR;

/** A group descriptor. */
export const Group = { SIZE: 32, BLOCK_BITMAP: 0, INODE_BITMAP: 4, INODE_TABLE: 8, FREE_BLOCKS: 12, FREE_INODES: 14, USED_DIRS: 16 } as const;

/** Fields of an inode. `SIZE_HIGH` is the directory's ACL in directories. */
export const InodeField = {
  MODE: 0,
  UID: 2,
  SIZE: 4,
  ATIME: 8,
  CTIME: 12,
  MTIME: 16,
  DTIME: 20,
  GID: 24,
  LINKS: 26,
  BLOCKS: 28,
  FLAGS: 32,
  TRANSLATOR: 36,
  BLOCK: 40,
  GENERATION: 100,
  FILE_ACL: 104,
  SIZE_HIGH: 108,
  MODE_HIGH: 118,
  UID_HIGH: 120,
  GID_HIGH: 122,
  AUTHOR: 124,
  EXTRA_SIZE: 128,
  CTIME_EXTRA: 132,
  MTIME_EXTRA: 136,
  ATIME_EXTRA: 140,
} as const;

/** Bytes of an inode that every ext2 has, and of what follows them up to the times with nanoseconds. */
export const OLD_INODE_SIZE = 128;
export const EXTRA_TIMES_SIZE = 16;

// ---- flags of an inode
export const IMMUTABLE_FL = 0x10;
export const APPEND_FL = 0x20;
export const NODUMP_FL = 0x40;
/** A directory with an index: who changes it without keeping the index up takes the flag away. */
export const INDEX_FL = 0x1000;
/** What a new file takes over from its directory, and what of that is for files of other types. */
export const INHERITED_FL = 0x1c6cf;
export const OTHER_FL = 0xc0;
/** Of directories only. */
export const DIRECTORY_FL = 0x30000;

export const DIRECT_BLOCKS = 12;
/** Pointers in an inode: direct ones, then one of each depth. */
export const POINTERS = 15;
/** A symlink so long or longer lies in blocks. */
export const FAST_SYMLINK = POINTERS * 4;

export const ROOT_INO = 2;
export const OLD_FIRST_INO = 11;
export const LINK_MAX = 32000;

/** A directory entry: inode, length of the record, of the name, and the type where the disk has that feature. */
export const Entry = { INO: 0, RECORD: 4, NAME_LENGTH: 6, TYPE: 7, NAME: 8 } as const;

/** Bytes of a record with so long a name. */
export const recordLength = (nameLength: number): number => (Entry.NAME + nameLength + 3) & ~3;
