import { expect } from "chai";
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { allocateReceive, destroyReceive, insertSend, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { decodeProcInfo } from "../../../servers/interfaces/procinfo.ts";
import { WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WUNTRACED } from "../../../servers/interfaces/wait-status.ts";
import { probed } from "../probe.ts";

/** A task of ours that runs nothing. */
function* newTask(): Syscall<MachPort> {
  const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
  return made.err ? MACH_PORT_NULL : made.child_task;
}

function* state(proc: MachPort, pid: number): Syscall<number> {
  const info = yield* procCall.proc_getprocinfo(proc, { which: pid, flags: 0 });
  return info.err ? info.err : decodeProcInfo(info.procinfo).state;
}

interface Child {
  readonly task: MachPort;
  readonly pid: number;
  readonly proc: MachPort;
}

/** A child of ours that runs nothing. */
function* newChild(proc: MachPort): Syscall<Child> {
  const task = yield* newTask();
  yield* procCall.proc_child(proc, { child: task });
  const pid = yield* procCall.proc_task2pid(proc, { task });
  const port = yield* procCall.proc_task2proc(proc, { task });
  return { task, pid: pid.err ? 0 : pid.pid, proc: port.err ? MACH_PORT_NULL : port.proc };
}

const SIGSTOP = 17;
const SIGTSTP = 18;

describe("proc_child", () => {
  it("takes a task that has no parent yet, once, and gives it the parent's identity (recorded p-proc)", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const random = yield* allocateReceive();
      yield* insertSend(random);
      const refused = [
        (yield* procCall.proc_child(proc, { child: MACH_PORT_NULL })).err,
        (yield* procCall.proc_child(proc, { child: random })).err,
        (yield* procCall.proc_child(proc, { child: yield* taskSelf() })).err,
      ];
      const task = yield* newTask();
      const { pid } = { pid: 0, ...(yield* procCall.proc_task2pid(proc, { task })) };
      const before = yield* state(proc, pid);
      const taken = (yield* procCall.proc_child(proc, { child: task })).err;
      const after = yield* state(proc, pid);
      return { refused, before, taken, after, again: (yield* procCall.proc_child(proc, { child: task })).err, pid };
    });
    expect(got.refused).to.deep.equal([Errno.ESRCH, Errno.ESRCH, Errno.EBUSY]);
    expect(got).to.include({ before: 0xd8, taken: 0, after: 0x18, again: Errno.EBUSY, pid: 9 });
  });
});

describe("processes at the end of the boot", () => {
  it("are numbered, related and in the state that was recorded", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const all = yield* procCall.proc_getallpids(proc, {});
      const rows: string[] = [];
      for (const pid of all.err ? [] : all.pidarray) {
        const info = yield* procCall.proc_getprocinfo(proc, { which: pid, flags: 0 });
        const exe = yield* procCall.proc_get_exe(proc, { which: pid });
        if (info.err || exe.err) continue;
        const { state: bits, owner, ppid, pgrp, session, logincollection } = decodeProcInfo(info.procinfo);
        rows.push(`${pid} 0x${bits.toString(16)} ${owner} ${ppid} ${pgrp} ${session} ${logincollection} ${exe.path}`);
      }
      return rows;
    });
    expect(got).to.deep.equal([
      "1 0x82a 0 1 1 1 1 /libexec/console-run",
      "2 0x8a 0 1 1 1 1 /hurd/startup",
      "3 0x18 0 2 1 1 1 kernel",
      "4 0x1a 0 2 1 1 1 /hurd/proc",
      "5 0xa 0 2 1 1 1 fs",
      "6 0xa 0 5 1 1 1 /hurd/exec",
      "7 0xa 0 2 1 1 1 /hurd/auth",
    ]);
  });

  it("have arguments, also the kernel", () => {
    const got = probed(function* (libc) {
      const args = yield* procCall.proc_getprocargs(libc.ports.proc, { which: 3 });
      return args.err ? `${args.err}` : new TextDecoder().decode(args.procargs);
    });
    expect(got).to.match(/^gnumach\0--kernel-task=1\0/);
  });

  it("form login collections breadth first, sessions and groups latest first (recorded p-proc)", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const logins = yield* procCall.proc_getloginpids(proc, { id: 1 });
      const session = yield* procCall.proc_getsessionpids(proc, { sid: 1 });
      const group = yield* procCall.proc_getpgrppids(proc, { pgrp: 0 });
      return [logins.err || logins.pids, session.err || session.pidset, group.err || group.pidset];
    });
    expect(got).to.deep.equal([[1, 2, 3, 4, 7, 5, 6], [7, 6, 5, 3, 4, 2, 1], []]);
  });
});

