/** ids [-t] [-e] [-a] [-u] [-g] [-n] [-v] [PID]: the user and group ids of a process, by default of the parent. */
import type { Libc } from "../../../glibc-shim/libc.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { UsageError } from "../lib/options.ts";
import { Owners } from "../lib/owners.ts";
import { dropRight } from "../lib/rights.ts";
import { EX_USAGE, tool, wholeNumber, type Tool } from "../lib/tool.ts";

const long = { terse: "t", effective: "e", available: "a", uids: "u", gids: "g", names: "n", values: "v" };
/** Exit statuses of the real program. */
const NO_MSGPORT = 5;
const NO_AUTH = 6;
const NO_IDS = 10;

export const main = tool({ letters: "teaugnv", long, usage: "[OPTION...] [PID]", misuse: EX_USAGE }, function* (t) {
  if (t.operands.length > 1) throw new UsageError("Too many arguments");
  const pid = t.operands[0] === undefined ? yield* t.libc.getppid() : wholeNumber(t.operands[0], "process id");
  const msgport = yield* procCall.proc_getmsgport(t.libc.ports.proc, { pid });
  if (msgport.err !== 0) return yield* t.complain(`${pid}: Cannot get process msgport: ${strerror(msgport.err)}`, NO_MSGPORT);
  const auth = yield* authOf(t.libc, pid, msgport.msgport);
  yield* dropRight(msgport.msgport);
  if (auth.err !== 0) return yield* t.complain(`${pid}: Cannot get process authentication: ${strerror(auth.err)}`, NO_AUTH);
  const ids = yield* authCall.auth_getids(auth.port, {});
  yield* dropRight(auth.port);
  if (ids.err !== 0) return yield* t.complain(`Cannot get authentication ids: ${strerror(ids.err)}`, NO_IDS);
  const unsigned = (list: readonly number[]): readonly number[] => list.map((id) => id >>> 0);
  const lists = [
    { kind: "effective", what: "uids", ids: unsigned(ids.euids) },
    { kind: "effective", what: "gids", ids: unsigned(ids.egids) },
    { kind: "available", what: "uids", ids: unsigned(ids.auids) },
    { kind: "available", what: "gids", ids: unsigned(ids.agids) },
  ] as const;
  const wanted = (name: string, other: string): boolean => t.has(name) || !t.has(other);
  yield* show(t, lists.filter((l) => (l.kind === "effective" ? wanted("e", "a") : wanted("a", "e")) && (l.what === "uids" ? wanted("u", "g") : wanted("g", "u"))));
});

/** The process' auth port: with its task port as authority, else with our own auth port. */
function* authOf(libc: Libc, pid: number, msgport: MachPort): Syscall<{ readonly err: 0; readonly port: MachPort } | { readonly err: Failure }> {
  const task = yield* procCall.proc_pid2task(libc.ports.proc, { pid });
  const refport = task.err === 0 && task.task !== MACH_PORT_NULL ? task.task : libc.ports.auth;
  const r = yield* msgCall.msg_get_init_port(msgport, { refport, which: INIT_PORT_AUTH });
  if (task.err === 0) yield* dropRight(task.task);
  return r.err === 0 ? { err: 0, port: r.port } : { err: r.err };
}

interface IdList {
  readonly kind: "effective" | "available";
  readonly what: "uids" | "gids";
  readonly ids: readonly number[];
}

/** A line a list, with the words that tell it from the others that are shown; -t: all in one that are not empty, "euids=0(root) egids=0(root) …". */
function* show(t: Tool, lists: readonly IdList[]): Syscall<void> {
  const owners = new Owners(t.libc);
  const terse: string[] = [];
  for (const { kind, what, ids } of lists) {
    const texts: string[] = [];
    for (const id of ids) texts.push(idText(t, id, what === "uids" ? yield* owners.user(id) : yield* owners.group(id)));
    if (t.has("t")) terse.push(...(ids.length === 0 ? [] : [`${kind.charAt(0)}${what}=${texts.join(",")}`]));
    else yield* t.out.line(`${title(lists, kind, what)}${texts.join(" ")}`.trimEnd());
  }
  if (t.has("t")) yield* t.out.line(terse.join(" "));
}

function title(lists: readonly IdList[], kind: string, what: string): string {
  const kinds = lists.some((l) => l.kind !== kind) ? [kind] : [];
  const words = lists.some((l) => l.what !== what) ? [...kinds, what] : kinds;
  return words.length === 0 ? "" : `${words.join(" ")}: `;
}

/** -n: names, -v: numbers; without either "0(root)". */
function idText(t: Tool, id: number, name: string): string {
  const both = t.has("n") === t.has("v");
  if (both && name !== String(id)) return `${id}(${name})`;
  return t.has("n") ? name : String(id);
}
