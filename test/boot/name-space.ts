/** What a task has in its name space, said by the task itself at `main` (the recorded program is names.c), and the recorded lists. */
import { readFileSync } from "node:fs";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { MACH_PORT_NULL, type MachPort, PortType, Right } from "../../mach/ipc/names.ts";
import { cpu, mach_host_self, mach_thread_self, type Syscall } from "../../mach/kern/syscall.ts";
import { asFd, type Libc } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { TASK_BOOTSTRAP_PORT, TASK_EXCEPTION_PORT } from "../../servers/interfaces/hurd-types.ts";

/** One name: what it is to the program, and its rights. Send rights that the task holds itself are not in `srights`' meaning. */
export interface NameEntry {
  readonly name: number;
  readonly roles: string;
  readonly rights: string;
}

export interface NameSpace {
  readonly tag: string;
  readonly secure: boolean;
  readonly uid: number;
  readonly euid: number;
  readonly umask: string;
  readonly bootstrap: boolean;
  readonly names: readonly NameEntry[];
}

interface Receive {
  readonly mscount: number;
  readonly msgs: number;
  readonly srights: number;
}

function rights(send: number, recv: Receive | undefined, dead = 0): string {
  const words = [send > 0 ? `send=${send}` : "", recv === undefined ? "" : `recv(mscount=${recv.mscount} srights=${recv.srights})`, dead > 0 ? `dead=${dead}` : ""];
  return words.filter((w) => w !== "").join(" ");
}

function* entryOf(task: MachPort, name: MachPort, type: number): Syscall<string> {
  const refs = function* (right: number): Syscall<number> {
    const got = yield* machPortCall.mach_port_get_refs(task, { name, right });
    return got.err ? 0 : got.refs;
  };
  let recv: Receive | undefined;
  if (type & PortType.RECEIVE) {
    const got = yield* machPortCall.mach_port_get_receive_status(task, { name });
    const [, , mscount = 0, , msgs = 0, , srights = 0] = got.err ? [] : got.status;
    recv = { mscount, msgs, srights };
  }
  return rights(yield* refs(Right.SEND), recv, yield* refs(Right.DEAD_NAME));
}

/** Descriptors 0 … 9 and their ports. */
function* descriptors(libc: Libc): Syscall<readonly (readonly [string, MachPort])[]> {
  const found: (readonly [string, MachPort])[] = [];
  for (let fd = 0; fd < 10; fd++) {
    const port = yield* attempt(libc.fdPort(asFd(fd)));
    if (port.err === 0) found.push([`fd${fd}`, port.value]);
  }
  return found;
}

function* special(which_port: number): Syscall<MachPort> {
  const got = yield* machCall.task_get_special_port(yield* taskSelf(), { which_port });
  return got.err ? MACH_PORT_NULL : got.special_port;
}

/** As names.c: all names and references first, then who is who. */
export function* listNames(libc: Libc, tag: string): Syscall<NameSpace> {
  const task = yield* taskSelf();
  const all = yield* machPortCall.mach_port_names(task, {});
  const seen: (readonly [MachPort, string])[] = [];
  if (!all.err) for (const [i, name] of all.names.entries()) seen.push([name, yield* entryOf(task, name, all.types[i] ?? 0)]);
  const bootstrap = yield* special(TASK_BOOTSTRAP_PORT);
  const main = yield* mach_thread_self();
  const host = yield* mach_host_self();
  const threads = yield* machCall.task_threads(task, {});
  const { cwdir, crdir, auth, proc, cttyid } = libc.ports;
  const roles: readonly (readonly [string, MachPort])[] = [
    ["task-self", task], ["main-thread", main], ["host-self", host],
    ...(threads.err ? [] : threads.thread_list.map((port, i) => [`thread#${i}`, port] as const)),
    ["msgport", libc.msgport], ["bootstrap", bootstrap], ["exception-port", yield* special(TASK_EXCEPTION_PORT)],
    ["init:CWDIR", cwdir], ["init:CRDIR", crdir], ["init:AUTH", auth], ["init:PROC", proc], ["init:CTTYID", cttyid], ["init:BOOTSTRAP", libc.ports.bootstrap],
    ...(yield* descriptors(libc)),
    ["reply-port", cpu.tls.replyPort],
  ];
  const names = seen.map(([name, r]) => ({ name, rights: r, roles: roles.filter(([, port]) => port === name).map(([role]) => role).join(" ") }));
  const umask = yield* libc.umask(0);
  return { tag, secure: libc.secure, uid: yield* libc.getuid(), euid: yield* libc.geteuid(), umask: umask.toString(8), bootstrap: bootstrap !== MACH_PORT_NULL, names };
}

interface Recorded {
  readonly source: string;
  readonly tag: string;
  readonly uid: number;
  readonly euid: number;
  readonly secure: number;
  readonly umask: string;
  readonly bootstrap: number;
  readonly names: readonly { readonly name: number; readonly is: readonly string[]; readonly send?: number; readonly dead?: number; readonly recv?: Receive }[];
}

/** The recorded lists, with what this program cannot see or does not have left out: it knows its signal thread as thread#1, and no ctty ports. */
export function recordedNameSpaces(): readonly NameSpace[] {
  const text = readFileSync(new URL("../data/namespaces/at-main.json", import.meta.url), "utf8");
  return (JSON.parse(text) as readonly Recorded[]).map((r) => ({
    tag: r.tag,
    secure: r.secure !== 0,
    uid: r.uid,
    euid: r.euid,
    umask: r.umask.replace(/^0(?=.)/, ""),
    bootstrap: r.bootstrap !== 0,
    names: r.names.map((n) => ({ name: n.name, roles: n.is.filter((role) => !/^sigthread$|-ctty$/.test(role)).join(" "), rights: rights(n.send ?? 0, n.recv, n.dead) })),
  }));
}
