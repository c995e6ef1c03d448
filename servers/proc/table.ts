/** All processes, groups and sessions, and how pids are given out (auth-proc.md §2.2). One lock guards everything. */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machHostCall } from "../../mach/interfaces/mach-host.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { NO_HOLES, type Holes } from "../interfaces/holes.ts";
import { PortClass, type Bucket, type DeadNameHook, type PortInfo, type ThreadStarter } from "../lib/ports.ts";
import { Mutex } from "../lib/sync.ts";
import { joinPgrp, leavePgrp, newPgrp, newSession } from "./pgrp.ts";
import { PID_INIT, PID_STARTUP, Proc, type Login, type Pgrp, type Session } from "./process.ts";
import { processHasExited } from "./exit.ts";

const WRAP_AROUND = 30000;
const START_OVER = 100;
const NOBODY: Login = { name: "<none>" };
const ROOT: Login = { name: "root" };

export class ProcessTable {
  readonly lock = new Mutex();
  readonly processes = new PortClass<Proc>("process");
  readonly generic = new PortClass<"generic">("generic");
  readonly bucket: Bucket;
  readonly threads: ThreadStarter;
  readonly holes: Holes;
  readonly byPid = new Map<number, Proc>();
  readonly byTask = new Map<MachPort, Proc>();
  readonly pgrps = new Map<number, Pgrp>();
  readonly sessions = new Map<number, Session>();
  /** Port that is no process: where the kernel announces tasks when it has no process of its own. */
  genericPort: PortInfo<"generic"> | undefined = undefined;
  kernelProc: Proc | undefined = undefined;
  hostPriv: MachPort = MACH_PORT_NULL;
  deviceMaster: MachPort = MACH_PORT_NULL;
  /** Our own handle of the auth server. */
  auth: MachPort = MACH_PORT_NULL;
  /** Called once when startup has registered its message port, if /servers/startup was not there (boot.md step 32). */
  onStartupMsgport: ((msgport: MachPort) => Syscall<void>) | undefined = undefined;
  private nextPid = 1;
  private wrap = WRAP_AROUND;
  private initProc: Proc | undefined = undefined;
  private startupProc: Proc | undefined = undefined;

  constructor(bucket: Bucket, threads: ThreadStarter, holes: Holes = NO_HOLES) {
    this.bucket = bucket;
    this.threads = threads;
    this.holes = holes;
  }

  /** Pid 1. Made before anything else. */
  get init(): Proc {
    return (this.initProc ??= firstProcess(this));
  }
  /** Pid 2. */
  get startup(): Proc {
    return (this.startupProc ??= startupProcess(this));
  }

  // ---- finding

  /** The process of that number; zombies are not found. */
  find(pid: number): Proc | undefined {
    const p = this.byPid.get(pid);
    return p === undefined || p.dead ? undefined : p;
  }

  /** Zombies too. */
  findAny(pid: number): Proc | undefined {
    return this.byPid.get(pid);
  }

  /** The process of a task port. Unknown tasks are looked up in the kernel's lists, which makes all before it known (§2.2 b). */
  *ofTask(task: MachPort): Syscall<Proc | undefined> {
    if (!portValid(task)) return undefined;
    return this.byTask.get(task) ?? (yield* this.enumerate(task));
  }

  /** Makes every task known that stands in the kernel's lists, up to `wanted`. */
  *enumerate(wanted?: MachPort): Syscall<Proc | undefined> {
    let found: Proc | undefined;
    const sets = yield* machHostCall.host_processor_sets(this.hostPriv, {});
    if (sets.err) return undefined;
    for (const set_name of sets.processor_sets) {
      if (found === undefined) found = yield* this.enumerateSet(set_name, wanted);
      yield* deallocate(set_name);
    }
    return found;
  }

  private *enumerateSet(set_name: MachPort, wanted: MachPort | undefined): Syscall<Proc | undefined> {
    let found: Proc | undefined;
    const priv = yield* machHostCall.host_processor_set_priv(this.hostPriv, { set_name });
    if (priv.err) return undefined;
    const tasks = yield* machHostCall.processor_set_tasks(priv.set, {});
    for (const task of tasks.err ? [] : tasks.task_list) {
      if (!portValid(task)) continue;
      const known = found !== undefined || this.byTask.has(task);
      if (!known) yield* this.newProcess(task);
      if (found === undefined && task === wanted) found = this.byTask.get(task);
      if (known) yield* deallocate(task);
    }
    yield* deallocate(priv.set);
    return found;
  }

  // ---- making

