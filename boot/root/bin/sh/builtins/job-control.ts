/** Builtins about jobs and signals: bg fg jobs kill wait. */
import { attempt } from "../../../../../glibc-shim/errno.ts";
import { STDOUT } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../../../servers/interfaces/errno.ts";
import { allSignals, signalName, signalNumber } from "../../../lib/signal-names.ts";
import { ShellError } from "../control.ts";
import { continueJob, describe, exitStatus, reap, stateOf, waitOnce, type Job } from "../jobs.ts";
import type { Shell } from "../shell.ts";

/** Throws ShellError. */
function jobOf(shell: Shell, spec: string | undefined): Job {
  const job = spec === undefined ? shell.jobs.current() : spec.startsWith("%") ? shell.jobs.find(spec) : (shell.jobs.withPid(Number(spec)) ?? shell.jobs.find(`%${spec}`));
  if (!job) throw new ShellError(spec === undefined ? "No current job" : `No such job: ${spec}`);
  return job;
}

export function* fg(shell: Shell, argv: readonly string[]): Syscall<number> {
  const job = controlled(jobOf(shell, argv[1]));
  yield* shell.libc.writeAll(STDOUT, `${job.text}\n`);
  return yield* continueJob(shell, job, true);
}
export function* bg(shell: Shell, argv: readonly string[]): Syscall<number> {
  for (const spec of argv.length > 1 ? argv.slice(1) : [undefined]) {
    const job = controlled(jobOf(shell, spec));
    yield* continueJob(shell, job, false);
    yield* shell.libc.writeAll(STDOUT, `[${job.id}] ${job.text} &\n`);
  }
  return 0;
}
function controlled(job: Job): Job {
  if (job.pgrp === undefined) throw new ShellError(`job %${job.id} not created under job control`);
  return job;
}

/** -l with the pid, -p the process group only. */
export function* jobs(shell: Shell, argv: readonly string[]): Syscall<number> {
  const options = argv.slice(1).filter((a) => a === "-l" || a === "-p");
  const specs = argv.slice(1 + options.length);
  yield* reap(shell);
  const chosen = specs.length > 0 ? specs.map((s) => jobOf(shell, s)) : [...shell.jobs.all].sort((a, b) => a.id - b.id);
  for (const job of chosen) {
    const line = options.includes("-p") ? String(job.processes[0]?.pid ?? "") : describe(shell, job, options.includes("-l"));
    yield* shell.libc.writeAll(STDOUT, `${line}\n`);
    job.notified = true;
  }
  for (const job of chosen) if (stateOf(job) === "Done") shell.jobs.remove(job);
  return 0;
}

/** `wait`: for all children, or the status of the last one named. A trapped signal ends it with 128 + its number. */
export function* wait(shell: Shell, argv: readonly string[]): Syscall<number> {
  let status = 0;
  if (argv.length === 1) return yield* waitAll(shell);
  for (const spec of argv.slice(1)) {
    const job = spec.startsWith("%") ? shell.jobs.find(spec) : /^\d+$/.test(spec) ? shell.jobs.withPid(Number(spec)) : undefined;
    if (spec.startsWith("%") && !job) throw new ShellError(`No such job: ${spec}`);
    if (!spec.startsWith("%") && !/^\d+$/.test(spec)) throw new ShellError(`Illegal number: ${spec}`);
    status = job ? yield* waitJob(shell, job, spec) : 127;
  }
  return status;
}

function* waitAll(shell: Shell): Syscall<number> {
  while (shell.jobs.all.some((j) => stateOf(j) === "Running")) {
    const interrupted = yield* waitOrSignal(shell);
    if (interrupted !== undefined) return interrupted;
  }
  if (!shell.interactive) for (const job of [...shell.jobs.all]) if (stateOf(job) === "Done") shell.jobs.remove(job);
  return 0;
}

function* waitJob(shell: Shell, job: Job, spec: string): Syscall<number> {
  while (stateOf(job) === "Running") {
    const interrupted = yield* waitOrSignal(shell);
    if (interrupted !== undefined) return interrupted;
  }
  const process = spec.startsWith("%") ? job.processes.at(-1) : job.processes.find((p) => p.pid === Number(spec));
  if (stateOf(job) === "Done") shell.jobs.remove(job);
  return exitStatus(process?.status ?? 0);
}

/** One change of a child; the status when a trapped signal came instead. */
function* waitOrSignal(shell: Shell): Syscall<number | undefined> {
  const heard = yield* attempt(waitOnce(shell, true));
  const { pending } = shell.traps;
  if (heard.err !== 0) return pending === undefined ? undefined : 128 + pending;
  if (!heard.value) for (const job of [...shell.jobs.all]) shell.jobs.remove(job);
  return undefined;
}

/** kill [-s NAME | -NAME | -N] PID|%JOB …, kill -l [STATUS]. */
export function* kill(shell: Shell, argv: readonly string[]): Syscall<number> {
  const [, first, ...more] = argv;
  if (first === "-l" || first === "-L") return yield* listSignals(shell, more);
  let signo = signalNumber("TERM");
  let targets = argv.slice(1);
  if (first === "-s" || first === "-n") {
    signo = more[0] === "0" ? 0 : signalNumber(more[0] ?? "");
    targets = more.slice(1);
    if (signo === undefined) throw new ShellError(`invalid signal number or name: ${more[0] ?? ""}`);
  } else if (first !== undefined && first !== "--" && /^-[0-9A-Za-z]/.test(first)) {
    signo = first === "-0" ? 0 : signalNumber(first.slice(1));
    targets = more;
    if (signo === undefined) throw new ShellError(`Illegal option ${first}`);
  }
  if (targets[0] === "--") targets = targets.slice(1);
  if (targets.length === 0) throw new ShellError("Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or kill -l [exitstatus]");
  return yield* killAll(shell, targets, signo ?? 15);
}

function* killAll(shell: Shell, targets: readonly string[], signo: number): Syscall<number> {
  let status = 0;
  for (const target of targets) {
    const pid = targetPid(shell, target);
    const done = yield* attempt(shell.libc.kill(pid, signo));
    if (done.err === 0) continue;
    yield* shell.complain(`kill: ${done.err === Errno.ESRCH ? "No such process" : strerror(done.err)}`);
    status = 1;
  }
  return status;
}

function targetPid(shell: Shell, target: string): number {
  if (!target.startsWith("%")) {
    if (!/^-?\d{1,9}$/.test(target)) throw new ShellError(`Illegal number: ${target}`);
    return Number(target);
  }
  const job = jobOf(shell, target);
  return job.pgrp === undefined ? (job.processes[0]?.pid ?? 0) : -job.pgrp;
}

function* listSignals(shell: Shell, statuses: readonly string[]): Syscall<number> {
  if (statuses.length === 0) {
    yield* shell.libc.writeAll(STDOUT, `${allSignals().map(signalName).join("\n")}\n`);
    return 0;
  }
  for (const text of statuses) {
    const n = /^\d+$/.test(text) ? Number(text) % 128 : signalNumber(text);
    if (n === undefined || !allSignals().includes(n)) throw new ShellError(`invalid signal number or exit status: ${text}`);
    yield* shell.libc.writeAll(STDOUT, `${/^\d+$/.test(text) ? signalName(n) : n}\n`);
  }
  return 0;
}
