/**
 * Breakpoints by the debug registers (`i386_DEBUG_STATE`), which every thread has of its own: up to four addresses. A program body has one address, its
 * routine's; so a breakpoint is where a program, a thread or a signal handler begins, and a watched word is in memory that loads and stores touch.
 */
import { THREAD_STATE_FLAVOR, type Syscall } from "../../../../mach/kern/syscall.ts";
import { UsageError } from "../../lib/options.ts";
import { setThreadState, threadState, type Target } from "./target.ts";

const DEBUG_STATE_FLAVOR = 6;
const MAX = 4;
const FLAGS = 14;
const TRAP_FLAG = 0x100;

export type Stop = "execute" | "write" | "access";
/** What for, and how many bytes less one, in the debug control register. */
const CONTROL: Readonly<Record<Stop, number>> = { execute: 0, write: 1 | (3 << 2), access: 3 | (3 << 2) };

export class Breakpoints {
  private readonly target: Target;
  private readonly at = new Map<number, Stop>();
  constructor(target: Target) {
    this.target = target;
  }

  get any(): boolean {
    return this.at.size > 0;
  }

  /** Throws UsageError when all registers are used. */
  *add(address: number, stop: Stop): Syscall<void> {
    if (!this.at.has(address) && this.at.size === MAX) throw new UsageError(`there are ${MAX} debug registers`);
    this.at.set(address, stop);
    yield* this.arm();
  }

  /** One, or all. Throws UsageError when there is none. */
  *remove(address: number | undefined): Syscall<void> {
    if (address === undefined) this.at.clear();
    else if (!this.at.delete(address)) throw new UsageError("no breakpoint there");
    yield* this.arm();
  }

  shown(): readonly string[] {
    return [...this.at].map(([address, stop]) => `${address.toString(16).padStart(8, "0")} ${stop}`);
  }

  /** Gives the registers to every thread that there is now. */
  *arm(): Syscall<void> {
    const registers = new Array<number>(8).fill(0);
    for (const [i, [address, stop]] of [...this.at].entries()) {
      registers[i] = address | 0;
      registers[7] = (registers[7] ?? 0) | (1 << (2 * i)) | (CONTROL[stop] << (16 + 4 * i));
    }
    yield* this.target.eachThread((thread) => setThreadState(thread, DEBUG_STATE_FLAVOR, registers));
  }

  /** Sets the trap flag of one thread (0: of none) and clears that of all others. */
  *stepping(number: number): Syscall<void> {
    yield* this.target.eachThread(function* (thread, n) {
      const state = yield* threadState(thread);
      const flags = state[FLAGS] ?? 0;
      const wanted = n === number ? flags | TRAP_FLAG : flags & ~TRAP_FLAG;
      if (wanted !== flags) yield* setThreadState(thread, THREAD_STATE_FLAVOR, state.with(FLAGS, wanted));
    });
  }
}
