/** Processes and threads: clone in its two forms, execve, ends, signals, futexes. */
import type { Thread } from "../../../mach/kern/thread.ts";
import { Errno } from "./errno.ts";
import type { Calls, LinuxKernel, LinuxProcess } from "./kernel.ts";

/** The caller of vfork goes on when its child has a program of its own, or is no more. */
function waitForChild(kernel: LinuxKernel, thread: Thread, child: LinuxProcess): number {
  if (child.execed || child.ended !== undefined) return child.pid;
  return kernel.waitIn(child.started, thread, () => waitForChild(kernel, thread, child));
}

type ProcessCall = "vfork" | "clone_thread" | "execve" | "exit_group" | "kill" | "tgkill" | "getpid" | "gettid" | "pause" | "abort" | "spin" | "futex_wait" | "futex_wake" | "atomic";

export const processCalls: Calls<ProcessCall> = {
  vfork(kernel, { process, thread }, { name, body }) {
    const child = kernel.fork(name, process);
    kernel.meter.descriptorsMoved += child.table.size;
    kernel.startMain(child, body);
    return waitForChild(kernel, thread, child);
  },

  clone_thread: (kernel, { process }, { name, body }) => kernel.startThread(process, name, body),

  /** Errors leave everything as it was. */
  execve(kernel, { process }, { path, argv, env }) {
    const inode = kernel.names.get(path);
    if (inode === undefined) return -Errno.ENOENT;
    if (!("program" in inode)) return -Errno.EACCES;
    for (const fd of process.table.fds) if (process.table.closesOnExec(fd)) kernel.flight.close(process.table, fd);
    const { program } = inode;
    process.env = env;
    process.execed = true;
    kernel.meter.bytes += [...argv, ...[...env].map(([k, v]) => `${k}=${v}`)].reduce((sum, s) => sum + s.length + 1, 0);
    const answer = kernel.replaceMain(process, () => program({ argv, env }));
    kernel.onExec?.(process);
    process.started.wakeAll();
    return answer;
  },

  exit_group(kernel, { process }, { status }) {
    kernel.exit(process, status);
    return 0;
  },

  abort(kernel, { process }, { why }) {
    process.trouble = why;
    kernel.kill(process, "SIGABRT");
    return 0;
  },

  kill(kernel, { process }, { pid }) {
    const victim = kernel.processByPid(pid);
    if (victim === undefined) return -Errno.ESRCH;
    if (victim.uid !== process.uid && !process.privileged) return -Errno.EPERM;
    kernel.kill(victim, "SIGKILL");
    return 0;
  },

  tgkill(kernel, _, { tid }) {
    const thread = kernel.threadByTid(tid);
    if (thread === undefined) return -Errno.ESRCH;
    kernel.interrupt(thread);
    return 0;
  },

  getpid: (_, { process }) => process.pid,
  gettid: (kernel, { thread }) => kernel.tidOf(thread),
  pause: (kernel, { thread }) => kernel.waitForever(thread),

  spin(kernel, { process, thread }, { why }) {
    process.trouble = why;
    return kernel.waitForever(thread);
  },

  futex_wait: (kernel, { thread }, { word, expected }) => (word.value === expected ? kernel.waitIn(kernel.futex(word), thread, () => 0) : -Errno.EAGAIN),
  futex_wake(kernel, _, { word }) {
    kernel.futex(word).wakeAll();
    return 0;
  },
  atomic: () => 0,
};
