/**
 * What addauth, rmauth, setauth and unsu share (auth-proc.md part 5): the options that name ids and processes, and the loop that changes the
 * identity of running processes through their message ports.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { copySends, MACH_PORT_NULL, moveSend, type MachPort } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { INIT_PORT_AUTH } from "../../../servers/interfaces/hurd-types.ts";
import { msgCall } from "../../../servers/interfaces/msg.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { NotThere, UsageError } from "./options.ts";
import { Owners } from "./owners.ts";
import { ownCollection, selectedPids } from "./pids.ts";
import { dropRight, taskSelf } from "./rights.ts";
import type { Tool } from "./tool.ts";
import { idsOf, merged, NO_IDS, posixUser, sameIds, type Ugids } from "./ugids.ts";
import { impliedGroups, ownIds, verifiedAuth, type Made } from "./verify-ids.ts";

/** Short options that all four have; addauth and rmauth have -a and -e too. */
export const FROB_LETTERS = "vnu:U:g:G:p:P:S::L::";
export const frobLong = {
  verbose: "v", "dry-run": "n", user: "u", "avail-user": "U", group: "g", "avail-group": "G",
  pid: "p", pgrp: "P", session: "S", sid: "S", login: "L", lid: "L",
};
/** Exit statuses for names that nobody has. */
const UNKNOWN_USER = 10;
const UNKNOWN_GROUP = 11;

/** What a USER operand adds: to the effective lists, the available ones, or all that a user has ("posix"). */
export type UserPlaces = "posix" | { readonly effective: boolean; readonly available: boolean };

/** Reads USER operands and -u -U -g -G (`ugids_argp`). Throws NotThere for unknown names. */
export function* wantedIds(t: Tool, places: UserPlaces): Syscall<Ugids> {
  let ids = NO_IDS;
  for (const name of t.operands) {
    if (name === "-") continue;
    const { uid, gids } = yield* account(t, name);
    if (places === "posix") ids = posixUser(ids, uid, gids);
    else {
      if (places.effective) ids = merged(ids, { ...NO_IDS, euids: [uid], egids: gids });
      if (places.available) ids = merged(ids, { ...NO_IDS, auids: [uid], agids: gids });
    }
  }
  return yield* withOptions(t, ids);
}

/** `ids`, and those that -u -U -g -G name. */
export function* withOptions(t: Tool, ids: Ugids): Syscall<Ugids> {
  let all = ids;
  for (const { name, value } of t.options.given) {
    if (name === "u") all = merged(all, { ...NO_IDS, euids: [yield* userId(t, value)] });
    if (name === "U") all = merged(all, { ...NO_IDS, auids: [yield* userId(t, value)] });
    if (name === "g") all = merged(all, { ...NO_IDS, egids: [yield* groupId(t, value)] });
    if (name === "G") all = merged(all, { ...NO_IDS, agids: [yield* groupId(t, value)] });
  }
  return all;
}

/** -a, -e, or as neither says: effective. */
export const chosenPlaces = (t: Tool): UserPlaces => ({ effective: t.has("e") || !t.has("a"), available: t.has("a") });

/** For tools that do nothing without ids. Throws UsageError. */
export function requireIds(ids: Ugids): void {
  if (sameIds(ids, NO_IDS)) throw new UsageError("No ids specified");
}

function* account(t: Tool, name: string): Syscall<{ readonly uid: number; readonly gids: readonly number[] }> {
  const uid = yield* userId(t, name);
  return { uid, gids: yield* impliedGroups(t.libc, uid) };
}

function* userId(t: Tool, name: string): Syscall<number> {
  if (/^\d/.test(name)) return parseInt(name, 10);
  const user = yield* t.libc.getpwnam(name);
  if (user === undefined) throw new NotThere(`${name}: Unknown user`, UNKNOWN_USER);
  return user.uid;
}

function* groupId(t: Tool, name: string): Syscall<number> {
  if (/^\d/.test(name)) return parseInt(name, 10);
  const group = yield* t.libc.getgrnam(name);
  if (group === undefined) throw new NotThere(`${name}: Unknown group`, UNKNOWN_GROUP);
  return group.gid;
}

/** The processes that -p -P -S -L name; without any, all of our login collection, in proc's order. */
export function* chosenPids(t: Tool): Syscall<readonly number[]> {
  return [...new Set(t.has("pPSL") ? yield* selectedPids(t, "P") : yield* ownCollection(t))];
}

