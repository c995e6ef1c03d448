/**
 * Whose messages about the state of a process are obeyed: those of whoever holds its task port, or the port of its identity (auth-proc.md §4.3).
 */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { Failure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH } from "../servers/interfaces/hurd-types.ts";
import type { Process } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";

/** The owner's rights: the task port, or the port of our own identity. */
export function* isOwner(p: Process, refport: MachPort): Syscall<boolean> {
  return refport !== MACH_PORT_NULL && (refport === (yield* taskSelf()) || refport === p.port(INIT_PORT_AUTH));
}

/** Runs `body` for an owner; others get EPERM, and their right back by the loop. */
export function* forOwner<T extends { readonly err: number }>(p: Process, refport: MachPort, body: () => Syscall<T | { readonly err: Failure }>): Syscall<T | { readonly err: Failure }> {
  if (!(yield* isOwner(p, refport))) return { err: Errno.EPERM };
  const answer = yield* body();
  if (answer.err === 0) yield* deallocate(refport);
  return answer;
}

