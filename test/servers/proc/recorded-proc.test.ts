import { expect } from "chai";
import { copySend, makeSend, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { mach_thread_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, destroyReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { INIT_PORT_PROC } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { SIGCONT, SIGKILL, SIGTERM, SIGTSTP } from "../../../servers/interfaces/signals.ts";
import { startupCall } from "../../../servers/interfaces/startup.ts";
import { W_EXITCODE, W_STOPCODE, WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WUNTRACED } from "../../../servers/interfaces/wait-status.ts";
import { deadName, newSend, newTask, Probe } from "../exec-probe.ts";
import { differences, hex, named, portType, recorded } from "../lib/recorded.ts";
import { probed } from "../probe.ts";

const SYSTEM = [1, 2, 3, 4, 5, 6, 7];

/** probe.c's section "proc". Numbers of processes of ours are said as `me` and `K`. */
class ProcProbe extends Probe {
  get proc(): MachPort {
    return this.libc.ports.proc;
  }
  name(pid: number): string {
    return pid === this.libc.getpid() ? "me" : pid > 7 ? "K" : `${pid}`;
  }
  /** `pinfo`; of the system's own processes not the program, which is tested elsewhere. */
  *info(pid: number, code?: string): Syscall<void> {
    const got = yield* procCall.proc_getprocinfo(this.proc, { which: pid, flags: 0 });
    if (got.err) return this.say(`${code ?? ""}${named(`  procinfo ${this.name(pid)}`, got.err)}`);
    const [state = 0, owner, ppid = 0, pgrp = 0, session = 0, login, exitstatus = 0] = got.procinfo;
    const exe = yield* procCall.proc_get_exe(this.proc, { which: pid });
    const args = yield* procCall.proc_getprocargs(this.proc, { which: pid });
    const first = args.err ? "" : new TextDecoder().decode(args.procargs).split("\0")[0];
    const program = SYSTEM.includes(pid) ? "" : ` exe=${hex(exe.err)} "${exe.err ? "" : exe.path}" args=${hex(args.err)} "${first}"`;
    const [of, group, sess] = [ppid, pgrp, session].map((n) => this.name(n));
    this.say(`  procinfo ${this.name(pid)}: state=${hex(state)} owner=${owner} ppid=${of} pgrp=${group} session=${sess} login=${login} exitstatus=${hex(exitstatus)}${program}`);
  }
  *msgport(label: string, pid: number, say?: (type: string) => string): Syscall<void> {
    let type = "-";
    const { proc } = this;
    yield* this.tried(label, function* () {
      const got = yield* procCall.proc_getmsgport(proc, { pid });
      if (!got.err) type = yield* portType(got.msgport);
      return got;
    });
    if (say !== undefined) this.say(say(type));
  }
  *wait(label: string, pid: number, options: number, show?: "status" | "code" | "all", id = false): Syscall<void> {
    const ask = id ? procCall.proc_waitid : procCall.proc_wait;
    const got = yield* ask(this.proc, { pid, options });
    this.say(named(label, got.err));
    if (got.err || show === undefined) return;
    const code = ` sigcode=${got.sigcode}`;
    this.say(` status=${hex(got.status)}${show === "status" ? "" : code}${show === "all" ? ` pid=${this.name(got.pid_status)}` : ""}`);
  }
  *kill(label: string, pid: number, signo: number): Syscall<void> {
    this.say(named(label, (yield* attempt(this.libc.kill(pid, signo))).err));
  }
}

function* system(p: ProcProbe): Syscall<void> {
  const pids = [...SYSTEM, p.libc.getpid()];
  for (const pid of pids) yield* p.info(pid);
  for (const pid of pids) yield* p.msgport(`proc_getmsgport(${p.name(pid)})`, pid, (type) => `   msgport=${type}`);
  for (const pid of [0, -1, 29999]) yield* p.msgport(`proc_getmsgport(${pid})`, pid);
  for (const pid of pids) {
    const task = yield* procCall.proc_pid2task(p.proc, { pid });
    p.say(named(`proc_pid2task(${p.name(pid)})`, task.err));
    p.say(`   task=${yield* portType(task.err ? MACH_PORT_NULL : task.task)}`);
    const proc = yield* procCall.proc_pid2proc(p.proc, { pid });
    p.say(named(`proc_pid2proc(${p.name(pid)})`, proc.err));
    p.say(`   proc=${yield* portType(proc.err ? MACH_PORT_NULL : proc.proc)}`);
  }
  yield* p.called("proc_pid2task(29999)", procCall.proc_pid2task(p.proc, { pid: 29999 }));
  yield* p.called("proc_getprivports", procCall.proc_getprivports(p.proc, {}));
  yield* p.called("proc_setowner", procCall.proc_setowner(p.proc, { owner: 0, clear: 0 }));
  yield* p.called("proc_setlogin", procCall.proc_setlogin(p.proc, { logname: "probe" }));
  const login = yield* procCall.proc_getlogin(p.proc, {});
  p.say(named("proc_getlogin", login.err));
  p.say(` login=${login.err ? "" : login.logname}`);
  yield* p.called("proc_set_init_task", procCall.proc_set_init_task(p.proc, { task: yield* taskSelf() }));
  yield* p.called("proc_mark_important", procCall.proc_mark_important(p.proc, {}));
  const important = yield* procCall.proc_is_important(p.proc, {});
  p.say(named("proc_is_important", important.err));
  p.say(` =${!important.err && important.essential ? 1 : 0}`);
  for (const [label, credential] of [["null", MACH_PORT_NULL], ["task", yield* taskSelf()]] as const)
    yield* p.called(`proc_register_version ${label} cred`, procCall.proc_register_version(p.proc, { credential, name: "x", release: "1", version: "2" }));
}

interface Kid {
  readonly task: MachPort;
  readonly pid: number;
  readonly proc: MachPort;
}

function* child(p: ProcProbe): Syscall<Kid> {
  const tries = [["null", MACH_PORT_NULL], ["self: already has parent", yield* taskSelf()], ["random port", yield* newSend()], ["dead name", yield* deadName()]] as const;
  for (const [label, port] of tries) yield* p.called(`proc_child(${label})`, procCall.proc_child(p.proc, { child: port }));
  const task = yield* newTask();
  const known = yield* procCall.proc_task2pid(p.proc, { task });
  const pid = known.err ? 0 : known.pid;
  p.say(named("proc_task2pid(new task)", known.err));
  p.say(` pid=${p.name(pid)}`);
  yield* p.info(pid);
  yield* p.called("proc_child(new task)", procCall.proc_child(p.proc, { child: task }));
  yield* p.info(pid);
  yield* p.called("proc_child(again)", procCall.proc_child(p.proc, { child: task }));
  const got = yield* procCall.proc_task2proc(p.proc, { task });
  p.say(named("proc_task2proc", got.err));
  return { task, pid, proc: got.err ? MACH_PORT_NULL : got.proc };
}

function* msgports(p: ProcProbe, k: Kid): Syscall<void> {
  const [m1, m2] = [yield* newSend(), yield* newSend()];
  const set = function* (label: string, newmsgport: MachPort): Syscall<MachPort> {
    const got = yield* procCall.proc_setmsgport(k.proc, { newmsgport });
    p.say(named(`proc_setmsgport${label}`, got.err));
    return got.err ? MACH_PORT_NULL : got.oldmsgport;
  };
  p.say(` old=${yield* portType(yield* set(" first", m1))}`);
  const second = yield* set(" second", m2);
  p.say(` old==m1: ${second === m1 ? 1 : 0} ${yield* portType(second)}`);
  p.say(` old==m2: ${(yield* set(" same", m2)) === m2 ? 1 : 0}`);
  p.say(` old==m2: ${(yield* set(" null", MACH_PORT_NULL)) === m2 ? 1 : 0}`);
  yield* p.msgport("proc_getmsgport after null", k.pid, (type) => ` msgport=${type}`);
  yield* set(" m1", m1);
  yield* destroyReceive(m1);
  yield* p.msgport("proc_getmsgport after receive right destroyed", k.pid);
  yield* p.info(k.pid);
  yield* set("(dead name)", yield* deadName());
  yield* p.msgport("proc_getmsgport", k.pid);
}

function* groups(p: ProcProbe, k: Kid): Syscall<void> {
  const own = yield* p.libc.getpgrp();
  yield* p.called("proc_setpgrp(child,0)", procCall.proc_setpgrp(p.proc, { pid: k.pid, pgrp: 0 }));
  yield* p.called("proc_mark_exec child", procCall.proc_mark_exec(k.proc, {}));
  yield* p.called("proc_setpgrp(child,own) after mark_exec", procCall.proc_setpgrp(p.proc, { pid: k.pid, pgrp: own }));
  yield* p.called("proc_setpgrp on child's own port", procCall.proc_setpgrp(k.proc, { pid: 0, pgrp: own }));
  yield* p.called("proc_setsid(child)", procCall.proc_setsid(k.proc, {}));
  yield* p.called("proc_setsid again", procCall.proc_setsid(k.proc, {}));
  yield* p.called("proc_setpgrp session leader", procCall.proc_setpgrp(k.proc, { pid: 0, pgrp: 0 }));
}

function* waits(p: ProcProbe, k: Kid): Syscall<void> {
  for (const [label, pid, options] of [["WNOHANG running child", k.pid, 0], ["not a child(1)", 1, 0], ["nonexist", 29999, 0], ["-1 WNOHANG", -1, 0], ["0 WNOHANG", 0, 0], ["-999", -999, 0], ["options 0x8000", k.pid, 0x8000]] as const)
    yield* p.wait(`proc_wait ${label}`, pid, WNOHANG | options);
  yield* p.wait("proc_waitid options 0", k.pid, WNOHANG, undefined, true);
  yield* p.called("proc_mark_stop", procCall.proc_mark_stop(k.proc, { signo: SIGTSTP, sigcode: 7 }));
  yield* p.wait("proc_wait WNOHANG stopped no WUNTRACED", k.pid, WNOHANG);
  yield* p.wait("proc_wait WUNTRACED", k.pid, WNOHANG | WUNTRACED, "all");
  yield* p.wait("proc_wait WUNTRACED again", k.pid, WNOHANG | WUNTRACED);
  yield* p.called("proc_mark_cont", procCall.proc_mark_cont(k.proc, {}));
  yield* p.wait("proc_wait WCONTINUED", k.pid, WNOHANG | WCONTINUED, "status");
  yield* p.called("proc_mark_exit stop status", procCall.proc_mark_exit(k.proc, { status: W_STOPCODE(5), sigcode: 0 }));
  yield* p.called("proc_mark_exit 3", procCall.proc_mark_exit(k.proc, { status: W_EXITCODE(3), sigcode: 0 }));
  yield* p.called("proc_mark_exit again", procCall.proc_mark_exit(k.proc, { status: W_EXITCODE(4), sigcode: 0 }));
  yield* p.wait("proc_wait after mark_exit", k.pid, WNOHANG);
  yield* p.info(k.pid);
}

function* zombie(p: ProcProbe, k: Kid): Syscall<void> {
  const { pid } = k;
  yield* machCall.task_terminate(k.task, {});
  yield* p.libc.usleep(200_000);
  p.say(` kproc after death: ${yield* portType(k.proc)}`);
  yield* p.info(pid);
  const task = yield* procCall.proc_pid2task(p.proc, { pid });
  p.say(named("zombie proc_pid2task", task.err));
  p.say(` task=${task.err ? "-" : yield* portType(task.task)}`);
  const proc = yield* procCall.proc_pid2proc(p.proc, { pid });
  p.say(named("zombie proc_pid2proc", proc.err));
  p.say(` ${proc.err ? "-" : yield* portType(proc.proc)}`);
  yield* p.msgport("zombie proc_getmsgport", pid, (type) => ` ${type}`);
  const pgrp = yield* procCall.proc_getpgrp(p.proc, { pid });
  p.say(named("zombie proc_getpgrp", pgrp.err));
  p.say(` pgrp=${pgrp.err ? 0 : pgrp.pgrp}`);
  for (const [label, signo] of [["0", 0], ["TERM", SIGTERM], ["KILL", SIGKILL]] as const) yield* p.kill(`zombie kill ${label}`, pid, signo);
  yield* p.wait("proc_waitid WNOWAIT", pid, WNOHANG | WEXITED | WNOWAIT, "all", true);
  yield* p.wait("proc_wait reap", pid, WNOHANG, "all");
  yield* p.wait("proc_wait after reap", pid, WNOHANG);
  yield* p.wait("proc_wait -1 no children", -1, WNOHANG);
  yield* p.wait("proc_wait 0 no children", 0, WNOHANG);
  yield* p.called("proc_pid2task after reap", procCall.proc_pid2task(p.proc, { pid }));
}

function* deaths(p: ProcProbe): Syscall<void> {
  for (const ours of [true, false]) {
    const task = yield* newTask();
    const known = yield* procCall.proc_task2pid(p.proc, { task });
    const pid = known.err ? 0 : known.pid;
    if (ours) yield* procCall.proc_child(p.proc, { child: task });
    yield* machCall.task_terminate(task, {});
    yield* p.libc.usleep(200_000);
    if (!ours) yield* p.info(pid, "non-child task died: ");
    yield* p.wait(ours ? "killed without mark_exit: proc_wait" : " proc_wait", pid, WNOHANG, "code");
  }
}

function* questions(p: ProcProbe): Syscall<void> {
  yield* p.called("proc_task2pid(random port)", procCall.proc_task2pid(p.proc, { task: yield* newSend() }));
  yield* p.called("proc_task2pid(thread)", procCall.proc_task2pid(p.proc, { task: yield* mach_thread_self() }));
  yield* p.called("proc_task2proc(null)", procCall.proc_task2proc(p.proc, { task: MACH_PORT_NULL }));
  const own = yield* procCall.proc_proc2task(p.proc, {});
  p.say(named("proc_proc2task own", own.err));
  p.say(` same=${!own.err && own.task === (yield* taskSelf()) ? 1 : 0}`);
  for (const [label, port] of [["null", MACH_PORT_NULL], ["dead", yield* deadName()]] as const)
    yield* p.called(`proc_make_task_namespace ${label}`, procCall.proc_make_task_namespace(p.proc, { notify: copySend(port) }));
  const std = yield* procCall.proc_getexecdata(p.proc, {});
  p.say(named("proc_getexecdata", std.err));
  if (!std.err) {
    let line = ` ports=${std.ports.length} ints=${std.ints.length}:`;
    for (const port of std.ports) line += ` ${yield* portType(port)}`;
    p.say(line + std.ints.map((n) => ` ${hex(n)}`).join(""));
    yield* p.showIds(" std AUTH", std.ports[2] ?? MACH_PORT_NULL);
  }
  const session = yield* procCall.proc_getsidport(p.proc, {});
  p.say(named("proc_getsidport", session.err));
  p.say(` ${yield* portType(session.err ? MACH_PORT_NULL : session.sessport)}`);
  const sid = yield* procCall.proc_getsid(p.proc, { pid: 1 });
  p.say(named("proc_getsid(1)", sid.err));
  p.say(` ${sid.err ? 0 : sid.sid}`);
  yield* p.called("proc_getsid(29999)", procCall.proc_getsid(p.proc, { pid: 29999 }));
  yield* p.called("proc_getpgrppids(29999)", procCall.proc_getpgrppids(p.proc, { pgrp: 29999 }));
  yield* p.called("proc_get_tty", procCall.proc_get_tty(p.proc, { target_process: 1 }));
}

function* reauthenticated(p: ProcProbe): Syscall<void> {
  const old = p.proc;
  yield* p.called("proc_reauthenticate(dead)", procCall.proc_reauthenticate(old, { rendezvous: copySend(yield* deadName()) }));
  yield* p.libc.usleep(100_000);
  yield* p.called("  proc_getpids afterwards", procCall.proc_getpids(old, {}));
  yield* p.called("proc_reauthenticate_complete on live proc port", procCall.proc_reauthenticate_complete(old, {}));
  yield* p.called("  proc_getpids afterwards", procCall.proc_getpids(old, {}));
  const r = yield* allocateReceive();
  yield* p.called("proc_reauthenticate(R)", procCall.proc_reauthenticate(old, { rendezvous: makeSend(r) }));
  const met = yield* authCall.auth_user_authenticate(p.libc.ports.auth, { rendezvous: makeSend(r) });
  const made = met.err ? MACH_PORT_NULL : met.newport;
  p.say(named("auth_user_authenticate", met.err));
  p.say(` newproc=${yield* portType(made)} old=${yield* portType(old)}`);
  yield* p.called("  old port proc_getpids before complete", procCall.proc_getpids(old, {}));
  yield* p.called("proc_reauthenticate_complete", procCall.proc_reauthenticate_complete(made, {}));
  yield* p.called("  new port proc_getpids", procCall.proc_getpids(made, {}));
  yield* p.libc.usleep(100_000);
  p.say(` old now ${yield* portType(old)}`);
  yield* p.called("  old port proc_getpids", procCall.proc_getpids(old, {}));
  yield* p.libc.setInitPort(INIT_PORT_PROC, made);
}

function* startupAndSignals(p: ProcProbe): Syscall<void> {
  const startup = yield* p.open("/servers/startup", 0);
  p.say(`/servers/startup port=${yield* portType(startup)} errno=0`);
  yield* p.called("startup_essential_task null cred", startupCall.startup_essential_task(startup, { task: yield* taskSelf(), excpt: MACH_PORT_NULL, name: "x", credential: MACH_PORT_NULL }));
  yield* p.called("startup_reboot null", startupCall.startup_reboot(startup, { refport: MACH_PORT_NULL, reboot_code: 0 }));
  yield* p.called("startup_request_notification", startupCall.startup_request_notification(startup, { notify_port: copySend(yield* newSend()), name: "probe" }));
  const parent = yield* procCall.proc_getmsgport(p.proc, { pid: 1 });
  const port = parent.err ? MACH_PORT_NULL : parent.msgport;
  for (const [label, signal] of [["sig 0 null refport", 0], ["sig 99", 99], ["SIGCONT null", SIGCONT]] as const)
    yield* p.called(`msg_sig_post parent ${label}`, msgCall.msg_sig_post(port, { signal, sigcode: 0, refport: MACH_PORT_NULL }));
  const me = p.libc.getpid();
  for (const pid of [1, 4, 7, 29999]) yield* p.kill(`kill(${pid},0)`, pid, 0);
  for (const signo of [0, 99, -1]) yield* p.kill(`kill(getpid,${signo})`, me, signo);
}

function* section(libc: Libc): Syscall<readonly string[]> {
  const p = new ProcProbe(libc);
  yield* system(p);
  const k = yield* child(p);
  for (const part of [msgports, groups, waits, zombie]) yield* part(p, k);
  for (const part of [deaths, questions, reauthenticated, startupAndSignals]) yield* part(p);
  return p.lines.map((line) => line.trimEnd());
}

/** The recorded lines: without the processes that other tests had left there and lists of all pids, with the probe's number as `me` and its child's as `K`. */
function real(): readonly string[] {
  const lines = recorded("p-proc-root").map((line) => line.trimEnd()).filter((line) => !/^PROBE|^$|^proc_getallpids|^ n=|^proc_get(pgrp|session|login)pids\([01]\)/.test(line));
  const foreign = /\((9|16|20|21|22|23|28)\) = |^ {2}procinfo (9|16|20|21|22|23|28):/;
  return lines
    .filter((line, i) => !foreign.test(line) && !(/^ {3}/.test(line) && /\(\d+\) = /.test(lines[i - 1] ?? "") && foreign.test(lines[i - 1] ?? "")))
    .map((line) => line.replace(/(?<=\(|procinfo |ppid=)38\b/g, "me").replace(/(?<=procinfo |pid=|pgrp=|session=)(39|41)\b/g, "K").replace(/(procinfo [1-7]:.*) exe=.*/, "$1"));
}

describe("proc asked directly", function () {
  this.timeout(60_000);

  it("answers as recorded (p-proc)", () => {
    let ours: readonly string[] = [];
    probed(
      function* (libc) {
        // As pid 1's program of the recording: never in a wait.
        const pid = yield* libc.posix_spawn("/bin/probe", ["/bin/probe", "proc"]);
        while ((yield* libc.waitpid(pid, WNOHANG)).pid === 0) yield* libc.usleep(50_000);
        return pid;
      },
      {
        programs: [
          [
            "/bin/probe",
            function* (libc) {
              ours = yield* section(libc);
              return 0;
            },
          ],
        ],
      },
    );
    expect(differences(real(), ours)).to.deep.equal([]);
  });
});
