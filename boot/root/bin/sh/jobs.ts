/** Jobs: pipelines as the shell sees them, and waiting for their processes. */
import { attempt, UnixError } from "../../../../glibc-shim/errno.ts";
import { STDERR } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { Errno } from "../../../../servers/interfaces/errno.ts";
import { SIGCONT, SIGINT, SIGPIPE } from "../../../../servers/interfaces/signals.ts";
import { WCOREDUMP, WEXITSTATUS, WIFEXITED, WIFSIGNALED, WIFSTOPPED, WSTOPSIG, WTERMSIG, WNOHANG, WUNTRACED } from "../../../../servers/interfaces/wait-status.ts";
import { signalText } from "../../lib/signal-names.ts";
import type { Shell } from "./shell.ts";

/** One process of a job and the last that was heard of it: undefined while it runs. */
export interface JobProcess {
  readonly pid: number;
  status: number | undefined;
}

export interface Job {
  readonly id: number;
  /** undefined without job control. */
  readonly pgrp: number | undefined;
  readonly text: string;
  readonly processes: readonly JobProcess[];
  /** Did the user hear of its last change? */
  notified: boolean;
  foreground: boolean;
}

export type JobState = "Running" | "Stopped" | "Done";

/** A job is stopped when one of its processes is and none runs. */
export function stateOf(job: Job): JobState {
  if (job.processes.some((p) => p.status === undefined)) return "Running";
  return job.processes.some((p) => p.status !== undefined && WIFSTOPPED(p.status)) ? "Stopped" : "Done";
}

