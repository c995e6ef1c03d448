/** The C library: one generator a call. Answers a number, or the error's name. */
import type { Syscall } from "../../mach/kern/syscall.ts";
import { INTERRUPTED } from "../kernel/waits.ts";
import type { CallName, Calls, Gives, PosixTrap, ProgramArguments } from "./calls.ts";
import { FAILED, type Result } from "./errors.ts";

const nothing = (): Gives => ({ errno: undefined, text: "", second: 0, ended: undefined, id: "", found: 0 });

/** Makes `call`; what it gives besides stands in the second place. */
export function* sysGives<K extends CallName>(call: K, args: Calls[K]): Syscall<readonly [Result, Gives]> {
  const gives = nothing();
  const trap = { op: "foreign", call, ...args, gives } as PosixTrap<K>;
  const n = yield trap;
  if (n === INTERRUPTED) return ["EINTR", gives];
  return [n === FAILED ? (gives.errno ?? "EINVAL") : n, gives];
}

/** Makes `call`. */
export function* sys<K extends CallName>(call: K, args: Calls[K]): Syscall<Result> {
  return (yield* sysGives(call, args))[0];
}

/** Both ends of a pipe, or the error. */
export function* pipe(flags: Calls["pipe2"] = {}): Syscall<{ readonly read: number; readonly write: number } | { readonly error: string }> {
  const [read, { second }] = yield* sysGives("pipe2", flags);
  return typeof read === "number" ? { read, write: second } : { error: read };
}

/** A piece of a pipe or the content of a file; empty at its end. */
export function* read(fd: number): Syscall<string> {
  const [n, { text }] = yield* sysGives("read", { fd });
  return typeof n === "number" ? text : "";
}

/** How a child has ended: its status, its signal, or "ECHILD". */
export function* wait(pid?: number): Syscall<number | string> {
  const [n, { ended }] = yield* sysGives("waitpid", pid === undefined ? {} : { pid });
  if (typeof n === "string") return n;
  return ended === undefined ? "ECHILD" : "status" in ended ? ended.status : ended.signal;
}

/**
 * fork and exec as every shell does it: a pipe that closes on exec tells the parent why the exec failed. `prepare` runs in the child before.
 * Answers the child's number, or the error of whatever failed.
 */
export function* forkAndExec(program: ProgramArguments, { vfork = false, prepare, name = "P" }: { readonly vfork?: boolean; readonly prepare?: () => Syscall<void>; readonly name?: string } = {}): Syscall<Result> {
  const tell = yield* pipe({ closeOnExec: true });
  if ("error" in tell) return "EMFILE";
  const pid = yield* sys("fork", {
    vfork,
    name,
    *body() {
      yield* sys("close", { fd: tell.read });
      if (prepare !== undefined) yield* prepare();
      const error = yield* sys("execve", program);
      yield* sys("write", { fd: tell.write, text: String(error) });
      yield* sys("exit", { status: 127 });
      return 127;
    },
  });
  yield* sys("close", { fd: tell.write });
  const error = yield* read(tell.read);
  yield* sys("close", { fd: tell.read });
  if (typeof pid !== "number" || error === "") return pid;
  yield* wait(pid);
  return error as Result;
}