  /** A record for a task that nobody has spoken for: child of init, owned by nobody. Takes the reference on `task`. */
  *newProcess(task: MachPort): Syscall<Proc> {
    const proc = new Proc(this.allocatePid(), task, this.init, NOBODY);
    yield* this.complete(proc);
    return proc;
  }

  /** Our own record, pid 4. */
  *newProcessWithPid(task: MachPort, pid: number): Syscall<Proc> {
    const proc = new Proc(pid, task, this.init, NOBODY);
    yield* this.complete(proc);
    return proc;
  }

  private *complete(proc: Proc): Syscall<void> {
    const { init } = this;
    init.children.unshift(proc);
    proc.pgrp = init.pgrp;
    this.enter(proc);
    yield* this.givePort(proc);
    yield* joinPgrp(this, proc);
    yield* this.watchDeath(proc);
  }

  /** The record can be found from now on. */
  enter(proc: Proc): void {
    this.byPid.set(proc.pid, proc);
    if (portValid(proc.task)) this.byTask.set(proc.task, proc);
  }

  /** A process port. The record keeps it alive without senders. */
  *givePort(proc: Proc): Syscall<void> {
    const port = yield* this.bucket.create(this.processes, proc);
    this.bucket.hold(port);
    proc.port = port;
  }

  /** Has the kernel tell of the task's death. */
  *watchDeath(proc: Proc): Syscall<void> {
    const { task } = proc;
    const hook: DeadNameHook = () => this.lock.with(() => this.taskDied(proc, task, hook));
    proc.deathHook = hook;
    yield* this.bucket.requestDeadName(task, hook);
  }

  /** Unless the process has another task by now, it is dead. */
  private *taskDied(proc: Proc, task: MachPort, hook: DeadNameHook): Syscall<void> {
    if (proc.task === task && proc.deathHook === hook) yield* processHasExited(this, proc);
  }

  /** A number that no process, group or session has. The counter only goes forward. */
  private allocatePid(): number {
    const taken = (n: number): boolean => this.byPid.has(n) || this.pgrps.has(n) || this.sessions.has(n);
    while (this.nextPid < this.wrap && taken(this.nextPid)) this.nextPid++;
    if (this.nextPid >= this.wrap) {
      this.nextPid = START_OVER;
      while (taken(this.nextPid)) this.nextPid++;
      while (this.nextPid >= this.wrap) this.wrap *= 2;
    }
    return this.nextPid++;
  }

  // ---- unmaking

  /** Forgets the process altogether; its number is free when no group or session has it. */
  *remove(proc: Proc): Syscall<void> {
    if (this.byPid.get(proc.pid) === proc) this.byPid.delete(proc.pid);
    if (this.byTask.get(proc.task) === proc) this.byTask.delete(proc.task);
    removeFrom(proc.parent.children, proc);
    yield* leavePgrp(this, proc);
  }

  /** The process port dies, and nobody may call for this process any more. */
  *destroyPort(proc: Proc): Syscall<void> {
    const { port } = proc;
    if (port === undefined) return;
    proc.port = undefined;
    yield* this.bucket.destroyRight(port);
    yield* this.bucket.release(port);
  }

  /** No longer watches the task. */
  *unwatch(proc: Proc): Syscall<void> {
    const { deathHook, task } = proc;
    proc.deathHook = undefined;
    if (deathHook !== undefined) yield* this.bucket.cancelDeadName(task, deathHook);
  }
}

/** Takes `proc` out of a list. */
export function removeFrom(list: Proc[], proc: Proc): void {
  const at = list.indexOf(proc);
  if (at >= 0) list.splice(at, 1);
}

/** Pid 1: its own parent and child, root's, the first session and group. Known by number only when its task is (proc_set_init_task). */
function firstProcess(table: ProcessTable): Proc {
  const proc = new Proc(PID_INIT, MACH_PORT_NULL, undefined, ROOT);
  proc.children.push(proc);
  proc.ids = [0];
  Object.assign(proc, { loginLeader: true, parentSet: true, important: true, deadMsg: true });
  proc.pgrp = newPgrp(table, PID_INIT, newSession(table, PID_INIT));
  proc.pgrp.members.push(proc);
  return proc;
}

/** Pid 2: child of init, root's. Known by number when its task is. */
function startupProcess(table: ProcessTable): Proc {
  const proc = new Proc(PID_STARTUP, MACH_PORT_NULL, table.init, ROOT);
  proc.ids = [0];
  proc.deadMsg = true;
  table.init.children.unshift(proc);
  proc.pgrp = table.init.pgrp;
  proc.pgrp?.members.unshift(proc);
  return proc;
}
