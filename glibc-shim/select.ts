/** Waiting for one of several descriptors: a request to each server, all replies to one port set; replies that are late go to ports that are gone. */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { type MachPort, MsgType, Right } from "../mach/ipc/names.ts";
import { Msg } from "../mach/kern/kern-return.ts";
import { mach_reply_port, type Syscall } from "../mach/kern/syscall.ts";
import { packFields } from "../mach/mig/client.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { SELECT_READ } from "../servers/interfaces/hurd-types.ts";
import { io } from "../servers/interfaces/io.ts";
import { descriptor } from "./dtable.ts";
import { orThrow, UnixError } from "./errno.ts";
import type { Fd } from "./libc.ts";
import type { Process } from "./process.ts";
import { destroyReceive, taskSelf } from "./rights.ts";

interface Asked {
  readonly fd: Fd;
  readonly reply: MachPort;
}

/** The descriptors that can be read, or have failed; none after the time-out (milliseconds). Throws EBADF, EINTR. */
export function* select(p: Process, fds: readonly Fd[], timeout?: number): Syscall<readonly Fd[]> {
  for (const fd of fds) descriptor(p, fd, "select");
  const task = yield* taskSelf();
  const set = orThrow("select", yield* machPortCall.mach_port_allocate(task, { right: Right.PORT_SET })).name;
  const asked: Asked[] = [];
  const ready: Fd[] = [];
  for (const fd of fds) {
    const reply = yield* mach_reply_port();
    yield* machPortCall.mach_port_move_member(task, { member: reply, after: set });
    const sent = yield* descriptor(p, fd, "select").port.use((port) => request(port, reply, timeout === 0));
    if (sent === Msg.SUCCESS) asked.push({ fd, reply });
    else {
      ready.push(fd);
      yield* destroyReceive(reply);
    }
  }
  const code = yield* collect(asked, ready, set, timeout);
  for (const { reply } of asked) yield* destroyReceive(reply);
  yield* machPortCall.mach_port_mod_refs(task, { name: set, right: Right.PORT_SET, delta: -1 });
  if (code === Msg.RCV_INTERRUPTED && ready.length === 0) throw new UnixError("select", Errno.EINTR);
  return fds.filter((fd) => ready.includes(fd));
}

/** `io_select`; a poll has the server answer at once. */
function* request(port: MachPort, reply: MachPort, poll: boolean): Syscall<number> {
  const r = poll ? io.routines.io_select_timeout : io.routines.io_select;
  const args = poll ? { timeout: [0, 0], select_type: SELECT_READ } : { select_type: SELECT_READ };
  const msg = new MachMsg();
  msg.header(port, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, r.id, packFields(r.in, args));
  msg.option = MsgOption.SEND;
  return yield msg;
}

/** Waits for the first answer that says ready, and takes those that are there already. A poll waits for all. */
function* collect(asked: readonly Asked[], ready: Fd[], set: MachPort, timeout: number | undefined): Syscall<number> {
  const msg = new MachMsg();
  msg.rcvName = set;
  for (let answers = 0; answers < asked.length; answers++) {
    const poll = timeout === 0;
    const wait = ready.length > 0 && !poll ? 0 : poll ? undefined : timeout;
    msg.option = wait === undefined ? MsgOption.RCV : MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.timeout = wait ?? 0;
    const code = yield msg;
    if (code !== Msg.SUCCESS) return code;
    const from = asked.find((a) => a.reply === msg.localPort);
    const [result, type] = msg.items;
    const failed = result?.data !== 0 && result?.data !== Errno.EINTR;
    if (from !== undefined && (failed || (typeof type?.data === "number" && type.data !== 0))) ready.push(from.fd);
  }
  return Msg.SUCCESS;
}