describe("proc_getprocinfo (proc/info.c)", () => {
  it("answers what was asked and no more: threads are counted when asked for, told of when a detail is; without a message port there are no waits", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const seen: unknown[] = [];
      for (const [pid, flags] of [[7, 0], [7, 2], [7, 4], [7, 0x10], [4, 0x10], [7, 0x20]] as const) {
        const info = yield* procCall.proc_getprocinfo(proc, { which: pid, flags });
        if (info.err !== 0) return info.err;
        const { nthreads, threads } = decodeProcInfo(info.procinfo);
        seen.push([info.flags, nthreads > 0, threads.length === nthreads, threads.length > 0, info.threadwaits.length > 0]);
      }
      return seen;
    });
    expect(got).to.deep.equal([
      [0, false, true, false, false],
      [2, true, false, false, false],
      [6, true, true, true, false],
      [0x12, true, true, true, true],
      [2, true, true, true, false],
      [0x20, false, true, false, false],
    ]);
  });
});

describe("message ports", () => {
  it("swap, and a dead one makes those who ask wait for the next (auth-proc.md §2.8)", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const child = yield* newChild(proc);
      const [m1, m2] = [yield* allocateReceive(), yield* allocateReceive()];
      yield* insertSend(m1);
      yield* insertSend(m2);
      const old: unknown[] = [];
      for (const newmsgport of [m1, m2, m2, MACH_PORT_NULL, m1]) {
        const set = yield* procCall.proc_setmsgport(child.proc, { newmsgport });
        old.push(set.err || set.oldmsgport);
      }
      yield* destroyReceive(m1);
      let found: unknown;
      yield* libc.thread(function* () {
        const r = yield* procCall.proc_getmsgport(proc, { pid: child.pid });
        found = r.err || r.msgport;
      });
      yield* libc.usleep(1000);
      const before = found;
      yield* procCall.proc_setmsgport(child.proc, { newmsgport: m2 });
      yield* libc.usleep(1000);
      return { old, m1, m2, before, found };
    });
    expect(got.old).to.deep.equal([0, got.m1, got.m2, got.m2, 0]);
    expect([got.before, got.found]).to.deep.equal([undefined, got.m2]);
  });

  it("of unknown processes are ESRCH, of the kernel and proc null", () => {
    const got = probed(function* (libc) {
      const answers: unknown[] = [];
      for (const pid of [0, -1, 29999, 3, 4]) {
        const r = yield* procCall.proc_getmsgport(libc.ports.proc, { pid });
        answers.push(r.err || r.msgport);
      }
      return answers;
    });
    expect(got).to.deep.equal([Errno.ESRCH, Errno.ESRCH, Errno.ESRCH, 0, 0]);
  });
});

