import { expect } from "chai";
import { MACH_PORT_NULL } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import { strerror } from "../../servers/interfaces/errno.ts";
import { INIT_PORT_PROC, O_CREAT, O_EXEC, O_WRITE } from "../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../servers/interfaces/process.ts";
import { decodeProcInfo, PI_FETCH_TASKINFO, PI_FETCH_THREAD_BASIC, PI_FETCH_THREADS } from "../../servers/interfaces/procinfo.ts";
import { SIGCONT, SIGKILL, SIGTERM } from "../../servers/interfaces/signals.ts";
import { WIFEXITED, WEXITSTATUS, WNOHANG } from "../../servers/interfaces/wait-status.ts";
import { newTask, Probe } from "../servers/exec-probe.ts";
import { differences, hex, named, portType, recorded } from "../servers/lib/recorded.ts";
import { probed } from "../servers/probe.ts";

const PAUSE = "/bin/m-pause";
const SUID = "/bin/p2suid";

/** fork.c's and spawn.c's calls. Pids are said as roles: `me`, and the others that a section names. */
class ForkProbe extends Probe {
  readonly names = new Map<number, string>();
  name(pid: number): string {
    return pid === this.libc.getpid() ? "me" : (this.names.get(pid) ?? `${pid}`);
  }
  /** The macro `R`: a result and errno. */
  *result(label: string, call: Syscall<number | void>): Syscall<void> {
    const got = yield* attempt(call);
    const value = got.err === 0 ? (got.value ?? 0) : -1;
    this.say(`${label} = ${this.name(value)} ${hex(got.err)} ${got.err === 0 ? "" : strerror(got.err)}`.trimEnd());
  }
  /** `pinfo`. */
  *info(label: string, pid: number): Syscall<void> {
    const got = yield* procCall.proc_getprocinfo(this.libc.ports.proc, { which: pid, flags: PI_FETCH_TASKINFO | PI_FETCH_THREADS | PI_FETCH_THREAD_BASIC });
    if (got.err) return this.say(`${label} procinfo=${hex(got.err)} (${strerror(got.err)})`);
    const i = decodeProcInfo(got.procinfo);
    const threads = i.threads.map((t, n) => ` th${n}{died=${t.died ? 1 : 0} run=${t.basic.runState} susp=${t.basic.suspendCount}}`).join("");
    const who = `owner=${i.owner} ppid=${this.name(i.ppid)} pgrp=${i.pgrp} session=${i.session}`;
    this.say(`${label} procinfo: state=${hex(i.state)} ${who} exitstatus=${hex(i.exitstatus)} sigcode=${i.sigcode} nthreads=${i.nthreads} task.suspend=${i.task.suspendCount}${threads}`);
  }
  /** `w`. */
  *wait(label: string, pid: number, options = 0): Syscall<void> {
    const got = yield* attempt(this.libc.waitpid(pid, options));
    const asked = `${label} waitpid(opt=${hex(options)})`;
    if (got.err !== 0) return this.say(`${asked}=-1 ${hex(got.err)} ${strerror(got.err)}`);
    const { status } = got.value;
    this.say(`${asked}=child status=${hex(status)}${WIFEXITED(status) ? ` exited ${WEXITSTATUS(status)}` : ""}`);
  }
  *end(pid: number): Syscall<void> {
    yield* attempt(this.libc.kill(pid, SIGKILL));
    yield* this.libc.waitpid(pid);
  }
}

function* ownGroup(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  p.say(`pid=me ppid=${yield* libc.getppid()} pgrp=${yield* libc.getpgrp()} sid=${yield* libc.getsid(0)}`);
  yield* p.result("setpgid(0,0)", libc.setpgid(0, 0));
  yield* p.result("setsid() as group leader", libc.setsid());
  yield* p.result("setpgid(0,1) back to group 1", libc.setpgid(0, 1));
  for (const [pid, group] of [[0, 29999], [29999, 0], [1, 0], [0, -1], [0, 4]] as const) yield* p.result(`setpgid(${pid},${group})`, libc.setpgid(pid, group));
  yield* p.result("getpgid(29999)", libc.getpgid(29999));
  yield* p.result("getsid(29999)", libc.getsid(29999));
  yield* p.result("getpgid(3)", libc.getpgid(3));
  yield* p.result("getsid(3)", libc.getsid(3));
}

function* childGroup(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  let go = false;
  const c = yield* libc.fork(function* (child) {
    while (!go) yield* child.usleep(1000);
    return yield* child.execve(PAUSE, ["m-pause"]);
  });
  p.names.set(c, "child");
  yield* p.result("setpgid(child,child) before exec", libc.setpgid(c, c));
  yield* p.result("setpgid(child,me)", libc.setpgid(c, libc.getpid()));
  yield* p.result("getpgid(child)", libc.getpgid(c));
  go = true;
  yield* libc.usleep(300_000);
  yield* p.result("setpgid(child,child) after exec", libc.setpgid(c, c));
  yield* p.result("setpgid(child,own pgrp) after exec", libc.setpgid(c, yield* libc.getpgrp()));
  yield* p.end(c);
  yield* p.result("setpgid(reaped child)", libc.setpgid(c, c));
}

