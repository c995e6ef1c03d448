/** The user database: /etc/passwd and /etc/group, read anew for each question. Lines that are no entries are passed over. */
import type { Syscall } from "../mach/kern/syscall.ts";
import { attempt } from "./errno.ts";
import { readFile } from "./file.ts";
import type { Group, Passwd } from "./libc.ts";
import type { Process } from "./process.ts";
import { fromUtf8 } from "./text.ts";

function* lines(p: Process, path: string): Syscall<readonly (readonly string[])[]> {
  const text = yield* attempt(readFile(p, path));
  if (text.err) return [];
  return fromUtf8(text.value)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"));
}

const number = (text: string | undefined): number | undefined => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);

function passwdEntry(fields: readonly string[]): Passwd | undefined {
  const [name, passwd = "", uidText, gidText, gecos = "", dir = "/", shell = ""] = fields;
  const uid = number(uidText);
  const gid = number(gidText);
  if (name === undefined || name === "" || uid === undefined || gid === undefined) return undefined;
  return { name, passwd, uid, gid, gecos, dir, shell };
}

function groupEntry(fields: readonly string[]): Group | undefined {
  const [name, , gidText, members = ""] = fields;
  const gid = number(gidText);
  if (name === undefined || name === "" || gid === undefined) return undefined;
  return { name, gid, members: members.split(",").filter((m) => m !== "") };
}

export function* findPasswd(p: Process, is: (entry: Passwd) => boolean): Syscall<Passwd | undefined> {
  for (const line of yield* lines(p, "/etc/passwd")) {
    const entry = passwdEntry(line);
    if (entry !== undefined && is(entry)) return entry;
  }
  return undefined;
}

function* groups(p: Process): Syscall<readonly Group[]> {
  return (yield* lines(p, "/etc/group")).map(groupEntry).filter((g) => g !== undefined);
}

export function* findGroup(p: Process, is: (entry: Group) => boolean): Syscall<Group | undefined> {
  return (yield* groups(p)).find(is);
}

/** `gid` first, then every group that lists `user`. */
export function* getgrouplist(p: Process, user: string, gid: number): Syscall<readonly number[]> {
  const member = (yield* groups(p)).filter((g) => g.gid !== gid && g.members.includes(user));
  return [gid, ...member.map((g) => g.gid)];
}
