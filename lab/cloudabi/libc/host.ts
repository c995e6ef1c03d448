/** The host system's calls as functions, and its way to start a CloudABI program (cloudabi.md §8). */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { fd as fdNode, seq, type Argdata } from "../argdata/node.ts";
import { serialiseLiterally } from "../argdata/serialise.ts";
import { failure, type Failure, type Result } from "../errno.ts";
import { FileType } from "../rights.ts";
import type { CloudAbiTrap } from "../kernel/traps.ts";
import { made } from "./calls.ts";

/** Answers only when it fails. */
export function* hostExecve(fd: number, data: Uint8Array): Syscall<Failure> {
  const trap: CloudAbiTrap = { op: "foreign", call: "host_execve", fd, data };
  return failure(yield trap);
}
/** Sets or clears the flag that closes a descriptor at the host's exec. */
export const hostCloexec = (fd: number, on: boolean): Syscall<Result<undefined>> => made({ op: "foreign", call: "host_cloexec", fd, on }, () => undefined);
/** A path of the host, for reading or for being executed. */
export const hostOpen = (path: string, exec = false): Syscall<Result<number>> => made({ op: "foreign", call: "host_open", path, exec, result: 0 }, (t) => t.result);
export const hostSocket = (type: "stream" | "dgram", at: { readonly bind?: string; readonly connect?: string; readonly path?: string }): Syscall<Result<number>> =>
  made({ op: "foreign", call: "host_socket", type: type === "stream" ? FileType.SOCKET_STREAM : FileType.SOCKET_DGRAM, ...at, result: 0 }, (t) => t.result);

/**
 * libcloudabi's `program_exec` on the host: not `execfd` itself is executed, but cloudabi-reexec, whose arguments are the pair (execfd, ad) with the numbers as they stand in this process. Everything that is open here is open there.
 */
export function* hostProgramExec(reexec: string, execfd: number, ad: Argdata): Syscall<Failure> {
  const target = fdNode(execfd);
  if (target.err !== 0) return target.err;
  const data = serialiseLiterally(seq([target.value, ad]));
  if (data.err !== 0) return data.err;
  const helper = yield* hostOpen(reexec, true);
  if (helper.err !== 0) return helper.err;
  yield* hostCloexec(helper.value, true);
  return yield* hostExecve(helper.value, data.value);
}
