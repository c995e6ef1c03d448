/** `/hurd/startup`: the first program after the filesystem and exec. Starts proc and auth, tells everybody of everybody, launches pid 1, and stays. */
import { machCall } from "../../mach/interfaces/mach.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { asPort, MACH_PORT_NULL, Right, type MachPort } from "../../mach/ipc/names.ts";
import { mig_task_self } from "../../mach/mig/client.ts";
import { machMsgServer } from "../../mach/mig/server.ts";
import { asFd, type Main } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { fsysCall } from "../interfaces/fsys.ts";
import { INIT_PORT_BOOTSTRAP, INIT_PORT_CRDIR, INIT_PORT_CWDIR, INIT_PORT_MAX, TASK_BOOTSTRAP_PORT } from "../interfaces/hurd-types.ts";
import { sigmask, SIGTSTP, SIGTTIN, SIGTTOU } from "../interfaces/signals.ts";
import { crashMach } from "./crash.ts";
import { kernelTaskOption, runServer, watch } from "./run.ts";
import { startupDemuxer } from "./serve.ts";
import { StartupState } from "./state.ts";

export const main: Main = function* (libc, argv) {
  if (libc.getpid() > 0) {
    yield* libc.warn(argv[0] ?? "startup", "can only be run by the boot filesystem");
    return 1;
  }
  const s = new StartupState(libc, argv);
  yield* getPrivileges(s);
  yield* makePorts(s);
  yield* makeDefaults(s);
  yield* launchFirst(s);
  yield* machMsgServer(s.portSet, startupDemuxer(s));
  return 1;
};

/** Step 14: the privileged ports, from the boot filesystem; without them nothing can go on. */
function* getPrivileges(s: StartupState): Syscall<void> {
  const self = yield* mig_task_self();
  const boot = yield* machCall.task_get_special_port(self, { which_port: TASK_BOOTSTRAP_PORT });
  s.bootinfo = boot.err ? MACH_PORT_NULL : boot.special_port;
  const priv = yield* fsysCall.fsys_getpriv(s.bootinfo, {});
  if (priv.err) return yield* crashMach(s);
  s.hostPriv = priv.host_priv;
  s.deviceMaster = priv.device_master;
  s.fsTask = priv.fstask;
  if ((yield* s.console.open(s.deviceMaster)) !== 0) yield* crashMach(s);
  yield* s.console.print(" startup");
  const kernel = /^--kernel-task=(\d+)$/.exec(s.argv[1] ?? "");
  if (kernel) s.kernelTask = asPort(Number(kernel[1]));
}

/** Step 15: children must not inherit our bootstrap port; requests and notifications come to two ports in one set. */
function* makePorts(s: StartupState): Syscall<void> {
  const self = yield* mig_task_self();
  yield* machCall.task_set_special_port(self, { which_port: TASK_BOOTSTRAP_PORT, special_port: MACH_PORT_NULL });
  s.startupPort = yield* allocate(Right.RECEIVE);
  s.notifyPort = yield* allocate(Right.RECEIVE);
  s.portSet = yield* allocate(Right.PORT_SET);
  yield* machPortCall.mach_port_move_member(self, { member: s.startupPort, after: s.portSet });
  yield* machPortCall.mach_port_move_member(self, { member: s.notifyPort, after: s.portSet });
  yield* watch(s, s.fsTask);
}

function* allocate(right: Right): Syscall<MachPort> {
  const r = yield* machPortCall.mach_port_allocate(yield* mig_task_self(), { right });
  return r.err ? MACH_PORT_NULL : r.name;
}

/** Step 16: what proc, auth and pid 1 start with. Their umask is 0, and they ignore job control. */
function* makeDefaults(s: StartupState): Syscall<void> {
  s.defaultPorts.push(...new Array<MachPort>(INIT_PORT_MAX).fill(MACH_PORT_NULL));
  s.defaultPorts[INIT_PORT_CRDIR] = s.libc.ports.crdir;
  s.defaultPorts[INIT_PORT_CWDIR] = s.libc.ports.cwdir;
  s.defaultInts = [0, 0, sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU), 0, 0];
  const fds: MachPort[] = [];
  for (const fd of [0, 1, 2]) {
    const port = yield* attempt(s.libc.fdPort(asFd(fd)));
    fds.push(port.err ? MACH_PORT_NULL : port.value);
  }
  s.defaultFds = fds;
}

/** Steps 17, 18: proc and auth, with our port as their bootstrap port. */
function* launchFirst(s: StartupState): Syscall<void> {
  const self = yield* mig_task_self();
  yield* machPortCall.mach_port_insert_right(self, { name: s.startupPort, poly: { name: s.startupPort, disposition: 20 } });
  s.defaultPorts[INIT_PORT_BOOTSTRAP] = s.startupPort;
  s.procTask = yield* runServer(s, "/hurd/proc", (task) => kernelTaskOption(s, task));
  s.authTask = yield* runServer(s, "/hurd/auth");
  s.defaultPorts[INIT_PORT_BOOTSTRAP] = MACH_PORT_NULL;
  yield* machPortCall.mach_port_deallocate(self, { name: s.startupPort });
}
