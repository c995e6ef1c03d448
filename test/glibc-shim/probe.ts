/** Programs that ask the library and the system questions, run in a booted system; they print what they are told. */
import { runCommands } from "../../boot/session.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, STDOUT, type Libc, type Main } from "../../glibc-shim/libc.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";

export const say = (libc: Libc, text: string): Syscall<void> => libc.writeAll(STDOUT, `${text}\n`);

/** Runs `main` as /bin/probe (and `more` beside it) from root's shell; what it printed, line by line. */
export function probe(main: Main, more: readonly (readonly [path: string, main: Main])[] = [], commands = "probe", user = "root"): readonly string[] {
  const { output, reason, console: shown } = runCommands({ commands, user, programs: [["/bin/probe", main], ...more] });
  if (reason !== undefined) throw new Error(`${reason}\n${shown}`);
  return output.split("\n").slice(0, -1);
}

/** A call's outcome: its value in words, or the error's name. */
export function* outcome<T>(call: Syscall<T>, show: (value: T) => string = () => "ok"): Syscall<string> {
  const result = yield* attempt(call);
  return result.err === 0 ? show(result.value) : errnoName(result.err);
}

/** Prints the open descriptors with their flags and open modes, and the directory. */
export const fdsMain: Main = function* (libc) {
  const found: string[] = [];
  for (let n = 0; n < 20; n++) {
    const fd = asFd(n);
    const modes = yield* attempt(libc.getfl(fd));
    if (modes.err === 0) found.push(`${n}(fl=${(yield* libc.getCloexec(fd)) ? 1 : 0},0x${modes.value.toString(16)})`);
  }
  yield* say(libc, `cwd=${yield* libc.getcwd()} fds: ${found.join(" ")}`);
  return 0;
};
