/** rc [autoboot]: what is done once before anybody logs in: leftovers of the last run are cleared away. Non-zero asks for the single-user shell. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDOUT, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import { UTMP } from "../lib/utmp.ts";

const NOLOGIN = "/var/run/nologin";

export const main: Main = function* (libc, argv): Program {
  if (argv[1] === "autoboot") yield* libc.writeAll(STDOUT, "Automatic boot in progress...\n");
  yield* attempt(libc.unlink(NOLOGIN));
  yield* attempt(emptyUtmp(libc));
  yield* clearTemporary(libc, "/tmp");
  return 0;
};

/** Nobody is logged in yet. */
function* emptyUtmp(libc: Libc): Syscall<void> {
  yield* libc.close(yield* libc.open(UTMP, O_WRONLY | O_CREAT | O_TRUNC, 0o644));
}

/** Removes plain files. Directories, and the console that console-run may have put there, stay. */
function* clearTemporary(libc: Libc, dir: string): Syscall<void> {
  const entries = yield* attempt(libc.readdir(dir));
  if (entries.err) return;
  for (const { name } of entries.value) if (name !== "." && name !== ".." && name !== "console") yield* attempt(libc.unlink(`${dir}/${name}`));
}
