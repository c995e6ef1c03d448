/**
 * Exec: an image is found and checked, then nothing can fail any more, then the old program goes and the new one starts.
 *
 * What goes: descriptors with the flag, handlers, other threads, the borrowed memory of vfork. What stays: pid, parent, group, directories, umask, limits, mask, ignored and pending signals, capability mode, the tracer.
 * Set-id: the file's bits decide; a traced process, one in capability mode and a script get none; ids that change make the program secure (comparison.md §7, PX).
 */
import type { BLOCKED } from "../../mach/ipc/host.ts";
import type { ProgramArguments } from "./calls.ts";
import { inodeOf, openPath, walk } from "./calls-file.ts";
import { Description } from "./description.ts";
import type { ErrorName, Result } from "./errors.ts";
import { Mode, type Inode } from "./inode.ts";
import type { Handlers, PosixKernel } from "./kernel.ts";
import type { Ids, PosixProcess, Program, Started } from "./process.ts";
import { NO_FLAGS, rightsOf } from "./table.ts";

/** Bytes of arguments and environment at most. */
export const ARG_MAX = 2 * 1024 * 1024;
/** Interpreters of interpreters. */
const INTERPRETERS_MAX = 4;

/** What set-id is decided by. */
export type Owned = Pick<Inode, "mode" | "uid" | "gid">;

/** An executable, ready to run. */
export interface Image {
  readonly program: Program;
  /** What is mapped: the interpreter's file for a script. */
  readonly inode: Inode;
  /** Whose set-id bits count. */
  readonly setId: Owned;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Bytes that go to the new stack. */
  readonly bytes: number;
}

/** Variables that the dynamic loader obeys and takes out of a secure program's environment. */
const UNSECURE = ["LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_DEBUG_OUTPUT", "LD_PROFILE", "MALLOC_TRACE", "TMPDIR", "LOCALDOMAIN", "GCONV_PATH", "NLSPATH"];

/** Finds and checks what `args` name. Nothing has changed when it fails. */
export function load(kernel: PosixKernel, process: PosixProcess, args: ProgramArguments): Image | ErrorName {
  const { argv = [], env = new Map<string, string>(), bytes = 0 } = args;
  const size = bytes + sizeOf([...argv, ...[...env].map(([k, v]) => `${k}=${v}`)]);
  if (size > ARG_MAX) return "E2BIG";
  const inode = find(kernel, process, args);
  if (typeof inode === "string") return inode;
  return interpret(kernel, process, { inode, name: args.path ?? `/dev/fd/${args.fd ?? -1}`, argv, env, bytes: size, by: args.fd });
}

const sizeOf = (words: readonly string[]): number => words.reduce((sum, w) => sum + w.length + 1, 0);

function find(kernel: PosixKernel, process: PosixProcess, { path, fd }: ProgramArguments): Inode | ErrorName {
  if (fd !== undefined) {
    const descriptor = process.table.get(fd);
    if (descriptor !== undefined && process.capabilityMode && !rightsOf(descriptor).includes("fexecve")) return "ENOTCAPABLE";
    return inodeOf(process, fd);
  }
  const found = walk(kernel, process, path ?? "");
  return typeof found === "string" ? found : (found.inode ?? "ENOENT");
}

interface Interpreting {
  readonly inode: Inode;
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly bytes: number;
  /** The descriptor by which it was named. */
  readonly by: number | undefined;
}

function interpret(kernel: PosixKernel, process: PosixProcess, file: Interpreting, depth = 0): Image | ErrorName {
  const { inode, argv, env, bytes } = file;
  if (inode.kind !== "file" || (inode.mode & Mode.EXECUTE) === 0) return "EACCES";
  if (inode.writers > 0 && kernel.options.writeLock !== false) return "ETXTBSY";
  const script = /^#! *(\S+)/.exec(inode.content)?.[1];
  if (script === undefined) {
    const program = kernel.programs.get(/^program (\S+)/.exec(inode.content)?.[1] ?? "");
    return program === undefined ? "ENOEXEC" : { program, inode, setId: inode, argv, env, bytes };
  }
  if (depth >= INTERPRETERS_MAX) return "ELOOP";
  // The interpreter opens the script again by this name: when the descriptor is closed by then there is nothing to open.
  if (file.by !== undefined && process.table.get(file.by)?.closeOnExec === true) return "ENOENT";
  const found = walk(kernel, process, script);
  const interpreter = typeof found === "string" ? found : (found.inode ?? "ENOENT");
  if (typeof interpreter === "string") return interpreter;
  const image = interpret(kernel, process, { inode: interpreter, name: script, argv: [script, file.name, ...argv.slice(1)], env, bytes, by: undefined }, depth + 1);
  return typeof image === "string" || kernel.options.setIdScripts !== true ? image : { ...image, setId: inode };
}

