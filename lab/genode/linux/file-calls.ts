/** Descriptors: closing, copying, opening by name, using. */
import { Errno } from "./errno.ts";
import type { Calls } from "./kernel.ts";
import type { Socket } from "./socket.ts";

/** One sends on a socket with a living peer, and receives on a named one. */
const socketAllows = ({ peer, path }: Socket, right: string): boolean => (right === "send" ? peer?.dead === false : right === "receive" && path !== undefined);

export const fileCalls: Calls<"close" | "dup" | "dup2" | "fstat" | "open" | "io"> = {
  close: (kernel, { process }, { fd }) => (kernel.flight.close(process.table, fd) ? 0 : -Errno.EBADF),

  /** The copy has no close-on-exec flag. */
  dup(kernel, { process }, { fd }) {
    const file = process.table.at(fd);
    return file === undefined ? -Errno.EBADF : kernel.install(process, file, false);
  },

  /** Onto itself it does nothing at all: the flag stays too. */
  dup2(kernel, { process }, { from, to }) {
    const file = process.table.at(from);
    if (file === undefined || to < 0 || to >= process.table.limit) return -Errno.EBADF;
    if (from === to) return to;
    kernel.flight.close(process.table, to);
    process.table.put(to, file, false);
    return to;
  },

  fstat: (_, { process }, { fd }) => process.table.at(fd)?.what.ino ?? -Errno.EBADF,

  open(kernel, { process }, { path, closeOnExec }) {
    const inode = kernel.names.get(path);
    if (inode === undefined) return -Errno.ENOENT;
    return "file" in inode ? kernel.install(process, kernel.flight.open(inode.file), closeOnExec) : -Errno.EACCES;
  },

  io(_, { process }, { fd, right }) {
    const what = process.table.at(fd)?.what;
    if (what === undefined) return -Errno.EBADF;
    if (what.kind === "socket") return socketAllows(what, right) ? 0 : -Errno.EACCES;
    return what.rights.includes(right) ? 0 : -Errno.EACCES;
  },
};
