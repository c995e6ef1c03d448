/** The system calls: arguments of each, and what it gives besides its number. */
import type { ForeignTrap, Syscall } from "../../mach/kern/syscall.ts";
import type { ErrorName } from "./errors.ts";
import type { Disposition, SignalName } from "./signals.ts";

/** What happens to the child's descriptors before its program starts, in order. */
export type FileAction =
  | { readonly kind: "open"; readonly fd: number; readonly path: string; readonly access: Access }
  | { readonly kind: "close"; readonly fd: number }
  /** Onto itself it clears the close-on-exec flag. */
  | { readonly kind: "dup2"; readonly fd: number; readonly to: number }
  | { readonly kind: "chdir"; readonly path: string }
  /** Darwin: passes, with the flag that closes all others. */
  | { readonly kind: "inherit"; readonly fd: number };

export interface SpawnAttributes {
  /** 0: the child's own. */
  readonly group?: number;
  readonly mask?: readonly SignalName[];
  /** Set to their default. */
  readonly defaults?: readonly SignalName[];
  /** The effective ids become the real ones. */
  readonly resetIds?: boolean;
  /** Darwin: POSIX_SPAWN_CLOEXEC_DEFAULT. */
  readonly closeOnExecDefault?: boolean;
  /** Darwin: POSIX_SPAWN_SETEXEC, exec instead of spawn. */
  readonly setExec?: boolean;
  /** Darwin: posix_spawnattr_setspecialport_np for the bootstrap port: a descriptor that stands for the port, or none at all. */
  readonly bootstrap?: { readonly object: string } | "none";
}

/** "execute": O_EXEC, what fexecve needs in capability mode; the content can be read too. */
export type Access = "read" | "write" | "read-write" | "execute";

/** How an executable is named. */
export interface Executable {
  readonly path?: string;
  /** fexecve; with `path`, execveat's. */
  readonly fd?: number;
}

export interface ProgramArguments extends Executable {
  readonly argv?: readonly string[];
  readonly env?: ReadonlyMap<string, string>;
  /** Bytes of arguments besides. */
  readonly bytes?: number;
}

/** Arguments of every call. */
export interface Calls {
  readonly open: { readonly path: string; readonly access?: Access; readonly closeOnExec?: boolean; readonly closeOnFork?: boolean; readonly at?: number; readonly create?: boolean; readonly mode?: number };
  readonly close: { readonly fd: number };
  /** Where the descriptor is used with an elementary right of the scenario: read, write, lookup, accept, send … */
  readonly use: { readonly fd: number; readonly right: string };
  readonly read: { readonly fd: number };
  readonly write: { readonly fd: number; readonly text: string };
  readonly seek: { readonly fd: number; readonly offset: number };
  /** The content can be changed no more; EBUSY while somebody has it open for writing. */
  readonly seal: { readonly fd: number };
  readonly dup: { readonly fd: number };
  readonly dup2: { readonly fd: number; readonly to: number };
  readonly dup3: { readonly fd: number; readonly to: number; readonly closeOnExec?: boolean; readonly closeOnFork?: boolean };
  readonly fcntl_dupfd: { readonly fd: number; readonly from: number; readonly closeOnExec?: boolean };
  readonly fcntl_getfd: { readonly fd: number };
  readonly fcntl_setfd: { readonly fd: number; readonly closeOnExec: boolean; readonly closeOnFork?: boolean };
  readonly pipe2: { readonly closeOnExec?: boolean; readonly closeOnFork?: boolean };
  readonly stat: { readonly path?: string; readonly fd?: number };
  readonly rename: { readonly from: string; readonly to: string };
  readonly symlink: { readonly target: string; readonly path: string };
  readonly chdir: { readonly path: string };
  readonly fork: { readonly body: () => Syscall<number>; readonly name?: string; readonly vfork?: boolean; readonly processDescriptor?: boolean };
  readonly thread: { readonly body: () => Syscall<number> };
  readonly execve: ProgramArguments;
  /** Exec in two traps, as through a filesystem and an exec server that have the file's port: set-id is decided by the first, the content is read by the second. */
  readonly exec_decide: { readonly fd: number };
  readonly exec_load: ProgramArguments;
  readonly posix_spawn: ProgramArguments & { readonly actions?: readonly FileAction[]; readonly attributes?: SpawnAttributes; readonly name?: string };
  readonly exit: { readonly status: number };
  /** Until a signal; the experiments look around meanwhile. */
  readonly pause: object;
  readonly waitpid: { readonly pid?: number };
  readonly kill: { readonly pid: number; readonly signal: SignalName };
  readonly sigaction: { readonly signal: SignalName; readonly disposition: Disposition };
  readonly sigprocmask: { readonly signals: readonly SignalName[]; readonly how: "block" | "unblock" };
  readonly getpid: object;
  readonly geteuid: object;
  readonly setuid: { readonly uid: number };
  readonly setrlimit_nofile: { readonly limit: number };
  readonly ptrace_attach: { readonly pid: number };
  readonly cap_enter: object;
  readonly cap_rights_limit: { readonly fd: number; readonly rights: readonly string[] };
  readonly spawn_template_create: Executable & { readonly actions?: readonly FileAction[] };
  readonly spawn_template_spawn: { readonly fd: number; readonly argv?: readonly string[]; readonly env?: ReadonlyMap<string, string>; readonly bytes?: number; readonly actions?: readonly FileAction[]; readonly name?: string };
  readonly pidfd_open_empty: { readonly inherit?: boolean; readonly name?: string };
  readonly pidfd_config: { readonly fd: number; readonly set: Configuration };
  readonly pidfd_start: { readonly fd: number };
}

/** One call that names an embryo. */
export type Configuration =
  | { readonly kind: "executable"; readonly path?: string; readonly fd?: number }
  | { readonly kind: "arguments"; readonly argv?: readonly string[]; readonly env?: ReadonlyMap<string, string>; readonly bytes?: number }
  /** The caller's descriptor `fd` stands at `to` in the embryo. */
  | { readonly kind: "install"; readonly fd: number; readonly to: number }
  | { readonly kind: "close"; readonly fd: number }
  | { readonly kind: "chdir"; readonly path: string }
  | { readonly kind: "mask"; readonly signals: readonly SignalName[] };

export type CallName = keyof Calls;

/** What a call gives besides its number. */
export interface Gives {
  errno: ErrorName | undefined;
  text: string;
  /** pipe2's second number; a process's number beside its descriptor. */
  second: number;
  /** waitpid: how it ended. */
  ended: { readonly status: number } | { readonly signal: string } | undefined;
  /** stat: whose inode it is. */
  id: string;
  /** stat: its mode bits. */
  found: number;
}

/** A trap: the call, its arguments, and what it gives. */
export type PosixTrap<K extends CallName = CallName> = ForeignTrap & Calls[K] & { readonly call: K; readonly gives: Gives };
