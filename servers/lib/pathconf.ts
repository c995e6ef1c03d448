/** `io_pathconf` for files in general (fs-io.md §4). */
import { _PC_CHOWN_RESTRICTED, _PC_LINK_MAX, _PC_MAX_CANON, _PC_MAX_INPUT, _PC_NAME_MAX, _PC_NO_TRUNC, _PC_PATH_MAX, _PC_PIPE_BUF, _PC_VDISABLE, NAME_MAX } from "../interfaces/hurd-types.ts";

/** POSIX names after the nine classic ones: synchronous, asynchronous, priority I/O, sockets' buffer, file size bits. */
const SYNC_IO = 9;
const ASYNC_IO = 10;
const PRIO_IO = 11;
const FILESIZEBITS = 13;

/** The limit called `name`; -1 is none. Undefined: no such name. */
export function pathconf(name: number, linkMax: number): number | undefined {
  const values = new Map<number, number>([
    [_PC_LINK_MAX, linkMax],
    [_PC_MAX_CANON, -1],
    [_PC_MAX_INPUT, -1],
    [_PC_NAME_MAX, NAME_MAX],
    [_PC_PATH_MAX, -1],
    [_PC_PIPE_BUF, -1],
    [_PC_CHOWN_RESTRICTED, 1],
    [_PC_NO_TRUNC, 1],
    [_PC_VDISABLE, -1],
    [SYNC_IO, -1],
    [ASYNC_IO, -1],
    [PRIO_IO, -1],
    [FILESIZEBITS, 32],
  ]);
  return values.get(name);
}
