/**
 * A set-uid exec that somebody attacks: /bin/su is run in a task of ours with a port of ours among its directories or descriptors, which the filesystem
 * then reauthenticates with the identity of root (exec.md §4.2). It waits for us there, as long as we like.
 */
import { asPort, copySend, MACH_PORT_NULL, makeSend, moveSend, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt, orThrow } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { INIT_PORT_CWDIR, INIT_PORT_PROC, O_EXEC } from "../../../servers/interfaces/hurd-types.ts";
import { io } from "../../../servers/interfaces/io.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { dropRight, taskSelf } from "./rights.ts";

const SET_UID_PROGRAM = "/bin/su";
/** Should it run after all: there is no such user, so it ends without a word to anybody. */
const HARMLESS = ["su", "nobody-of-this-name"];
/** How long we wait for a message that may not come, in milliseconds. */
const PATIENCE = 1000;
const WNOHANG = 1;

/** Where the ports of ours go. */
export interface Bait {
  readonly cwdir?: MachPort;
  readonly fds?: readonly MachPort[];
}

/** A receive right with a send right under the same name. */
export function* newBait(): Syscall<MachPort> {
  const self = yield* taskSelf();
  const { name } = orThrow("mach_port_allocate", yield* machPortCall.mach_port_allocate(self, { right: Right.RECEIVE }));
  yield* machPortCall.mach_port_insert_right(self, { name, poly: makeSend(name) });
  return name;
}

/** The next message on `port`; undefined when none comes in time. Its items are ours. */
export function* nextMessage(port: MachPort): Syscall<MachMsg | undefined> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
  msg.timeout = PATIENCE;
  msg.rcvName = port;
  msg.take = true;
  return (yield msg) === 0 ? msg : undefined;
}

/** The rendezvous in the next message on `port`, if that is an io_reauthenticate. */
export function* nextRendezvous(port: MachPort): Syscall<MachPort | undefined> {
  const msg = yield* nextMessage(port);
  const data = msg?.id === io.routines.io_reauthenticate.id ? msg.items[0]?.data : undefined;
  return typeof data === "number" ? asPort(data) : undefined;
}

/** Lets go whoever waits at `rendezvous`: he gets no port. */
export function* letGo(libc: Libc, rendezvous: MachPort): Syscall<void> {
  yield* authCall.auth_server_authenticate(libc.ports.auth, { rendezvous: moveSend(rendezvous), newport: copySend(MACH_PORT_NULL) });
}

export class SetUidExec {
  private readonly libc: Libc;
  private ended = false;
  /** The task that execs, a child of this process; its threads, if it had any, would not be asked. */
  readonly task: MachPort;

  private constructor(libc: Libc, task: MachPort) {
    this.libc = libc;
    this.task = task;
  }

  /** Begins the exec in a thread of its own. */
  static *begin(libc: Libc, bait: Bait): Syscall<SetUidExec> {
    const { child_task } = orThrow("task_create", yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false }));
    orThrow("proc_child", yield* procCall.proc_child(libc.ports.proc, { child: child_task }));
    const exec = new SetUidExec(libc, child_task);
    yield* libc.thread(() => exec.run(bait));
    return exec;
  }

  private *run({ cwdir, fds = [] }: Bait): Syscall<void> {
    const { libc, task } = this;
    const file = yield* attempt(libc.file_name_lookup(SET_UID_PROGRAM, O_EXEC));
    const proc = yield* this.proc();
    if (!file.err) {
      const { auth, crdir, cwdir: ownCwdir, cttyid } = libc.ports;
      const ports = [ownCwdir, crdir, auth, proc, cttyid, MACH_PORT_NULL];
      ports[INIT_PORT_CWDIR] = cwdir ?? ownCwdir;
      ports[INIT_PORT_PROC] = proc;
      yield* libc.hurdExec({ task, file: file.value, path: SET_UID_PROGRAM, abspath: SET_UID_PROGRAM, argv: HARMLESS, env: [], dtable: fds, ports });
      yield* dropRight(file.value);
    }
    yield* dropRight(proc);
    this.ended = true;
  }

  /** The task's process port, as whoever holds the task can have it; null when proc knows no such task any more. */
  *proc(): Syscall<MachPort> {
    const got = yield* procCall.proc_task2proc(this.libc.ports.proc, { task: this.task });
    return got.err ? MACH_PORT_NULL : got.proc;
  }

  /** Ends the task, so that there is nothing for the exec to go on with. */
  *kill(): Syscall<void> {
    yield* machCall.task_terminate(this.task, {});
  }

  /** Waits until the exec has failed, and forgets the child. */
  *finish(): Syscall<void> {
    while (!this.ended) yield* this.libc.usleep(1000);
    yield* dropRight(this.task);
    yield* attempt(this.libc.waitpid(-1, WNOHANG));
  }
}
