/** The world's proc server: as much of it as start-up, fork, wait, kill and exit need. Process ports are looked up by their receive right. */
import type { MachMsg } from "../../mach/ipc/message.ts";
import { copySend, MACH_PORT_NULL, makeSend, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { Mig } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import { replyTo, serve, type Demuxer } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../../servers/interfaces/errno.ts";
import { proc } from "../../servers/interfaces/process.ts";

interface Proc {
  readonly pid: number;
  readonly task: MachPort;
  readonly port: MachPort;
  parent: number;
  msgport: MachPort;
  status: number | undefined;
  argv: number;
  reported: boolean;
  /** It has said that it exits: no message port and no task any more. */
  dead: boolean;
}
interface Waiter {
  readonly pid: number;
  readonly of: number;
  readonly to: MachPort;
  readonly type: number;
}
export interface SeenExec {
  readonly fds: number;
  readonly ports: number;
  readonly task: MachPort;
  readonly deallocnames: readonly MachPort[];
  readonly destroynames: readonly MachPort[];
}

const RUSAGE = new Array<number>(18).fill(0);
const FIRST_PID = 100;

export class WorldProc {
  readonly procs = new Map<MachPort, Proc>();
  readonly waiters: Waiter[] = [];
  readonly execs: SeenExec[] = [];
  private next = FIRST_PID;

  get statuses(): ReadonlyMap<number, number> {
    return new Map([...this.procs.values()].filter((p) => p.status !== undefined).map((p) => [p.pid, p.status ?? 0]));
  }

  /** A record for `task`. Answers its process port's receive right. */
  *adopt(task: MachPort, parent: number, newPort: () => Syscall<MachPort>): Syscall<MachPort> {
    const port = yield* newPort();
    this.procs.set(port, { pid: this.next++, task, port, parent, msgport: MACH_PORT_NULL, status: undefined, argv: 0, reported: false, dead: false });
    return port;
  }

  byPid(pid: number): Proc | undefined {
    return [...this.procs.values()].find((p) => p.pid === pid);
  }

  /** The record of a task; tasks that nobody told of get one, as the kernel's notification would make it. */
  *ofTask(task: MachPort, newPort: () => Syscall<MachPort>): Syscall<Proc> {
    const known = [...this.procs.values()].find((p) => p.task === task);
    if (known !== undefined) return known;
    const port = yield* this.adopt(task, 1, newPort);
    const made = this.procs.get(port);
    if (made === undefined) throw new Error("a record that was just made is there");
    return made;
  }

  *ended(p: Proc, status: number): Syscall<void> {
    p.status = status;
    for (const w of [...this.waiters]) {
      if (w.of !== p.parent || (w.pid !== -1 && w.pid !== p.pid)) continue;
      this.waiters.splice(this.waiters.indexOf(w), 1);
      p.reported = true;
      yield* replyTo(proc).proc_wait(w.to, { err: 0, status, sigcode: 0, rusage: RUSAGE, pid_status: p.pid }, w.type);
    }
  }

  demuxer(newPort: () => Syscall<MachPort>): Demuxer {
    const lookup = (request: MachMsg): Proc | undefined => this.procs.get(request.localPort);
    return serve(proc, lookup, { ...asking(this, newPort), ...telling(this) });
  }
}

type ProcHandlers = Partial<Handlers<typeof proc.routines, Proc>>;

const asking = (world: WorldProc, newPort: () => Syscall<MachPort>): ProcHandlers => ({
  *proc_getpids(p) {
    yield* none();
    return { err: 0, pid: p.pid, ppid: p.parent, orphaned: 0 };
  },
  *proc_getpgrp(p) {
    yield* none();
    return { err: 0, pgrp: p.pid };
  },
  *proc_setmsgport(p, { newmsgport }) {
    yield* none();
    const old = p.msgport;
    p.msgport = newmsgport;
    return { err: 0, oldmsgport: copySend(old) };
  },
  *proc_set_arg_locations(p, { argv }) {
    yield* none();
    p.argv = argv;
    return { err: 0 };
  },
  *proc_get_arg_locations(p) {
    yield* none();
    return { err: 0, argv: p.argv, envp: 0 };
  },
  *proc_handle_exceptions(_p, { forwardport, msgport }) {
    yield* deallocate(forwardport);
    yield* none();
    return msgport === MACH_PORT_NULL ? { err: Errno.EINVAL } : { err: 0 };
  },
  *proc_dostop(p, { contthread }) {
    yield* machCall.task_suspend(p.task, {});
    const threads = yield* machCall.task_threads(p.task, {});
    if (!threads.err) for (const t of threads.thread_list) if (t !== contthread) yield* machCall.thread_suspend(t, {});
    yield* machCall.task_resume(p.task, {});
    return { err: 0 };
  },
  *proc_task2pid(_p, { task }) {
    return { err: 0, pid: (yield* world.ofTask(task, newPort)).pid };
  },
  *proc_task2proc(_p, { task }) {
    return { err: 0, proc: makeSend((yield* world.ofTask(task, newPort)).port) };
  },
  *proc_child(p, { child }) {
    (yield* world.ofTask(child, newPort)).parent = p.pid;
    return { err: 0 };
  },
});

const telling = (world: WorldProc): ProcHandlers => ({
  *proc_mark_exit(p, { status }) {
    p.dead = true;
    yield* world.ended(p, status);
    return { err: 0 };
  },
  *proc_mark_stop(p, { signo }) {
    yield* world.ended(p, (signo << 8) | 0x7f);
    return { err: 0 };
  },
  *proc_mark_cont() {
    yield* none();
    return { err: 0 };
  },
  *proc_wait(p, { pid, options }, request) {
    yield* none();
    const done = [...world.procs.values()].find((c) => c.parent === p.pid && c.status !== undefined && !c.reported && (pid === -1 || pid === c.pid));
    if (done !== undefined) {
      done.reported = true;
      return { err: 0, status: done.status ?? 0, sigcode: 0, rusage: RUSAGE, pid_status: done.pid };
    }
    if (options & 1) return { err: Errno.EAGAIN };
    world.waiters.push({ pid, of: p.pid, to: request.remotePort, type: request.remoteType });
    request.remotePort = MACH_PORT_NULL;
    return { err: Mig.NO_REPLY };
  },
  *proc_getmsgport(_p, { pid }) {
    yield* none();
    const target = world.byPid(pid);
    return target === undefined ? { err: Errno.ESRCH } : { err: 0, msgport: copySend(target.dead ? MACH_PORT_NULL : target.msgport) };
  },
  *proc_pid2task(_p, { pid }) {
    yield* none();
    const target = world.byPid(pid);
    return target === undefined ? { err: Errno.ESRCH } : { err: 0, task: target.dead ? MACH_PORT_NULL : target.task };
  },
});

function* none(): Syscall<void> {
  // handlers are generators; these have nothing to wait for
}
