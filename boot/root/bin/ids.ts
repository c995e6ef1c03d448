/** ids [-t] [-e] [-a] [-u] [-g] [-n] [PID]: the user and group ids of a process, by default of the parent. */
import type { Libc } from "../../../glibc-shim/libc.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { Owners } from "../lib/owners.ts";
import { dropRight } from "../lib/rights.ts";
import { tool, wholeNumber, type Tool } from "../lib/tool.ts";

const long = { terse: "t", effective: "e", available: "a", uids: "u", gids: "g", names: "n" };
/** Exit statuses of the real program. */
const NO_MSGPORT = 5;
const NO_AUTH = 6;

export const main = tool({ letters: "teaugn", long, usage: "[OPTION]... [PID]" }, function* (t) {
  const pid = t.operands[0] === undefined ? yield* t.libc.getppid() : wholeNumber(t.operands[0], "process id");
  const msgport = yield* procCall.proc_getmsgport(t.libc.ports.proc, { pid });
  if (msgport.err !== 0) return yield* t.complain(`${pid}: Cannot get message port: ${strerror(msgport.err)}`, NO_MSGPORT);
  const auth = yield* authOf(t.libc, pid, msgport.msgport);
  yield* dropRight(msgport.msgport);
  if (auth.err !== 0) return yield* t.complain(`${pid}: Cannot get process authentication: ${strerror(auth.err)}`, NO_AUTH);
  const ids = yield* authCall.auth_getids(auth.port, {});
  yield* dropRight(auth.port);
  if (ids.err !== 0) return yield* t.complain(`${pid}: Cannot get process authentication: ${strerror(ids.err)}`, NO_AUTH);
  const wanted = (kind: string, other: string): boolean => t.has(kind) || !t.has(other);
  if (wanted("e", "a") && wanted("u", "g")) yield* show(t, "effective", "uids", ids.euids);
  if (wanted("e", "a") && wanted("g", "u")) yield* show(t, "effective", "gids", ids.egids);
  if (wanted("a", "e") && wanted("u", "g")) yield* show(t, "available", "uids", ids.auids);
  if (wanted("a", "e") && wanted("g", "u")) yield* show(t, "available", "gids", ids.agids);
});

/** The process' auth port: with its task port as authority, else with our own auth port. */
function* authOf(libc: Libc, pid: number, msgport: MachPort): Syscall<{ readonly err: 0; readonly port: MachPort } | { readonly err: Failure }> {
  const task = yield* procCall.proc_pid2task(libc.ports.proc, { pid });
  const refport = task.err === 0 && task.task !== MACH_PORT_NULL ? task.task : libc.ports.auth;
  const r = yield* msgCall.msg_get_init_port(msgport, { refport, which: INIT_PORT_AUTH });
  if (task.err === 0) yield* dropRight(task.task);
  return r.err === 0 ? { err: 0, port: r.port } : { err: r.err };
}

function* show(t: Tool, kind: "effective" | "available", what: "uids" | "gids", ids: readonly number[]): Syscall<void> {
  const owners = new Owners(t.libc);
  const texts: string[] = [];
  for (const id of ids) {
    const name = what === "uids" ? yield* owners.user(id >>> 0) : yield* owners.group(id >>> 0);
    texts.push(t.has("n") || name === String(id >>> 0) ? String(id >>> 0) : `${id >>> 0}(${name})`);
  }
  if (t.has("t")) yield* t.out.line(`${kind.charAt(0)}${what}=${ids.map((i) => i >>> 0).join(",")}`);
  else yield* t.out.line(`${kind} ${what}: ${texts.join(" ")}`.trimEnd());
}