function* zombie(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  const c = yield* libc.fork(function* () {
    return 0;
  });
  yield* libc.usleep(100_000);
  yield* p.result("setpgid(zombie child,itself)", libc.setpgid(c, c));
  yield* p.result("getpgid(zombie)", libc.getpgid(c));
  yield* p.result("kill(zombie,0)", libc.kill(c, 0));
  yield* p.result("kill(zombie,9)", libc.kill(c, SIGKILL));
  const task = yield* procCall.proc_pid2task(libc.ports.proc, { pid: c });
  p.say(named("proc_pid2task(zombie)", task.err));
  p.say(` port=${task.err ? "?" : yield* portType(task.task)}`);
  const port = yield* procCall.proc_getmsgport(libc.ports.proc, { pid: c });
  p.say(` port=${port.err ? "?" : yield* portType(port.msgport)} ${named("proc_getmsgport(zombie)", port.err)}`);
  yield* libc.waitpid(c);
}

function* childSession(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  let told = "";
  const c = yield* libc.fork(function* (child) {
    const first = yield* child.setsid();
    const [sid, pgrp] = [yield* child.getsid(0), yield* child.getpgrp()];
    const group = yield* attempt(child.setpgid(0, 0));
    const again = yield* attempt(child.setsid());
    const same = (n: number): string => (n === child.getpid() ? "child" : `${n}`);
    told = `setsid=${same(first)} sid=${same(sid)} pgrp=${same(pgrp)}; as session leader setpgid(0,0)=-1 ${hex(group.err)}; setsid again=-1 ${hex(again.err)}`;
    yield* child.sleep(10);
    return 0;
  });
  p.names.set(c, "child");
  while (told === "") yield* libc.usleep(1000);
  p.say(`child child: ${told}`);
  yield* p.result("setpgid(child in other session,0)", libc.setpgid(c, 0));
  yield* p.result("setpgid(0,child's session group)", libc.setpgid(0, c));
  yield* p.result("getsid(child)", libc.getsid(c));
  yield* p.result("kill(-child pgrp,0)", libc.kill(-c, 0));
  yield* p.end(c);
  yield* p.result("kill(-child pgrp,0) after", libc.kill(-c, 0));
}

function* grandchildren(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  let grandchild = 0;
  const c = yield* libc.fork(function* (child) {
    yield* child.fork(function* (own) {
      yield* own.setpgid(0, 0);
      grandchild = own.getpid();
      return yield* own.pause();
    });
    while (grandchild === 0) yield* child.usleep(1000);
    return 0;
  });
  yield* libc.waitpid(c);
  yield* libc.usleep(100_000);
  yield* p.result("setpgid(grandchild)", libc.setpgid(grandchild, 0));
  yield* attempt(libc.kill(grandchild, SIGKILL));
}

function* reparented(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  const seen = { old: 0, go: false, now: 0, ppid: 0, orphaned: 0, grandchild: 0 };
  const parent = yield* libc.fork(function* (child) {
    seen.grandchild = yield* child.fork(function* (own) {
      seen.old = yield* own.getppid();
      while (!seen.go) yield* own.usleep(1000);
      yield* own.usleep(100_000);
      seen.now = yield* own.getppid();
      const ids = yield* procCall.proc_getpids(own.ports.proc, {});
      if (!ids.err) Object.assign(seen, { ppid: ids.ppid, orphaned: ids.orphaned });
      yield* own.sleep(1);
      return 5;
    });
    while (seen.old === 0) yield* child.usleep(1000);
    return 0;
  });
  yield* libc.usleep(300_000);
  seen.go = true;
  yield* libc.usleep(200_000);
  p.say(`reparent (parent zombie, not reaped): old ppid ok=${seen.old === parent ? 1 : 0} getppid now=${seen.now} proc_getpids ppid=${seen.ppid} orphaned=${seen.orphaned}`);
  yield* p.info(" grandchild", seen.grandchild);
  yield* p.wait(" reap parent", parent);
  yield* p.info(" grandchild", seen.grandchild);
  yield* p.wait(" wait for grandchild", seen.grandchild, WNOHANG);
  yield* libc.sleep(2);
  yield* p.info(" grandchild after exit (did init reap?)", seen.grandchild);
}