/** Another reference to our proc port: it stays a name of ours (a dead one, then) when our own identity is changed on the way. */
export function* heldProc(t: Tool): Syscall<MachPort> {
  const { proc } = t.libc.ports;
  yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name: proc, right: 0, delta: 1 });
  return proc;
}

/** How a tool changes ids, and what it says then. */
export interface Change {
  readonly to: (old: Ugids) => Syscall<Ugids>;
  readonly report: (old: Ugids, now: Ugids, owners: Owners) => Syscall<string>;
  /** A handle that may hold ids which neither we nor the process have. */
  readonly with?: MachPort;
}

/** Changes every chosen process but ourselves (`frobauth_modify`); each step that fails is told. */
export function* frobAll(t: Tool, pids: readonly number[], change: Change): Syscall<void> {
  for (const pid of pids) {
    if (pid === t.libc.getpid()) continue;
    const told = yield* frobOne(t, pid, change);
    if (told !== undefined) yield* t.complain(`${pid}: ${told}`);
  }
}

/** What went wrong. */
function* frobOne(t: Tool, pid: number, change: Change): Syscall<string | undefined> {
  const { proc } = t.libc.ports;
  const msgport = yield* procCall.proc_getmsgport(proc, { pid });
  if (msgport.err !== 0) return `Cannot get message port: ${strerror(msgport.err)}`;
  const task = yield* procCall.proc_pid2task(proc, { pid });
  const told = task.err !== 0 ? strerror(task.err) : yield* frobProcess(t, pid, msgport.msgport, task.task, change);
  if (task.err === 0) yield* dropRight(task.task);
  yield* dropRight(msgport.msgport);
  return told;
}

function* frobProcess(t: Tool, pid: number, msgport: MachPort, task: MachPort, change: Change): Syscall<string | undefined> {
  const got = yield* msgCall.msg_get_init_port(msgport, { refport: task, which: INIT_PORT_AUTH });
  if (got.err !== 0) return `Cannot get auth port: ${strerror(got.err)}`;
  const old = yield* idsOf(got.port);
  const told = old.err !== 0 ? `Cannot get auth port ids: ${strerror(old.err)}` : yield* install(t, pid, { msgport, task, auth: got.port, old: old.ids }, change);
  yield* dropRight(got.port);
  return told;
}

interface Target {
  readonly msgport: MachPort;
  readonly task: MachPort;
  readonly auth: MachPort;
  readonly old: Ugids;
}

function* install(t: Tool, pid: number, { msgport, task, auth, old }: Target, change: Change): Syscall<string | undefined> {
  const now = yield* change.to(old);
  if (sameIds(old, now)) {
    if (t.has("v")) yield* t.out.line(`${pid}: Nothing changed`);
    return undefined;
  }
  if (!t.has("n")) {
    const told = yield* replace(t, { msgport, task, auth, old }, now, change);
    if (told !== undefined) return told;
  }
  if (t.has("v")) yield* t.out.line(`${pid}: ${yield* change.report(old, now, new Owners(t.libc))}`);
  return undefined;
}

/** The new handle, made from ours, the process' own and what the change brings; the process takes it over. */
function* replace(t: Tool, { msgport, task, auth }: Target, now: Ugids, change: Change): Syscall<string | undefined> {
  const others = [auth, ...(change.with === undefined ? [] : [change.with])].filter((port) => port !== MACH_PORT_NULL);
  const made = yield* authCall.auth_makeauth(t.libc.ports.auth, { other_handles: copySends(others), ...now });
  if (made.err !== 0) return `Authentication failure: ${strerror(made.err)}`;
  const set = yield* msgCall.msg_set_init_port(msgport, { refport: task, which: INIT_PORT_AUTH, port: moveSend(made.newhandle) });
  return set.err === 0 ? undefined : strerror(set.err);
}

/** A handle with `ids`, for the passwords of those that we have not; what our own set-uid program would lend us does not count. */
export function* provedAuth(t: Tool, ids: Ugids): Syscall<Made> {
  const own = yield* ownIds(t.libc);
  return own.err !== 0 ? own : yield* verifiedAuth(t.libc, ids, own.have);
}

/** Exit statuses of a failed proof. */
const WRONG_PASSWORD = 15;
const NO_PROOF = 16;

/** Says why the ids were not granted; the exit status. */
export function* refused(t: Tool, err: Failure, wrong: boolean): Syscall<number> {
  if (wrong) yield* t.complain("Invalid password", WRONG_PASSWORD);
  else yield* t.complain(`Authentication failure: ${strerror(err)}`, NO_PROOF);
  return t.status;
}