describe("waiting", () => {
  it("reports stops, continuations and the end once each, as recorded", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const child = yield* newChild(proc);
      const wait = function* (pid: number, options: number): Syscall<unknown> {
        const r = yield* procCall.proc_waitid(proc, { pid, options });
        return r.err || [r.status, r.sigcode, r.pid_status];
      };
      const running = [yield* wait(child.pid, WNOHANG | WEXITED), yield* wait(1234, WNOHANG), yield* wait(-1, WNOHANG), yield* wait(-999, WNOHANG)];
      yield* procCall.proc_mark_stop(child.proc, { signo: SIGTSTP, sigcode: 7 });
      const stopped = [yield* wait(child.pid, WNOHANG), yield* wait(child.pid, WNOHANG | WUNTRACED), yield* wait(child.pid, WNOHANG | WUNTRACED)];
      yield* procCall.proc_mark_cont(child.proc, {});
      const continued = yield* wait(child.pid, WNOHANG | WCONTINUED);
      const marks = [
        (yield* procCall.proc_mark_exit(child.proc, { status: 0x7f | (SIGSTOP << 8), sigcode: 0 })).err,
        (yield* procCall.proc_mark_exit(child.proc, { status: 0x300, sigcode: 0 })).err,
        (yield* procCall.proc_mark_exit(child.proc, { status: 0x300, sigcode: 0 })).err,
        yield* wait(child.pid, WNOHANG | WEXITED),
      ];
      yield* machCall.task_terminate(child.task, {});
      yield* libc.usleep(1000);
      const zombie = yield* procCall.proc_pid2task(proc, { pid: child.pid });
      const zombies = [
        zombie.err || zombie.task,
        (yield* procCall.proc_pid2proc(proc, { pid: child.pid })).err,
        (yield* procCall.proc_getpgrp(proc, { pid: child.pid })).err,
        (yield* procCall.proc_getpids(child.proc, {})).err,
      ];
      const ends = [yield* wait(child.pid, WNOHANG | WEXITED | WNOWAIT), yield* wait(child.pid, WEXITED), yield* wait(child.pid, WNOHANG | WEXITED)];
      return { pid: child.pid, running, stopped, continued, marks, zombies, ends };
    });
    const { EAGAIN, ECHILD, EINVAL, EBUSY, ESRCH } = Errno;
    expect(got.running).to.deep.equal([EAGAIN, ECHILD, EAGAIN, ECHILD]);
    expect(got.stopped).to.deep.equal([EAGAIN, [0x127f, 7, got.pid], EAGAIN]);
    expect(got.continued).to.deep.equal([0xffff, 7, got.pid]);
    expect(got.marks).to.deep.equal([EINVAL, 0, EBUSY, EAGAIN]);
    expect(got.zombies).to.deep.equal([MACH_PORT_NULL, Mig.TYPE_ERROR, ESRCH, Msg.SEND_INVALID_DEST]);
    expect(got.ends).to.deep.equal([[0x300, 0, got.pid], [0x300, 0, got.pid], ECHILD]);
  });

  it("tells who does not ask for the dead of the stop of one that was killed while stopped, and reaps it all the same (proc/wait.c)", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const child = yield* newChild(proc);
      yield* procCall.proc_mark_stop(child.proc, { signo: SIGTSTP, sigcode: 0 });
      yield* machCall.task_terminate(child.task, {});
      yield* libc.usleep(1000);
      const answers: unknown[] = [];
      for (const options of [WNOHANG, WNOHANG | WUNTRACED, WNOHANG | WEXITED]) {
        const r = yield* procCall.proc_waitid(proc, { pid: child.pid, options });
        answers.push(r.err || r.pid_status === child.pid);
      }
      return answers;
    });
    expect(got).to.deep.equal([Errno.EAGAIN, true, Errno.ECHILD]);
  });

  it("sees a task that just ended as killed, and wakes who waits", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const child = yield* newChild(proc);
      let answer: unknown;
      yield* libc.thread(function* () {
        const r = yield* procCall.proc_wait(proc, { pid: -1, options: 0 });
        answer = r.err || [r.status, r.sigcode, r.pid_status];
      });
      yield* libc.usleep(1000);
      yield* machCall.task_terminate(child.task, {});
      yield* libc.usleep(1000);
      return { answer, pid: child.pid };
    });
    expect(got.answer).to.deep.equal([9, -1, got.pid]);
  });
});

