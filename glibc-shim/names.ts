/** Calls by name: find the node, do one thing to it, let it go. What programs get of a failure is a UnixError with the call's name. */
import type { MachPort } from "../mach/ipc/names.ts";
import { asFailure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import type { PortCell } from "./cell.ts";
import { descriptor } from "./dtable.ts";
import { orThrow, UnixError } from "./errno.ts";
import { lookup, lookupSplit, ownNames } from "./lookup.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { failDescriptor } from "./rw.ts";

const found = (call: string, answer: { readonly err: number; readonly port?: MachPort }): MachPort => {
  if (answer.err !== 0 || answer.port === undefined) throw new UnixError(call, asFailure(answer.err));
  return answer.port;
};

/** `file_name_lookup`. Throws. */
export function* lookupPort(p: Process, path: string, flags: number, mode = 0, dir?: PortCell, call = path): Syscall<MachPort> {
  return found(call, yield* lookup(ownNames(p), path, flags, mode, dir));
}

/** One call on the node behind `path`. The answer is the call's; failures throw. */
export function* onFile<A extends { readonly err: number }>(p: Process, call: string, path: string, flags: number, body: (port: MachPort) => Syscall<A>): Syscall<Extract<A, { readonly err: 0 }>> {
  const port = yield* lookupPort(p, path, flags, 0, undefined, `${call} ${path}`);
  const answer = yield* body(port);
  yield* deallocate(port);
  return orThrow(`${call} ${path}`, answer);
}

/** One call on the directory that `path` is in, with the last component; `trim` takes the slashes at its end off (`directory_name_split`). */
export function* inDirectory<A extends { readonly err: number }>(p: Process, call: string, path: string, trim: boolean, body: (dir: MachPort, name: string) => Syscall<A>): Syscall<Extract<A, { readonly err: 0 }>> {
  const split = yield* lookupSplit(ownNames(p), path);
  if (split.err) throw new UnixError(`${call} ${path}`, split.err);
  const answer = yield* body(split.port, trim ? split.name.replace(/\/+$/, "") : split.name);
  yield* deallocate(split.port);
  return orThrow(`${call} ${path}`, answer);
}

/** One call on a descriptor's io port. Throws EBADF, and what the call says; SIGLOST when the server is dead. */
export function* onFd<A extends { readonly err: number }>(p: Process, call: string, fd: number, body: (port: MachPort) => Syscall<A>): Syscall<Extract<A, { readonly err: 0 }>> {
  const answer = yield* descriptor(p, fd, call).port.use(body);
  if (answer.err !== 0) yield* failDescriptor(p, call, asFailure(answer.err));
  return answer as Extract<A, { readonly err: 0 }>;
}
