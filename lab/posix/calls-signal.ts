/** Calls about signals, and tracing. */
import type { Machine } from "../../mach/kern/machine.ts";
import { threadState, type Syscall } from "../../mach/kern/syscall.ts";
import type { Thread } from "../../mach/kern/thread.ts";
import { INTERRUPTED } from "../kernel/waits.ts";
import type { Handlers, PosixKernel } from "./kernel.ts";
import type { PosixProcess } from "./process.ts";
import type { SignalName } from "./signals.ts";

type SignalCalls = Pick<Handlers, "kill" | "sigaction" | "sigprocmask" | "ptrace_attach">;

export const signalCalls = (kernel: PosixKernel): SignalCalls => ({
  kill({ process }, { pid, signal }) {
    const target = kernel.byPid(pid);
    if (target === undefined) return "ESRCH";
    const { effective, real } = process.uid;
    if (effective !== 0 && effective !== target.uid.saved && real !== target.uid.real) return "EPERM";
    kernel.signal(target, signal);
    return 0;
  },
  sigaction({ process }, { signal, disposition }) {
    if (signal === "SIGKILL") return "EINVAL";
    process.signals.set(signal, disposition);
    return 0;
  },
  sigprocmask({ process }, { signals, how }) {
    for (const s of signals) {
      if (how === "block") process.signals.mask.add(s);
      else process.signals.mask.delete(s);
    }
    if (how === "unblock") for (const s of signals) if (process.signals.pending.delete(s)) kernel.signal(process, s);
    return 0;
  },
  ptrace_attach({ process }, { pid }) {
    const target = kernel.byPid(pid);
    if (target === undefined) return "ESRCH";
    if (!mayTrace(process, target)) return "EPERM";
    target.tracer = process;
    return 0;
  },
});

/** One's own user's processes, unless they hold what was not his: after a set-id exec they are not dumpable. Never in capability mode, on either side. */
export const mayTrace = (by: PosixProcess, target: PosixProcess): boolean =>
  by !== target && target.tracer === undefined && !by.capabilityMode && !target.capabilityMode && (by.uid.effective === 0 || (target.dumpable && by.uid.effective === target.uid.real && target.uid.real === target.uid.saved));

/** A signal arrives: the process ends, a handler runs on its first thread, it waits behind the mask, or nothing happens. */
export function deliver(kernel: PosixKernel, process: PosixProcess, signal: SignalName): void {
  const effect = process.signals.effect(signal);
  if (effect === "terminate") kernel.kill(process, signal);
  else if (effect === "pend") process.signals.pending.add(signal);
  else if (effect !== "nothing") runHandler(kernel.machine, process, effect);
}

function runHandler(machine: Machine, process: PosixProcess, handler: () => Syscall<void>): void {
  const [thread] = process.task.threads;
  if (thread === undefined) return;
  if (thread.wait !== null && !thread.woken) interrupt(machine, thread);
  thread.setState(threadState({ pc: process.task.text.add(() => handler()), sp: 0, arg: 0 }));
  machine.makeRunnable(thread);
}

/** The call that `thread` waits in fails with EINTR. */
export function interrupt(machine: Machine, thread: Thread): void {
  thread.wait?.abort();
  machine.wake(thread, INTERRUPTED);
}