/** $? for a wait status. */
export function exitStatus(status: number): number {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

/** What the last process of a job says for it. */
const lastStatus = (job: Job): number => job.processes.at(-1)?.status ?? 0;

export class Jobs {
  #all: Job[] = [];
  get all(): readonly Job[] {
    return this.#all;
  }
  add(pids: readonly number[], text: string, pgrp: number | undefined, foreground: boolean): Job {
    const id = Math.max(0, ...this.#all.map((j) => j.id)) + 1;
    const job: Job = { id, pgrp, text, processes: pids.map((pid) => ({ pid, status: undefined })), notified: false, foreground };
    this.#all.push(job);
    return job;
  }
  remove(job: Job): void {
    this.#all = this.#all.filter((j) => j !== job);
  }
  /** Makes it the current one, `%%`. */
  touch(job: Job): void {
    this.#all = [...this.#all.filter((j) => j !== job), job];
  }
  /** The current job: the one stopped last, else the newest in the background. */
  current(): Job | undefined {
    return this.#ranked().at(-1);
  }
  previous(): Job | undefined {
    return this.#ranked().at(-2);
  }
  #ranked(): readonly Job[] {
    const background = this.#all.filter((j) => !j.foreground);
    return [...background.filter((j) => stateOf(j) !== "Stopped"), ...background.filter((j) => stateOf(j) === "Stopped")];
  }
  /** A job by `%n`, `%+`, `%-`, `%text`, `%?text`. */
  find(spec: string): Job | undefined {
    const name = spec.slice(1);
    if (name === "" || name === "%" || name === "+") return this.current();
    if (name === "-") return this.previous();
    if (/^\d+$/.test(name)) return this.#all.find((j) => j.id === Number(name));
    return this.#all.findLast((j) => (name.startsWith("?") ? j.text.includes(name.slice(1)) : j.text.startsWith(name)));
  }
  withPid(pid: number): Job | undefined {
    return this.#all.find((j) => j.processes.some((p) => p.pid === pid));
  }
  /** Notes what `wait` reported. */
  record(pid: number, status: number | undefined): void {
    const job = this.withPid(pid);
    const process = job?.processes.find((p) => p.pid === pid);
    if (!job || !process) return;
    process.status = status;
    job.notified = false;
    if (status !== undefined && WIFSTOPPED(status)) this.touch(job);
  }
}

/** Waits for one change of any child. False: no children. Throws UnixError EINTR. */
export function* waitOnce(shell: Shell, block: boolean): Syscall<boolean> {
  const options = (block ? 0 : WNOHANG) | (shell.option("m") ? WUNTRACED : 0);
  const got = yield* attempt(shell.libc.waitpid(-1, options));
  if (got.err === Errno.EINTR) throw new UnixError("waitpid", got.err);
  if (got.err !== 0 || got.value.pid === 0) return false;
  shell.jobs.record(got.value.pid, got.value.status);
  return true;
}

/** Waits for one process, of a substitution; answers $?. */
export function* waitForPid(shell: Shell, pid: number): Syscall<number> {
  for (;;) {
    const got = yield* attempt(shell.libc.waitpid(pid, 0));
    if (got.err === 0) return exitStatus(got.value.status);
    if (got.err !== Errno.EINTR) return 127;
  }
}

/** Waits until a foreground job is done or stopped; answers $?, and takes the terminal back. */
export function* waitForeground(shell: Shell, job: Job): Syscall<number> {
  while (stateOf(job) === "Running") {
    const heard = yield* attempt(waitOnce(shell, true));
    if (heard.err === 0 && !heard.value) break;
  }
  yield* takeTerminal(shell);
  const status = lastStatus(job);
  if (stateOf(job) === "Stopped") {
    job.foreground = false;
    job.notified = true;
    yield* shell.libc.writeAll(STDERR, `\n${describe(shell, job)}\n`);
  } else {
    shell.jobs.remove(job);
    yield* announceDeath(shell, job);
  }
  return exitStatus(status);
}

/** Of a job that a signal killed, which, unless that is no news. */
export function* announceDeath(shell: Shell, job: Job): Syscall<void> {
  const status = lastStatus(job);
  if (!WIFSIGNALED(status)) return;
  const signo = WTERMSIG(status);
  if (signo === SIGINT && shell.interactive) yield* shell.libc.writeAll(STDERR, "\n");
  if (signo !== SIGINT && signo !== SIGPIPE) yield* shell.libc.writeAll(STDERR, `${deathText(status)}\n`);
}

/** "Segmentation fault (core dumped)", or without a core the signal's name alone. */
const deathText = (status: number): string => signalText(WTERMSIG(status)) + (WCOREDUMP(status) ? " (core dumped)" : "");

/** The shell's process group is the terminal's foreground again. */
function* takeTerminal(shell: Shell): Syscall<void> {
  const { terminal } = shell;
  if (terminal) yield* attempt(shell.libc.tcsetpgrp(terminal.fd, terminal.pgrp));
}

/** Lets a job go on, in the foreground or behind. Answers $?. */
export function* continueJob(shell: Shell, job: Job, foreground: boolean): Syscall<number> {
  const { libc, terminal } = shell;
  job.foreground = foreground;
  job.notified = false;
  if (foreground && terminal && job.pgrp !== undefined) yield* libc.tcsetpgrp(terminal.fd, job.pgrp);
  for (const p of job.processes) if (p.status !== undefined && WIFSTOPPED(p.status)) p.status = undefined;
  const first = job.processes[0]?.pid ?? 0;
  yield* libc.kill(job.pgrp === undefined ? first : -job.pgrp, SIGCONT);
  return foreground ? yield* waitForeground(shell, job) : 0;
}

/** A line of `jobs`: "[1] + Running                    sleep 10". */
export function describe(shell: Shell, job: Job, withPids = false): string {
  const mark = job === shell.jobs.current() ? "+" : job === shell.jobs.previous() ? "-" : " ";
  const pid = withPids ? `${job.processes[0]?.pid} ` : "";
  return `[${job.id}]${mark}  ${pid}${`${stateText(job)} `.padEnd(24 - pid.length)}${job.text}${stateOf(job) === "Running" ? " &" : ""}`;
}

function stateText(job: Job): string {
  const status = lastStatus(job);
  const state = stateOf(job);
  if (state !== "Done") return state;
  if (WIFSIGNALED(status)) return deathText(status);
  return WEXITSTATUS(status) === 0 ? "Done" : `Done(${WEXITSTATUS(status)})`;
}

/** Learns what became of the children so far. */
export function* reap(shell: Shell): Syscall<void> {
  while (shell.jobs.all.some((j) => stateOf(j) !== "Done")) {
    const heard = yield* attempt(waitOnce(shell, false));
    if (heard.err !== 0 || !heard.value) return;
  }
}

/** Tells an interactive user of background jobs that changed, and forgets those that are done. */
export function* notifyJobs(shell: Shell): Syscall<void> {
  yield* reap(shell);
  for (const job of [...shell.jobs.all]) {
    const state = stateOf(job);
    if (state === "Running" || job.foreground) continue;
    if (!job.notified) yield* shell.libc.writeAll(STDERR, `${describe(shell, job)}\n`);
    job.notified = true;
    if (state === "Done") shell.jobs.remove(job);
  }
}
