/** getty SPEED TTY: takes a terminal over for a new session, greets, and becomes login (boot.md step 49). */
import { attempt } from "../../../glibc-shim/errno.ts";
import { asFd, STDERR, STDIN, STDOUT, type Fd, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_RDWR } from "../../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { deallocate } from "../lib/start-terminal.ts";
import { parseTtys } from "../lib/ttys.ts";

const LOGIN = "/bin/login";

export const main: Main = function* (libc, argv): Program {
  const [, , tty] = argv;
  if (tty === undefined) {
    yield* libc.writeAll(STDERR, "usage: getty SPEED TTY\n");
    return 1;
  }
  const path = `/dev/${tty}`;
  yield* attempt(libc.chown(path, 0, 0));
  yield* attempt(libc.chmod(path, 0o600));
  yield* attempt(revoke(libc, path));
  const opened = yield* attempt(libc.open(path, O_RDWR));
  if (opened.err) {
    yield* libc.writeAll(STDERR, `getty: ${path}: ${strerror(opened.err)}\n`);
    return 1;
  }
  yield* loginTty(libc, opened.value);
  yield* banner(libc, tty);
  const type = yield* terminalType(libc, tty);
  return yield* libc.execve(LOGIN, ["login", "--ask-name", ...(type === undefined ? [] : ["-e", `TERM=${type}`])]);
};

/** `revoke`: whoever still has the terminal open, from a session before, has it no longer: else he could read the next password. */
function* revoke(libc: Libc, path: string): Syscall<void> {
  const node = yield* libc.file_name_lookup(path, 0);
  yield* ioCall.io_revoke(node, {});
  yield* deallocate(node);
}

/** `login_tty`: a new session, with `fd` as its controlling terminal and as standard input, output and error. */
export function* loginTty(libc: Libc, fd: Fd): Syscall<void> {
  yield* libc.setsid();
  yield* libc.tiocsctty(fd);
  for (const to of [STDIN, STDOUT, STDERR]) if (to !== fd) yield* libc.dup2(fd, to);
  if (fd > 2) yield* libc.close(asFd(fd));
  yield* libc.tcsetpgrp(STDIN, yield* libc.getpgrp());
}

function* banner(libc: Libc, tty: string): Syscall<void> {
  const { sysname, release, nodename } = yield* libc.uname();
  yield* libc.writeAll(STDOUT, `\n${sysname} ${release} (${nodename}) (${tty})\n\n`);
}

function* terminalType(libc: Libc, tty: string): Syscall<string | undefined> {
  const text = yield* attempt(libc.readText("/etc/ttys"));
  return text.err ? undefined : parseTtys(text.value).find((t) => t.name === tty)?.type;
}
