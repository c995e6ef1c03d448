/** Calls about processes: fork, vfork, threads, exit, wait, ids, limits. */
import type { BLOCKED } from "../../mach/ipc/host.ts";
import type { Calls, Gives } from "./calls.ts";
import { Description } from "./description.ts";
import { FAILED, type Result } from "./errors.ts";
import { runsImageOf } from "./exec.ts";
import type { Caller, Handlers, PosixKernel } from "./kernel.ts";
import type { PosixProcess } from "./process.ts";

type ProcessCalls = Pick<Handlers, "fork" | "thread" | "exit" | "pause" | "waitpid" | "getpid" | "geteuid" | "setuid" | "setrlimit_nofile">;

/** Bytes of a page table's entry: what fork copies for a page that is shared until written. */
const ENTRY = 8;
const PAGE = 4096;

export const processCalls = (kernel: PosixKernel): ProcessCalls => ({
  fork: (caller, args, gives) => fork(kernel, caller, args, gives),
  thread({ process }, { body }) {
    return kernel.spawnThread(process, body).id;
  },
  exit({ process }, { status }) {
    kernel.exit(process, status);
    return 0;
  },
  pause: ({ thread, process }) => process.released.wait(thread, () => 0),
  waitpid: (caller, { pid }, gives) => waitFor(kernel, caller, pid, gives),
  getpid: ({ process }) => process.pid,
  geteuid: ({ process }) => process.uid.effective,
  setuid({ process }, { uid }) {
    const { real, effective, saved } = process.uid;
    if (effective === 0) process.uid = { real: uid, effective: uid, saved: uid };
    else if (uid === real || uid === saved) process.uid = { real, effective: uid, saved };
    else return "EPERM";
    return 0;
  },
  setrlimit_nofile({ process }, { limit }) {
    process.table.limit = limit;
    return 0;
  },
});

/** The child starts with one thread, a copy of the table, and the parent's memory: as a copy, or itself until it execs or ends (vfork: the caller's thread waits). */
function fork(kernel: PosixKernel, { process, thread }: Caller, { body, name, vfork = false, processDescriptor = false }: Calls["fork"], gives: Gives): Result | typeof BLOCKED {
  // pdfork takes the number first: without one there is no child
  const fd = processDescriptor ? process.table.lowest() : 0;
  if (typeof fd === "string") return fd;
  const child = kernel.create(name ?? process.name, process, process.table.fork());
  kernel.meter.moved(child.table.size);
  child.memoryOf = { process, rights: vfork ? ["read", "write"] : ["read"] };
  runsImageOf(child, process);
  if (vfork) child.borrows = process;
  else kernel.meter.copied(process.pages * (kernel.options.copyOnWrite === false ? PAGE : ENTRY));
  kernel.spawnThread(child, body);
  kernel.changed(child);
  let answer: Result = child.pid;
  if (processDescriptor) {
    answer = process.table.add(new Description(`process ${child.name}`, "process", ["kill", "wait"], { kind: "process", pid: child.pid, killOnClose: true }));
    gives.second = child.pid;
  }
  return vfork ? untilReleased({ process, thread }, child, answer) : answer;
}

/** vfork's parent waits until the child has a memory of its own or is gone. */
function untilReleased(by: Caller, child: PosixProcess, answer: Result): Result | typeof BLOCKED {
  return child.borrows === undefined ? answer : child.released.wait(by.thread, () => untilReleased(by, child, answer) as number);
}

function waitFor(kernel: PosixKernel, by: Caller, pid: number | undefined, gives: Gives): Result | typeof BLOCKED {
  const { process, thread } = by;
  const index = process.zombies.findIndex((z) => pid === undefined || z.pid === pid);
  const [zombie] = index < 0 ? [] : process.zombies.splice(index, 1);
  if (zombie !== undefined) {
    gives.ended = zombie.ended;
    return zombie.pid;
  }
  if (!kernel.all.some((p) => p.parent === process && p.ended === undefined && (pid === undefined || p.pid === pid))) return "ECHILD";
  return process.childEnded.wait(thread, () => answerOf(waitFor(kernel, by, pid, gives), gives));
}

/** After a wait an error can only be told as the kernel's number; the child that was waited for cannot vanish, so there is none but ECHILD, by another thread's wait. */
function answerOf(result: Result, gives: Gives): number {
  if (typeof result === "number") return result;
  gives.errno = result;
  return FAILED;
}
