/** `io_pathconf` for files in general (fs-io.md §4). */
import { _PC_CHOWN_RESTRICTED, _PC_LINK_MAX, _PC_MAX_CANON, _PC_MAX_INPUT, _PC_NAME_MAX, _PC_NO_TRUNC, _PC_PATH_MAX, _PC_PIPE_BUF, _PC_VDISABLE, NAME_MAX } from "../interfaces/hurd-types.ts";

/** POSIX names after the nine classic ones. */
const SYNC_IO = 9;
const ASYNC_IO = 10;
const PRIO_IO = 11;
const SOCK_MAXBUF = 12;
const FILESIZEBITS = 13;
const REC_INCR_XFER_SIZE = 14;
const REC_MAX_XFER_SIZE = 15;
const REC_MIN_XFER_SIZE = 16;
const REC_XFER_ALIGN = 17;
const ALLOC_SIZE_MIN = 18;
const SYMLINK_MAX = 19;
const TWO_SYMLINKS = 20;

const PAGE = 4096;
const UNLIMITED = [_PC_MAX_CANON, _PC_MAX_INPUT, _PC_PIPE_BUF, _PC_VDISABLE, SOCK_MAXBUF, _PC_PATH_MAX, REC_MAX_XFER_SIZE, REC_INCR_XFER_SIZE, SYMLINK_MAX];
const ONE = [_PC_NO_TRUNC, TWO_SYMLINKS, _PC_CHOWN_RESTRICTED, SYNC_IO, ASYNC_IO];
const values: ReadonlyMap<number, number> = new Map([
  ...UNLIMITED.map((name) => [name, -1] as const),
  ...ONE.map((name) => [name, 1] as const),
  ...[REC_MIN_XFER_SIZE, REC_XFER_ALIGN, ALLOC_SIZE_MIN].map((name) => [name, PAGE] as const),
  [_PC_NAME_MAX, NAME_MAX],
  [PRIO_IO, 0],
  [FILESIZEBITS, 32],
]);

/** The limit called `name`, as libdiskfs has it; -1 is none. Undefined: no such name. */
export const pathconf = (name: number, linkMax: number): number | undefined => (name === _PC_LINK_MAX ? linkMax : values.get(name));
