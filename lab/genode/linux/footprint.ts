/**
 * The cells that a call would touch (modelchecking.md §5.1). Processes stand by pid, files and sockets by inode. What may end a socket touches its queue, and so does who asks for its level: whoever sends to it meets them.
 */
import type { LinuxKernel, LinuxProcess } from "./kernel.ts";
import type { LinuxTrap, SendmsgTrap } from "./traps.ts";

/** What is reached through descriptors: slots, open files. */
const through = (process: LinuxProcess, ...fds: readonly number[]): readonly string[] =>
  fds.flatMap((fd) => {
    const ino = process.table.at(fd)?.what.ino;
    return ino === undefined ? [`NS(${process.pid},${fd})`] : [`NS(${process.pid},${fd})`, `OFD(${ino})`];
  });

/** The queues of the sockets behind `fds`. */
const queuesOf = (process: LinuxProcess, ...fds: readonly number[]): readonly string[] =>
  fds.flatMap((fd) => {
    const what = process.table.at(fd)?.what;
    return what?.kind === "socket" ? [`Q(${what.ino})`] : [];
  });

/** What goes with descriptors that are closed: their files, and queues that end. */
const ending = (process: LinuxProcess, ...fds: readonly number[]): readonly string[] => [...through(process, ...fds), ...queuesOf(process, ...fds)];

function sending(kernel: LinuxKernel, process: LinuxProcess, { fd, fds, to }: SendmsgTrap): readonly string[] {
  const inode = to === undefined ? undefined : kernel.names.get(to);
  const what = process.table.at(fd)?.what;
  const peer = inode !== undefined && "socket" in inode ? inode.socket : what?.kind === "socket" && to === undefined ? what.peer : undefined;
  return [
    ...through(process, fd, ...fds),
    ...queuesOf(process, ...fds),
    ...(to === undefined ? [] : [`DIR(${to})`]),
    ...(peer === undefined ? [] : [`Q(${peer.ino})`]),
    ...(fds.length === 0 ? [] : [`LIM(flight.${process.uid})`]),
  ];
}

/** Whose references the next message frees. */
function senderOf(process: LinuxProcess, fd: number): number {
  const what = process.table.at(fd)?.what;
  return (what?.kind === "socket" ? what.queue[0]?.user : undefined) ?? process.uid;
}

/** Cells, each once. */
export function footprintOf(kernel: LinuxKernel, process: LinuxProcess, trap: LinuxTrap): readonly string[] {
  return [...new Set(cellsOf(kernel, process, trap))];
}

function cellsOf(kernel: LinuxKernel, process: LinuxProcess, trap: LinuxTrap): readonly string[] {
  const allocator = `NA(${process.pid})`;
  switch (trap.call) {
    case "socket":
    case "socketpair":
      return [allocator, "INO"];
    case "open":
      return [allocator, `DIR(${trap.path})`];
    case "bind":
    case "connect":
      return [...through(process, trap.fd), `DIR(${trap.path})`];
    case "unlink":
      return [`DIR(${trap.path})`];
    case "sendmsg":
      return sending(kernel, process, trap);
    case "recvmsg":
      return [...ending(process, trap.fd), allocator, `LIM(flight.${senderOf(process, trap.fd)})`];
    case "poll":
      return ending(process, ...trap.fds);
    case "close":
      return [...ending(process, trap.fd), allocator];
    case "dup":
      return [...through(process, trap.fd), allocator];
    case "dup2":
      return [...through(process, trap.from), ...ending(process, trap.to), `NS(${process.pid},${trap.to})`, allocator];
    case "getpeername":
    case "fstat":
    case "io":
      return through(process, trap.fd);
    case "atomic":
      return [`MEM(${process.pid},${trap.cell})`];
    case "futex_wait":
    case "futex_wake":
      return [`MEM(${process.pid},futex)`];
    case "kill":
    case "tgkill":
      return ofVictim(kernel, trap);
    case "getpid":
    case "gettid":
    case "pause":
    case "spin":
      return [];
    case "clone_thread":
      return [`TK(${process.pid})`, "TID"];
    case "vfork":
    case "execve":
    case "exit_group":
    case "abort":
      return [`TK(${process.pid})`, "TID", allocator, ...ending(process, ...process.table.fds)];
  }
}

/** Everything of a process that is killed; of a thread the process. */
function ofVictim(kernel: LinuxKernel, trap: Extract<LinuxTrap, { readonly call: "kill" | "tgkill" }>): readonly string[] {
  if (trap.call === "tgkill") return [`TH(${trap.tid})`];
  const victim = kernel.processByPid(trap.pid);
  return victim === undefined ? [`TK(${trap.pid})`] : [`TK(${trap.pid})`, "TID", `NA(${trap.pid})`, ...ending(victim, ...victim.table.fds)];
}
