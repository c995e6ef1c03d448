/** What probe.c's sections about exec do again and again: an exec into a task of ours, and how that task is afterwards. */
import { copySend, copySends, MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate, destroyReceive, allocateReceive, insertSend, taskSelf } from "../../glibc-shim/rights.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import { encodeArgz } from "../../servers/interfaces/argz.ts";
import { authCall } from "../../servers/interfaces/auth.ts";
import { strerror } from "../../servers/interfaces/errno.ts";
import { execCall } from "../../servers/interfaces/exec.ts";
import { fsCall } from "../../servers/interfaces/fs.ts";
import { INIT_PORT_PROC } from "../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../servers/interfaces/process.ts";
import { TASK_BASIC_INFO, TASK_BASIC_WORDS } from "../../servers/interfaces/procinfo.ts";
import { hex, named } from "./lib/recorded.ts";

export const ECHO = "/bin/m-echo";
export const RAN = "exec-probe-ran";

/** A send right to a port of ours that nobody reads. */
export function* newSend(): Syscall<MachPort> {
  const port = yield* allocateReceive();
  yield* insertSend(port);
  return port;
}

export function* deadName(): Syscall<MachPort> {
  const port = yield* newSend();
  yield* destroyReceive(port);
  return port;
}

export function* newTask(): Syscall<MachPort> {
  const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
  return made.err ? MACH_PORT_NULL : made.child_task;
}

export interface ExecArgs {
  readonly ports: readonly MachPort[];
  readonly flags?: number;
  readonly ints?: readonly number[];
  readonly path?: string;
  readonly argv?: readonly string[];
  readonly dealloc?: readonly MachPort[];
  readonly destroy?: readonly MachPort[];
}

const lists = (list: readonly number[]): string => list.join(",");

/** One section in the making: its lines, as probe.c printed them. */
export class Probe {
  readonly lines: string[] = [];
  readonly libc: Libc;
  constructor(libc: Libc) {
    this.libc = libc;
  }

  say(line: string): void {
    this.lines.push(line);
  }

  /** probe.c's TRY: a call that may never return. Without an answer after 1.5 seconds it is BLOCKED. */
  *tried(label: string, call: () => Syscall<{ readonly err: number }>): Syscall<void> {
    let code: number | undefined;
    yield* this.libc.thread(function* () {
      code = (yield* call()).err;
    });
    for (let i = 0; i < 150 && code === undefined; i++) yield* this.libc.usleep(10_000);
    this.say(code === undefined ? `${label} = BLOCKED (>1.5s)` : named(label, code));
  }

  /** probe.c's E. */
  *called(label: string, call: Syscall<{ readonly err: number }>): Syscall<void> {
    this.say(named(label, (yield* call).err));
  }

  /** `showids`. */
  *showIds(label: string, handle: MachPort): Syscall<void> {
    const got = yield* authCall.auth_getids(handle, {});
    this.say(`${label} getids=${got.err ? `${hex(got.err)} ${strerror(got.err)}` : `0 ${shown(got)}`}`);
  }

  *open(path: string, flags: number): Syscall<MachPort> {
    return yield* this.libc.file_name_lookup(path, flags, 0o644);
  }

  /** `xports`, with the task's own proc port when it has one. */
  *ports(task: MachPort): Syscall<MachPort[]> {
    const { cwdir, crdir, auth, proc } = this.libc.ports;
    const theirs = task === MACH_PORT_NULL ? undefined : yield* procCall.proc_task2proc(proc, { task });
    const ports = [cwdir, crdir, auth, proc, MACH_PORT_NULL, MACH_PORT_NULL];
    if (theirs !== undefined && !theirs.err) ports[INIT_PORT_PROC] = theirs.proc;
    return ports;
  }

  /** `fx`. */
  fileExec(file: MachPort, exec_task: MachPort, args: ExecArgs): Syscall<{ readonly err: number }> {
    return fsCall.file_exec_paths(file, { exec_task, fdarray: copySends(this.fds()), ...common(args) });
  }

  /** `ex`. */
  exec(server: MachPort, file: MachPort, oldtask: MachPort, args: ExecArgs): Syscall<{ readonly err: number }> {
    return execCall.exec_exec_paths(server, { file: copySend(file), oldtask, dtable: copySends(this.fds()), ...common(args) });
  }

  private fds(): MachPort[] {
    const { crdir } = this.libc.ports;
    return [crdir, crdir, crdir];
  }

  /** `tinfo`, without the number of the pid. */
  *taskInfo(label: string, task: MachPort): Syscall<void> {
    const basic = yield* machCall.task_info(task, { flavor: TASK_BASIC_INFO, task_info_outCnt: TASK_BASIC_WORDS });
    const known = yield* procCall.proc_task2pid(this.libc.ports.proc, { task });
    const threads = yield* machCall.task_threads(task, {});
    for (const thread of threads.err ? [] : threads.thread_list) yield* deallocate(thread);
    const suspend = basic.err ? -1 : (basic.task_info_out[0] ?? -1);
    this.say(`  task ${label}: info=${hex(basic.err)} suspend=${suspend} pid:${known.err ? `${hex(known.err)} -1` : "0 N"} threads=${threads.err ? 0 : threads.thread_list.length}`);
  }
}

const shown = (ids: { readonly euids: readonly number[]; readonly auids: readonly number[]; readonly egids: readonly number[]; readonly agids: readonly number[] }): string =>
  `eu{${lists(ids.euids)}} au{${lists(ids.auids)}} eg{${lists(ids.egids)}} ag{${lists(ids.agids)}}`;
export const shownIds = shown;

const common = ({ ports, flags = 0, ints = [0o22, 0, 0, 0, 0], path = ECHO, argv = [ECHO, RAN], dealloc = [], destroy = [] }: ExecArgs) => ({
  flags,
  path,
  abspath: path,
  argv: encodeArgz(argv),
  envp: encodeArgz(["A=B"]),
  portarray: copySends(ports),
  intarray: ints,
  deallocnames: dealloc,
  destroynames: destroy,
});

/** `m-echo`: it says that it ran. */
export const echo = (ran: () => void): Main =>
  function* () {
    ran();
    return 0;
  };

/**
 * A section's recorded lines: pids without their numbers, and of the program's own output only how often it came for each exec: whether it came before the
 * answer was a race.
 */
export function blocks(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  let early = 0;
  for (const [i, line] of lines.entries()) {
    if (line === RAN) {
      if (/^ {2}task /.test(lines[i + 1] ?? "")) out.push(RAN);
      else early++;
      continue;
    }
    out.push(line.replace(/ pid:0 \d+ /, " pid:0 N ").trimEnd());
    for (; early > 0; early--) out.push(RAN);
  }
  return out;
}
