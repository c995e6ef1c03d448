/** What a call touches, by the names that tasks were made with (an exec in place keeps its task), as cells of modelchecking.md §5.1. One that is only read has `r:` before it. */
import type { CapabilityTrap, Calls } from "./calls.ts";
import type { CapabilityProcess } from "./process.ts";

export function cellsOf(process: CapabilityProcess, trap: CapabilityTrap): readonly string[] {
  return [`r:TK(${process.task.name})`, ...cells(process, trap)];
}

function cells({ task: { name }, space }: CapabilityProcess, trap: CapabilityTrap): readonly string[] {
  const args = trap as unknown as Partial<Calls["call"] & Calls["close"] & { readonly task: string; readonly from: string; readonly to: string }>;
  const slot = (fd: number): string => `NS(${name},${fd})`;
  const every = [...space.fds.keys()].map(slot);
  switch (trap.call) {
    case "open":
      return [`NA(${name})`, slot(firstFree(space.fds)), `NM(${name})`];
    case "close":
      return [`NA(${name})`, slot(args.fd ?? -1), `NM(${name})`];
    case "set_flag":
      return [slot(args.fd ?? -1)];
    case "use":
      return [`r:${slot(args.fd ?? -1)}`];
    case "reduce":
      return [`r:${slot(args.fd ?? -1)}`, `NA(${name})`, `NM(${name})`];
    case "pause":
    case "step":
      return [];
    case "snapshot":
      return [...every.map((c) => `r:${c}`), `r:NA(${name})`, `SEL(${name})`];
    case "commit":
    case "exec":
    case "take_selection":
    case "thread":
    case "exit":
      return [`TK(${name})`, `NA(${name})`, `NM(${name})`, `SEL(${name})`, ...every];
    case "call":
    case "receive":
      return [`Q(${args.channel ?? name})`];
    case "reply":
    case "reply_receive":
      // A server answers on the channel of its own name, and may hand an embryo on.
      return [`Q(${name})`, "TK(E)"];
    case "kill":
      return [`TK(${args.task ?? ""})`, `Q(${args.task ?? ""})`, "TK(E)"];
    default:
      return [`TK(${args.task ?? args.to ?? name})`, `TK(${args.from ?? name})`, `NA(${name})`, `NM(${name})`, ...every];
  }
}

function firstFree(fds: ReadonlyMap<number, unknown>): number {
  let fd = 0;
  while (fds.has(fd)) fd++;
  return fd;
}
