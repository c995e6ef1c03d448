/**
 * What ipc needs of the rest of the kernel: threads that can wait, address spaces for out-of-line data, time, and the
 * server behind the kernel's own ports. `mach/kern` implements these.
 */
import type { VmCopy } from "../vm/copy.ts";
import type { Kmsg } from "./kmsg.ts";
import type { MachMsg } from "./message.ts";
import type { Port } from "./port.ts";
import type { PortSet } from "./port-set.ts";
import type { Entry, Space } from "./space.ts";

/** A kernel object behind a port: a task, thread, host, device. ipc only asks whether there is one. */
export interface KObject {
  readonly kind: string;
}

/** The trap is not answered yet: the thread waits. */
export const BLOCKED = -1;

/** Why a thread waits in ipc, and how that ends. */
export interface IpcWait {
  /** Words for a debugger: "receive" or "send", and the port. */
  readonly what: "receive" | "send";
  readonly port: Port | undefined;
  /** The message of a woken thread: received but not copied out, or about to be sent again. It stands in no queue. */
  readonly inHand: Kmsg | null;
  /** `thread_abort`, or the thread's end: off all queues. Answers the code for the trap. */
  abort(): number;
  /** Called in the woken thread's name just before it goes on: copies out what was received. Answers the trap's code. */
  finish(code: number): number;
  /** The thread was woken but dies before it goes on: what it was given is destroyed. */
  discard(): void;
}

/** An address space, as far as out-of-line data is concerned. */
export interface IpcMemory {
  /** Takes a copy-on-write copy; undefined when any of it cannot be read. */
  copyin(address: number, size: number): VmCopy | undefined;
  /** Maps a copy at a fresh place; undefined when there is no room. */
  copyout(copy: VmCopy): number | undefined;
  deallocate(address: number, size: number): void;
}

export interface IpcThread {
  readonly space: Space;
  readonly memory: IpcMemory;
  /** A receive's wait that is over, for the thread's next one: a thread waits in one place at a time. */
  spareWait: SpareWait | null;
}

/** The wait of a receive, which can be used for the thread's next one. */
export interface SpareWait extends IpcWait {
  again(msg: MachMsg, from: Port | PortSet): number;
}

export interface IpcTimer {
  cancel(): void;
}

/** Whoever watches messages. Looked for at each message, so that nothing is done for nobody. */
export interface IpcObserver {
  /** `thread`, or the kernel itself, has sent `kmsg`: copied in, not delivered yet. */
  sent(kmsg: Kmsg, thread: IpcThread | undefined): void;
  /** `thread` is about to get `kmsg`, which came to `port`. */
  received(kmsg: Kmsg, port: Port, thread: IpcThread): void;
}

/** Whoever watches rights. Looked for at each change. */
export interface RightsObserver {
  /** `name` stands for something else in `space`, or for more or fewer references; `entry` undefined: for nothing any more. */
  changed(space: Space, name: number, entry: Entry | undefined): void;
  /** The port has died: names of send and send-once rights for it are dead names from now on. */
  died(port: Port): void;
}

/** What all ports and spaces of one kernel have in common. */
export interface Realm {
  nextPort: number;
  /** Who watches messages; nobody unless said. */
  observer?: IpcObserver | null;
  rights?: RightsObserver | null;
}

/** Of ports and spaces that nobody can watch. */
export const UNWATCHED: Realm = Object.freeze({ nextPort: 0, observer: null, rights: null });

/** The machine, as ipc sees it. */
export interface IpcHost {
  /** Marks the thread as waiting; the trap's answer is BLOCKED. */
  block(thread: IpcThread, wait: IpcWait): typeof BLOCKED;
  /** Ends the wait: the thread may run, and gets what `wait.finish(code)` answers then. */
  wake(thread: IpcThread, code: number): void;
  /** Calls `fn` after that many milliseconds of virtual time. */
  after(milliseconds: number, fn: () => void): IpcTimer;
  /**
   * A message to a kernel port, taken off the sender: does the work. Answers the reply to queue on `kmsg.reply`, or null when
   * there is none. Rights that it keeps it has taken out of `kmsg`; the rest is destroyed by the caller.
   */
  kobjectServer(kmsg: Kmsg, sender: IpcThread): Kmsg | null;
  /** The last send right of a kernel port's receive right went, or a pager died; kern's affair. */
  readonly ids: Realm;
  readonly observer: IpcObserver | null;
}
