/** `file_lock` and `file_record_lock`: the rules of their arguments (fs-io.md §4). */
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../interfaces/errno.ts";
import {
  F_GETLK64, F_RDLCK, F_SETLK64, F_SETLKW64, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, O_EXEC, O_READ, O_WRITE, SEEK_CUR, SEEK_END, SEEK_SET,
} from "../../interfaces/hurd-types.ts";
import type { Peropen } from "./peropen.ts";

const wholeFileType = (flags: number): typeof F_UNLCK | typeof F_RDLCK | typeof F_WRLCK | undefined =>
  flags & LOCK_UN ? F_UNLCK : flags & LOCK_SH ? F_RDLCK : flags & LOCK_EX ? F_WRLCK : undefined;

/**
 * `file_lock`: the whole file, in the same box as locks of ranges. Any access to the file is enough for LOCK_EX; EBADF: an open without any. EINVAL: no
 * command; EAGAIN: conflict, with LOCK_NB; EINTR.
 */
export function* fileLock(po: Peropen, flags: number): Syscall<0 | Failure> {
  const type = wholeFileType(flags);
  if (type === undefined) return Errno.EINVAL;
  if (type === F_WRLCK && !(po.openstat & (O_READ | O_WRITE | O_EXEC))) return Errno.EBADF;
  return yield* po.node.records.set(po, 0, Infinity, type, !(flags & LOCK_NB));
}

/** O_EXLOCK and O_SHLOCK of an open: without waiting, and for O_EXLOCK the open must be for writing. */
export function* lockOnOpen(po: Peropen, type: typeof F_RDLCK | typeof F_WRLCK): Syscall<0 | Failure> {
  if (type === F_WRLCK && !(po.openstat & O_WRITE)) return Errno.EBADF;
  return yield* po.node.records.set(po, 0, Infinity, type, false);
}

/** Words of `struct flock64`: type and whence in the first, start, length, pid. */
interface Flock {
  readonly type: number;
  readonly whence: number;
  readonly start: number;
  readonly length: number;
}
const TWO32 = 0x100000000;
const wide = (lo = 0, hi = 0): number => hi * TWO32 + (lo >>> 0);

/** `l_type` and `l_whence` are ints here, then two 64-bit numbers and the pid: seven words. */
const decode = (w: readonly number[]): Flock => ({ type: w[0] ?? 0, whence: w[1] ?? 0, start: wide(w[2], w[3]), length: wide(w[4], w[5]) });
const encode = (type: number, whence: number, start: number, length: number, pid: number): readonly number[] =>
  [type, whence, start | 0, Math.floor(start / TWO32) | 0, length | 0, Math.floor(length / TWO32) | 0, pid];

export type RecordLocked = { readonly err: 0; readonly flock64: readonly number[] } | { readonly err: Failure };

/** Ranges of the file. EOPNOTSUPP: another command, or a rendezvous (locks of processes); EINVAL, EBADF, EAGAIN, EINTR. */
export function* recordLock(po: Peropen, cmd: number, words: readonly number[], rendezvous: MachPort): Syscall<RecordLocked> {
  if (rendezvous !== MACH_PORT_NULL) return { err: Errno.EOPNOTSUPP };
  if (cmd !== F_GETLK64 && cmd !== F_SETLK64 && cmd !== F_SETLKW64) return { err: Errno.EOPNOTSUPP };
  const { type, whence, start: relative, length } = decode(words);
  if (![F_RDLCK, F_WRLCK, F_UNLCK].includes(type) || (cmd === F_GETLK64 && type === F_UNLCK)) return { err: Errno.EINVAL };
  if (cmd !== F_GETLK64 && type === F_WRLCK && !(po.openstat & O_WRITE)) return { err: Errno.EBADF };
  const bases = new Map([[SEEK_SET, 0], [SEEK_CUR, po.offset], [SEEK_END, po.node.st.size]]);
  const base = bases.get(whence);
  if (base === undefined || base + relative < 0 || length < 0) return { err: Errno.EINVAL };
  const start = base + relative;
  const end = length === 0 ? Infinity : start + length;
  const { records } = po.node;
  if (cmd === F_GETLK64) {
    const other = records.conflict(po, start, end, type);
    if (other === undefined) return { err: 0, flock64: [F_UNLCK, ...words.slice(1)] };
    return { err: 0, flock64: encode(other.type, SEEK_SET, other.start, other.end === Infinity ? 0 : other.end - other.start, -1) };
  }
  const err = yield* records.set(po, start, end, type, cmd === F_SETLKW64);
  return err ? { err } : { err: 0, flock64: words };
}
