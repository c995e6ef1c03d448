/**
 * What a call touches, as cells of modelchecking.md §5.1: `NS(S,3)` a descriptor's slot, `NA(S)` its allocator, `OFD(log)` offset and flags, `BUF(pipe)`, `DIR(/bin/p)`, `INO(p)` content and locks, `TK(S)` the process. A cell that
 * is only read has `r:` before it.
 *
 * Every call of a process reads its `TK`, which whatever ends or replaces the process writes.
 */
import type { CallName, PosixTrap } from "./calls.ts";
import type { PosixProcess } from "./process.ts";

/** Cells of `trap` if it were made now. `byPid` finds whom a signal is for. */
export function footprintOf(process: PosixProcess, trap: PosixTrap, byPid: (pid: number) => PosixProcess | undefined): readonly string[] {
  const whom = trap.call === "kill" ? byPid((trap as PosixTrap<"kill">).pid) : undefined;
  return [`r:TK(${process.name})`, ...(whom === undefined ? cells(process, trap) : [`TK(${whom.name})`])];
}

function cells(process: PosixProcess, trap: PosixTrap): readonly string[] {
  const { name } = process;
  const slot = (fd: number): string => `NS(${name},${fd})`;
  const opened = (fd: number): string => process.table.get(fd)?.description.id ?? `none ${fd}`;
  const is = <K extends CallName>(call: K): PosixTrap<K> | undefined => (trap.call === call ? (trap as PosixTrap<K>) : undefined);
  const open = is("open");
  if (open !== undefined) return [`NA(${name})`, slot(lowest(process)), `${open.create === true ? "" : "r:"}DIR(${open.path})`, ...inodeCells(open.path, open.access === "write" || open.access === "read-write")];
  const [fd, to] = [numberOf(trap, "fd"), numberOf(trap, "to")];
  switch (trap.call) {
    case "close":
      return [`NA(${name})`, slot(fd), `OFD(${opened(fd)})`];
    case "dup":
    case "fcntl_dupfd":
      return [`NA(${name})`, `r:${slot(fd)}`, slot(lowest(process))];
    case "dup2":
    case "dup3":
      return [`NA(${name})`, `r:${slot(fd)}`, slot(to)];
    case "pipe2":
      return [`NA(${name})`, slot(lowest(process))];
    case "fcntl_setfd":
    case "cap_rights_limit":
      return [slot(fd)];
    case "fcntl_getfd":
      return [`r:${slot(fd)}`];
    case "read":
    case "write":
    case "seek":
    case "use":
      return [`r:${slot(fd)}`, `OFD(${opened(fd)})`, ...(trap.call === "use" ? [] : [`${trap.call === "write" ? "" : "r:"}INO(${opened(fd)})`])];
    case "rename":
    case "symlink":
      return [`DIR(${stringOf(trap, "from")})`, `DIR(${trap.call === "rename" ? String((trap as PosixTrap<"rename">).to) : stringOf(trap, "path")})`];
    case "stat":
      return [`r:DIR(${stringOf(trap, "path")})`, ...inodeCells(stringOf(trap, "path"), false)];
    case "getpid":
    case "geteuid":
    case "pause":
      return [];
    case "seal":
      return [`r:${slot(fd)}`, `INO(${opened(fd)})`];
    case "exec_decide":
      return [`r:${slot(fd)}`, `r:INO(${opened(fd)})`];
    case "execve":
      return [`TK(${name})`, `NA(${name})`, `r:DIR(${stringOf(trap, "path")})`, ...process.table.all.map(([n]) => slot(n)), ...inodeCells(stringOf(trap, "path"), false)];
    default:
      // Whatever makes, ends or configures processes: everything of this one, and the machine's processes.
      return [`TK(${name})`, `NA(${name})`, "TK(*)", ...process.table.all.map(([n]) => slot(n))];
  }
}

const numberOf = (trap: PosixTrap, key: string): number => Number((trap as unknown as Readonly<Record<string, unknown>>)[key] ?? -1);
const stringOf = (trap: PosixTrap, key: string): string => String((trap as unknown as Readonly<Record<string, unknown>>)[key] ?? "");

function lowest(process: PosixProcess): number {
  const fd = process.table.lowest();
  return typeof fd === "number" ? fd : -1;
}

function inodeCells(path: string, writes: boolean): readonly string[] {
  return path === "" ? [] : [`${writes ? "" : "r:"}INO(${path})`];
}
