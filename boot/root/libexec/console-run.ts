/**
 * console-run PROGRAM [ARG …]: gives PROGRAM a terminal on the console as its standard input, output and error, and becomes it (boot.md step 45). It is
 * the first program of pid 1, which comes without a single descriptor.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { asFd, STDERR, STDIN, STDOUT, type Fd, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_CREAT, O_RDWR } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { encode } from "../lib/output.ts";
import { deallocate, startTerminal } from "../lib/start-terminal.ts";

const CONSOLE = "/dev/console";
const FALLBACK = "/tmp/console";
const D_WRITE = 2;

export const main: Main = function* (libc, argv): Program {
  const console = yield* KernelConsole.open(libc, argv[0] ?? "console-run");
  const program = argv[1];
  if (program === undefined) return yield* console.fail("no program given");
  const terminal = yield* openConsole(libc, console);
  if (terminal === undefined) return yield* console.fail("no terminal on the console");
  yield* becomeStandard(libc, terminal);
  yield* ownTerminal(libc);
  const { err } = yield* attempt(libc.execve(program, argv.slice(1)));
  return yield* console.fail(`${program}: ${strerror(err)}`);
};

/** The kernel's console, past any terminal: for what goes wrong before there is one. */
class KernelConsole {
  private readonly device: MachPort;
  private readonly program: string;
  private constructor(device: MachPort, program: string) {
    this.device = device;
    this.program = program;
  }

  static *open(libc: Libc, program: string): Syscall<KernelConsole> {
    const { hostPriv, deviceMaster } = yield* libc.get_privileged_ports();
    const opened = yield* deviceCall.device_open(deviceMaster, { mode: D_WRITE, name: "console" });
    for (const port of [hostPriv, deviceMaster]) yield* deallocate(port);
    return new KernelConsole(opened.err ? MACH_PORT_NULL : opened.device, program);
  }

  *say(text: string): Syscall<void> {
    yield* deviceCall.device_write(this.device, { mode: 0, recnum: 0, data: encode(`${this.program}: ${text}\r\n`) });
  }

  *fail(text: string): Program {
    yield* this.say(text);
    return 1;
  }
}

/** The terminal on the console, started if there is none. In a root that cannot be written it is on FALLBACK, and the environment says so. */
function* openConsole(libc: Libc, console: KernelConsole): Syscall<Fd | undefined> {
  const ready = yield* openTerminal(libc, CONSOLE);
  if (ready !== undefined) return ready;
  yield* console.say(`${CONSOLE}: Not a terminal`);
  for (const path of [CONSOLE, FALLBACK]) {
    if (path === FALLBACK) yield* attempt(makeNode(libc, path));
    const started = yield* attempt(startTerminal(libc, path, "console"));
    const fd = started.err ? undefined : yield* openTerminal(libc, path);
    if (fd === undefined) continue;
    if (path === FALLBACK) libc.environ.set("FALLBACK_CONSOLE", FALLBACK);
    return fd;
  }
  return undefined;
}

function* openTerminal(libc: Libc, path: string): Syscall<Fd | undefined> {
  const opened = yield* attempt(libc.open(path, O_RDWR));
  if (opened.err) return undefined;
  if (yield* libc.isatty(opened.value)) return opened.value;
  yield* libc.close(opened.value);
  return undefined;
}

function* makeNode(libc: Libc, path: string): Syscall<void> {
  yield* libc.close(yield* libc.open(path, O_CREAT | O_RDWR, 0o600));
}

function* becomeStandard(libc: Libc, terminal: Fd): Syscall<void> {
  for (const fd of [STDIN, STDOUT, STDERR]) if (fd !== terminal) yield* libc.dup2(terminal, fd);
  if (terminal > 2) yield* libc.close(asFd(terminal));
}

/** Leads a session, whose group is in the terminal's foreground, and a login collection. */
function* ownTerminal(libc: Libc): Syscall<void> {
  if ((yield* libc.getsid(0)) !== libc.getpid()) yield* libc.setsid();
  yield* attempt(libc.tcsetpgrp(STDIN, yield* libc.getpgrp()));
  yield* procCall.proc_make_login_coll(libc.ports.proc, {});
}
