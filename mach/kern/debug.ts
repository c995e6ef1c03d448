/**
 * How a debugger makes a thread stop where it wants it: the trap flag in its flags register and the i386's debug registers (`thread_set_state`), or a breakpoint
 * instruction in its memory. All end in EXC_BREAKPOINT. What can be stopped at is what this machine has: the beginning of a routine, and each trap.
 */
export const EXC_BREAKPOINT = 6;
/** Codes: a step or a debug register; the instruction. */
export const EXC_I386_SGL = 1;
export const EXC_I386_BPT = 2;
/** The instruction (int3). The pc is behind it when it has stopped the thread. */
export const BREAKPOINT_INSTRUCTION = 0xcc;
/** `i386_DEBUG_STATE`: dr0 … dr3 are addresses, dr7 says what for. */
export const DEBUG_STATE_FLAVOR = 6;
export const DEBUG_STATE_COUNT = 8;

const ADDRESSES = 4;
const CONTROL = 7;
/** Bits of dr7 for address i: enabled at 2i; what for at 16 + 4i, and how many bytes less one at 18 + 4i. */
const Access = { EXECUTE: 0, WRITE: 1, READ_WRITE: 3 } as const;

export class Debug {
  registers: readonly number[] = new Array<number>(DEBUG_STATE_COUNT).fill(0);
  /** The trap flag. */
  stepping = false;
  /** A trap has been made that is to be followed by a stop. */
  private due = false;
  /** The routine that a breakpoint has stopped at may begin now. */
  private passed = false;

  /** Asked before each trap: true when the thread is to stop instead. */
  stops(): boolean {
    if (this.due) {
      this.due = false;
      return true;
    }
    this.due = this.stepping;
    return false;
  }

  /** Asked before a routine at `pc` begins; true once. */
  breaksAt(pc: number): boolean {
    const here = !this.passed && this.matches(pc, 1, (what) => what === Access.EXECUTE);
    this.passed = here;
    return here;
  }

  /** Told of each access to memory that has been made: the stop comes after it. */
  touched(address: number, size: number, write: boolean): void {
    if (this.matches(address, size, (what) => what === Access.READ_WRITE || (write && what === Access.WRITE))) this.due = true;
  }

  private matches(address: number, size: number, wanted: (what: number) => boolean): boolean {
    const control = this.registers[CONTROL] ?? 0;
    for (let i = 0; i < ADDRESSES; i++) {
      if ((control & (3 << (2 * i))) === 0 || !wanted((control >>> (16 + 4 * i)) & 3)) continue;
      const from = (this.registers[i] ?? 0) >>> 0;
      const length = ((control >>> (18 + 4 * i)) & 3) + 1;
      if (address < from + length && from < address + size) return true;
    }
    return false;
  }
}