/** Makes `process` run `image`. Its old threads are gone afterwards. Cannot fail. */
export function install(kernel: PosixKernel, process: PosixProcess, image: Image): typeof BLOCKED {
  const ids = newIds(process, image.setId);
  kernel.meter.moved(process.table.closeFlagged());
  process.signals.exec();
  process.secure = ids.changed;
  process.dumpable = !ids.changed;
  process.uid = ids.uid;
  process.gid = ids.gid;
  if (kernel.options.darwin === true) process.taskPort += 1000;
  process.embryo = false;
  process.decided = undefined;
  releaseImage(process);
  process.image = image.inode;
  image.inode.executing++;
  process.borrows = undefined;
  process.memoryOf = undefined;
  process.released.wakeAll();
  kernel.meter.copied(image.bytes);
  const started = crt0(kernel, process, image);
  process.started = started;
  return kernel.replaceProgram(process, function* () {
    kernel.started(process);
    return yield* image.program(started);
  });
}

function newIds({ uid, gid, tracer, capabilityMode }: PosixProcess, { mode, uid: owner, gid: group }: Owned): { readonly uid: Ids; readonly gid: Ids; readonly changed: boolean } {
  const allowed = tracer === undefined && !capabilityMode;
  const of = (ids: Ids, bit: number, id: number): Ids => {
    const effective = allowed && (mode & bit) !== 0 ? id : ids.effective;
    return { real: ids.real, effective, saved: effective };
  };
  const next = { uid: of(uid, Mode.SETUID, owner), gid: of(gid, Mode.SETGID, group) };
  return { ...next, changed: next.uid.effective !== next.uid.real || next.gid.effective !== next.gid.real };
}

/** The C library's start-up. For a secure program it takes out the loader's variables and fills descriptors 0 to 2, so that nothing that the program opens gets their numbers. */
function crt0(kernel: PosixKernel, process: PosixProcess, { argv, env }: Image): Started {
  const { secure, pid } = process;
  if (!secure) return { argv, env, secure, pid };
  for (const fd of [0, 1, 2]) {
    if (process.table.get(fd) !== undefined) continue;
    const name = fd === 0 ? "/dev/full" : "/dev/null";
    const opened = openPath(kernel, process, name, fd === 0 ? "write" : "read-write");
    process.table.put(fd, { description: typeof opened === "string" ? new Description(name, "device", []) : opened, ...NO_FLAGS, limit: undefined });
  }
  return { argv, env: new Map([...env].filter(([name]) => !UNSECURE.includes(name))), secure, pid };
}

/** `child` runs what `parent` runs: a fork. */
export function runsImageOf(child: PosixProcess, parent: PosixProcess): void {
  child.image = parent.image;
  if (child.image !== undefined) child.image.executing++;
}

/** The process runs its executable no longer. */
export function releaseImage(process: PosixProcess): void {
  if (process.image !== undefined) process.image.executing--;
  process.image = undefined;
}

export const execCalls = (kernel: PosixKernel): Pick<Handlers, "execve" | "exec_decide" | "exec_load"> => ({
  exec_decide({ process }, { fd }) {
    const inode = inodeOf(process, fd);
    if (typeof inode === "string") return inode;
    process.decided = { mode: inode.mode, uid: inode.uid, gid: inode.gid };
    return 0;
  },
  exec_load({ process }, args) {
    const image = load(kernel, process, args);
    return typeof image === "string" ? image : install(kernel, process, { ...image, setId: process.decided ?? image.setId });
  },
  execve({ process }, args): Result | typeof BLOCKED {
    const image = load(kernel, process, args);
    return typeof image === "string" ? image : install(kernel, process, image);
  },
});
