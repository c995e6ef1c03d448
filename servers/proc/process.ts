/** What the proc server knows of a process, a process group and a session (auth-proc.md §2.1). */
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { NO_RUSAGE } from "../interfaces/rusage.ts";
import type { DeadNameHook, PortInfo } from "../lib/ports.ts";
import { Condition } from "../lib/sync.ts";

export const PID_INIT = 1;
export const PID_STARTUP = 2;
export const PID_KERNEL = 3;
export const PID_PROC = 4;

/** The login name; shared by all processes that have it from one another. */
export interface Login {
  readonly name: string;
}

export class Proc {
  readonly pid: number;
  /** A send right; null while the task is not known (pids 1 and 2 at boot), and for a zombie. */
  task: MachPort;
  /** The process port. Its right may be replaced; the record keeps it alive. */
  port: PortInfo<Proc> | undefined = undefined;
  login: Login;
  /** Effective user ids, then available ones. Empty: owned by nobody. */
  ids: readonly number[] = [];
  parent: Proc;
  /** Youngest first. */
  children: Proc[] = [];
  pgrp: Pgrp | undefined = undefined;
  msgport: MachPort = MACH_PORT_NULL;
  exe = "";
  argv = 0;
  envp = 0;
  startCode = 0;
  endCode = 0;
  entry = 0;
  status = 0;
  sigcode = 0;
  rusage = NO_RUSAGE;
  childRusage = NO_RUSAGE;
  /** Where to ask about members of the task namespace this process is in; null for none. */
  namespace: MachPort = MACH_PORT_NULL;
  /** This process made its namespace. */
  namespaceRoot = false;
  /** Who waits in a call of this process: for a child, or for a message port. */
  readonly wakeup = new Condition();
  /** Watches the task's death. */
  deathHook: DeadNameHook | undefined = undefined;

  exec = false;
  stopped = false;
  continued = false;
  /** Its last change has been reported to a wait. */
  waited = false;
  exiting = false;
  /** Waits for children. */
  waiting = false;
  traced = false;
  /** No SIGCHLD for children that stop or go on. */
  noStopChild = false;
  /** proc_child has been called for it. */
  parentSet = false;
  /** Had a message port, which died: those who ask for it wait. */
  deadMsg = false;
  /** Somebody waits for its message port. */
  checkMsgHangs = false;
  /** Waits for somebody's message port. */
  msgportWait = false;
  loginLeader = false;
  /** A zombie, or gone. */
  dead = false;
  important = false;

  /** `parent` undefined: its own parent (pid 1). */
  constructor(pid: number, task: MachPort, parent: Proc | undefined, login: Login) {
    this.pid = pid;
    this.task = task;
    this.parent = parent ?? this;
    this.login = login;
  }

  /** May this process act on `other`? It needs every user id of the other's, or root (auth-proc.md §2.4). */
  owns(other: Proc): boolean {
    if (this === other) return true;
    if (this.ids.length === 0) return false;
    if (this.ids.includes(0)) return true;
    return other.ids.length > 0 && other.ids.every((id) => this.ids.includes(id));
  }

  get isRoot(): boolean {
    return this.ids.includes(0);
  }

  /** The group is orphaned: nobody in the session but outside the group is parent of a member. */
  get orphaned(): boolean {
    return this.pgrp === undefined || this.pgrp.orphanCount === 0;
  }
}

export class Pgrp {
  readonly pgid: number;
  readonly session: Session;
  /** Latest joined first. */
  members: Proc[] = [];
  /** Members whose parent is in another group of the same session. */
  orphanCount = 0;
  constructor(pgid: number, session: Session) {
    this.pgid = pgid;
    this.session = session;
  }
}

export class Session {
  readonly sid: number;
  /** Latest made first. */
  pgrps: Pgrp[] = [];
  /** Receive right that stands for the session; made on demand and never listened to. */
  port: MachPort = MACH_PORT_NULL;
  constructor(sid: number) {
    this.sid = sid;
  }
}

/** The login collection `proc` belongs to: the nearest leader upwards. */
export function loginLeaderOf(proc: Proc): Proc {
  let p = proc;
  while (!p.loginLeader && p.parent !== p) p = p.parent;
  return p;
}
