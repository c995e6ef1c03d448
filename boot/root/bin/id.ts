/** id [-u|-g|-G] [-n] [-r] [USER]: ids of the process, or of a user by the database. */
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

/** Real and effective ids. */
interface Ids {
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  readonly groups: readonly number[];
}
const long = { user: "u", group: "g", groups: "G", name: "n", real: "r" };

export const main = tool({ letters: "ugGnra", long, usage: "[OPTION]... [USER]" }, function* (t) {
  const [which, other] = [...new Set(t.options.given.map((o) => o.name).filter((n) => "ugG".includes(n)))];
  if (other !== undefined) throw new UsageError("cannot print \"only\" of more than one choice");
  if (which === undefined && t.has("nr")) throw new UsageError("printing only names or real IDs requires -u, -g, or -G");
  const [name] = t.operands;
  const ids = name === undefined ? yield* own(t, which) : yield* ofUser(t, name);
  if (!ids) return name === undefined ? undefined : yield* t.complain(`'${name}': no such user`);
  if (which === undefined) return yield* t.out.line(yield* full(t, ids));
  const real = t.has("r");
  const numbers = which === "u" ? [real ? ids.uid : ids.euid] : which === "g" ? [real ? ids.gid : ids.egid] : [...new Set([ids.gid, ids.egid, ...ids.groups])];
  const texts: string[] = [];
  for (const n of numbers) texts.push(t.has("n") ? ((which === "u" ? (yield* t.libc.getpwuid(n))?.name : (yield* t.libc.getgrgid(n))?.name) ?? String(n)) : String(n));
  yield* t.out.line(texts.join(" "));
});

/** An id that is not printed, and that was not asked for. */
const UNASKED = -1;

/** As much as `which` ("u", "g", "G", or all) prints. Undefined after a complaint: a process may have no ids (nullauth), or effective ones only. */
function* own(t: Tool, which: string | undefined): Syscall<Ids | undefined> {
  const { libc } = t;
  const real = t.has("r");
  const ask = (needed: boolean, what: string, get: Syscall<number>): Syscall<number | undefined> => (needed ? t.try(`cannot get ${what}`, get) : unasked());
  const euid = yield* ask(which === "u" ? !real : which === undefined, "effective UID", libc.geteuid());
  const uid = euid === undefined ? undefined : yield* ask(which === "u" ? real : which !== "g", "real UID", libc.getuid());
  const egid = uid === undefined ? undefined : yield* ask(which !== "u", "effective GID", libc.getegid());
  const gid = egid === undefined ? undefined : yield* ask(which !== "u", "real GID", libc.getgid());
  if (euid === undefined || uid === undefined || egid === undefined || gid === undefined) return undefined;
  return { uid, euid, gid, egid, groups: which === undefined || which === "G" ? yield* libc.getgroups() : [] };
}

function* unasked(): Syscall<number> {
  return UNASKED;
}

function* ofUser(t: Tool, name: string): Syscall<Ids | undefined> {
  const user = (yield* t.libc.getpwnam(name)) ?? (/^\d+$/.test(name) ? yield* t.libc.getpwuid(Number(name)) : undefined);
  if (!user) return undefined;
  const groups = yield* t.libc.getgrouplist(user.name, user.gid);
  return { uid: user.uid, euid: user.uid, gid: user.gid, egid: user.gid, groups };
}

/** "uid=0(root) gid=0(root) groups=0(root)" */
function* full(t: Tool, ids: Ids): Syscall<string> {
  const user = function* (n: number): Syscall<string> {
    const found = yield* t.libc.getpwuid(n);
    return found ? `${n}(${found.name})` : String(n);
  };
  const group = function* (n: number): Syscall<string> {
    const found = yield* t.libc.getgrgid(n);
    return found ? `${n}(${found.name})` : String(n);
  };
  let text = `uid=${yield* user(ids.uid)} gid=${yield* group(ids.gid)}`;
  if (ids.euid !== ids.uid) text += ` euid=${yield* user(ids.euid)}`;
  if (ids.egid !== ids.gid) text += ` egid=${yield* group(ids.egid)}`;
  const groups: string[] = [];
  for (const n of new Set([ids.egid, ...ids.groups])) groups.push(yield* group(n));
  return `${text} groups=${groups.join(",")}`;
}
