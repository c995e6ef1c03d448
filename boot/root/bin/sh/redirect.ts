/** Redirections (POSIX, "Redirection"), for good or with a way back. */
import { attempt } from "../../../../glibc-shim/errno.ts";
import { asFd, type Fd } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../../servers/interfaces/errno.ts";
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../../../../servers/interfaces/hurd-types.ts";
import { encode } from "../../lib/output.ts";
import type { Redirection } from "./ast.ts";
import { ShellError } from "./control.ts";
import { expandString } from "./expand.ts";
import type { Shell } from "./shell.ts";
import { newPipe } from "./subshell.ts";

/** The first descriptor that the shell uses for its own purposes. */
export const PRIVATE_FD = 10;

/** What descriptors were before: a copy elsewhere, or closed. */
export type Saved = readonly (readonly [Fd, Fd | undefined])[];

/** Carries out redirections. With `save`, descriptors that change are kept aside and given back. Throws ShellError. */
export function* redirect(shell: Shell, redirections: readonly Redirection[], save: boolean): Syscall<Saved> {
  const saved: (readonly [Fd, Fd | undefined])[] = [];
  try {
    for (const r of redirections) {
      const fd = asFd(r.fd ?? (r.op.startsWith("<") ? 0 : 1));
      if (save && !saved.some(([old]) => old === fd)) saved.push([fd, yield* putAside(shell, fd)]);
      yield* one(shell, r, fd);
    }
    return saved;
  } catch (e) {
    yield* restore(shell, saved);
    throw e;
  }
}

/** Undoes redirections. */
export function* restore(shell: Shell, saved: Saved): Syscall<void> {
  for (const [fd, copy] of saved.toReversed()) {
    if (copy === undefined) yield* attempt(shell.libc.close(fd));
    else {
      yield* shell.libc.dup2(copy, fd);
      yield* shell.libc.close(copy);
    }
  }
}

function* putAside(shell: Shell, fd: Fd): Syscall<Fd | undefined> {
  const copy = yield* attempt(shell.libc.dupfd(fd, PRIVATE_FD, true));
  if (copy.err !== 0 && copy.err !== Errno.EBADF) throw new ShellError(`${fd}: ${strerror(copy.err)}`);
  return copy.err === 0 ? copy.value : undefined;
}

function* one(shell: Shell, r: Redirection, fd: Fd): Syscall<void> {
  switch (r.op) {
    case "<<":
    case "<<-":
      return yield* hereDocument(shell, fd, yield* expandString(shell, r.target));
    case "<&":
    case ">&":
      return yield* duplicate(shell, fd, yield* expandString(shell, r.target));
    case "<":
    case ">":
    case ">|":
    case ">>":
    case "<>":
      return yield* moveTo(shell, yield* openFile(shell, r.op, yield* expandString(shell, r.target)), fd);
  }
}

function* openFile(shell: Shell, op: "<" | ">" | ">|" | ">>" | "<>", path: string): Syscall<Fd> {
  const clobber = op === ">" && shell.option("C") ? yield* clobberFlag(shell, path) : O_TRUNC;
  const flags = { "<": O_RDONLY, ">": O_WRONLY | O_CREAT | clobber, ">|": O_WRONLY | O_CREAT | O_TRUNC, ">>": O_WRONLY | O_CREAT | O_APPEND, "<>": O_RDWR | O_CREAT }[op];
  const opened = yield* attempt(shell.libc.open(path, flags, 0o666));
  if (opened.err === 0) return opened.value;
  const verb = op === "<" ? "open" : "create";
  throw new ShellError(`cannot ${verb} ${path}: ${openError(opened.err, verb)}`);
}

/** Under -C an existing ordinary file is not overwritten. */
function* clobberFlag(shell: Shell, path: string): Syscall<number> {
  const st = yield* attempt(shell.libc.stat(path));
  return st.err === 0 && (st.value.mode & 0o170000) !== 0o100000 ? 0 : O_EXCL;
}

function openError(err: number, verb: "open" | "create"): string {
  if (err === Errno.ENOENT) return verb === "open" ? "No such file" : "Directory nonexistent";
  return strerror(err);
}

function* moveTo(shell: Shell, from: Fd, fd: Fd): Syscall<void> {
  if (from === fd) return;
  yield* shell.libc.dup2(from, fd);
  yield* shell.libc.close(from);
}

function* duplicate(shell: Shell, fd: Fd, target: string): Syscall<void> {
  if (target === "-") {
    yield* attempt(shell.libc.close(fd));
    return;
  }
  if (!/^\d+$/.test(target)) throw new ShellError("Bad fd number");
  const from = asFd(Number(target));
  const done = yield* attempt(shell.libc.dup2(from, fd));
  if (done.err !== 0) throw new ShellError(`${target}: ${strerror(done.err)}`);
  if (from === fd) yield* shell.libc.setCloexec(fd, false);
}

/** The body comes through a pipe: at once when it is small, else from a process that writes it. */
function* hereDocument(shell: Shell, fd: Fd, text: string): Syscall<void> {
  const { libc } = shell;
  const [reading, writing] = yield* newPipe(shell);
  const data = encode(text);
  if (data.length <= 4096) yield* libc.writeAll(writing, data);
  else {
    yield* libc.fork(function* (child) {
      yield* child.close(reading);
      yield* attempt(child.writeAll(writing, data));
      return 0;
    });
  }
  yield* libc.close(writing);
  yield* moveTo(shell, reading, fd);
}

