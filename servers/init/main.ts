/**
 * init: pid 1 of a running system (boot.md step 47). Runs `/libexec/runsystem.hurd` and waits for the children that others left behind. When
 * runsystem.hurd ends, so does init, with status 23; nothing is left to do then.
 */
import { attempt } from "../../glibc-shim/errno.ts";
import { STDERR, type Main, type Program } from "../../glibc-shim/libc.ts";
import { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2 } from "../interfaces/signals.ts";

const RUNSYSTEM = "/libexec/runsystem.hurd";
const IGNORED = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP];
/** What init exits with when its child is gone. */
const CHILD_GONE = 23;

export const main: Main = function* (libc, argv): Program {
  if (libc.getpid() !== 1) {
    yield* libc.writeAll(STDERR, `${argv[0] ?? "init"}: can only be run by startup\n`);
    return 1;
  }
  for (const signo of IGNORED) yield* libc.sigaction(signo, { handler: "SIG_IGN" });
  const child = yield* libc.fork(function* (inChild): Program {
    for (const signo of IGNORED) yield* inChild.sigaction(signo, { handler: "SIG_DFL" });
    return yield* inChild.execve(RUNSYSTEM, [RUNSYSTEM, ...argv.slice(1)]);
  });
  for (;;) {
    const reaped = yield* attempt(libc.waitpid(-1));
    if (!reaped.err && reaped.value.pid === child) return CHILD_GONE;
  }
};
