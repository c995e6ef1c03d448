/**
 * What a call touches, as cells of modelchecking.md §5.1: `NS(S,3)` a descriptor's slot, `NA(S)` its allocator, `OFD(log)` offset and flags, `BUF(pipe)`, `DIR(/bin/p)`, `INO(p)` content and locks, `TK(S)` the process. A cell that
 * is only read has `r:` before it.
 *
 * Every call of a process reads its `TK`, which whatever ends or replaces the process writes.
 */
import type { CallName, PosixTrap } from "./calls.ts";
import type { Inode } from "./inode.ts";
import type { PosixProcess } from "./process.ts";

/** What of the kernel tells what a trap is about. */
export interface Sight {
  /** Whom a signal is for. */
  byPid(pid: number): PosixProcess | undefined;
  /** What a path denotes now. */
  inodeAt(process: PosixProcess, path: string): Inode | undefined;
}

/** Cells of `trap` if it were made now. */
export function footprintOf(process: PosixProcess, trap: PosixTrap, sight: Sight): readonly string[] {
  const whom = trap.call === "kill" ? sight.byPid((trap as PosixTrap<"kill">).pid) : undefined;
  return [`r:TK(${process.name})`, ...(whom === undefined ? cells(process, trap, sight) : [`TK(${whom.name})`])];
}

function cells(process: PosixProcess, trap: PosixTrap, sight: Sight): readonly string[] {
  const { name } = process;
  const slot = (fd: number): string => `NS(${name},${fd})`;
  const opened = (fd: number): string => process.table.get(fd)?.description.id ?? `none ${fd}`;
  const behind = (fd: number): readonly string[] => {
    const to = process.table.get(fd)?.description.to;
    return to?.kind === "inode" ? [`INO(${to.inode.id})`] : [];
  };
  const is = <K extends CallName>(call: K): PosixTrap<K> | undefined => (trap.call === call ? (trap as PosixTrap<K>) : undefined);
  const open = is("open");
  if (open !== undefined) {
    const writes = open.access === "write" || open.access === "read-write";
    return [`NA(${name})`, slot(lowest(process)), ...(open.create === true ? [`DIR(${open.path})`] : []), ...(open.at === undefined ? pathCells(process, open.path, sight, writes) : ["DIR(*)"])];
  }
  const run = is("execve") ?? is("exec_load");
  if (run !== undefined) return [`TK(${name})`, `NA(${name})`, ...process.table.all.flatMap(([n]) => [slot(n), ...behind(n)]), ...imageCells(process, run, sight)];
  const [fd, to] = [numberOf(trap, "fd"), numberOf(trap, "to")];
  switch (trap.call) {
    case "close":
      return [`NA(${name})`, slot(fd), `OFD(${opened(fd)})`, ...behind(fd)];
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
    case "use":
      return [`r:${slot(fd)}`, `OFD(${opened(fd)})`];
    case "read":
    case "seek":
      return [`r:${slot(fd)}`, `OFD(${opened(fd)})`, ...behind(fd).map((c) => `r:${c}`)];
    case "write":
      return [`r:${slot(fd)}`, `OFD(${opened(fd)})`, ...behind(fd)];
    case "rename":
    case "symlink":
      return [`DIR(${stringOf(trap, "from")})`, `DIR(${trap.call === "rename" ? String((trap as PosixTrap<"rename">).to) : stringOf(trap, "path")})`];
    case "stat":
      return fd >= 0 ? [`r:${slot(fd)}`, ...behind(fd).map((c) => `r:${c}`)] : pathCells(process, stringOf(trap, "path"), sight, false);
    case "getpid":
    case "geteuid":
    case "pause":
      return [];
    case "seal":
      return [`r:${slot(fd)}`, ...behind(fd)];
    case "exec_decide":
      return [`r:${slot(fd)}`, ...behind(fd).map((c) => `r:${c}`)];
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

/** The names that a path goes by, and the file that it leads to. */
function pathCells(process: PosixProcess, path: string, { inodeAt }: Sight, writes: boolean): readonly string[] {
  const number = /^\/dev\/fd\/(\d+)$/.exec(path)?.[1];
  if (number !== undefined) return [`r:NS(${process.name},${number})`];
  const inode = inodeAt(process, path);
  return [`r:DIR(${path})`, ...(inode === undefined ? [] : [`${writes ? "" : "r:"}INO(${inode.id})`])];
}

/** An executable, and its interpreter: running it is a lock on both. */
function imageCells(process: PosixProcess, { path, fd }: { readonly path?: string; readonly fd?: number }, sight: Sight): readonly string[] {
  const to = fd === undefined ? undefined : process.table.get(fd)?.description.to;
  const inode = to?.kind === "inode" ? to.inode : path === undefined ? undefined : sight.inodeAt(process, path);
  const interpreter = /^#! *(\S+)/.exec(inode?.content ?? "")?.[1];
  return [
    ...(fd === undefined && path !== undefined ? pathCells(process, path, sight, true) : []),
    ...(inode === undefined ? [] : [`INO(${inode.id})`]),
    ...(interpreter === undefined ? [] : pathCells(process, interpreter, sight, true)),
    ...(process.image === undefined ? [] : [`INO(${process.image.id})`]),
  ];
}
