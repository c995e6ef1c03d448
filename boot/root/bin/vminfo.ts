/** vminfo [-v] [-a] [-s] [-d] [-h] PID [ADDRESS [SIZE]]: the regions of a process' memory, as its task port tells them (rpctrace.md §6). */
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { UsageError } from "../lib/options.ts";
import { dropRight } from "../lib/rights.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

const long = { verbose: "v", addresses: "a", sizes: "s", decimal: "d", holes: "h" };
const VM_INHERIT_COPY = 1;
const INHERITANCE = ["share", "copy", "none"];
const PROTECTION = [[1, "R"], [2, "W"], [4, "X"]] as const;
const END = 2 ** 32;

interface Region {
  readonly address: number;
  readonly size: number;
  /** What is in brackets. */
  readonly says: string;
}

export const main = tool({ letters: "vasdh", long, usage: "[OPTION...] PROCESS [ADDRESS [SIZE]]", misuse: 64 }, function* (t) {
  const [process, from, size, more] = t.operands;
  if (process === undefined) throw new UsageError("No process specified");
  if (more !== undefined) throw new UsageError("Too many arguments");
  const pid = wholeNumber(process, "process id");
  const start = from === undefined ? 0 : address(from);
  const end = from === undefined ? END : start + (size === undefined ? 1 : address(size));
  const task = yield* procCall.proc_pid2task(t.libc.ports.proc, { pid });
  if (task.err !== 0) return yield* t.complain(`${pid}: Cannot get task port: ${strerror(task.err)}`);
  if (task.task === MACH_PORT_NULL) return yield* t.complain(`${pid}: Cannot get task port: ${strerror(Errno.ESRCH)}`);
  yield* regions(t, task.task, start, end);
  yield* dropRight(task.task);
});

function address(text: string): number {
  if (!/^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text)) throw new UsageError(`${text}: Invalid argument`);
  return Number(text);
}

/** Regions that have something between `start` and `end`, and with -h what lies between them. */
function* regions(t: Tool, task: MachPort, start: number, end: number): Syscall<void> {
  let at = start;
  while (at < end) {
    const region = yield* regionAt(task, at);
    if (region === undefined || region.address >= end) break;
    if (t.has("h") && region.address > at) yield* t.out.line(`${"".padStart(10)}[${number(t, region.address - at)}] (hole)`);
    yield* t.out.line(text(t, region));
    at = region.address + region.size;
  }
}

function* regionAt(task: MachPort, at: number): Syscall<Region | undefined> {
  const r = yield* machCall.vm_region(task, { address: at });
  if (r.err !== 0) return undefined;
  const says = [
    `prot=${protection(r.protection)}`,
    ...(r.max_protection === r.protection ? [] : [`max_prot=${protection(r.max_protection)}`]),
    ...(r.inheritance === VM_INHERIT_COPY ? [] : [`inherit=${INHERITANCE[r.inheritance] ?? r.inheritance}`]),
    ...(r.is_shared ? ["shared"] : []),
    ...(r.object_name === MACH_PORT_NULL ? [] : [`mem_obj=${r.object_name}`]),
    ...(r.offset === 0 ? [] : [`offs=0x${(r.offset >>> 0).toString(16)}`]),
  ];
  yield* dropRight(r.object_name);
  return { address: r.address >>> 0, size: r.size >>> 0, says: says.join(", ") };
}

const protection = (bits: number): string => PROTECTION.filter(([bit]) => bits & bit).map(([, letter]) => letter).join("") || "0";
/** As C's "%#x" has it: no 0x before a zero. */
const number = (t: Tool, n: number): string => (t.has("d") || n === 0 ? String(n) : `0x${n.toString(16)}`);

/** "0x1000[0x2000] (prot=RX)"; of -a, -s and -v only what was asked for. */
function text(t: Tool, { address: at, size, says }: Region): string {
  const all = !t.has("asv");
  const parts = [all || t.has("av") ? number(t, at).padStart(10) : "", all || t.has("sv") ? (t.has("s") && !t.has("av") ? number(t, size) : `[${number(t, size)}]`) : ""];
  return parts.join("") + (all || t.has("v") ? ` (${says})` : "");
}
