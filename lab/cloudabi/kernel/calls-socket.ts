/** Sending and receiving, with descriptors (cloudabi.md §2.5). */
import { answer, Errno } from "../errno.ts";
import { FileType, Right } from "../rights.ts";
import type { Calls, Context } from "./kernel.ts";
import { Socket, type Received } from "./sockets.ts";
import { share, type Slot } from "./table.ts";

const RECEIVING = 1;
const SENDING = 2;

/** Sends, waiting for room. EPIPE, never a signal; EAGAIN when it may not wait. The references in `fds` go with the message, or are released. */
export function send({ kernel, thread }: Context, socket: Socket, data: Uint8Array, fds: readonly Slot[], sent: (written: number) => void): number {
  return kernel.waitFor(thread, socket, socket.writable, () => {
    if (!socket.broken && socket.canWrite) {
      socket.send(data, fds);
      kernel.meter.message(fds.length, data.length);
      sent(data.length);
      return 0;
    }
    if (!socket.broken && !socket.flags.nonblock) return undefined;
    for (const { file } of fds) file.release();
    return socket.broken ? Errno.EPIPE : Errno.EAGAIN;
  });
}

/** Receives, waiting for something. Nothing asked for is had at once. EAGAIN when it may not wait. */
export function receive(
  { kernel, thread }: Context,
  socket: Socket,
  { length, fdLimit, into }: { readonly length: number; readonly fdLimit: number; readonly into: (received: Received) => void },
): number {
  if (length === 0 && fdLimit === 0) return 0;
  return kernel.waitFor(thread, socket, socket.readable, () => {
    if (!socket.canRead) return socket.flags.nonblock ? Errno.EAGAIN : undefined;
    const received = socket.receive(length, fdLimit);
    kernel.meter.arrived(received.fds.length);
    into(received);
    return 0;
  });
}

/** A socket that may be used with `need`. Another type without that right is ENOTCAPABLE as well: libc tells them apart. */
function socketAt({ kernel, process }: Context, fd: number, need: bigint): Socket | number {
  const got = kernel.slot(process, fd, need);
  if (got.err !== 0) return got.err;
  const { file } = got.value;
  return file instanceof Socket && file.type !== FileType.FIFO ? file : Errno.ENOTSOCK;
}

export const socketCalls: Calls<"sock_send" | "sock_recv" | "sock_shutdown"> = {
  sock_send(context, trap) {
    if (trap.siflags !== 0) return Errno.EINVAL;
    const socket = socketAt(context, trap.fd, Right.FD_WRITE);
    if (typeof socket === "number") return socket;
    const slots = trap.fds.map((fd) => context.process.table.get(fd));
    if (slots.some((s) => s === undefined)) return Errno.EBADF;
    return send(context, socket, trap.data, slots.flatMap((s) => (s === undefined ? [] : [share(s)])), (n) => (trap.written = n));
  },

  sock_recv(context, trap) {
    const { kernel, process } = context;
    const socket = socketAt(context, trap.fd, Right.FD_READ);
    if (typeof socket === "number") return socket;
    return receive(context, socket, {
      length: trap.length,
      fdLimit: trap.fdLimit,
      into: (received) => {
        const installed = kernel.install(process, received.fds);
        const { data, dataTruncated } = received;
        Object.assign(trap, { data, dataTruncated, fdsTruncated: received.fdsTruncated || installed.err !== 0 });
        answer(installed, (fds) => (trap.fds = fds));
      },
    });
  },

  sock_shutdown(context, { fd, how }) {
    const socket = socketAt(context, fd, Right.SOCK_SHUTDOWN);
    if (typeof socket === "number") return socket;
    if (how === 0 || (how & ~(RECEIVING | SENDING)) !== 0) return Errno.EINVAL;
    socket.shutdown((how & RECEIVING) !== 0, (how & SENDING) !== 0);
    return 0;
  },
};
