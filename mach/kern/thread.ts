/**
 * A thread: a stack of frames, registers, and what it waits for.
 *
 * The bottom frame is the program; a frame on top is a routine that `thread_set_state` made it call (a signal handler). Each frame remembers the answer of the trap
 * that it is in, so that it goes on when the frame above has returned; registers are the top frame's. A thread runs when nothing holds it: its own suspend count, its task's, a wait in ipc, or a
 * fault that a pager or an exception server is dealing with.
 */
import { BLOCKED, type IpcMemory, type IpcThread, type IpcWait, type SpareWait } from "../ipc/host.ts";
import type { PortRef } from "../ipc/kmsg.ts";
import type { Space } from "../ipc/space.ts";
import { Debug } from "./debug.ts";
import { WithPort } from "./own-port.ts";
import { newThreadStorage, THREAD_STATE_COUNT, ThreadStateWord, type Registers, type Syscall, type ThreadStorage, type Trap } from "./syscall.ts";
import type { PortOwner } from "./kernel-ports.ts";
import type { Task } from "./task.ts";

/** A routine that is running, or that is to be called next. */
export interface Frame {
  /** Null before the first instruction: the routine at the registers' pc is due. */
  body: Syscall<void> | null;
  registers: readonly number[];
  /** What the trap that it made answers. */
  result: number;
  /** A trap to make again: it met a page that had to be fetched. */
  again: Trap | null;
  /** A trap that it has made and that nobody has executed yet (only when a strategy looks ahead). */
  ahead: Trap | null;
}

const ZERO_STATE: readonly number[] = new Array<number>(THREAD_STATE_COUNT).fill(0);

/** The flags register in a thread's state, and the bit in it that stops the thread after each trap. */
const FLAGS = 14;
const TRAP_FLAG = 0x100;

/** Base priority of user threads. */
export const BASE_PRIORITY = 25;

export class Thread extends WithPort implements IpcThread {
  readonly id: number;
  readonly task: Task;
  readonly space: Space;
  readonly memory: IpcMemory;
  exceptionPort: PortRef = null;
  name = "";
  private suspended = 1;
  private stop: "page" | "exception" | null = null;
  /** Something else than a wait keeps it from running. */
  private held = true;
  readonly tls: ThreadStorage = newThreadStorage();
  frames: Frame[] = [];
  wait: IpcWait | null = null;
  spareWait: SpareWait | null = null;
  /** The wait is over; `wait.finish(wakeCode)` has not been called yet. */
  woken = false;
  private wakeCode = 0;
  /** Ends a kernel call that this thread waits in (gsync_wait) with KERN_INTERRUPTED. */
  interruptCall: (() => void) | null = null;
  /** What a debugger has asked for; null for nearly every thread. */
  debug: Debug | null = null;
  /** Stands in the run queue. */
  queued = false;
  /** Microseconds of virtual time that it has used. */
  cpuTime = 0;
  readonly createdAt: number;

  constructor(owner: PortOwner, id: number, task: Task, createdAt: number) {
    super(owner);
    this.id = id;
    this.task = task;
    this.space = task.space;
    this.memory = task;
    this.createdAt = createdAt;
  }

  get kind(): "thread" {
    return "thread";
  }

  /** Nothing keeps the thread from running. A wait is what keeps it most often. */
  get runnable(): boolean {
    return (this.wait === null || this.woken) && !this.held && this.alive;
  }

  get suspendCount(): number {
    return this.suspended;
  }
  set suspendCount(count: number) {
    this.suspended = count;
    this.weigh();
  }

  /** A fault is being dealt with elsewhere. */
  get stopped(): "page" | "exception" | null {
    return this.stop;
  }
  set stopped(by: "page" | "exception" | null) {
    this.stop = by;
    this.weigh();
  }

  /** One of the things has changed that keep it from running: its own or its task's suspend count, a fault. */
  weigh(): void {
    this.held = this.suspended !== 0 || this.stop !== null || this.task.suspendCount !== 0;
  }

  get top(): Frame | undefined {
    const { frames } = this;
    const { length } = frames;
    // not `frames[-1]`: V8 would read every frame the slow way from then on
    return length === 0 ? undefined : frames[length - 1];
  }

  get registers(): readonly number[] {
    return this.top?.registers ?? ZERO_STATE;
  }

  /** Sets the registers. A new pc makes the thread call the routine there when it next runs, on top of what it was doing. */
  setState(words: readonly number[]): void {
    const stepping = ((words[FLAGS] ?? 0) & TRAP_FLAG) !== 0;
    if (stepping || this.debug !== null) (this.debug ??= new Debug()).stepping = stepping;
    const registers = words.length === THREAD_STATE_COUNT ? words.slice() : Array.from({ length: THREAD_STATE_COUNT }, (_, i) => words[i] ?? 0);
    const { top } = this;
    // a routine that has not begun, or could not: it will not be returned to
    const fresh = top?.body === null && (this.frames.length === 1 || this.stopped === "exception");
    if (top !== undefined && (fresh || registers[ThreadStateWord.pc] === top.registers[ThreadStateWord.pc])) top.registers = registers;
    else this.pushFrame({ body: null, registers, result: 0, again: null, ahead: null });
  }

  /** An array of one has no room to spare: most threads never have a second frame. */
  private pushFrame(frame: Frame): void {
    if (this.frames.length === 0) this.frames = [frame];
    else this.frames.push(frame);
  }

  /** Registers as the CPU has them for a routine that is due. */
  get cpuRegisters(): Registers {
    const words = this.registers;
    return { pc: (words[ThreadStateWord.pc] ?? 0) >>> 0, sp: (words[ThreadStateWord.sp] ?? 0) >>> 0, arg: words[ThreadStateWord.arg] ?? 0 };
  }

  /** The frame whose trap is being executed or waited for: the topmost that has begun. */
  get running(): Frame | undefined {
    const { top } = this;
    if (top !== undefined && top.body !== null) return top;
    for (let i = this.frames.length - 2; i >= 0; i--) {
      const frame = this.frames[i];
      if (frame?.body) return frame;
    }
    return undefined;
  }

  /** The wait is over with `code`. */
  wake(code: number): void {
    this.woken = true;
    this.wakeCode = code;
  }

  /** Ends a finished wait: the trap has its answer, unless its second half waits in turn. */
  finishWait(): void {
    const { wait } = this;
    if (wait === null || !this.woken) return;
    const { running } = this;
    this.wait = null;
    this.woken = false;
    const result = wait.finish(this.wakeCode);
    if (result !== BLOCKED && running !== undefined) running.result = result;
  }

  /** The thread ends while it waits. */
  dropWait(): void {
    const { wait, woken } = this;
    this.wait = null;
    this.woken = false;
    if (wait === null) return;
    if (woken) wait.discard();
    else wait.abort();
  }
}
