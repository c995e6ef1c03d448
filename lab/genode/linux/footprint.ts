/** The cells that a call would touch (modelchecking.md §5.1). Processes stand by pid, sockets and files by inode. */
import type { LinuxKernel, LinuxProcess } from "./kernel.ts";
import type { LinuxTrap } from "./traps.ts";

/** Queue behind a destination: the peer's, or that of the named socket. */
function queueOf(kernel: LinuxKernel, process: LinuxProcess, fd: number, to?: string): string {
  const inode = to === undefined ? undefined : kernel.names.get(to);
  if (inode !== undefined && "socket" in inode) return `Q(${inode.socket.ino})`;
  const socket = kernel.socketAt(process, fd);
  return typeof socket === "number" ? "Q(-)" : `Q(${socket.peer?.ino ?? "-"})`;
}

const inodeAt = (process: LinuxProcess, fd: number): number | "-" => process.table.at(fd)?.what.ino ?? "-";

export function footprintOf(kernel: LinuxKernel, process: LinuxProcess, trap: LinuxTrap): readonly string[] {
  const slot = (fd: number): string => `NS(${process.pid},${fd})`;
  const allocator = `NA(${process.pid})`;
  const flight = `LIM(flight.${process.uid})`;
  switch (trap.call) {
    case "socket":
    case "socketpair":
      return [allocator];
    case "open":
      return [allocator, `DIR(${trap.path})`];
    case "bind":
    case "connect":
      return [slot(trap.fd), `DIR(${trap.path})`];
    case "unlink":
      return [`DIR(${trap.path})`];
    case "sendmsg":
      return [slot(trap.fd), ...trap.fds.map(slot), queueOf(kernel, process, trap.fd, trap.to), flight];
    case "recvmsg":
      return [slot(trap.fd), `Q(${inodeAt(process, trap.fd)})`, allocator, flight];
    case "poll":
      return trap.fds.map((fd) => `Q(${inodeAt(process, fd)})`);
    case "close":
      return [slot(trap.fd), allocator, `OWN(${inodeAt(process, trap.fd)})`];
    case "dup":
      return [slot(trap.fd), allocator];
    case "dup2":
      return [slot(trap.from), slot(trap.to), `OWN(${inodeAt(process, trap.to)})`];
    case "getpeername":
    case "fstat":
    case "io":
      return [slot(trap.fd)];
    case "atomic":
      return [`MEM(${process.pid},${trap.cell})`];
    case "futex_wait":
    case "futex_wake":
      return [`MEM(${process.pid},futex)`];
    case "kill":
      return [`TK(${trap.pid})`];
    case "tgkill":
      return [`TH(${trap.tid})`];
    case "getpid":
    case "gettid":
    case "pause":
    case "spin":
      return [];
    case "clone_thread":
      return [`TK(${process.pid})`];
    case "vfork":
    case "execve":
    case "exit_group":
    case "abort":
      return [`TK(${process.pid})`, ...process.table.fds.map(slot)];
  }
}
