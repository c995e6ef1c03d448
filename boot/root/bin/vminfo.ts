/** vminfo [-v] [-a] [-s] [-d] [-h] PID [ADDR [SIZE]]: the regions of a process' memory, as its task port tells them (rpctrace.md §6). */
import { machCall } from "../../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { Kern, type Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { NotThere, UsageError } from "../lib/options.ts";
import { dropRight } from "../lib/rights.ts";
import { EX_USAGE, tool, type Tool } from "../lib/tool.ts";

const long = { verbose: "v", addresses: "a", sizes: "s", decimal: "d", holes: "h" };
const VM_INHERIT_COPY = 1;
const INHERITANCE = ["share", "copy", "none"];
const PROTECTION = [[1, "R"], [2, "W"], [4, "X"]] as const;
const END = 2 ** 32;

interface Region {
  readonly address: number;
  readonly size: number;
  /** What is in brackets. */
  readonly says: readonly string[];
}

/** Exit statuses of the real program. */
const NO_TASK = 11;
const NO_REGION = 12;

export const main = tool({ letters: "vasdh", long, usage: "[OPTION...] PID [ADDR [SIZE]]", misuse: EX_USAGE }, function* (t) {
  const [process, from, size, more] = t.operands;
  if (process === undefined || more !== undefined) throw new UsageError("");
  if (!/^\d+$/.test(process)) throw new UsageError(`${process}: Invalid PID`);
  const start = from === undefined ? 0 : address(from, "address");
  const last = from === undefined ? END : start + (size === undefined ? 0 : address(size, "size"));
  const task = yield* procCall.proc_pid2task(t.libc.ports.proc, { pid: Number(process) | 0 });
  if (task.err !== 0) throw new NotThere(`${process}: ${strerror(task.err)}`, NO_TASK);
  yield* regions(t, task.task, start, last);
  yield* dropRight(task.task);
});

function address(text: string, what: string): number {
  if (!/^(0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9]\d{0,9})$/i.test(text)) throw new UsageError(`${text}: Invalid ${what}`);
  return Number(/^0\d/.test(text) ? `0o${text}` : text);
}

/** The first region at `start` or behind it, and the others up to `last`; with -h what lies before each. */
function* regions(t: Tool, task: MachPort, start: number, last: number): Syscall<void> {
  for (let at = start; at <= last; ) {
    const region = yield* regionAt(t, task, at);
    if (typeof region === "number") {
      if (region !== Kern.NO_SPACE) yield* t.complain(`vm_region: ${strerror(region)}`, NO_REGION);
      return;
    }
    if (t.has("h") && region.address > at && shows(t, "s")) yield* t.out.line(`${shows(t, "a") ? `${"".padStart(10)}[${number(t, region.address - at)}]` : number(t, region.address - at).padStart(10)} (hole)`);
    yield* t.out.line(text(t, region));
    at = region.address + region.size;
  }
}

/** The code when there is none. */
function* regionAt(t: Tool, task: MachPort, at: number): Syscall<Region | Failure> {
  const r = yield* machCall.vm_region(task, { address: at });
  if (r.err !== 0) return r.err;
  const says = [
    `prot=${protection(r.protection)}`,
    ...(r.max_protection === r.protection ? [] : [`max_prot=${protection(r.max_protection)}`]),
    ...(r.inheritance === VM_INHERIT_COPY ? [] : [`inherit=${INHERITANCE[r.inheritance] ?? r.inheritance}`]),
    ...(r.is_shared ? ["shared"] : []),
    ...(r.object_name === MACH_PORT_NULL ? [] : [`mem_obj=${r.object_name}`]),
    ...(r.offset === 0 ? [] : [`offs=${number(t, r.offset >>> 0)}`]),
  ];
  yield* dropRight(r.object_name);
  return { address: r.address >>> 0, size: r.size >>> 0, says };
}

const protection = (bits: number): string => PROTECTION.filter(([bit]) => bits & bit).map(([, letter]) => letter).join("") || "0";
/** As C's "%#x" has it: no 0x before a zero. */
const number = (t: Tool, n: number): string => (t.has("d") || n === 0 ? String(n) : `0x${n.toString(16)}`);

/** Addresses (-a) and sizes (-s): both, unless one is asked for. */
const shows = (t: Tool, what: "a" | "s"): boolean => t.has(what) || !t.has("as");

/** "0x1000[0x2000] (prot=RX)"; with -a or -s no details, unless -v asks for them. */
function text(t: Tool, { address: at, size, says }: Region): string {
  const first = number(t, shows(t, "a") ? at : size).padStart(10);
  const second = shows(t, "a") && shows(t, "s") ? `[${number(t, size)}]` : "";
  return first + second + (t.has("v") || !t.has("as") ? ` (${says.join(", ")})` : "");
}
