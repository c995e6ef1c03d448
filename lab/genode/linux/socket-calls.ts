/** Making, naming and connecting sockets. */
import { Errno } from "./errno.ts";
import type { Calls, LinuxKernel, LinuxProcess } from "./kernel.ts";
import type { Socket } from "./socket.ts";

/** The socket that lives behind `path`: ENOENT without a name, ECONNREFUSED when nobody listens there. */
export function findByName(kernel: LinuxKernel, path: string): Socket | number {
  const inode = kernel.names.get(path);
  if (inode === undefined) return -Errno.ENOENT;
  if (!("socket" in inode) || inode.socket.dead) return -Errno.ECONNREFUSED;
  return inode.socket;
}

/** A datagram may go to a socket that is connected to nobody or to its sender. */
export const maySend = (from: Socket, to: Socket): boolean => to.peer === undefined || to.peer === from;

/** Installs two files, or none. */
function installPair(kernel: LinuxKernel, process: LinuxProcess, closeOnExec: boolean, files: readonly [Parameters<LinuxKernel["install"]>[1], Parameters<LinuxKernel["install"]>[1]]): readonly [number, number] | number {
  const first = kernel.install(process, files[0], closeOnExec);
  if (first < 0) return first;
  const second = kernel.install(process, files[1], closeOnExec);
  if (second >= 0) return [first, second];
  kernel.flight.close(process.table, first);
  return second;
}

export const socketCalls: Calls<"socket" | "socketpair" | "bind" | "connect" | "unlink" | "getpeername"> = {
  socket: (kernel, { process }, { type, closeOnExec }) => kernel.install(process, kernel.newSocket(type), closeOnExec),

  socketpair(kernel, { process }, trap) {
    const files = [kernel.newSocket(trap.type), kernel.newSocket(trap.type)] as const;
    const [a, b] = [files[0].what, files[1].what];
    if (a.kind === "socket" && b.kind === "socket") {
      a.peer = b;
      b.peer = a;
      if (trap.oneShot) b.shots = 1;
    }
    const pair = installPair(kernel, process, trap.closeOnExec, files);
    if (typeof pair === "number") return pair;
    trap.pair = pair;
    return 0;
  },

  bind(kernel, { process }, { fd, path }) {
    const socket = kernel.socketAt(process, fd);
    if (typeof socket === "number") return socket;
    if (socket.path !== undefined) return -Errno.EINVAL;
    if (kernel.names.has(path)) return -Errno.EADDRINUSE;
    socket.path = path;
    kernel.names.set(path, { ino: kernel.newInode(), socket });
    return 0;
  },

  connect(kernel, { process }, { fd, path }) {
    const socket = kernel.socketAt(process, fd);
    if (typeof socket === "number") return socket;
    const other = findByName(kernel, path);
    if (typeof other === "number") return other;
    if (other.type !== socket.type) return -Errno.EPROTOTYPE;
    if (!maySend(socket, other)) return -Errno.EPERM;
    socket.peer = other;
    return 0;
  },

  unlink: (kernel, _, { path }) => (kernel.names.delete(path) ? 0 : -Errno.ENOENT),

  getpeername(kernel, { process }, trap) {
    const socket = kernel.socketAt(process, trap.fd);
    if (typeof socket === "number") return socket;
    if (socket.peer === undefined) return -Errno.ENOTCONN;
    trap.path = socket.peer.path ?? "";
    return 0;
  },
};
