/**
 * runttys: a getty on every terminal of /etc/ttys that is on, and another whenever one has ended. SIGTERM ends the service; SIGHUP reads
 * the file again.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { SIGHUP, SIGTERM } from "../../../servers/interfaces/signals.ts";
import { parseTtys, type Tty } from "../lib/ttys.ts";
import { logout } from "../lib/utmp.ts";

const TTYS = "/etc/ttys";
/** A getty that ends sooner is not started again at once. Seconds. */
const TOO_SOON = 2;

/** A terminal and who serves it. */
interface Line {
  readonly tty: Tty;
  pid: number;
  started: number;
}

export const main: Main = function* (libc): Program {
  const wish = { reread: true, stop: false };
  yield* libc.sigaction(SIGHUP, { handler: () => note(() => (wish.reread = true)) });
  yield* libc.sigaction(SIGTERM, { handler: () => note(() => (wish.stop = true)) });
  let lines: readonly Line[] = [];
  while (!wish.stop) {
    if (wish.reread) {
      wish.reread = false;
      lines = yield* reread(libc, lines);
    }
    for (const line of lines) if (line.pid === 0) yield* serve(libc, line);
    if (lines.every((line) => line.pid === 0)) return 1;
    const ended = yield* attempt(libc.waitpid(-1));
    const line = ended.err ? undefined : lines.find((l) => l.pid === ended.value.pid);
    if (line !== undefined) yield* restart(libc, line);
  }
  return 0;
};

function* note(set: () => void): Syscall<void> {
  set();
}

/** The lines as the file has them now. What runs already runs on. */
function* reread(libc: Libc, old: readonly Line[]): Syscall<readonly Line[]> {
  const text = yield* attempt(libc.readText(TTYS));
  if (text.err) yield* libc.writeAll(STDERR, `runttys: ${TTYS}: ${strerror(text.err)}\n`);
  const ttys = text.err ? [] : parseTtys(text.value).filter((tty) => tty.on);
  return ttys.map((tty) => old.find((l) => l.tty.name === tty.name) ?? { tty, pid: 0, started: 0 });
}

function* serve(libc: Libc, line: Line): Syscall<void> {
  const [program = "", ...args] = line.tty.command;
  const name = program.slice(program.lastIndexOf("/") + 1);
  const started = yield* attempt(libc.posix_spawn(program, [name, ...args, line.tty.name]));
  if (started.err) yield* libc.writeAll(STDERR, `runttys: ${program}: ${strerror(started.err)}\n`);
  else line.pid = started.value;
  line.started = (yield* libc.gettimeofday()).sec;
}

/** The getty of `line`, or the session that it became, has ended: nobody is there any more, and the next may start, though not too soon after the last. */
function* restart(libc: Libc, line: Line): Syscall<void> {
  line.pid = 0;
  yield* logout(libc, line.tty.name);
  if ((yield* libc.gettimeofday()).sec - line.started < TOO_SOON) yield* libc.sleep(TOO_SOON);
}
