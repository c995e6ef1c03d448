/**
 * A launcher that checks an executable and then runs it, beside somebody who changes it (E22): by path, by descriptor, by the two steps of a filesystem and an exec server, by a private copy, by a seal.
 */
import { Machine } from "../../mach/kern/machine.ts";
import type { Strategy } from "../../mach/kern/scheduler.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Scenario } from "../explore/explore.ts";
import { Inode } from "./inode.ts";
import { PosixKernel } from "./kernel.ts";
import { read, sys, sysGives } from "./libc.ts";
import type { Program } from "./process.ts";

export type Method = "path" | "fd" | "port" | "snapshot" | "seal";
export type FileKind = "binary" | "script";
export type Attack = "write" | "rename" | "symlink" | "interpreter";

/** What came of one schedule. */
export interface Checked {
  /** Which bytes ran: those that were checked, or the attacker's; "none": the launcher refused, or the exec failed. */
  readonly bytes: "good" | "evil" | "none";
  /** With the owner's ids. */
  readonly elevated: boolean;
  readonly error: string | undefined;
}

const FILE = "/bin/tool";
const INTERPRETER = "/bin/sh";
const GOOD: Readonly<Record<FileKind, string>> = { binary: "program good", script: `#!${INTERPRETER} good` };
const EVIL: Readonly<Record<FileKind, string>> = { binary: "program evil", script: `#!${INTERPRETER} evil` };

/** The schedule's scenario. The tool belongs to root and is set-id; launcher and attacker are the same ordinary user. */
export function tamper(method: Method, kind: FileKind, attack: Attack): Scenario<Checked> {
  return {
    key: ({ bytes, elevated, error }) => (bytes === "none" ? `not run (${error ?? "refused"})` : `${bytes} bytes run${elevated ? " as root" : ""}`),
    run(strategy: Strategy) {
      const kernel = new PosixKernel(new Machine({ instructions: new Map(), scheduler: strategy }), { setIdScripts: true });
      let ran: Checked | undefined;
      let error: string | undefined;
      const saw = (bytes: "good" | "evil") => {
        const p = kernel.all.find((process) => process.name === "S");
        ran ??= { bytes, elevated: p?.uid.effective === 0, error: undefined };
      };
      furnish(kernel, kind, attack, saw);
      kernel.boot("S", function* () {
        error = yield* launch(method, kind);
        return 1;
      });
      kernel.boot("W", () => attacker(kind, attack));
      kernel.machine.run();
      return ran ?? { bytes: "none", elevated: false, error };
    },
  };
}

function furnish(kernel: PosixKernel, kind: FileKind, attack: Attack, saw: (bytes: "good" | "evil") => void): void {
  const add = (path: string, content: string, mode = 0o755): Inode => kernel.files.add(path, new Inode(path, "file", { mode, content }));
  const tool = new Inode("tool", "file", { mode: 0o4777, content: GOOD[kind] });
  if (attack === "symlink") {
    kernel.files.add("/lib/tool", tool);
    kernel.files.add(FILE, new Inode(FILE, "symlink", { content: "/lib/tool" }));
    kernel.files.add("/tmp/evil", new Inode("/tmp/evil", "symlink", { content: "/tmp/tool" }));
    add("/tmp/tool", EVIL[kind]);
  } else {
    kernel.files.add(FILE, tool);
    add("/tmp/evil", attack === "interpreter" ? "program evil" : EVIL[kind]);
  }
  add(INTERPRETER, "program sh", 0o777);
  kernel.files.add("/mem", new Inode("/mem", "directory", { mode: 0o755 }));
  const report = (bytes: "good" | "evil"): Program =>
     
    function* () {
      saw(bytes);
      return 0;
    };
  kernel.programs.set("good", report("good"));
  kernel.programs.set("evil", report("evil"));
  kernel.programs.set("sh", function* ({ argv }) {
    const fd = yield* sys("open", { path: argv[1] ?? "" });
    if (typeof fd !== "number") return 127;
    saw((yield* read(fd)) === GOOD.script ? "good" : "evil");
    return 0;
  });
}

/** One change, made in as many steps as it takes. */
function* attacker(kind: FileKind, attack: Attack): Syscall<number> {
  switch (attack) {
    case "write": {
      const fd = yield* sys("open", { path: FILE, access: "write" });
      if (typeof fd === "number") yield* sys("write", { fd, text: EVIL[kind] });
      if (typeof fd === "number") yield* sys("close", { fd });
      return 0;
    }
    case "rename":
    case "symlink":
      yield* sys("rename", { from: "/tmp/evil", to: FILE });
      return 0;
    case "interpreter":
      yield* sys("rename", { from: "/tmp/evil", to: INTERPRETER });
      return 0;
  }
}

/** Check, then run. Answers the error, or "refused" when what it found is not what it wants. */
function* launch(method: Method, kind: FileKind): Syscall<string> {
  switch (method) {
    case "path": {
      const [, { text }] = yield* sysGives("stat", { path: FILE });
      return text === GOOD[kind] ? String(yield* sys("execve", { path: FILE, argv: [FILE] })) : "refused";
    }
    case "fd":
    case "port": {
      const fd = yield* checked(FILE, GOOD[kind]);
      if (typeof fd !== "number") return fd;
      if (method === "fd") return String(yield* sys("execve", { fd, argv: [FILE] }));
      yield* sys("exec_decide", { fd });
      return String(yield* sys("exec_load", { fd, argv: [FILE] }));
    }
    case "snapshot":
    case "seal": {
      const hold = method === "seal" ? sealed : copied;
      const file = yield* hold(FILE, GOOD[kind], "/mem/file");
      if (typeof file !== "number") return file;
      if (kind === "binary") return String(yield* sys("execve", { fd: file, argv: [FILE] }));
      // The interpreter is a second executable: it is held like the first, and told where the script is.
      const interpreter = yield* hold(INTERPRETER, "program sh", "/mem/interpreter");
      return typeof interpreter === "number" ? String(yield* sys("execve", { fd: interpreter, argv: [INTERPRETER, `/dev/fd/${file}`] })) : interpreter;
    }
  }
}

/** A descriptor of `path` whose content is as wanted now. */
function* checked(path: string, wanted: string): Syscall<number | string> {
  const fd = yield* sys("open", { path });
  if (typeof fd !== "number") return fd;
  const [, { text }] = yield* sysGives("stat", { fd });
  return text === wanted ? fd : "refused";
}

/** The same, and it stays so. */
function* sealed(path: string, wanted: string): Syscall<number | string> {
  const fd = yield* sys("open", { path });
  if (typeof fd !== "number") return fd;
  const seal = yield* sys("seal", { fd });
  if (typeof seal === "string") return seal;
  const [, { text }] = yield* sysGives("stat", { fd });
  return text === wanted ? fd : "refused";
}

/** A private copy, checked. */
function* copied(path: string, wanted: string, to: string): Syscall<number | string> {
  const fd = yield* sys("open", { path });
  if (typeof fd !== "number") return fd;
  const text = yield* read(fd);
  const copy = yield* sys("open", { path: to, access: "write", create: true, mode: 0o700 });
  if (typeof copy !== "number") return copy;
  yield* sys("write", { fd: copy, text });
  yield* sys("close", { fd: copy });
  const run = yield* sys("open", { path: to });
  return text === wanted ? run : "refused";
}
