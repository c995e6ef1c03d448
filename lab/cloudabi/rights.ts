/** Rights of descriptors (cloudabi.md §6): sets of bits, in bigints because they reach above 2^32. */

export type Rights = bigint;

export const Right = {
  FD_DATASYNC: 0x1n,
  FD_READ: 0x2n,
  FD_SEEK: 0x4n,
  FD_STAT_PUT_FLAGS: 0x8n,
  FD_SYNC: 0x10n,
  FD_TELL: 0x20n,
  FD_WRITE: 0x40n,
  FILE_ADVISE: 0x80n,
  FILE_ALLOCATE: 0x100n,
  FILE_CREATE_DIRECTORY: 0x200n,
  FILE_CREATE_FILE: 0x400n,
  FILE_LINK_SOURCE: 0x1000n,
  FILE_LINK_TARGET: 0x2000n,
  FILE_OPEN: 0x4000n,
  FILE_READDIR: 0x8000n,
  FILE_READLINK: 0x10000n,
  FILE_RENAME_SOURCE: 0x20000n,
  FILE_RENAME_TARGET: 0x40000n,
  FILE_STAT_FGET: 0x80000n,
  FILE_STAT_FPUT_SIZE: 0x100000n,
  FILE_STAT_FPUT_TIMES: 0x200000n,
  FILE_STAT_GET: 0x400000n,
  FILE_STAT_PUT_TIMES: 0x800000n,
  FILE_SYMLINK: 0x1000000n,
  FILE_UNLINK: 0x2000000n,
  MEM_MAP: 0x4000000n,
  MEM_MAP_EXEC: 0x8000000n,
  POLL_FD_READWRITE: 0x10000000n,
  POLL_PROC_TERMINATE: 0x40000000n,
  PROC_EXEC: 0x100000000n,
  SOCK_SHUTDOWN: 0x8000000000n,
} as const;

export type RightName = keyof typeof Right;

export const NO_RIGHTS: Rights = 0n;
export const ALL_RIGHTS: Rights = Object.values(Right).reduce((all, r) => all | r, 0n);

/** The set of `names`. */
export const rights = (...names: readonly RightName[]): Rights => names.reduce((all, n) => all | Right[n], NO_RIGHTS);
/** `have` has all of `need`. */
export const includes = (have: Rights, need: Rights): boolean => (have & need) === need;
export const without = (have: Rights, less: Rights): Rights => have & ~less;

/** What a descriptor may be used for, and what descriptors made through it may be. */
export interface RightsPair {
  readonly base: Rights;
  readonly inheriting: Rights;
}

/** Types of descriptors, as cloudabi.txt numbers them; FIFO is retired since 2017. */
export const FileType = {
  CHARACTER_DEVICE: 17,
  DIRECTORY: 32,
  FIFO: 64,
  PROCESS: 80,
  REGULAR_FILE: 96,
  SHARED_MEMORY: 112,
  SOCKET_DGRAM: 128,
  SOCKET_STREAM: 130,
} as const;
export type FileType = (typeof FileType)[keyof typeof FileType];

const REGULAR = rights(
  ...(["FD_DATASYNC", "FD_READ", "FD_SEEK", "FD_STAT_PUT_FLAGS", "FD_SYNC", "FD_TELL", "FD_WRITE", "FILE_ADVISE", "FILE_ALLOCATE", "FILE_STAT_FGET"] as const),
  ...(["FILE_STAT_FPUT_SIZE", "FILE_STAT_FPUT_TIMES", "MEM_MAP", "MEM_MAP_EXEC", "POLL_FD_READWRITE", "PROC_EXEC"] as const),
);
const DIRECTORY = rights(
  ...(["FILE_CREATE_DIRECTORY", "FILE_CREATE_FILE", "FD_STAT_PUT_FLAGS", "FD_SYNC", "FILE_ADVISE", "FILE_LINK_SOURCE", "FILE_LINK_TARGET", "FILE_OPEN"] as const),
  ...(["FILE_READDIR", "FILE_READLINK", "FILE_RENAME_SOURCE", "FILE_RENAME_TARGET", "FILE_STAT_FGET", "FILE_STAT_FPUT_TIMES", "FILE_STAT_GET"] as const),
  ...(["FILE_STAT_PUT_TIMES", "FILE_SYMLINK", "FILE_UNLINK", "POLL_FD_READWRITE"] as const),
);
const SOCKET = rights("FD_READ", "FD_WRITE", "FD_STAT_PUT_FLAGS", "FILE_STAT_FGET", "SOCK_SHUTDOWN", "POLL_FD_READWRITE");
const PIPE_END = rights("POLL_FD_READWRITE", "FD_STAT_PUT_FLAGS", "FILE_STAT_FGET");

/** Rights at creation, and all that an object of the type can have (§7). */
export const typeRights: Readonly<Record<FileType, RightsPair>> = {
  [FileType.CHARACTER_DEVICE]: { base: rights("FD_READ", "FD_WRITE", "FD_STAT_PUT_FLAGS", "FILE_STAT_FGET", "POLL_FD_READWRITE"), inheriting: NO_RIGHTS },
  [FileType.DIRECTORY]: { base: DIRECTORY, inheriting: DIRECTORY | REGULAR },
  [FileType.FIFO]: { base: PIPE_END | rights("FD_READ", "FD_WRITE"), inheriting: NO_RIGHTS },
  [FileType.PROCESS]: { base: rights("FILE_STAT_FGET", "POLL_PROC_TERMINATE"), inheriting: NO_RIGHTS },
  [FileType.REGULAR_FILE]: { base: REGULAR, inheriting: NO_RIGHTS },
  [FileType.SHARED_MEMORY]: { base: rights("FILE_STAT_FGET", "FILE_STAT_FPUT_SIZE", "FD_READ", "FD_WRITE", "MEM_MAP", "MEM_MAP_EXEC"), inheriting: NO_RIGHTS },
  [FileType.SOCKET_DGRAM]: { base: SOCKET, inheriting: ALL_RIGHTS },
  [FileType.SOCKET_STREAM]: { base: SOCKET, inheriting: ALL_RIGHTS },
};

/** The two ends of a pipe of 2015: direction is a matter of rights alone. */
export const pipeRights = {
  read: { base: PIPE_END | Right.FD_READ, inheriting: NO_RIGHTS },
  write: { base: PIPE_END | Right.FD_WRITE, inheriting: NO_RIGHTS },
} as const satisfies Record<string, RightsPair>;
