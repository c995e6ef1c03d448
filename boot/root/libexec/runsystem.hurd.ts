/**
 * runsystem.hurd [-s] [-a]: brings the system up and keeps it up (boot.md step 48): rc, then runttys, again and again. With -s, or when rc
 * fails, a shell on the console comes first.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN, STDOUT, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_RDWR } from "../../../servers/interfaces/hurd-types.ts";

export const main: Main = function* (libc, argv): Program {
  let single = argv.includes("-s");
  for (;;) {
    if (single) yield* singleUser(libc);
    single = (yield* run(libc, "/libexec/rc", ["rc", ...(single ? [] : ["autoboot"])])) !== 0;
    if (!single) single = (yield* run(libc, "/libexec/runttys", ["runttys"])) !== 0;
    yield* attempt(reopenConsole(libc));
  }
};

/** A getty has revoked the console that we had; nobody uses it now, so we take it again. */
function* reopenConsole(libc: Libc): Syscall<void> {
  const fd = yield* libc.open(libc.environ.get("FALLBACK_CONSOLE") ?? "/dev/console", O_RDWR);
  for (const to of [STDIN, STDOUT, STDERR]) if (to !== fd) yield* libc.dup2(fd, to);
  if (fd > 2) yield* libc.close(fd);
}

function* singleUser(libc: Libc): Syscall<void> {
  yield* libc.writeAll(STDERR, "Single-user mode; exit the shell to go on.\n");
  libc.environ.set("HOME", "/root").set("USER", "root").set("TERM", "dumb");
  if ((yield* run(libc, "/bin/sh", ["-sh"])) === undefined) yield* libc.pause();
}

/** Runs a program to its end. Its exit status, 1 when a signal ended it; undefined when it cannot be run. */
function* run(libc: Libc, path: string, argv: readonly string[]): Syscall<number | undefined> {
  const started = yield* attempt(libc.posix_spawn(path, argv));
  if (started.err) {
    yield* libc.writeAll(STDERR, `runsystem.hurd: ${path}: ${strerror(started.err)}\n`);
    return undefined;
  }
  const { status } = yield* libc.waitpid(started.value);
  return (status & 0x7f) === 0 ? status >> 8 : 1;
}
