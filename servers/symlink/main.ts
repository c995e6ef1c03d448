/**
 * /hurd/symlink TARGET: a symbolic link as a program of its own, for filesystems that cannot keep one, and for `settrans -F`. It answers three requests, has no
 * opens of its own, and ends when nobody has asked for ten minutes or told to go: without a reply (recorded p-goaway).
 */
import { copySend, MACH_PORT_NULL, moveSend, Right, type MachPort } from "../../mach/ipc/names.ts";
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { answerRequest, sendReply, serve, type Demuxer } from "../../mach/mig/server.ts";
import { STDERR, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { deallocate, insertSend, taskSelf } from "../../glibc-shim/rights.ts";
import { fsysCall } from "../../glibc-shim/stubs.ts";
import { fsys } from "../interfaces/fsys.ts";
import { FS_RETRY_MAGICAL, FS_RETRY_REAUTH, O_NOLINK } from "../interfaces/hurd-types.ts";
import { bootstrapPort } from "../lib/control-handshake.ts";

/** Milliseconds. */
const IDLE = 600_000;

const demuxer = (libc: Libc, target: string, realnode: MachPort): Demuxer =>
  serve(fsys, () => realnode, {
    *fsys_getroot(node, { dotdot_node, flags }) {
      if (flags & O_NOLINK) {
        yield* deallocate(dotdot_node);
        return { err: 0, do_retry: FS_RETRY_REAUTH, retry_name: "", file: copySend(node) };
      }
      if (!target.startsWith("/")) return { err: 0, do_retry: FS_RETRY_REAUTH, retry_name: target, file: moveSend(dotdot_node) };
      yield* deallocate(dotdot_node);
      return { err: 0, do_retry: FS_RETRY_MAGICAL, retry_name: target, file: copySend(MACH_PORT_NULL) };
    },
    *fsys_goaway() {
      return yield* libc.exit(0);
    },
    *fsys_syncfs() {
      return { err: 0 };
    },
  });

export const main: Main = function* (libc, argv) {
  const [name, target, more] = argv;
  if (target === undefined || more !== undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${name ?? "symlink"} TARGET\n`);
    return 1;
  }
  const bootstrap = yield* bootstrapPort();
  const made = yield* machPortCall.mach_port_allocate(yield* taskSelf(), { right: Right.RECEIVE });
  if (made.err) return 3;
  yield* insertSend(made.name);
  const started = yield* fsysCall.fsys_startup(bootstrap, { openflags: 0, control_port: moveSend(made.name) });
  if (started.err) {
    yield* libc.warn("must be started as a translator", undefined);
    return 3;
  }
  yield* deallocate(bootstrap);
  yield* serveUntilIdle(made.name, demuxer(libc, target, started.realnode));
  return 0;
};

/** One request at a time, until none has come for `IDLE`. */
function* serveUntilIdle(control: MachPort, requests: Demuxer): Syscall<void> {
  const msg = new MachMsg();
  for (;;) {
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.timeout = IDLE;
    msg.rcvName = control;
    msg.take = true;
    const code = yield msg;
    if (code === Msg.RCV_TIMED_OUT) return;
    if (code === Msg.SUCCESS && (yield* answerRequest(msg, requests))) yield* sendReply(msg);
  }
}
