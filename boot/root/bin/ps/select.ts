/** Which processes ps lists: those named, and of all others those that are not filtered out (utils/ps.c, libps/filters.c). */
import { attempt } from "../../../../glibc-shim/errno.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { PI_LOGINLD, PI_NOTOWNED, PI_ORPHAN, PI_SESSLD } from "../../../../servers/interfaces/procinfo.ts";
import { NotThere } from "../../lib/options.ts";
import { elements, numbers, selectedPids } from "../../lib/pids.ts";
import type { Tool } from "../../lib/tool.ts";
import { terminalName, type ProcessRow } from "./process.ts";

const UNKNOWN = 2;

/** The pids that were asked for by number, session, group or login collection; undefined when none were. */
export function* namedPids(t: Tool): Syscall<ReadonlySet<number> | undefined> {
  const pids = [...t.operands.flatMap((list) => numbers(list, "process id")), ...(yield* selectedPids(t, "@"))];
  return t.operands.length > 0 || t.has("pSL@") ? new Set(pids) : undefined;
}

function* users(t: Tool, option: string): Syscall<readonly number[]> {
  const found: number[] = [];
  for (const name of t.options.values(option).flatMap((list) => elements(list, "user"))) {
    const uid = /^\d+$/.test(name) ? Number(name) : (yield* t.libc.getpwnam(name))?.uid;
    if (uid === undefined) throw new NotThere(`${name}: Unknown user`, UNKNOWN);
    found.push(uid);
  }
  return found;
}

function* terminals(t: Tool): Syscall<readonly string[]> {
  const found: string[] = [];
  for (const list of t.options.values("t")) {
    if (list !== "") found.push(...elements(list, "tty"));
    else {
      const name = yield* terminalName(t.libc, t.libc.ports.cttyid);
      if (name === undefined) throw new NotThere("No controlling terminal", UNKNOWN);
      found.push(name);
    }
  }
  return found;
}

/** Whether a process is listed. By default others', session and login leaders, and orphans are not; who asks for pids gets them. */
export function* selection(t: Tool, named: boolean, short: (name: string) => string): Syscall<(row: ProcessRow) => boolean> {
  const all = named || t.has("Ae");
  const uid = yield* attempt(t.libc.getuid());
  const only = yield* users(t, "U");
  const not = yield* users(t, "O");
  const ttys = yield* terminals(t);
  const wanted = only.length > 0 || all || t.has("ad") || uid.err !== 0 ? only : [uid.value];
  return ({ info: { state, owner: id }, terminal }) => {
    const is = (bits: number): boolean => (state & bits) !== 0;
    const owner = is(PI_NOTOWNED) ? -1 : id;
    if ((wanted.length > 0 && !wanted.includes(owner)) || not.includes(owner)) return false;
    if (ttys.length > 0 && !(typeof terminal === "object" && (ttys.includes(terminal.name) || ttys.includes(short(terminal.name))))) return false;
    const leader = is(PI_SESSLD | PI_LOGINLD);
    return all || ((t.has("g") || !leader) && (t.has("dx") || !is(PI_ORPHAN) || leader));
  };
}
