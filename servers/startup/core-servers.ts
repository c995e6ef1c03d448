/**
 * launch_core_servers: proc and auth are both there, and everybody is told of everybody (boot.md phase E, steps 23 to 33, in this order).
 *
 * Startup has one thread, so each call here is made only when its server waits for nothing from us: proc and auth get their replies before we call them, and the
 * filesystem answers `fsys_init` before it goes on.
 */
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { copySend, MACH_PORT_NULL, makeSend, type MachPort } from "../../mach/ipc/names.ts";
import { mig_task_self } from "../../mach/mig/client.ts";
import { replyTo } from "../../mach/mig/server.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { fsCall } from "../interfaces/fs.ts";
import { fsysCall } from "../interfaces/fsys.ts";
import { FS_TRANS_SET, INIT_PORT_AUTH, INIT_PORT_PROC, O_NOTRANS } from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import { startup } from "../interfaces/startup.ts";
import { SERVERS_STARTUP } from "./constants.ts";
import type { StartupState } from "./state.ts";

const reply = replyTo(startup);

/** Steps 23 to 33. */
export function* launchCoreServers(s: StartupState): Syscall<void> {
  yield* answerProc(s);
  yield* mark(s.procServer, "/hurd/startup");
  yield* procCall.proc_child(s.procServer, { child: s.fsTask });
  yield* procCall.proc_child(s.procServer, { child: s.authTask });
  const authproc = yield* processOf(s, s.authTask);
  yield* mark(authproc, "/hurd/auth");
  yield* bindSelf(s);
  yield* answerAuth(s, authproc);
  yield* becomeProcess(s);
  yield* procCall.proc_child(s.procServer, { child: s.procTask });
  const procproc = yield* processOf(s, s.procTask);
  yield* mark(procproc, "/hurd/proc");
  yield* release(procproc);
  yield* procCall.proc_register_version(s.procServer, { credential: s.hostPriv, name: "init", release: "0.9", version: "hurdsim" });
  const fsproc = yield* processOf(s, s.fsTask);
  yield* mark(fsproc, "fs");
  yield* setMessagePort(s);
  yield* fsysCall.fsys_init(s.bootinfo, { proc_server: copySend(fsproc), auth_handle: s.authServer });
  yield* release(fsproc);
}

function* answerProc(s: StartupState): Syscall<void> {
  const { procinit } = s;
  if (!procinit) return;
  s.procinit = undefined;
  yield* reply.startup_procinit(
    procinit.port,
    { err: 0, startup_task: yield* mig_task_self(), auth: s.authServer, host_priv: copySend(s.hostPriv), device_master: copySend(s.deviceMaster) },
    procinit.type,
  );
}

function* answerAuth(s: StartupState, authproc: MachPort): Syscall<void> {
  const { authinit } = s;
  if (!authinit) return;
  s.authinit = undefined;
  yield* reply.startup_authinit(authinit.port, { err: 0, proc: copySend(authproc) }, authinit.type);
  yield* release(authproc);
}

/** Important, exec'd, and what it runs. */
export function* mark(proc: MachPort, exe: string): Syscall<void> {
  yield* procCall.proc_mark_important(proc, {});
  yield* procCall.proc_mark_exec(proc, {});
  yield* procCall.proc_set_exe(proc, { path: exe });
}

/** The process port of a task; null when proc does not know it. */
export function* processOf(s: StartupState, task: MachPort): Syscall<MachPort> {
  const r = yield* procCall.proc_task2proc(s.procServer, { task });
  return r.err ? MACH_PORT_NULL : r.proc;
}

export function* release(name: MachPort): Syscall<void> {
  if (name !== MACH_PORT_NULL) yield* machPortCall.mach_port_deallocate(yield* mig_task_self(), { name });
}

/** Our port becomes the translator of /servers/startup; a missing node is only told. */
function* bindSelf(s: StartupState): Syscall<void> {
  const node = yield* attempt(s.libc.file_name_lookup(SERVERS_STARTUP, O_NOTRANS));
  if (node.err) {
    yield* s.console.print(`startup: ${SERVERS_STARTUP}: the node is missing\n`);
    return;
  }
  yield* fsCall.file_set_translator(node.value, {
    passive_flags: 0,
    active_flags: FS_TRANS_SET,
    oldtrans_flags: 0,
    passive: new Uint8Array(0),
    active: makeSend(s.startupPort),
  });
  yield* release(node.value);
}

/** Step 29: our own ports, without a signal thread, and where our arguments stand. */
function* becomeProcess(s: StartupState): Syscall<void> {
  const self = yield* mig_task_self();
  for (const name of [s.authServer, s.procServer]) yield* machPortCall.mach_port_mod_refs(self, { name, right: 0, delta: 1 });
  yield* s.libc.hurdInit(new Map([[INIT_PORT_AUTH, s.authServer], [INIT_PORT_PROC, s.procServer]]), [], false);
  const { argv, envp } = s.libc.argLocations;
  yield* procCall.proc_set_arg_locations(s.procServer, { argv, envp });
  s.defaultPorts[INIT_PORT_AUTH] = s.authServer;
}

/** Step 32: after every call that proc could wait in. From now on proc can find us. */
function* setMessagePort(s: StartupState): Syscall<void> {
  const self = yield* mig_task_self();
  yield* machPortCall.mach_port_insert_right(self, { name: s.startupPort, poly: makeSend(s.startupPort) });
  const r = yield* procCall.proc_setmsgport(s.procServer, { newmsgport: s.startupPort });
  if (!r.err) yield* release(r.oldmsgport);
  yield* release(s.startupPort);
}
