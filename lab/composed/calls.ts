/** The calls of the capability personality. Tasks are named by what the scenario calls them. */
import type { ForeignTrap, Syscall } from "../../mach/kern/syscall.ts";
import { INTERRUPTED } from "../kernel/waits.ts";
import type { Policy } from "../model/launch.ts";
import type { Capability } from "./space.ts";

export type ErrorName = "EBADF" | "ESRCH" | "ENOMEM" | "EDIED" | "EPERM" | "EINTR";

/** How the next program's set is chosen and what becomes of the rest. */
export interface Choice {
  readonly selectFds: Policy["selectFds"];
  readonly selectRights: Policy["selectRights"];
  /** "list", "construct": numbers at the caller. */
  readonly list?: readonly number[];
  /** "stay-minus-list": objects whose names go. */
  readonly drop?: readonly string[];
}

/** A number in the new program's table for something that the caller holds. */
export interface Grant {
  readonly fd: number;
  readonly to: number;
  /** Undefined: all that the caller has. */
  readonly rights?: readonly string[] | undefined;
  /** The caller loses it. */
  readonly move?: boolean;
}

export interface Answer {
  readonly token: number;
  readonly answer: string;
  readonly rights?: number;
  readonly carries?: { readonly task: string; readonly to: string } | undefined;
}

export interface Calls {
  /** Obtains a capability and a descriptor for it. */
  readonly open: { readonly capability: Capability; readonly closeOnExec?: boolean };
  readonly set_flag: { readonly fd: number };
  readonly close: { readonly fd: number };
  readonly use: { readonly fd: number; readonly right: string };
  /** A right that is reduced before it is passed: a new descriptor with fewer. */
  readonly reduce: { readonly fd: number; readonly rights: readonly string[] };
  readonly thread: { readonly body: () => Syscall<number> };
  readonly exit: { readonly status: number };
  readonly pause: object;
  /** Something that a set-up needs and that moves no authority: memory mapped, an object made. */
  readonly step: { readonly what: string };
  /** The choice alone; `commit` uses it. */
  readonly snapshot: { readonly choice: Choice };
  /** The caller's task runs the program with the set of the last snapshot. */
  readonly commit: { readonly choice: Choice; readonly bytes?: number };
  /** Both in one. `numbers` of the descriptors that were listed. */
  readonly exec: { readonly choice: Choice; readonly numbers?: Policy["numbers"]; readonly bytes?: number };
  /** A task without a program, which dies with its owner. `copy`: its space starts as the choice of the caller's. */
  readonly create: { readonly name: string; readonly copy?: Choice };
  readonly grant: { readonly task: string; readonly grants: readonly Grant[] };
  readonly start: { readonly task: string; readonly bytes?: number };
  readonly destroy: { readonly task: string };
  /** A message with handles for an embryo, to be read by its start-up. */
  readonly bootstrap: { readonly task: string; readonly grants: readonly Grant[]; readonly bytes: number };
  /** The start-up reads its message: handles get their numbers. */
  readonly take_bootstrap: object;
  /** Two-phase exec, in place: the embryo's set and program become those of the caller's task, at once. With `choice` only the program does, and the set is what it says of the caller's own. */
  readonly swap: { readonly task: string; readonly choice?: Choice };
  /** The proc server: `from`'s pid is `to`'s; with `start` also `from` ends and `to` starts, at once. */
  readonly reassign: { readonly from: string; readonly to: string; readonly start: boolean };
  /** What `from` chose in its snapshot waits for `to`: in its space already, or to be asked for. */
  readonly hand_over: { readonly from: string; readonly to: string; readonly choice: Choice; readonly filled: boolean };
  /** What an exec server does to a task whose port it has. */
  readonly terminate_threads: { readonly task: string };
  readonly destroy_memory: { readonly task: string };
  readonly allocate_memory: { readonly task: string };
  readonly start_thread: { readonly task: string };
  /** The program's descriptors, told to the exec server for its start-up to ask for. */
  readonly take_selection: object;
  readonly kill: { readonly task: string };
  /** `handler` runs in the task, if that still runs the program that set it: exec resets handlers. */
  readonly signal: { readonly task: string; readonly handler: () => Syscall<number> };
  readonly call: { readonly channel: string; readonly request: string; readonly rights?: number; readonly bytes?: number };
  readonly receive: { readonly channel: string };
  /** With `carries` an embryo of the caller's is `to`'s from now on; with nobody to receive it, it dies with the message. */
  readonly reply: Answer;
  /** Both in one trap, as a server's loop does it. */
  readonly reply_receive: Answer & { readonly channel: string };
}

export type CallName = keyof Calls;

export interface Gives {
  errno: ErrorName | undefined;
  text: string;
  token: number;
}

export type CapabilityTrap<K extends CallName = CallName> = ForeignTrap & Calls[K] & { readonly call: K; readonly gives: Gives };

export type Result = number | ErrorName;

/** What a failed call answers in the trap's number. */
export const FAILED = -3;

/** Makes `call`; what it gives besides stands in the second place. */
export function* sysGives<K extends CallName>(call: K, args: Calls[K]): Syscall<readonly [Result, Gives]> {
  const gives: Gives = { errno: undefined, text: "", token: 0 };
  const trap = { op: "foreign", call, ...args, gives } as CapabilityTrap<K>;
  const n = yield trap;
  return [n === FAILED ? (gives.errno ?? "EPERM") : n === INTERRUPTED ? "EINTR" : n, gives];
}

export function* sys<K extends CallName>(call: K, args: Calls[K]): Syscall<Result> {
  return (yield* sysGives(call, args))[0];
}

/** The answer of a server, or the error when it is dead. */
export function* rpc(channel: string, request: string, { rights = 0, bytes = 0 }: { readonly rights?: number; readonly bytes?: number } = {}): Syscall<{ readonly error: ErrorName } | { readonly answer: string }> {
  const [n, { text }] = yield* sysGives("call", { channel, request, rights, bytes });
  return typeof n === "string" ? { error: n } : { answer: text };
}
