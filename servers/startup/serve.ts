/**
 * What startup answers: the startup interface, dead names, signals for it, and being the translator of /servers/startup (boot.md §4, §6).
 */
import { gnumachCall } from "../../mach/interfaces/gnumach.ts";
import { notify } from "../../mach/interfaces/notify.ts";
import { Mig } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../mach/ipc/names.ts";
import { mig_task_self } from "../../mach/mig/client.ts";
import { firstOf, replyTo, serve, type Demuxer } from "../../mach/mig/server.ts";
import { Errno } from "../interfaces/errno.ts";
import { fs } from "../interfaces/fs.ts";
import { fsys } from "../interfaces/fsys.ts";
import { FS_RETRY_NORMAL } from "../interfaces/hurd-types.ts";
import { io } from "../interfaces/io.ts";
import { msg } from "../interfaces/msg.ts";
import { S_IFCHR, S_IROOT } from "../interfaces/stat.ts";
import { startup } from "../interfaces/startup.ts";
import { launchCoreServers, release } from "./core-servers.ts";
import { crashMach, crashSystem, rebootSystem } from "./crash.ts";
import { watch } from "./run.ts";
import type { StartupState } from "./state.ts";
import { launchSystem, markEssential } from "./system.ts";

const reply = replyTo(startup);
/** A character device of root's, and nothing else (recorded: `ls /servers`). */
const NODE_STAT: readonly number[] = Array.from({ length: 32 }, (_, i) => (i === 7 ? S_IFCHR | S_IROOT : 0));

/** Takes the request's reply right over, for a later answer. */
function keepReply(request: MachMsg): { readonly port: MachPort; readonly type: number } {
  const kept = { port: request.remotePort, type: request.remoteType };
  request.remotePort = MACH_PORT_NULL;
  return kept;
}

/** Everything on both ports. */
export function startupDemuxer(s: StartupState): Demuxer {
  const on = (port: () => MachPort) => (request: MachMsg) => (request.localPort === port() ? s : undefined);
  const atStartup = on(() => s.startupPort);
  return firstOf(serveStartup(atStartup), serveNotify(on(() => s.notifyPort)), serveMsg(s, atStartup), serveFsys(atStartup), serveNode(atStartup), serveFile(atStartup));
}

type Lookup = (request: MachMsg) => StartupState | undefined;

function serveStartup(lookup: Lookup): Demuxer {
  return serve(startup, lookup, {
    *startup_procinit(s, { startup_proc }, request) {
      if (s.procServer !== MACH_PORT_NULL) return { err: Errno.EPERM };
      s.procServer = startup_proc;
      s.procinit = keepReply(request);
      if (s.authServer !== MACH_PORT_NULL) yield* launchCoreServers(s);
      return { err: Mig.NO_REPLY };
    },
    *startup_authinit(s, { auth }, request) {
      if (s.authServer !== MACH_PORT_NULL) return { err: Errno.EPERM };
      s.authServer = auth;
      s.authinit = keepReply(request);
      if (s.procServer !== MACH_PORT_NULL) yield* launchCoreServers(s);
      return { err: Mig.NO_REPLY };
    },
    *startup_essential_task(s, { task, excpt, name, credential }, request) {
      if (credential !== s.hostPriv) return { err: Errno.EPERM };
      yield* release(credential);
      yield* release(excpt);
      return yield* essentialTask(s, task, name, request);
    },
    *startup_request_notification(s, { notify_port, name }) {
      s.notices.push({ port: notify_port, name });
      yield* watch(s, notify_port);
      return { err: 0 };
    },
    *startup_reboot(s, { refport, reboot_code }) {
      if (refport !== s.hostPriv) return { err: Errno.EPERM };
      yield* rebootSystem(s, reboot_code);
      return { err: 0 };
    },
  });
}

