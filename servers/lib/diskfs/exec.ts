/** `file_exec_paths`: the filesystem's part of exec — checks, set-id, and the call of the exec server (exec.md §4). */
import { copySend, copySends, MACH_PORT_NULL, portValid, type MachPort } from "../../../mach/ipc/names.ts";
import { Mig, Msg, type Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { execCall } from "../../../glibc-shim/stubs.ts";
import { Errno } from "../../interfaces/errno.ts";
import { EXEC_NEWTASK, EXEC_SECURE, O_EXEC, O_READ } from "../../interfaces/hurd-types.ts";
import { S_ISDIR, S_ISGID, S_ISUID } from "../../interfaces/stat.ts";
import { execReauth } from "../exec-reauth.ts";
import { anyExec } from "../iouser.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Protid } from "./peropen.ts";

/** What `file_exec_paths` carries. Rights are ours once the exec has succeeded. */
export interface ExecRequest {
  readonly exec_task: MachPort;
  readonly flags: number;
  readonly path: string;
  readonly abspath: string;
  readonly argv: Uint8Array;
  readonly envp: Uint8Array;
  readonly fdarray: readonly MachPort[];
  readonly portarray: readonly MachPort[];
  readonly intarray: readonly number[];
  readonly deallocnames: readonly MachPort[];
  readonly destroynames: readonly MachPort[];
}

/** Runs the file behind `self`. The checks are in the order of exec.md §4. */
export function* fileExec(fs: Diskfs, self: Protid, own: MachPort, request: ExecRequest): Syscall<0 | Failure> {
  const server = yield* execServer(fs, false);
  if (server === MACH_PORT_NULL) return Errno.EOPNOTSUPP;
  const { mode, uid, gid } = self.node.st;
  if (fs.settings.noexec) return Errno.EACCES;
  if (!(self.po.openstat & O_EXEC)) return Errno.EBADF;
  if (!anyExec(mode) || S_ISDIR(mode)) return Errno.EACCES;
  // In the message itself, so that a failing answer destroys what stands there then.
  const ports = request.portarray as MachPort[];
  const fds = request.fdarray as MachPort[];
  let { flags } = request;
  if (!fs.settings.nosuid && (mode & (S_ISUID | S_ISGID)) !== 0) {
    const changed = yield* execReauth(fs.auth, { suid: mode & S_ISUID ? uid : undefined, sgid: mode & S_ISGID ? gid : undefined }, self.user, ports, fds, fs.libc.holes);
    if (changed.err) return changed.err;
    if (changed.value) flags |= EXEC_SECURE | EXEC_NEWTASK;
  }
  const file = yield* fs.ownPort(self.node, O_READ | O_EXEC, self.po.place, self.user);
  // A right on the caller's own port: his death must not look like the last sender's, and break the exec off.
  const port = fs.bucket.lookup(fs.protids, own);
  const held = port === undefined ? MACH_PORT_NULL : yield* fs.bucket.getSendRight(port);
  let err = yield* callExec(server, file, flags, request, ports, fds);
  if (err === Msg.SEND_INVALID_DEST) {
    const again = yield* execServer(fs, true);
    err = again === MACH_PORT_NULL ? Errno.EOPNOTSUPP : yield* callExec(again, file, flags, request, ports, fds);
    if (err === Msg.SEND_INVALID_DEST) err = Errno.EOPNOTSUPP;
  }
  yield* deallocate(held);
  yield* deallocate(file);
  if (!err) for (const right of [request.exec_task, ...ports, ...fds]) yield* deallocate(right);
  return err;
}

/** The cached port, or a new look at /servers/exec; null: there is none. */
function* execServer(fs: Diskfs, fresh: boolean): Syscall<MachPort> {
  if (fresh) {
    yield* deallocate(fs.exec);
    fs.exec = MACH_PORT_NULL;
  }
  if (portValid(fs.exec)) return fs.exec;
  const found = yield* attempt(fs.libc.file_name_lookup("/servers/exec", 0));
  if (!found.err) fs.exec = found.value;
  return fs.exec;
}

function* callExec(
  server: MachPort, file: MachPort, flags: number, request: ExecRequest, ports: readonly MachPort[], fds: readonly MachPort[],
): Syscall<0 | Failure> {
  const args = {
    file: copySend(file),
    oldtask: request.exec_task,
    flags,
    argv: request.argv,
    envp: request.envp,
    dtable: copySends(fds),
    portarray: copySends(ports),
    intarray: request.intarray,
    deallocnames: request.deallocnames,
    destroynames: request.destroynames,
    path: request.path,
    abspath: request.abspath,
  };
  const { err } = yield* execCall.exec_exec_paths(server, args);
  return err === Mig.BAD_ID ? (yield* execCall.exec_exec(server, args)).err : err;
}
