/** Requests to the exec server whose every byte is the test's, and what became of the task that they were about. */
import { copySend, copySends, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { Kern, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";
import { errnoName } from "../../../servers/interfaces/errno.ts";
import { execCall } from "../../../servers/interfaces/exec.ts";
import { execStartupCall } from "../../../servers/interfaces/exec-startup.ts";
import { EXEC_SIGTRAP, O_CREAT, O_EXEC, O_READ, O_TRUNC, O_WRITE, TASK_BOOTSTRAP_PORT } from "../../../servers/interfaces/hurd-types.ts";
import { TASK_BASIC_INFO, TASK_BASIC_WORDS } from "../../../servers/interfaces/procinfo.ts";
import { ECHO, echo, newTask, Probe } from "../exec-probe.ts";
import { probed } from "../probe.ts";

/** Bytes as characters of one byte each, both ways. */
export const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const text = (all: Uint8Array): string => Array.from(all, (c) => String.fromCharCode(c)).join("");
/** "a|b|": NUL as a bar. */
export const barred = (all: Uint8Array): string => text(all).replaceAll("\0", "|");

/** What a request says, where that is not the usual. */
export interface Request {
  readonly file?: MachPort;
  readonly oldtask?: MachPort;
  readonly flags?: number;
  readonly path?: string;
  readonly abspath?: string;
  readonly argv?: Uint8Array;
  readonly envp?: Uint8Array;
  readonly fds?: readonly MachPort[];
  readonly ports?: readonly MachPort[];
  readonly ints?: readonly number[];
  readonly dealloc?: readonly MachPort[];
  readonly destroy?: readonly MachPort[];
}

export const noPorts = (length = 6): readonly MachPort[] => new Array<MachPort>(length).fill(MACH_PORT_NULL);
const CODES: ReadonlyMap<number, string> = new Map([[Msg.SEND_INVALID_DEST, "SEND_INVALID_DEST"], [Kern.INVALID_ARGUMENT, "KERN_INVALID_ARGUMENT"]]);
const codeName = (err: number): string => CODES.get(err) ?? errnoName(err);

export class Asked extends Probe {
  /** How often the program has run. */
  ran = 0;
  server: MachPort = MACH_PORT_NULL;
  program: MachPort = MACH_PORT_NULL;

  *begin(): Syscall<void> {
    this.server = yield* this.open("/servers/exec", 0);
    this.program = yield* this.open(ECHO, O_READ | O_EXEC);
  }

  /** exec_exec_paths into a new task. */
  *ask(r: Request, task?: MachPort): Syscall<{ readonly task: MachPort; readonly err: number }> {
    const oldtask = task ?? (yield* newTask());
    const ports = r.ports ?? (yield* this.ports(oldtask));
    this.ran = 0;
    const { err } = yield* execCall.exec_exec_paths(this.server, {
      file: copySend(r.file ?? this.program),
      oldtask,
      flags: r.flags ?? 0,
      path: r.path ?? ECHO,
      abspath: r.abspath ?? r.path ?? ECHO,
      argv: r.argv ?? encodeArgz([ECHO, "x"]),
      envp: r.envp ?? encodeArgz(["A=B"]),
      dtable: copySends(r.fds ?? []),
      portarray: copySends(ports),
      intarray: r.ints ?? [0o22, 0, 0, 0, 0],
      deallocnames: r.dealloc ?? [],
      destroynames: r.destroy ?? [],
    });
    yield* this.libc.usleep(20_000);
    return { task: oldtask, err };
  }

  /** What came of it: the error and whether the task is as it was; or whether the program ran, waits for a debugger, or is gone. */
  *outcome(r: Request, task?: MachPort): Syscall<string> {
    const asked = yield* this.ask(r, task);
    const basic = yield* machCall.task_info(asked.task, { flavor: TASK_BASIC_INFO, task_info_outCnt: TASK_BASIC_WORDS });
    const threads = yield* machCall.task_threads(asked.task, {});
    const count = threads.err ? -1 : threads.thread_list.length;
    if (!basic.err && asked.err) yield* machCall.task_terminate(asked.task, {});
    if (asked.err) return `${codeName(asked.err)}${task !== undefined || (!basic.err && basic.task_info_out[0] === 0 && count === 0) ? "" : ", and the task is not what it was"}`;
    return this.ran > 0 ? "ran" : count === 1 ? "stopped" : "gone";
  }

  /** What a program started so would find: argv, envp, ints and how many descriptors and ports. Its error when it does not start. */
  *found(r: Request): Syscall<{ readonly argv: string; readonly envp: string; readonly fds: number; readonly ports: number; readonly ints: readonly number[]; readonly flags: number } | string> {
    const asked = yield* this.ask({ ...r, flags: (r.flags ?? 0) | EXEC_SIGTRAP });
    if (asked.err) return codeName(asked.err);
    const special = yield* machCall.task_get_special_port(asked.task, { which_port: TASK_BOOTSTRAP_PORT });
    const info = yield* execStartupCall.exec_startup_get_info(special.err ? MACH_PORT_NULL : special.special_port, {});
    yield* machCall.task_terminate(asked.task, {});
    if (info.err) return codeName(info.err);
    const { argv, envp, dtable, portarray, intarray, flags } = info;
    return { argv: barred(argv), envp: barred(envp), fds: dtable.length, ports: portarray.length, ints: [...intarray], flags };
  }

  /** argv alone. */
  *argv(r: Request): Syscall<string> {
    const found = yield* this.found(r);
    return typeof found === "string" ? found : found.argv;
  }

  /** A file with this content, open for reading and execution. */
  *made(path: string, content: string, mode = 0o755): Syscall<MachPort> {
    const fd = yield* this.libc.open(path, O_WRITE | O_CREAT | O_TRUNC, 0o755);
    yield* this.libc.writeAll(fd, bytes(content));
    yield* this.libc.close(fd);
    yield* this.libc.chmod(path, mode);
    return yield* this.open(path, O_READ | O_EXEC);
  }
}

/** Runs `body` as root in a system of its own. */
export function asked<T>(body: (a: Asked) => Syscall<T>): T {
  let it: Asked | undefined;
  return probed(
    function* (libc: Libc) {
      it = new Asked(libc);
      yield* it.begin();
      return yield* body(it);
    },
    { programs: [[ECHO, echo(() => it && it.ran++)]] },
  );
}
