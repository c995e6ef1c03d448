/** Starting a process, and what it finds when it starts (genode-linux.md §5). */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { dup2, execve, vfork } from "../linux/libc.ts";
import type { Capability } from "./capability.ts";
import type { Runtime } from "./runtime.ts";

/** Where a child finds its parent's socket, from f33c on. */
export const PARENT_FD = 100;

export interface ProcessStart {
  readonly name: string;
  /** The binary's path: that of the dataspace's file. */
  readonly file: string;
  /** What the child gets for its parent. */
  readonly parent: Capability;
  /** Bytes of an argument besides. */
  readonly argumentBytes?: number;
}

/** Clones this process and lets the child execute `file`: the pid. That the execve failed nobody hears. */
export function* startProcess(rt: Runtime, { name, file, parent, argumentBytes = 0 }: ProcessStart): Syscall<number> {
  const byTid: readonly (readonly [string, string])[] = rt.knobs.destination === "tid" ? [["parent_tid", String(parent.tid)]] : [];
  const env = new Map([...byTid, ["parent_local_name", String(parent.localName)], ["DISPLAY", ""], ["HOME", ""], ["LD_LIBRARY_PATH", ""]]);
  return yield* vfork(name, function* child() {
    if (rt.knobs.destination === "socket") yield* dup2(parent.socket, PARENT_FD);
    return yield* execve(file, [`[Genode] ${name}`, ...(argumentBytes > 0 ? ["x".repeat(argumentBytes)] : [])], env);
  });
}

/** The parent as a program finds it: by its environment, and by the descriptor that everybody knows. */
export function parentOf(rt: Runtime, env: ReadonlyMap<string, string>): Capability {
  const localName = Number(env.get("parent_local_name") ?? 0);
  return rt.knobs.destination === "tid" ? { tid: Number(env.get("parent_tid") ?? 0), socket: -1, localName } : { tid: 0, socket: PARENT_FD, localName };
}