describe("groups and sessions", () => {
  it("obey the order of EACCES and EPERM that was recorded", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const child = yield* newChild(proc);
      const own = (yield* procCall.proc_setpgrp(proc, { pid: child.pid, pgrp: 0 })).err;
      yield* procCall.proc_mark_exec(child.proc, {});
      return [
        own,
        (yield* procCall.proc_setpgrp(proc, { pid: child.pid, pgrp: child.pid })).err,
        (yield* procCall.proc_setpgrp(child.proc, { pid: 0, pgrp: 1 })).err,
        (yield* procCall.proc_setsid(child.proc, {})).err,
        (yield* procCall.proc_setsid(child.proc, {})).err,
        (yield* procCall.proc_setpgrp(child.proc, { pid: 0, pgrp: 0 })).err,
        (yield* procCall.proc_setpgrp(child.proc, { pid: 1, pgrp: 0 })).err,
      ];
    });
    expect(got).to.deep.equal([0, Errno.EACCES, 0, 0, Errno.EPERM, Errno.EPERM, Errno.ESRCH]);
  });
});

describe("ports that stand for processes", () => {
  it("are found by task, by pid with permission, and not otherwise", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const thread = yield* machCall.task_threads(yield* taskSelf(), {});
      const own = yield* procCall.proc_proc2task(proc, {});
      const stranger = yield* newTask();
      const { pid } = { pid: 0, ...(yield* procCall.proc_task2pid(proc, { task: stranger })) };
      const strangerProc = yield* procCall.proc_task2proc(proc, { task: stranger });
      const bare = strangerProc.err ? MACH_PORT_NULL : strangerProc.proc;
      return {
        threads: (yield* procCall.proc_task2pid(proc, { task: thread.err ? MACH_PORT_NULL : (thread.thread_list[0] ?? MACH_PORT_NULL) })).err,
        null: (yield* procCall.proc_task2proc(proc, { task: MACH_PORT_NULL })).err,
        same: !own.err && own.task === (yield* taskSelf()),
        unknown: (yield* procCall.proc_pid2task(proc, { pid: 29999 })).err,
        rootMay: (yield* procCall.proc_pid2task(proc, { pid })).err,
        nobodyMay: (yield* procCall.proc_pid2task(bare, { pid: 1 })).err,
        nobodyMayItself: (yield* procCall.proc_pid2task(bare, { pid })).err,
        privileged: (yield* procCall.proc_getprivports(bare, {})).err,
        important: (yield* procCall.proc_mark_important(bare, {})).err,
        init: (yield* procCall.proc_set_init_task(proc, { task: stranger })).err,
        setowner: (yield* procCall.proc_setowner(proc, { owner: 0, clear: 0 })).err,
        version: (yield* procCall.proc_register_version(proc, { credential: stranger, name: "x", release: "", version: "" })).err,
        namespaceNull: (yield* procCall.proc_make_task_namespace(proc, { notify: makeSend(MACH_PORT_NULL) })).err,
      };
    });
    const { ESRCH, EPERM, EOPNOTSUPP, EINVAL } = Errno;
    expect(got).to.deep.equal({
      threads: ESRCH, null: ESRCH, same: true, unknown: ESRCH, rootMay: 0, nobodyMay: EPERM, nobodyMayItself: 0, privileged: EPERM, important: EPERM, init: EPERM,
      setowner: EOPNOTSUPP, version: EPERM, namespaceNull: EINVAL,
    });
  });

  it("are dead names when the process is gone", () => {
    const got = probed(function* (libc) {
      const child = yield* newChild(libc.ports.proc);
      yield* machCall.task_terminate(child.task, {});
      yield* libc.usleep(1000);
      const type = yield* machPortCall.mach_port_type(yield* taskSelf(), { name: child.proc });
      return type.err || type.ptype;
    });
    expect(got).to.equal(0x100000);
  });
});
