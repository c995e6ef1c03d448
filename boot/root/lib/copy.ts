/** Copying files and trees: cp, and mv across file systems. */
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Stat } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import { confirmed } from "./ask.ts";
import { BLOCK } from "./input.ts";
import { isDirectory, isRegular, isSymlink, S_IFIFO, S_IFMT } from "./mode.ts";
import { join } from "./path.ts";
import type { Tool } from "./tool.ts";

/** What is kept and asked. */
export interface CopyManner {
  readonly recursive: boolean;
  /** Follow symbolic links that are named (H), all (L) or none (P). */
  readonly links: "H" | "L" | "P";
  readonly preserve: boolean;
  readonly force: boolean;
  readonly ask: boolean;
  readonly keepExisting: boolean;
  readonly update: boolean;
  readonly verbose: boolean;
}

/** Copies `from` to the name `to`. False when anything failed, after a complaint. */
export function* copyTree(t: Tool, from: string, to: string, manner: CopyManner, named = true): Syscall<boolean> {
  const follow = manner.links === "L" || (manner.links === "H" && named);
  const st = yield* t.try(from, follow ? t.libc.stat(from) : t.libc.lstat(from));
  if (!st) return false;
  if (isDirectory(st)) return yield* copyDirectory(t, from, to, st, manner);
  const there = yield* attempt(t.libc.stat(to));
  if (there.err === 0 && !(yield* mayReplace(t, to, st, there.value, manner))) return true;
  if (there.err === 0 && st.ino === there.value.ino && st.dev === there.value.dev) {
    yield* t.complain(`'${from}' and '${to}' are the same file`);
    return false;
  }
  const done = isSymlink(st) ? yield* copyLink(t, from, to) : isRegular(st) || !manner.recursive ? yield* copyContents(t, from, to, st, manner) : yield* copySpecial(t, to, st);
  if (done && manner.preserve) yield* preserve(t, to, st);
  if (done && manner.verbose) yield* t.out.line(`'${from}' -> '${to}'`);
  return done;
}

function* mayReplace(t: Tool, to: string, st: Stat, there: Stat, manner: CopyManner): Syscall<boolean> {
  if (manner.keepExisting || (manner.update && there.mtime >= st.mtime)) return false;
  return !manner.ask || (yield* confirmed(t, `overwrite '${to}'?`));
}

function* copyLink(t: Tool, from: string, to: string): Syscall<boolean> {
  const target = yield* t.try(from, t.libc.readlink(from));
  if (target === undefined) return false;
  yield* attempt(t.libc.unlink(to));
  return yield* succeeded(t, to, t.libc.symlink(target, to));
}

function* succeeded(t: Tool, what: string, call: Syscall<void>): Syscall<boolean> {
  const done = yield* attempt(call);
  if (done.err !== 0) yield* t.complain(`${what}: ${strerror(done.err)}`);
  return done.err === 0;
}

function* copyContents(t: Tool, from: string, to: string, st: Stat, manner: CopyManner): Syscall<boolean> {
  const source = yield* t.try(from, t.libc.open(from, O_RDONLY));
  if (source === undefined) return false;
  let opened = yield* attempt(t.libc.open(to, O_WRONLY | O_CREAT | O_TRUNC, st.mode & 0o777));
  if (opened.err !== 0 && manner.force && (yield* attempt(t.libc.unlink(to))).err === 0) opened = yield* attempt(t.libc.open(to, O_WRONLY | O_CREAT | O_EXCL, st.mode & 0o777));
  if (opened.err !== 0) {
    yield* t.complain(`${to}: ${strerror(opened.err)}`);
    yield* t.libc.close(source);
    return false;
  }
  const { libc } = t;
  const target = opened.value;
  const done = yield* succeeded(t, to, (function* () {
    for (let data = yield* libc.read(source, BLOCK); data.length > 0; data = yield* libc.read(source, BLOCK)) yield* libc.writeAll(target, data);
  })());
  yield* libc.close(source);
  yield* libc.close(target);
  return done;
}

function* copySpecial(t: Tool, to: string, st: Stat): Syscall<boolean> {
  if ((st.mode & S_IFMT) === S_IFIFO) return yield* succeeded(t, to, t.libc.mkfifo(to, st.mode & 0o777));
  yield* t.complain(`${to}: ${strerror(Errno.EOPNOTSUPP)}`);
  return false;
}

function* copyDirectory(t: Tool, from: string, to: string, st: Stat, manner: CopyManner): Syscall<boolean> {
  if (!manner.recursive) {
    yield* t.complain(`-r not specified; omitting directory '${from}'`);
    return false;
  }
  if (`${to}/`.startsWith(`${from.replace(/\/+$/, "")}/`)) {
    yield* t.complain(`cannot copy a directory, '${from}', into itself, '${to}'`);
    return false;
  }
  const made = yield* attempt(t.libc.mkdir(to, (st.mode & 0o777) | 0o700));
  const exists = made.err === Errno.EEXIST && (yield* attempt(t.libc.stat(to)));
  if (made.err !== 0 && !(exists && exists.err === 0 && isDirectory(exists.value))) {
    yield* t.complain(`${to}: ${strerror(made.err)}`);
    return false;
  }
  if (made.err === 0 && manner.verbose) yield* t.out.line(`'${from}' -> '${to}'`);
  const entries = yield* t.try(from, t.libc.readdir(from));
  let all = entries !== undefined;
  for (const { name } of entries ?? []) if (name !== "." && name !== "..") all = (yield* copyTree(t, join(from, name), join(to, name), manner, false)) && all;
  if (manner.preserve) yield* preserve(t, to, st);
  else if (made.err === 0 && (st.mode & 0o700) !== 0o700) yield* attempt(t.libc.chmod(to, st.mode & 0o777 & ~(yield* currentMask(t))));
  return all;
}

function* currentMask(t: Tool): Syscall<number> {
  const mask = yield* t.libc.umask(0);
  yield* t.libc.umask(mask);
  return mask;
}

/** Owner (if allowed), mode and times. */
function* preserve(t: Tool, to: string, st: Stat): Syscall<void> {
  const owned = yield* attempt(t.libc.lchown(to, st.uid, st.gid));
  if (isSymlink(st)) return;
  yield* attempt(t.libc.chmod(to, owned.err === 0 ? st.mode & 0o7777 : st.mode & 0o777));
  yield* attempt(t.libc.utimes(to, st.atime, st.mtime));
}