/** Records a task; the last of the four gets its answer before the system is launched (steps 38, 39). */
function* essentialTask(s: StartupState, task: MachPort, name: string, request: MachMsg): Syscall<{ readonly err: 0 } | { readonly err: typeof Mig.NO_REPLY }> {
  s.essential.push({ task, name });
  yield* watch(s, task);
  yield* gnumachCall.task_set_essential(task, { essential: true });
  if (s.booted) return { err: 0 };
  yield* markEssential(s, name, task);
  const { registered } = s;
  if (name === "auth" || name === "exec" || name === "proc") registered[name] = true;
  else if (name.endsWith("fs")) registered.fs = true;
  if (!(registered.auth && registered.exec && registered.proc && registered.fs)) return { err: 0 };
  const kept = keepReply(request);
  yield* reply.startup_essential_task(kept.port, { err: 0 }, kept.type);
  yield* launchSystem(s);
  return { err: Mig.NO_REPLY };
}

function serveNotify(lookup: Lookup): Demuxer {
  return serve(notify, lookup, {
    *mach_notify_dead_name(s, { name }) {
      yield* died(s, name);
      yield* release(name);
      return { err: 0 };
    },
  });
}

/** boot.md §4: what a dead name means, by whose it is. */
function* died(s: StartupState, name: MachPort): Syscall<void> {
  const notice = s.notices.findIndex((n) => n.port === name);
  if (notice >= 0) s.notices.splice(notice, 1);
  const essential = s.essential.find((e) => e.task === name);
  if (essential) {
    yield* s.console.print(`startup: Crashing system; essential task ${essential.name} died\n`);
    yield* crashSystem(s);
  } else if (!s.booted && notice < 0) {
    const who = name === s.fsTask ? "file system" : name === s.authTask ? "auth" : name === s.procTask ? "proc" : "a task";
    yield* s.console.print(`startup: Crashing Mach; ${who} died during startup\n`);
    yield* crashMach(s);
  }
}

/**
 * Startup has no signal thread: signals for it are obeyed on its own task's authority, and only SIGCHLD would mean anything. It never waits for long. Its identity
 * stays: its descriptors are the kernel's console, which nobody reauthenticates, so that it would wait for ever. All else is the library's to answer.
 */
function serveMsg(s: StartupState, lookup: Lookup): Demuxer {
  const own = serve(msg, lookup, {
    *msg_sig_post(_s, { refport }) {
      return yield* signalled(refport);
    },
    *msg_sig_post_untraced(_s, { refport }) {
      return yield* signalled(refport);
    },
    *msg_report_wait(_s, { thread }) {
      yield* release(thread);
      return { err: 0, wait_desc: "", wait_rpc: 0 };
    },
  });
  const library = s.libc.messages();
  const { msg_sig_post, msg_sig_post_untraced, msg_report_wait, msg_add_auth, msg_del_auth } = msg.routines;
  const ours: readonly number[] = [msg_sig_post, msg_sig_post_untraced, msg_report_wait, msg_add_auth, msg_del_auth].map(({ id }) => id);
  return { handles: own.handles, find: (request) => (ours.includes(request.id) ? own : library).find(request) };
}

function* signalled(refport: MachPort): Syscall<{ readonly err: 0 } | { readonly err: typeof Errno.EPERM }> {
  if (refport !== (yield* mig_task_self())) return { err: Errno.EPERM };
  yield* release(refport);
  return { err: 0 };
}

function serveFsys(lookup: Lookup): Demuxer {
  return serve(fsys, lookup, {
    *fsys_getroot(s, { dotdot_node, gen_uids }) {
      if (!gen_uids.includes(0)) return { err: Errno.EPERM };
      yield* release(dotdot_node);
      return { err: 0, do_retry: FS_RETRY_NORMAL, retry_name: "", file: makeSend(s.startupPort) };
    },
    *fsys_goaway() {
      return { err: Errno.EBUSY };
    },
  });
}

function serveNode(lookup: Lookup): Demuxer {
  return serve(io, lookup, {
    *io_stat() {
      return { err: 0, stat_info: NODE_STAT };
    },
    *io_restrict_auth(s, { uids }) {
      return uids.includes(0) ? { err: 0, new_object: makeSend(s.startupPort) } : { err: Errno.EPERM };
    },
  });
}

function serveFile(lookup: Lookup): Demuxer {
  return serve(fs, lookup, {
    *file_check_access() {
      return { err: 0, allowed: 0 };
    },
  });
}
