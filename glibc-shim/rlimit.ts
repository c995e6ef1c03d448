/**
 * Resource limits: a table of the library's own (hurd/hurdrlimit.c). A fork's child has a copy, a new program begins with the first values, and nobody but the
 * library looks: at RLIMIT_NOFILE in dtable.ts and spawn.ts, at RLIMIT_DATA in brk.ts, at RLIMIT_CORE in core-dump.ts. Hard limits are not hard.
 *
 * RLIMIT_AS alone is the kernel's, the limit of the task's address space: it outlives an exec, and its maximum is raised with the host's privileged port only.
 */
import { gnumachCall } from "../mach/interfaces/gnumach.ts";
import { Kern } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { RLIM_INFINITY, RLIM_NLIMITS, RLIMIT_AS, RLIMIT_NOFILE } from "../servers/interfaces/resource.ts";
import { hurdFail, UnixError } from "./errno.ts";
import { privilegedPorts } from "./groups.ts";
import type { Rlimit } from "./libc.ts";
import type { Process } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";

const UNLIMITED: Rlimit = { current: RLIM_INFINITY, maximum: RLIM_INFINITY };
const FIRST = new Map<number, Rlimit>([[RLIMIT_NOFILE, { current: 1024, maximum: RLIM_INFINITY }]]);

/** The soft limit of a resource that the library keeps. */
export const currentLimit = (p: Process, resource: number): number => (p.limits.get(resource) ?? FIRST.get(resource) ?? UNLIMITED).current;

/** Throws EINVAL for a resource that there is not. */
function known(resource: number, call: string): void {
  if (!Number.isInteger(resource) || resource < 0 || resource >= RLIM_NLIMITS) throw new UnixError(call, Errno.EINVAL);
}

/** Sizes in the kernel are 32-bit words, and all ones are no limit. */
const WORD = 0xffffffff;
const fromWord = (size: number): number => (size >>> 0 === WORD ? RLIM_INFINITY : size >>> 0);
const toWord = (limit: number): number => Math.min(limit, WORD) | 0;

function* addressSpace(): Syscall<Rlimit> {
  const got = yield* gnumachCall.vm_get_size_limit(yield* taskSelf(), {});
  return got.err ? UNLIMITED : { current: fromWord(got.current_limit), maximum: fromWord(got.max_limit) };
}

/** Asked anew each time for RLIMIT_AS. Throws EINVAL. */
export function* getrlimit(p: Process, resource: number): Syscall<Rlimit> {
  known(resource, "getrlimit");
  if (resource === RLIMIT_AS) return yield* addressSpace();
  return p.limits.get(resource) ?? FIRST.get(resource) ?? UNLIMITED;
}

/** A soft limit above the hard one becomes that. Throws EINVAL, and for RLIMIT_AS EPERM when its maximum would rise and we are not root. */
export function* setrlimit(p: Process, resource: number, wanted: Rlimit): Syscall<void> {
  known(resource, "setrlimit");
  const limit: Rlimit = { current: Math.min(wanted.current, wanted.maximum), maximum: wanted.maximum };
  if (resource === RLIMIT_AS) yield* limitAddressSpace(p, limit);
  else p.limits.set(resource, limit);
}

function* limitAddressSpace(p: Process, { current, maximum }: Rlimit): Syscall<void> {
  const rises = maximum > (yield* addressSpace()).maximum;
  const privileged = rises ? yield* privilegedPorts(p) : undefined;
  const request = { map: yield* taskSelf(), current_limit: toWord(current), max_limit: toWord(maximum) };
  const { err } = yield* gnumachCall.vm_set_size_limit(privileged?.hostPriv ?? p.hostSelf, request);
  if (privileged !== undefined) {
    yield* deallocate(privileged.hostPriv);
    yield* deallocate(privileged.deviceMaster);
  }
  if (err !== 0) throw new UnixError("setrlimit", err === Kern.NO_ACCESS ? Errno.EPERM : hurdFail(err));
}
