/**
 * Calls that a program made, of a real Hurd's recorded trace and of a run here, in the same words, so that they can be compared: ports are `P` or
 * `-` for null, pids `pid`, addresses `A`. Left out is what belongs to the real C library and processor (recorded/README.md): memory, threads,
 * port names, descriptor tables, the seed of the allocator.
 */
import type { KernelEvent } from "../../../mach/kern/events.ts";
import { isPortType, MsgType } from "../../../mach/ipc/names.ts";
import type { ShownItem } from "../../../mach/mig/show.ts";
import { showItem } from "../../../mach/mig/show.ts";
import type { Fields } from "../../../mach/mig/subsystem.ts";
import { hurdSubsystems, routineById, type CatalogueEntry } from "../../../servers/interfaces/catalogue.ts";
import { NAME, Reader, routineCalled } from "../../rpctrace/recorded-reader.ts";

/** One call. `who` is a pid of the recording, or a task number of the machine. */
export interface Call {
  readonly who: number;
  readonly entry: CatalogueEntry;
  readonly ins: readonly ShownItem[];
  /** Undefined while unanswered, and for one-way messages. */
  code: number | undefined;
  outs: readonly ShownItem[];
}

const REQUEST = new RegExp(String.raw`^(${NAME})->(\w+) \((.*)\)(;| \.\.\.\d+| = (?:0|0x[0-9a-f]+) .*)$`);
const ANSWER = /^(\d+\.\.\.)? = (0|0x[0-9a-f]+) (.*)$/;

function answer(call: Call, text: string): void {
  const m = ANSWER.exec(text);
  if (m === null) return;
  call.code = Number(m[2]);
  call.outs = call.code === 0 ? new Reader().items(m[3] ?? "", call.entry.routine.out ?? {}) : [];
}

/** The calls in a recorded trace, in the order of their requests. */
export function recordedCalls(trace: string): readonly Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const line of trace.split("\n")) {
    const late = /^(\d+)\.\.\. = /.exec(line);
    const waiting = late ? open.get(late[1] ?? "") : undefined;
    if (waiting) answer(waiting, line.replace(/ \.\.\.\d+$/, ""));
    const m = REQUEST.exec(line);
    if (m === null) continue;
    const [, to = "", routine = "", args = "", end = ""] = m;
    const entry = routineCalled(routine);
    const call: Call = { who: Number(/pid(-?\d+)/.exec(to)?.[1]), entry, ins: new Reader().items(args, entry.routine.in), code: undefined, outs: [] };
    calls.push(call);
    if (end.startsWith(" ...")) open.set(end.slice(4), call);
    else answer(call, end);
  }
  return calls;
}

/** The same from a machine's events. */
export class CallsOf {
  readonly calls: Call[] = [];
  /** Child tasks by parent, in order. */
  readonly children = new Map<number, number[]>();
  private readonly open = new Map<number, Call>();

  event(e: KernelEvent): void {
    if (e.kind === "task-created" && e.parent !== undefined) this.children.set(e.parent, [...(this.children.get(e.parent) ?? []), e.task]);
    if (e.kind !== "message-sent") return;
    const call = this.open.get(e.port);
    if (call !== undefined && call.entry.routine.id === e.id - 100) {
      this.open.delete(e.port);
      call.code = Number(e.items[0]?.data);
      call.outs = e.items.slice(1);
      return;
    }
    const entry = routineById(e.id);
    if (entry === undefined) return;
    const made: Call = { who: e.task, entry, ins: e.items, code: undefined, outs: [] };
    this.calls.push(made);
    if (e.reply > 0) this.open.set(e.reply, made);
  }
}

const hurd = new Set(hurdSubsystems.flatMap((s) => Object.keys(s.routines)));
const kernel = new Set(["task_create", "task_terminate", "task_get_special_port", "task_set_special_port"]);

/** True for calls that a program of ours must make too. */
export const comparable = ({ entry, ins }: Call): boolean =>
  (hurd.has(entry.name) && !(entry.name === "dir_lookup" && showItem(ins[0] ?? none, plain).startsWith('"dev/urandom'))) || kernel.has(entry.name);

const none: ShownItem = { type: MsgType.STRING_C, bits: 8, number: 0, data: "" };
const plain = { size: 80, right: (n: number) => (n <= 0 ? "-" : "P") };

/** Arguments that are pids, that are addresses or sizes of the real program, and that differ by what the caller's environment is. */
const pids = new Set(["pid", "ppid", "pgrp", "pid_status"]);
const addresses = new Set(["user_entry", "phdr_data", "phdr_size", "stack_base", "stack_size"]);
const environment = new Set(["envp", "dtable", "fdarray", "portarray", "intarray", "deallocnames", "destroynames", "new_state", "flavor", "rusage", "stat_info"]);

function word(name: string, item: ShownItem): string {
  if (isPortType(item.type)) {
    const names = typeof item.data === "number" ? [item.data] : Array.isArray(item.data) ? (item.data as readonly number[]) : [];
    return environment.has(name) ? name : names.map((n) => (n === 0 ? "-" : "P")).join("");
  }
  if (pids.has(name)) return "pid";
  if (addresses.has(name)) return "A";
  if (/^(argv|envp)$/.test(name) && item.type === MsgType.INTEGER_32) return "A";
  if (environment.has(name)) return name;
  return showItem(item, plain);
}

const words = (fields: Fields, items: readonly ShownItem[]): string =>
  Object.keys(fields).flatMap((name, i) => (items[i] === undefined ? [] : [word(name, items[i])])).join(" ");

/** A call as a line. The answer to an exec that worked finds nobody any more: it counts as 0. */
export function spoken({ entry, ins, code: answered, outs }: Call): string {
  const { routine, name } = entry;
  const code = name === "file_exec_paths" ? (answered ?? 0) : answered;
  const result = code === undefined ? "" : code === 0 ? ` = ${words(routine.out ?? {}, outs)}` : ` = 0x${(code >>> 0).toString(16)}`;
  return `${name}(${words(routine.in, ins)})${result}`.trimEnd();
}
