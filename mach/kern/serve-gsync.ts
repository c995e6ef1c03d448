/** `gsync_wait`, `gsync_wake`, `gsync_requeue` on a task's memory (`gnumach.defs`). The waiter's reply is late. */
import { gnumach } from "../interfaces/gnumach.ts";
import { isFault, readMemory, writeMemory } from "../vm/access.ts";
import { Prot } from "../vm/page.ts";
import { GsyncFlag, placeOf } from "./gsync.ts";
import { asFailure, Kern } from "./kern-return.ts";
import { kernelRoutines, LATER, type KernelCall, type KernelHandlers } from "./kernel-call.ts";
import { withPages } from "./serve-vm.ts";
import { aTask } from "./targets.ts";
import type { Task } from "./task.ts";

const word = (n: number): Uint8Array => Uint8Array.of(n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff, n >>> 24);
const valueOf = (b: Uint8Array): number => ((b[0] ?? 0) | ((b[1] ?? 0) << 8) | ((b[2] ?? 0) << 16) | ((b[3] ?? 0) << 24)) >>> 0;

/** Puts the caller to sleep: its reply comes at a wake, a time-out or an abort. */
function sleep(task: Task, addr: number, msec: number, flags: number, call: KernelCall): typeof LATER {
  const { machine, sender } = call;
  const end = (code: number): boolean => {
    sender.interruptCall = null;
    const gone = call.abandoned || !sender.alive;
    call.reply(code === 0 ? { err: 0 } : { err: asFailure(code) });
    return !gone;
  };
  const timer = (flags & GsyncFlag.TIMED) !== 0 ? (fire: () => void) => machine.clock.after(msec * 1000, fire) : undefined;
  const finish = machine.gsync.wait(placeOf(task.map, addr, (flags & GsyncFlag.SHARED) !== 0), end, timer);
  // named first: V8 puts a function that is written down as a property's value among its long-lived objects
  const interrupt = (): void => finish(Kern.INTERRUPTED);
  sender.interruptCall = interrupt;
  return LATER;
}

const handlers: KernelHandlers<typeof gnumach.routines, Task> = {
  /** KERN_INVALID_ARGUMENT when the word has another value than `val1` by now (or the next one than `val2`, with QUAD). */
  gsync_wait: (task, { addr, val1, val2, msec, flags }, call) =>
    withPages(call, () => {
      const quad = (flags & GsyncFlag.QUAD) !== 0;
      const bytes = readMemory(task.map, addr >>> 0, quad ? 8 : 4, Prot.READ);
      if (isFault(bytes)) return bytes.kind === "error" ? { err: Kern.INVALID_ADDRESS } : bytes;
      if (valueOf(bytes) !== val1 >>> 0 || (quad && valueOf(bytes.subarray(4)) !== val2 >>> 0)) return { err: Kern.INVALID_ARGUMENT };
      return sleep(task, addr >>> 0, msec >>> 0, flags, call);
    }),
  gsync_wake: (task, { addr, val, flags }, { machine }) => {
    if ((flags & GsyncFlag.MUTATE) !== 0 && writeMemory(task.map, addr >>> 0, word(val)) !== undefined) return { err: Kern.INVALID_ADDRESS };
    machine.gsync.wake(placeOf(task.map, addr >>> 0, (flags & GsyncFlag.SHARED) !== 0), (flags & GsyncFlag.BROADCAST) !== 0);
    return { err: 0 };
  },
  gsync_requeue: (task, { src_addr, dst_addr, wake_one, flags }, { machine }) => {
    const shared = (flags & GsyncFlag.SHARED) !== 0;
    const [from, to] = [placeOf(task.map, src_addr >>> 0, shared), placeOf(task.map, dst_addr >>> 0, shared)];
    machine.gsync.requeue(from, to, wake_one, (flags & GsyncFlag.BROADCAST) !== 0);
    return { err: 0 };
  },
};

export const gsyncRoutines = kernelRoutines(gnumach, aTask, handlers);
