/**
 * The cells that a call would touch now (modelchecking.md §5.1), in the scenario's words. Cells have no modes: two calls with a cell in common may depend on each other, two without can be exchanged.
 *
 * Each call touches its own thread, so that what ends threads (exec, exit, letting go of a child) depends on all that they do.
 */
import { Socket } from "./sockets.ts";
import { OpenDirectory, OpenRegularFile, ProcessFile, SharedMemory, type Child } from "./files.ts";
import type { CloudProcess } from "./process.ts";
import type { Slot } from "./table.ts";
import type { CloudAbiTrap } from "./traps.ts";

const threadCell = (p: Child, thread: number): string => `TH(${p.name},${thread})`;
const threadsOf = (p: Child): readonly string[] => p.task.threads.map((t) => threadCell(p, t.id));

/** What using the description, or letting go of it, touches. */
function cellsOf(slot: Slot | undefined): readonly string[] {
  const file = slot?.file;
  if (file instanceof Socket) return [`Q(${file.label})`, ...(file.peer === undefined ? [] : [`Q(${file.peer.label})`])];
  if (file instanceof OpenRegularFile) return [`OFD(${file.label})`, `INO(${file.inode.label})`];
  if (file instanceof ProcessFile) return [`OFD(${file.label})`, ...threadsOf(file.child)];
  if (file instanceof OpenDirectory) return [`DIR(${file.inode.label})`];
  if (file instanceof SharedMemory) return [`PG(${file.label})`];
  return file === undefined ? [] : [`OFD(${file.label})`];
}

/** One stream of chance serves the whole machine. */
const CHANCE = "RND";

/** The memory at an address, and its mapping; where there is none the access is the end of the process. */
const memory = (p: CloudProcess, address: number, length: number): readonly string[] => {
  const place = p.place(address, length);
  return place === undefined ? wholeProcess(p) : [place.mapping.cell, `PG(${p.name},${address - place.offset})`];
};

/** How many bytes a call on mapped memory touches at its address; to unmap is to touch all of the mapping. */
function touched(trap: Extract<CloudAbiTrap, { call: "mem_unmap" | "mem_load" | "mem_store" }>): number {
  if (trap.call === "mem_unmap") return 1;
  return trap.call === "mem_load" ? trap.length : trap.data.length;
}

/** Every descriptor with what goes with its last reference, every thread, and what a parent sees. */
const wholeProcess = (p: CloudProcess): readonly string[] => [
  `TK(${p.name})`,
  `NA(${p.name})`,
  ...threadsOf(p),
  ...(p.processFile === undefined ? [] : [`OFD(${p.processFile.label})`]),
  ...p.table.all.flatMap(([fd, slot]) => [`NS(${p.name},${fd})`, ...cellsOf(slot)]),
];

/** Cells of `trap`, made by `thread` of `p`, sorted, each once. */
export const footprintOf = (p: CloudProcess, thread: number, trap: CloudAbiTrap): readonly string[] => [...new Set([threadCell(p, thread), ...cellsOfCall(p, trap)])].sort();

function cellsOfCall(p: CloudProcess, trap: CloudAbiTrap): readonly string[] {
  const at = (fd: number): readonly string[] => [`NS(${p.name},${fd})`, ...cellsOf(p.table.get(fd))];
  const allocates = [`NA(${p.name})`];
  switch (trap.call) {
    case "proc_exec":
    case "host_execve":
      return [...wholeProcess(p), CHANCE];
    case "proc_exit":
    case "proc_raise":
      return wholeProcess(p);
    case "proc_fork":
      return [...wholeProcess(p), ...allocates];
    case "thread_create":
    case "thread_exit":
      return [`TK(${p.name})`, ...threadsOf(p)];
    case "fd_create1":
    case "fd_create2":
    case "host_open":
    case "host_socket":
      return allocates;
    case "fd_close":
    case "fd_dup":
    case "fd_pin":
    case "fd_move":
    case "file_open":
    case "sock_recv":
      return [...at(trap.fd), ...allocates];
    case "fd_replace":
      return [...at(trap.from), ...at(trap.to)];
    case "sock_send":
      return [...at(trap.fd), ...trap.fds.flatMap(at)];
    case "poll":
      return trap.subscriptions.flatMap((s) => (s.event === "clock" ? ["CLK"] : s.event === "condvar" ? [] : at(s.fd)));
    case "clock_time_get":
      return ["CLK"];
    case "random_get":
      return [CHANCE];
    case "mem_unmap":
    case "mem_load":
    case "mem_store":
      return memory(p, trap.address, touched(trap));
    case "thread_yield":
      return [];
    case "mem_map":
      return [`NA(${p.name})`, ...(trap.fd === -1 ? [] : at(trap.fd))];
    case "fd_read":
    case "fd_write":
    case "fd_seek":
    case "fd_stat_get":
    case "fd_stat_put":
    case "file_stat_fput_size":
    case "file_create_directory":
    case "file_unlink":
    case "file_readdir":
    case "sock_shutdown":
    case "host_cloexec":
      return at(trap.fd);
  }
}
