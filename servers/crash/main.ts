/**
 * /hurd/crash: what becomes of a process that a core signal ends. Its C library sends us its task; we hold it, kill it, or write its core.
 * It sits on `/servers/crash-suspend`, `/servers/crash-kill` and `/servers/crash-dump-core`; `/servers/crash` is a link to one of them.
 */
import { machCall } from "../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import { type Failure, Mig } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve } from "../../mach/mig/server.ts";
import { attempt, UnixError } from "../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Main, type Program } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { procCall } from "../../glibc-shim/stubs.ts";
import { decodeArgz } from "../interfaces/argz.ts";
import { crash } from "../interfaces/crash.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSYS_GOAWAY_FORCE, O_CREAT, O_EXEC, O_READ, O_WRITE } from "../interfaces/hurd-types.ts";
import { W_EXITCODE } from "../interfaces/wait-status.ts";
import { nothing, Trivfs } from "../lib/trivfs/trivfs.ts";
import { Crashers, type Crash } from "./crasher.ts";
import { dumpTask } from "./dump.ts";
import { coreFileName, DEFAULTS, parseOptions, showOptions, type CrashOptions } from "./options.ts";

const USAGE = "[-s|--suspend|-k|--kill|-c|--dump-core] [--action=ACTION] [--orphan-action=ACTION] [--core-file-name=TEMPLATE]";

export const main: Main = function* (libc, argv): Program {
  const given = parseOptions(argv.slice(1), DEFAULTS);
  if (given === undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "crash"} ${USAGE}\n`);
    return 64;
  }
  let current: CrashOptions = given;
  const crashers: Crashers = new Crashers(() => trivfs.bucket);
  const trivfs: Trivfs<undefined> = yield* Trivfs.create<undefined>(libc, argv, {
    allowOpen: O_READ | O_WRITE | O_EXEC,
    open: nothing,
    *goaway(flags) {
      return crashers.count > 0 && !(flags & FSYS_GOAWAY_FORCE) ? Errno.EBUSY : 0;
    },
    options: () => showOptions(current),
    *setOptions(words) {
      const changed = parseOptions(words, current);
      if (changed === undefined) return Errno.EINVAL;
      current = changed;
      return 0;
    },
    demuxers: (t) => [
      serve(crash, (request) => t.protidOf(request.localPort), {
        *crash_dump_task(_self, { task, file, signo, sigcode, sigerror, cttyid_port: ctty }, request) {
          const proc = yield* procCall.proc_task2proc(libc.ports.proc, { task });
          if (proc.err) return proc;
          const ids = yield* procCall.proc_getpids(proc.proc, {});
          const what: Crash = { task, proc: proc.proc, file, ctty, pid: ids.err ? 0 : ids.pid, signo, sigcode, sigerror };
          const err = yield* dealWith(libc, crashers, current, { what, orphaned: !ids.err && ids.orphaned !== 0, request });
          if (err === Mig.NO_REPLY) return { err };
          yield* deallocate(proc.proc);
          if (err) return { err };
          for (const port of [task, file, ctty]) yield* deallocate(port);
          return { err: 0 };
        },
      }),
      crashers.demuxer(),
    ],
  });
  return yield* trivfs.run();
};

interface Request {
  readonly what: Crash;
  readonly orphaned: boolean;
  readonly request: MachMsg;
}

/** Does what the options say. MIG_NO_REPLY: the process is held, and everything in `what` is kept. */
function* dealWith(libc: Libc, crashers: Crashers, options: CrashOptions, { what, orphaned, request }: Request): Syscall<0 | Failure> {
  const { task, proc, signo, sigcode } = what;
  switch (orphaned ? options.orphanAction : options.action) {
    case "kill": {
      yield* procCall.proc_mark_exit(proc, { status: W_EXITCODE(0, signo), sigcode });
      return (yield* machCall.task_terminate(task, {})).err;
    }
    case "core-file": {
      const suspended = yield* machCall.task_suspend(task, {});
      if (suspended.err) return suspended.err;
      const err = yield* writeCore(libc, what, options.template);
      yield* machCall.task_resume(task, {});
      return err;
    }
    case "suspend": {
      const suspended = yield* machCall.task_suspend(task, {});
      if (suspended.err) return suspended.err;
      const { remotePort, remoteType } = request;
      request.remotePort = MACH_PORT_NULL;
      yield* crashers.hold(what, () => writeCore(libc, what, undefined), remotePort, remoteType);
      return Mig.NO_REPLY;
    }
  }
}

/** Into the file that the process has made; with a template into one of ours, and then the process's own is no core (EEXIST, so that its library forgets it). */
function* writeCore(libc: Libc, { task, file, pid, signo, sigcode, sigerror }: Crash, template: string | undefined): Syscall<0 | Failure> {
  const reason = { signo, sigcode, sigerror, pid, command: yield* commandOf(libc, pid) };
  const own = template === undefined ? MACH_PORT_NULL : yield* coreByName(libc, coreFileName(template, pid, signo, (yield* libc.gettimeofday()).sec));
  if (own === MACH_PORT_NULL) return file === MACH_PORT_NULL ? Errno.EBADF : yield* dumpTask(task, file, reason);
  const err = yield* dumpTask(task, own, reason);
  yield* deallocate(own);
  return err === 0 ? Errno.EEXIST : err;
}

/** Null when it cannot be made, which is told. */
function* coreByName(libc: Libc, name: string): Syscall<MachPort> {
  const made = yield* attempt(libc.file_name_lookup(name, O_WRITE | O_CREAT, 0o400));
  if (made.err === 0) return made.value;
  // a translator may have no standard error
  yield* attempt(libc.warn(name, new UnixError("core file", made.err)));
  return MACH_PORT_NULL;
}

function* commandOf(libc: Libc, pid: number): Syscall<string> {
  const args = yield* procCall.proc_getprocargs(libc.ports.proc, { which: pid });
  return args.err ? "" : decodeArgz(args.procargs).join(" ");
}
