/** The cells that a call would touch now (modelchecking.md §5.1), in the scenario's words. */
import { Socket } from "./sockets.ts";
import { OpenDirectory, OpenRegularFile } from "./files.ts";
import type { CloudProcess } from "./process.ts";
import type { Slot } from "./table.ts";
import type { CloudAbiTrap } from "./traps.ts";

/** What using the description touches. */
function cellsOf(slot: Slot | undefined): readonly string[] {
  const file = slot?.file;
  if (file instanceof Socket) return [`Q(${file.label})`, ...(file.peer === undefined ? [] : [`Q(${file.peer.label})`])];
  if (file instanceof OpenRegularFile) return [`OFD(${file.label})`, `INO(${file.inode.label})`];
  if (file instanceof OpenDirectory) return [`DIR(${file.inode.label})`];
  return file === undefined ? [] : [`OFD(${file.label})`];
}

/** Every descriptor, and what goes with the last reference. */
const wholeTable = (p: CloudProcess): readonly string[] => [`TK(${p.name})`, `NA(${p.name})`, ...p.table.all.flatMap(([fd, slot]) => [`NS(${p.name},${fd})`, ...cellsOf(slot)])];

/** Cells of `trap`, made by a thread of `p`, each once. */
export function footprintOf(p: CloudProcess, trap: CloudAbiTrap): readonly string[] {
  const at = (fd: number): readonly string[] => [`NS(${p.name},${fd})`, ...cellsOf(p.table.get(fd))];
  const allocates = [`NA(${p.name})`];
  return [...new Set(cells())].sort();

  function cells(): readonly string[] {
    switch (trap.call) {
      case "proc_exec":
      case "proc_exit":
      case "proc_raise":
      case "host_execve":
        return wholeTable(p);
      case "proc_fork":
        return [...wholeTable(p), ...allocates];
      case "thread_create":
      case "thread_exit":
        return [`TK(${p.name})`];
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
        return [`RND(${p.name})`];
      case "mem_unmap":
      case "thread_yield":
        return [];
      case "mem_map":
        return trap.fd === -1 ? [] : at(trap.fd);
      case "fd_read":
      case "fd_write":
      case "fd_seek":
      case "fd_stat_get":
      case "fd_stat_put":
      case "file_create_directory":
      case "file_unlink":
      case "file_readdir":
      case "sock_shutdown":
      case "host_cloexec":
        return at(trap.fd);
    }
  }
}
