/** Who may have which identity for which password (feature-table.md #22). */
import { passwordFits } from "../../glibc-shim/crypt.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";

const SHADOW = "/etc/shadow";
/** A field that says "the hash stands in /etc/shadow". */
const SHADOWED = "x";

/** The field after the name in a line of a colon-separated file. */
const field = (text: string, name: string): string | undefined =>
  text.split("\n").find((line) => line.startsWith(`${name}:`))?.split(":")[1];

/** The hash of the user `name`, whose passwd entry says `passwd`. Undefined: no password opens this account. */
function* hashOf(libc: Libc, name: string, passwd: string): Syscall<string | undefined> {
  if (passwd !== SHADOWED) return passwd;
  const text = yield* attempt(libc.readText(SHADOW));
  return text.err ? undefined : field(text.value, name);
}

/** The groups of the user `uid`, his own first, if `password` is his. Undefined: refused; so is an id without an account (the
 * real server then falls back to root's password and trips over its own assertion). */
export function* checkUser(libc: Libc, uid: number, password: string): Syscall<readonly number[] | undefined> {
  const user = yield* libc.getpwuid(uid);
  if (user === undefined) return undefined;
  const hash = yield* hashOf(libc, user.name, user.passwd);
  if (hash === undefined || !passwordFits(password, hash)) return undefined;
  const groups = yield* libc.getgrouplist(user.name, user.gid);
  return [user.gid, ...groups.filter((gid) => gid !== user.gid)];
}

/** True if `password` is that of the group `gid`, which needs to have one. */
export function* checkGroup(libc: Libc, gid: number, password: string): Syscall<boolean> {
  const group = yield* libc.getgrgid(gid);
  const text = yield* attempt(libc.readText("/etc/group"));
  const hash = group === undefined || text.err ? undefined : field(text.value, group.name);
  return hash !== undefined && hash !== SHADOWED && passwordFits(password, hash);
}