function* suid(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  yield* libc.setgroups([1001]);
  yield* libc.setgid(1001);
  yield* libc.setuid(1001);
  const pid = yield* libc.posix_spawn(SUID, ["p2suid", "slp"]);
  p.say("posix_spawn set-uid root program as 1001: 0 pid given");
  yield* libc.usleep(300_000);
  yield* p.info(" ", pid);
  yield* p.called("proc_pid2task(pid)", procCall.proc_pid2task(libc.ports.proc, { pid }));
  for (const [label, signo] of [["0", 0], ["TERM", SIGTERM], ["KILL", SIGKILL], ["CONT", SIGCONT]] as const) {
    const { err } = yield* attempt(libc.kill(pid, signo));
    p.say(`kill ${label}=${err === 0 ? 0 : -1} ${hex(err)}`);
  }
  p.say(named("setpgid(child)", (yield* attempt(libc.setpgid(pid, pid))).err));
  yield* p.wait("wait", pid);
  yield* suidInTask(p);
}

/** The same with an exec of our own, keeping the task port. */
function* suidInTask(p: ForkProbe): Syscall<void> {
  const { libc } = p;
  const { proc } = libc.ports;
  const task = yield* newTask();
  p.say("task_create = 0");
  const known = yield* procCall.proc_task2pid(proc, { task });
  const pid = known.err ? 0 : known.pid;
  yield* p.called("proc_child", procCall.proc_child(proc, { child: task }));
  const ports = yield* p.ports(task);
  const old = ports[INIT_PORT_PROC] ?? MACH_PORT_NULL;
  const file = yield* p.open(SUID, O_EXEC);
  yield* p.called("file_exec_paths(new task, set-uid)", p.fileExec(file, task, { ports, path: SUID, argv: ["p2suid", "slp"] }));
  yield* libc.usleep(300_000);
  p.say(`task port now: ${yield* portType(task)}; proc port: ${yield* portType(old)}`);
  yield* p.called("proc_task2pid(old task)", procCall.proc_task2pid(proc, { task }));
  yield* p.called("proc_getpids(old proc port)", procCall.proc_getpids(old, {}));
  yield* p.info(" ", pid);
  yield* p.wait("wait", pid);
}

/** Runs a section in a child of pid 1, as on the real system. */
function section(body: (p: ForkProbe) => Syscall<void>): readonly string[] {
  let probe: ForkProbe | undefined;
  const pause: Main = function* (libc) {
    return yield* libc.pause();
  };
  const sleeper: Main = function* (libc) {
    const parent = yield* libc.getppid();
    const ids = `uid=${yield* libc.getuid()} euid=${yield* libc.geteuid()}`;
    probe?.say(`   set-uid program: pid=child ppid=${probe.name(parent)} ${ids}${libc.secure ? " secure" : ""}; sleeping`);
    yield* libc.sleep(2);
    return 4;
  };
  const main: Main = function* (libc) {
    probe = new ForkProbe(libc);
    yield* body(probe);
    return 0;
  };
  probed(
    function* (libc) {
      yield* furnish(libc);
      return yield* libc.waitpid(yield* libc.posix_spawn("/bin/section", ["section"]));
    },
    { programs: [[PAUSE, pause], ["/bin/sleeper", sleeper], ["/bin/section", main]] },
  );
  return (probe?.lines ?? []).map((line) => line.trimEnd());
}

function* furnish(libc: Libc): Syscall<void> {
  const fd = yield* libc.open(SUID, O_WRITE | O_CREAT, 0o755);
  yield* libc.writeAll(fd, yield* libc.readFile("/bin/sleeper"));
  yield* libc.close(fd);
  yield* libc.chmod(SUID, 0o4755);
}

const lines = (name: string, without: RegExp): readonly string[] => recorded(name).map((line) => line.trimEnd()).filter((line) => line !== "" && !without.test(line));

describe("groups, sessions and orphans as recorded", function () {
  this.timeout(60_000);

  it("each call of fork.c's pg answers the same (fork-pgrp-sid-reparent)", () => {
    const real = lines("fork-pgrp-sid-reparent", /^FORK|^END|^vfork/).map((line) =>
      line.replace(/^pid=13/, "pid=me").replace(/^(setsid=|getpgid\(child\) = |getsid\(child\) = )1[46]/, "$1child").replace(/\b16\b/g, "child").replace(/^child child: /, "child child: "),
    );
    const ours = section(function* (p) {
      for (const part of [ownGroup, childGroup, zombie, childSession, grandchildren, reparented]) yield* part(p);
    });
    expect(differences(real, ours)).to.deep.equal([]);
  });

  it("a set-uid child is out of its parent's reach but for CONT and wait (spawn-set-uid)", () => {
    const real = lines("spawn-set-uid", /^SPAWN|^END|fds ok|pid same/).map((line) => line.replace(/ pid=\d+ ppid=43/, " pid=child ppid=me").replace(/ppid=43/, "ppid=me"));
    expect(differences(real, section(suid))).to.deep.equal([]);
  });
});
