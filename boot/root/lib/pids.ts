/** Processes on a command line, as the Hurd's tools name them (utils/parse.c, utils/pids.c): lists of numbers, by process, session, group and login collection. */
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { NotThere, UsageError } from "./options.ts";
import type { Tool } from "./tool.ts";

const NOT_ADDED = 2;

/** "1,2 3" as its elements. Throws UsageError. */
export function elements(list: string, kind: string): readonly string[] {
  const found = list.trim().split(/\s*,\s*|\s+/);
  if (list.trim() === "") throw new UsageError(`Empty ${kind} list`);
  if (found.includes("")) throw new UsageError(`Empty element in ${kind} list`);
  return found;
}

/** A list of process ids or the like. Throws UsageError for what is no number. */
export const numbers = (list: string, kind: string): readonly number[] =>
  elements(list, kind).map((word) => {
    const odd = /\D.*$/s.exec(word);
    if (odd !== null) throw new UsageError(`${odd[0]}: Invalid ${kind}`);
    return Number(word);
  });

/** Those that -p -S -L and `pgrp` name, in the order in which they are given; -S and -L without a list: our own. Throws UsageError, and NotThere with 2. */
export function* selectedPids(t: Tool, pgrp: string): Syscall<readonly number[]> {
  const pids: number[] = [];
  for (const { name, value } of t.options.given) {
    if (name === "p") pids.push(...numbers(value, "process id"));
    else if (name === "S") pids.push(...(yield* ofSessions(t, value)));
    else if (name === "L") pids.push(...(yield* ofCollections(t, value)));
    else if (name === pgrp) pids.push(...(yield* ofGroups(t, value)));
  }
  return pids;
}

/** The members of our own login collection. */
export function* ownCollection(t: Tool): Syscall<readonly number[]> {
  return yield* ofCollections(t, "");
}

function* ofSessions(t: Tool, list: string): Syscall<readonly number[]> {
  const { proc } = t.libc.ports;
  const found: number[] = [];
  const own = list === "" ? yield* procCall.proc_getsid(proc, { pid: t.libc.getpid() }) : undefined;
  const ids = own === undefined ? numbers(list, "session id") : [added(own, "Couldn't get current session id").sid];
  for (const sid of ids) found.push(...added(yield* procCall.proc_getsessionpids(proc, { sid }), `${sid}: Cannot add session`).pidset);
  return found;
}

function* ofCollections(t: Tool, list: string): Syscall<readonly number[]> {
  const { proc } = t.libc.ports;
  const found: number[] = [];
  const own = list === "" ? yield* procCall.proc_getloginid(proc, { pid: t.libc.getpid() }) : undefined;
  const ids = own === undefined ? numbers(list, "login collection") : [added(own, "Couldn't get current login collection").login_id];
  for (const id of ids) found.push(...added(yield* procCall.proc_getloginpids(proc, { id }), `${id}: Cannot add login collection`).pids);
  return found;
}

function* ofGroups(t: Tool, list: string): Syscall<readonly number[]> {
  const found: number[] = [];
  for (const pgrp of numbers(list, "process group")) found.push(...added(yield* procCall.proc_getpgrppids(t.libc.ports.proc, { pgrp }), `${pgrp}: Cannot add process group`).pidset);
  return found;
}

function added<T extends object>(answer: (T & { readonly err: 0 }) | { readonly err: Failure }, what: string): T {
  if (answer.err !== 0) throw new NotThere(`${what}: ${strerror(answer.err)}`, NOT_ADDED);
  return answer;
}
