/**
 * sendmsg and recvmsg with descriptors (genode-linux.md §6; the order of errors is that of unix_dgram_sendmsg): descriptors are looked at first, then whether there is a peer, then
 * whether they may be attached, then the receiver.
 */
import type { Thread } from "../../../mach/kern/thread.ts";
import type { OpenFile } from "./descriptor.ts";
import { Errno } from "./errno.ts";
import type { Caller, Calls, LinuxKernel, LinuxProcess } from "./kernel.ts";
import { attachedLevel } from "./limits.ts";
import { findByName, maySend } from "./socket-calls.ts";
import type { Datagram, Socket } from "./socket.ts";
import type { RecvmsgTrap, SendmsgTrap } from "./traps.ts";

/** A message that is being sent. */
interface Sending {
  readonly caller: Caller;
  readonly from: Socket;
  readonly trap: SendmsgTrap;
  readonly message: Datagram;
  /** Recursion level of what it carries. */
  readonly level: number;
}

/** The files of `fds`; EINVAL for too many, EBADF for one that is none. */
function filesOf(kernel: LinuxKernel, { table }: LinuxProcess, fds: readonly number[]): readonly OpenFile[] | number {
  if (fds.length > kernel.limit.descriptorsPerMessage) return -Errno.EINVAL;
  const files: OpenFile[] = [];
  for (const fd of fds) {
    const file = table.at(fd);
    if (file === undefined) return -Errno.EBADF;
    files.push(file);
  }
  return files;
}

/** Whether the era's rules let `files` be attached. */
function attachable(kernel: LinuxKernel, process: LinuxProcess, files: readonly OpenFile[]): boolean {
  const { level, inflightPerUser } = kernel.limit;
  if (files.length === 0) return true;
  if (level !== undefined && attachedLevel(files) > level.max) return false;
  if (inflightPerUser === undefined || process.privileged) return true;
  return kernel.flight.of(process.uid) <= (inflightPerUser === "nofile" ? process.table.limit : inflightPerUser);
}

function send(kernel: LinuxKernel, caller: Caller, trap: SendmsgTrap): number {
  const { process } = caller;
  const from = kernel.socketAt(process, trap.fd);
  if (typeof from === "number") return from;
  const files = filesOf(kernel, process, trap.fds);
  if (typeof files === "number") return files;
  if (trap.to === undefined && from.peer === undefined) return -Errno.ENOTCONN;
  if (from.shots === 0) return -Errno.EPIPE;
  if (!attachable(kernel, process, files)) return -Errno.ETOOMANYREFS;
  const message: Datagram = { data: trap.data.slice(), files, user: process.uid };
  kernel.flight.depart(message);
  return settle(kernel, { caller, from, trap, message, level: attachedLevel(files) });
}

/** Tries to deliver; on an error nothing stays in flight. */
function settle(kernel: LinuxKernel, sending: Sending): number {
  const { caller, message, trap, from } = sending;
  const to = receiver(kernel, from, trap.to);
  const answer = typeof to === "number" ? to : deliver(kernel, sending, to);
  if (answer !== WAIT) {
    kernel.sending.delete(caller.thread);
    if (answer < 0) kernel.flight.arrive(message);
    return answer;
  }
  kernel.sending.set(caller.thread, message);
  const queue = typeof to === "number" ? undefined : to.writers;
  const interrupted = (): void => {
    kernel.sending.delete(caller.thread);
    kernel.flight.arrive(message);
  };
  return queue === undefined ? answer : kernel.waitIn(queue, caller.thread, () => settle(kernel, sending), interrupted);
}

/** No answer yet: there is no room. No call answers this number. */
const WAIT = -1_000_000;

/** Where the message goes. A dead peer is forgotten. */
function receiver(kernel: LinuxKernel, from: Socket, path: string | undefined): Socket | number {
  if (path !== undefined) return findByName(kernel, path);
  const { peer } = from;
  if (peer === undefined) return -Errno.ENOTCONN;
  if (!peer.dead) return peer;
  if (from.type === "stream") return -Errno.EPIPE;
  from.peer = undefined;
  return -Errno.ECONNREFUSED;
}

function deliver(kernel: LinuxKernel, { from, trap, message, level }: Sending, to: Socket): number {
  if (from.type === "dgram") {
    if (!maySend(from, to)) return -Errno.EPERM;
    const full = to.peer !== from && to.queue.length > kernel.limit.datagramQueue;
    if (full) return trap.dontwait ? -Errno.EAGAIN : WAIT;
  }
  to.queue.push(message);
  if (kernel.limit.level !== undefined) to.level = Math.max(to.level, level + 1);
  if (from.shots !== undefined) from.shots--;
  kernel.meter.messages++;
  kernel.meter.bytes += message.data.length;
  to.readers.wakeOne();
  kernel.pollers.wakeAll();
  return message.data.length;
}

/** Back to 0 when an empty queue is met, where the era does that. */
function meetEmpty(kernel: LinuxKernel, socket: Socket): void {
  const reset = kernel.limit.level?.reset;
  if (reset === "any-empty" || (reset === "stream-only" && socket.type === "stream")) socket.level = 0;
}

function receive(kernel: LinuxKernel, process: LinuxProcess, thread: Thread, trap: RecvmsgTrap): number {
  const socket = kernel.socketAt(process, trap.fd);
  if (typeof socket === "number") return socket;
  const message = socket.queue.shift();
  if (message !== undefined) return take(kernel, process, socket, trap, message);
  meetEmpty(kernel, socket);
  if (socket.type === "stream" && (socket.peer === undefined || socket.peer.dead)) return 0;
  if (trap.dontwait) return -Errno.EAGAIN;
  return kernel.waitIn(socket.readers, thread, () => receive(kernel, process, thread, trap));
}

/** A stream's receiver stops at a message with descriptors; without any it goes on to the empty queue. */
function take(kernel: LinuxKernel, process: LinuxProcess, socket: Socket, trap: RecvmsgTrap, message: Datagram): number {
  const goesOn = socket.type === "dgram" || message.files.length === 0;
  if (goesOn && socket.queue.length === 0) meetEmpty(kernel, socket);
  const fds: number[] = [];
  for (const file of message.files.slice(0, trap.slots)) {
    const fd = kernel.install(process, file, trap.closeOnExec);
    if (fd < 0) break;
    fds.push(fd);
  }
  trap.data = message.data;
  trap.fds = fds;
  trap.truncated = fds.length < message.files.length;
  kernel.meter.descriptorsMoved += fds.length;
  kernel.flight.arrive(message);
  socket.writers.wakeOne();
  return message.data.length;
}

export const transferCalls: Calls<"sendmsg" | "recvmsg" | "poll"> = {
  sendmsg: send,
  recvmsg: (kernel, { process, thread }, trap) => receive(kernel, process, thread, trap),

  poll: function poll(kernel, caller, trap): number {
    for (const fd of trap.fds) {
      const socket = kernel.socketAt(caller.process, fd);
      if (typeof socket !== "number" && socket.queue.length > 0) return fd;
    }
    return kernel.waitIn(kernel.pollers, caller.thread, () => poll(kernel, caller, trap));
  },
};
