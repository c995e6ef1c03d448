/** Process groups and sessions. The library learns of its own new group from proc, in a message to the signal thread; these calls wait for that. */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { swtch_pri, type Syscall } from "../mach/kern/syscall.ts";
import { INIT_PORT_CTTYID, INIT_PORT_PROC } from "../servers/interfaces/hurd-types.ts";
import { decodeUtsname, type Utsname } from "../servers/interfaces/utsname.ts";
import { dropAllCtty } from "./ctty.ts";
import { attempt, orThrow } from "./errno.ts";
import { readFile } from "./file.ts";
import type { Process } from "./process.ts";
import { procCall } from "./stubs.ts";
import { fromUtf8 } from "./text.ts";

/** A plain question to proc. */
function* ask<A extends { readonly err: number }>(p: Process, call: string, body: (proc: MachPort) => Syscall<A>): Syscall<Extract<A, { readonly err: 0 }>> {
  return orThrow(call, yield* p.cell(INIT_PORT_PROC).use(body));
}

export function* getppid(p: Process): Syscall<number> {
  return (yield* ask(p, "getppid", (proc) => procCall.proc_getpids(proc, {}))).ppid;
}
export function* getpgid(p: Process, pid: number): Syscall<number> {
  return (yield* ask(p, "getpgid", (proc) => procCall.proc_getpgrp(proc, { pid: pid === 0 ? p.pid : pid }))).pgrp;
}
export function* getsid(p: Process, pid: number): Syscall<number> {
  return (yield* ask(p, "getsid", (proc) => procCall.proc_getsid(proc, { pid: pid === 0 ? p.pid : pid }))).sid;
}

/** Lets the signal thread run until proc's news about us is in, or nobody is left who could bring any. */
function* awaitNews(p: Process, arrived: () => boolean): Syscall<void> {
  while (!arrived() && p.signalThread !== MACH_PORT_NULL) if ((yield* swtch_pri()) === 0) return;
}

export function* setpgid(p: Process, pid: number, pgid: number): Syscall<void> {
  const generation = p.idsGeneration;
  const old = p.pgrp;
  yield* ask(p, "setpgid", (proc) => procCall.proc_setpgrp(proc, { pid, pgrp: pgid }));
  const own = pid === 0 || pid === p.pid;
  const wanted = pgid === 0 ? p.pid : pgid;
  if (own && wanted !== old) yield* awaitNews(p, () => p.idsGeneration !== generation && p.pgrp === wanted);
}

/** A new session without a controlling terminal. Throws EPERM for a group leader. */
export function* setsid(p: Process): Syscall<number> {
  const generation = p.idsGeneration;
  yield* ask(p, "setsid", (proc) => procCall.proc_setsid(proc, {}));
  yield* awaitNews(p, () => p.idsGeneration !== generation && p.pgrp === p.pid);
  yield* p.cell(INIT_PORT_CTTYID).set(MACH_PORT_NULL);
  yield* dropAllCtty(p);
  return p.pid;
}

/** The system's name. Proc knows no host name: that is a file's content, as `gethostname` has it. */
export function* uname(p: Process): Syscall<Utsname> {
  const name = decodeUtsname((yield* ask(p, "uname", (proc) => procCall.proc_uname(proc, {}))).uname);
  const host = yield* attempt(readFile(p, "/etc/hostname"));
  return host.err ? name : { ...name, nodename: fromUtf8(host.value).trim() };
}

/** host_priv and the device master. Throws EPERM for all but root. */
export function* privilegedPorts(p: Process): Syscall<{ readonly hostPriv: MachPort; readonly deviceMaster: MachPort }> {
  const { host_priv: hostPriv, device_master: deviceMaster } = yield* ask(p, "get_privileged_ports", (proc) => procCall.proc_getprivports(proc, {}));
  return { hostPriv, deviceMaster };
}
