/**
 * runsystem [WORD …]: the first program with a terminal (boot.md step 46). Makes what cannot wait, reads the words of the kernel's command line, and
 * becomes the init that they name, still as pid 1.
 *
 * The real one is a shell script, and first puts the root filesystem on read-only for fsck; ours lives in memory and has nothing to check (DIFFERENCES.md).
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { DEFAULT_PATH } from "../lib/session.ts";

const INIT = "/hurd/init";
const LOCAL_SOCKETS = "/servers/socket/1";

/** What the command line asks for. */
interface Wanted {
  readonly init: string;
  readonly single: boolean;
}

/** The words that concern us; the kernel and startup have read theirs. */
export function wanted(words: readonly string[]): Wanted {
  const init = words.findLast((w) => w.startsWith("init="))?.slice("init=".length);
  return { init: init ?? INIT, single: words.some((w) => w === "-s" || w === "single" || w === "--single-user") };
}

export const main: Main = function* (libc, argv): Program {
  libc.environ.set("PATH", DEFAULT_PATH);
  const { init, single } = wanted(argv.slice(1));
  yield* localSockets(libc);
  const { err } = yield* attempt(libc.execve(init, [init, ...(single ? ["-s"] : []), "-a"]));
  yield* libc.writeAll(STDERR, `runsystem: ${init}: ${strerror(err)}\n`);
  return 1;
};

/** Pipes need the local socket server: without it no shell works. Looking for it starts it, as `test -e` does in the real script. */
function* localSockets(libc: Libc): Syscall<void> {
  if (!(yield* attempt(libc.stat(LOCAL_SOCKETS))).err) return;
  const set = yield* attempt(libc.posix_spawn("/bin/settrans", ["settrans", "-c", LOCAL_SOCKETS, "/hurd/pflocal"]));
  if (!set.err) yield* libc.waitpid(set.value);
  yield* attempt(libc.stat(LOCAL_SOCKETS));
}
