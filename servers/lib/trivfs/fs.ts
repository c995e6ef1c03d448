/** `file_*` and `dir_*` as every trivial translator answers them: the status is that of the node underneath; a directory it is not. */
import { moveSend, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import { addSendRef, deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall } from "../../../glibc-shim/stubs.ts";
import { encodeArgz } from "../../interfaces/argz.ts";
import { Errno } from "../../interfaces/errno.ts";
import type { fs } from "../../interfaces/fs.ts";
import { FS_RETRY_NORMAL, FSTYPE_MISC, O_EXEC, O_READ, O_WRITE } from "../../interfaces/hurd-types.ts";
import { encodeStatfs } from "../../interfaces/statfs.ts";
import type { Trivfs, TrivProtid } from "./trivfs.ts";

type Defaults<H> = Partial<Handlers<typeof fs.routines, TrivProtid<H>>>;

export const fsDefaults = <H>(trivfs: Trivfs<H>): Defaults<H> => ({ ...notADirectory<H>(), ...underneath<H>(), ...own(trivfs) });

/** Opens the same thing again, if the node underneath lets this user (`dir_lookup` with an empty name). */
export function* reopen<H>(trivfs: Trivfs<H>, self: TrivProtid<H>, flags: number): Syscall<Result<PolyRight>> {
  const err = yield* checkAccess(self.realnode, flags);
  if (err) return { err };
  yield* addSendRef(self.realnode);
  const made = yield* trivfs.open({ control: self.po.control, dotdot: self.realnode, user: self.user, flags }, self.realnode);
  if (made.err) yield* deallocate(self.realnode);
  return made;
}

/** EACCES unless the node lets its port's user open it so. */
export function* checkAccess(realnode: MachPort, flags: number): Syscall<0 | Failure> {
  const wanted = flags & (O_READ | O_WRITE | O_EXEC);
  const got = yield* fsCall.file_check_access(realnode, {});
  if (got.err) return got.err;
  return (wanted & ~got.allowed) === 0 ? 0 : Errno.EACCES;
}

const own = <H>(trivfs: Trivfs<H>): Defaults<H> => ({
  *dir_lookup(self, { file_name, flags }) {
    if (file_name !== "") return { err: Errno.ENOTDIR };
    const made = yield* reopen(trivfs, self, flags);
    return made.err ? made : { err: 0, do_retry: FS_RETRY_NORMAL, retry_name: "", result: made.value };
  },
  *file_getcontrol(self) {
    if (!(yield* trivfs.privileged(self.user))) return { err: Errno.EPERM };
    const port = trivfs.bucket.all(trivfs.controls).find((control) => control.object === self.po.control);
    return port === undefined ? { err: Errno.EOPNOTSUPP } : { err: 0, control: yield* trivfs.bucket.getRight(port) };
  },
  /** What is no directory has no "..": just another port. */
  *file_reparent({ po, user, realnode }, { parent }) {
    yield* addSendRef(realnode);
    yield* deallocate(parent);
    return { err: 0, new_file: yield* trivfs.port(po, user, realnode) };
  },
  *file_get_fs_options() {
    return { err: 0, options: encodeArgz([trivfs.argv[0] ?? "", ...(trivfs.description.options?.() ?? [])]) };
  },
  *file_statfs() {
    const blank = { bsize: 0, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
    return { err: 0, info: encodeStatfs({ ...blank, type: trivfs.description.fstype ?? FSTYPE_MISC, fsid: trivfs.libc.getpid(), namelen: 0 }) };
  },
  file_sync: ({ realnode }, { wait, omit_metadata }) => fsCall.file_sync(realnode, { wait, omit_metadata }),
  file_syncfs: ({ realnode }, { wait }) => fsCall.file_sync(realnode, { wait, omit_metadata: 0 }),
  /** The other port comes first: one that is no file of ours. */
  *dir_link(_self, { file }) {
    return { err: trivfs.protidOf(file) === undefined ? Errno.EOPNOTSUPP : Errno.ENOTDIR };
  },
  *dir_rename(_self, { newdirectory }) {
    return { err: trivfs.protidOf(newdirectory) === undefined ? Errno.EXDEV : Errno.ENOTDIR };
  },
});

/** Requests that the node underneath answers. */
const underneath = <H>(): Defaults<H> => ({
  file_check_access: ({ realnode }) => fsCall.file_check_access(realnode, {}),
  file_chown: ({ realnode }, args) => fsCall.file_chown(realnode, args),
  file_chmod: ({ realnode }, args) => fsCall.file_chmod(realnode, args),
  file_chauthor: ({ realnode }, args) => fsCall.file_chauthor(realnode, args),
  file_chflags: ({ realnode }, args) => fsCall.file_chflags(realnode, args),
  file_utimes: ({ realnode }, args) => fsCall.file_utimes(realnode, args),
  file_utimens: ({ realnode }, args) => fsCall.file_utimens(realnode, args),
  *file_getlinknode({ realnode }) {
    const got = yield* fsCall.file_getlinknode(realnode, {});
    return got.err ? got : { err: 0, linknode: moveSend(got.linknode) };
  },
});

const refuse = function* (): Syscall<{ readonly err: typeof Errno.ENOTDIR }> {
  return { err: Errno.ENOTDIR };
};
const notADirectory = <H>(): Defaults<H> => ({
  dir_readdir: refuse,
  dir_mkdir: refuse,
  dir_rmdir: refuse,
  dir_unlink: refuse,
  dir_mkfile: refuse,
  dir_notice_changes: refuse,
});
