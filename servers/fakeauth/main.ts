/**
 * fakeauth COMMAND [ARG …]: COMMAND believes itself root, and may become whom it likes; to everybody else it and its children are who started them
 * (utils/fakeauth.c). This process is their auth server as long as COMMAND runs; no server trusts it, for ids are proved to the real one alone.
 *
 * Exit: COMMAND's own status, 128 + the signal that ended it, 3 when it cannot be run, 64 misuse.
 */
import { attempt } from "../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { addSendRef, deallocate } from "../../glibc-shim/rights.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { strerror } from "../interfaces/errno.ts";
import { strsignal } from "../interfaces/signals.ts";
import { WEXITSTATUS, WIFSIGNALED, WTERMSIG } from "../interfaces/wait-status.ts";
import { ROOT_IDS } from "../lib/auth-handle.ts";
import { Bucket } from "../lib/ports.ts";
import { FakeHandles } from "./handles.ts";

const EX_USAGE = 64;
const CANNOT_RUN = 3;

export const main: Main = function* (libc, argv) {
  const [name = "fakeauth", ...command] = argv;
  const [file] = command;
  if (file === undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${name} COMMAND...\n`);
    return EX_USAGE;
  }
  yield* becomeFake(libc);
  const child = yield* attempt(libc.posix_spawnp(file, command));
  if (child.err) return yield* complain(libc, name, `${file}: ${strerror(child.err)}`, CANNOT_RUN);
  const { status } = yield* libc.waitpid(child.value);
  if (WIFSIGNALED(status)) return yield* complain(libc, name, `${strsignal(WTERMSIG(status))} for child ${child.value}`, WTERMSIG(status) + 128);
  const code = WEXITSTATUS(status);
  return code === 0 ? 0 : yield* complain(libc, name, `Error ${code} for child ${child.value}`, code);
};

/** Our own ports are reauthenticated through the first fake handle at once; a child gets it from us. */
function* becomeFake(libc: Libc): Syscall<void> {
  const real = libc.ports.auth;
  yield* addSendRef(real);
  const bucket = yield* Bucket.create(libc);
  const handles = new FakeHandles(bucket, real);
  const first = yield* bucket.getSendRight(yield* handles.make(ROOT_IDS));
  yield* libc.thread(() => handles.serve());
  yield* libc.setauth(first);
  yield* deallocate(first);
}

function* complain(libc: Libc, name: string, what: string, status: number): Syscall<number> {
  yield* libc.writeAll(STDERR, `${name}: ${what}\n`);
  return status;
}
