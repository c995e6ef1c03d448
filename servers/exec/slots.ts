/** Which ports and ints the new program gets (exec.md §5.1). */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { addSendRef, deallocate } from "../../glibc-shim/rights.ts";
import type { Holes } from "../interfaces/holes.ts";
import * as hurd from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import { reauthenticate } from "../lib/reauth.ts";
import type { ExecRequest } from "./request.ts";
import type { StdData } from "./std-data.ts";

type Code = 0 | Failure;

/** The port array in the making. Slots that we fetched ourselves are ours; the others still belong to the request. */
export class Slots {
  readonly ports: MachPort[];
  private readonly original: readonly MachPort[];
  private readonly fetched = new Set<number>();

  constructor(portarray: readonly MachPort[]) {
    this.original = portarray;
    this.ports = Array.from({ length: Math.max(portarray.length, hurd.INIT_PORT_MAX) }, (_, i) => portarray[i] ?? MACH_PORT_NULL);
  }

  port(which: number): MachPort {
    return this.ports[which] ?? MACH_PORT_NULL;
  }

  isNull(which: number): boolean {
    return this.port(which) === MACH_PORT_NULL;
  }

  /** Puts a right of ours into a slot. */
  *set(which: number, port: MachPort): Syscall<void> {
    if (this.fetched.has(which)) yield* deallocate(this.port(which));
    this.ports[which] = port;
    this.fetched.add(which);
  }

  /** The exec worked: the request's rights that were replaced are dropped, the others are the program's now. */
  *commit(): Syscall<void> {
    for (const which of this.fetched) yield* deallocate(this.original[which] ?? MACH_PORT_NULL);
  }

  /** The exec failed: what we fetched is dropped, the request's own rights go with its message. */
  *abandon(): Syscall<void> {
    for (const which of this.fetched) yield* deallocate(this.port(which));
  }
}

/** What filling needs to know beside the request. */
export interface Filling {
  readonly request: ExecRequest;
  readonly newtask: MachPort;
  /** Our own proc port. */
  readonly ownProc: MachPort;
  readonly std: StdData | undefined;
  readonly holes: Holes;
}

/** Fills the slots in the order of the table in exec.md §5.1. Any failure but that of BOOTSTRAP ends the exec. */
export function* fillSlots(slots: Slots, filling: Filling): Syscall<Code> {
  const { request, std, holes } = filling;
  yield* fillBootstrap(slots, request.oldtask);
  const secure = (request.flags & hurd.EXEC_SECURE) !== 0;
  const defaults = secure || (request.flags & hurd.EXEC_DEFAULTS) !== 0;
  if (defaults && slots.isNull(hurd.INIT_PORT_AUTH)) yield* setStandard(slots, hurd.INIT_PORT_AUTH, std);
  const proc = yield* fillProc(slots, filling, secure, defaults);
  if (proc !== 0) return proc;
  if ((secure && !holes.has("secure-root")) || (defaults && slots.isNull(hurd.INIT_PORT_CRDIR))) {
    const code = yield* setReauthenticated(slots, hurd.INIT_PORT_CRDIR, std);
    if (code !== 0) return code;
  }
  if (defaults && slots.isNull(hurd.INIT_PORT_CWDIR)) return yield* setReauthenticated(slots, hurd.INIT_PORT_CWDIR, std);
  return 0;
}

function* fillBootstrap(slots: Slots, oldtask: MachPort): Syscall<void> {
  if (!slots.isNull(hurd.INIT_PORT_BOOTSTRAP) || !portValid(oldtask)) return;
  const special = yield* machCall.task_get_special_port(oldtask, { which_port: hurd.TASK_BOOTSTRAP_PORT });
  if (!special.err) yield* slots.set(hurd.INIT_PORT_BOOTSTRAP, special.special_port);
}

function* fillProc(slots: Slots, { request, newtask, ownProc, holes }: Filling, secure: boolean, defaults: boolean): Syscall<Code> {
  const given = slots.port(hurd.INIT_PORT_PROC);
  const ours = (secure && !holes.has("secure-proc")) || (defaults && given === MACH_PORT_NULL);
  const madeFromOld = newtask !== request.oldtask && portValid(request.oldtask);
  if (!ours && !(madeFromOld && given !== MACH_PORT_NULL)) return 0;
  const answer = yield* procCall.proc_task2proc(ours ? ownProc : given, { task: newtask });
  if (answer.err) return answer.err;
  yield* slots.set(hurd.INIT_PORT_PROC, answer.proc);
  return 0;
}

function* setStandard(slots: Slots, which: number, std: StdData | undefined): Syscall<void> {
  const port = std?.ports[which] ?? MACH_PORT_NULL;
  yield* addSendRef(port);
  yield* slots.set(which, port);
}

/** The standard directory `which` as the program's identity is entitled to it; none where there is none. */
function* setReauthenticated(slots: Slots, which: number, std: StdData | undefined): Syscall<Code> {
  const standard = std?.ports[which] ?? MACH_PORT_NULL;
  if (standard === MACH_PORT_NULL) {
    yield* slots.set(which, MACH_PORT_NULL);
    return 0;
  }
  const port = yield* reauthenticate(slots.port(hurd.INIT_PORT_AUTH), standard);
  if (port.err !== 0) return port.err;
  yield* slots.set(which, port.value);
  return 0;
}


/** The ints: all five for secure and default execs; a secure one has the standard umask. */
export function intsFor({ intarray, flags }: ExecRequest, std: StdData | undefined): readonly number[] {
  if ((flags & (hurd.EXEC_SECURE | hurd.EXEC_DEFAULTS)) === 0) return intarray;
  const ints = Array.from({ length: Math.max(intarray.length, hurd.INIT_INT_MAX) }, (_, i) => intarray[i] ?? 0);
  if (flags & hurd.EXEC_SECURE) ints[hurd.INIT_UMASK] = std?.ints[hurd.INIT_UMASK] ?? 0o022;
  return ints;
}
