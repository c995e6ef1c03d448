/**
 * The last part of login (utils/login.c): what the new shell gets is made beside what login itself has, with `exec_reauth`, and then put in login's place with
 * EXEC_DEFAULTS. Nothing of login's own changes on the way, so an error still finds it as it was; of its ports only those that are passed are given up.
 */
import { attempt, type Result } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN, STDOUT, type Libc } from "../../../glibc-shim/libc.ts";
import { MACH_PORT_NULL, portValid, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import {
  EXEC_DEFAULTS, INIT_INT_MAX, INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CTTYID, INIT_PORT_CWDIR, INIT_PORT_MAX, INIT_PORT_PROC, INIT_UMASK, O_EXEC, O_READ,
} from "../../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import type { Parameters } from "./login-parameters.ts";
import { dropRight, taskSelf } from "./rights.ts";
import type { Tool } from "./tool.ts";
import type { Ugids } from "./ugids.ts";
import { login } from "./utmp.ts";
import { startWatchdog } from "./watchdog.ts";

/** The shell in the making. */
export class NewShell {
  private readonly libc: Libc;
  private readonly ports: MachPort[];
  private readonly fds: MachPort[];
  /** What login holds and must not leave in the task: one name for each reference. */
  private readonly own: readonly MachPort[];

  private constructor(libc: Libc, ports: MachPort[], fds: MachPort[], own: readonly MachPort[]) {
    this.libc = libc;
    this.ports = ports;
    this.fds = fds;
    this.own = own;
  }

  /** Every port as `auth` has it: the three descriptors, root, proc, working directory. The first that fails ends that, and nobody hears of it (exec.md §4.2). Keeps `auth`. */
  static *begin(libc: Libc, auth: MachPort): Syscall<NewShell> {
    const { cwdir, crdir, proc, cttyid, auth: ownAuth, bootstrap } = libc.ports;
    const ports = new Array<MachPort>(INIT_PORT_MAX).fill(MACH_PORT_NULL);
    ports[INIT_PORT_CRDIR] = crdir;
    ports[INIT_PORT_CWDIR] = cwdir;
    ports[INIT_PORT_PROC] = proc;
    ports[INIT_PORT_CTTYID] = cttyid;
    const fds: MachPort[] = [];
    for (const fd of [STDIN, STDOUT, STDERR]) {
      const port = yield* attempt(libc.fdPort(fd));
      fds.push(port.err ? MACH_PORT_NULL : port.value);
    }
    const shell = new NewShell(libc, ports, fds, [...fds, cwdir, crdir, proc, cttyid, ownAuth, bootstrap].filter(portValid));
    yield* shell.reauthenticate(auth);
    return shell;
  }

  private *reauthenticate(auth: MachPort): Syscall<void> {
    const { libc, ports, fds } = this;
    const swap = function* (array: MachPort[], i: number, proc = false): Syscall<boolean> {
      const old = array[i] ?? MACH_PORT_NULL;
      if (!portValid(old)) return true;
      const made = yield* proc ? libc.reauthenticateProc(old, auth) : libc.reauthenticate(old, auth);
      if (!portValid(made)) return false;
      array[i] = made;
      return true;
    };
    for (let i = 0; i < fds.length; i++) if (!(yield* swap(fds, i))) return;
    if (!(yield* swap(ports, INIT_PORT_CRDIR)) || !(yield* swap(ports, INIT_PORT_PROC, true)) || !(yield* swap(ports, INIT_PORT_CWDIR))) return;
    ports[INIT_PORT_AUTH] = auth;
  }

  /** Looks a name up from the new root or working directory, as the user may see it. */
  *lookup(name: string, flags: number): Syscall<Result<MachPort>> {
    const from = this.ports[name.startsWith("/") ? INIT_PORT_CRDIR : INIT_PORT_CWDIR] ?? MACH_PORT_NULL;
    return yield* attempt(this.libc.file_name_lookup_under(from, name.replace(/^\/+/, "") || ".", flags));
  }

  /** `name` as it stands if it has a slash, else in the directories of `path`. */
  *lookupProgram(name: string, path: string): Syscall<Result<MachPort>> {
    if (name.includes("/")) return yield* this.lookup(name, O_EXEC);
    let found: Result<MachPort> = { err: Errno.ENOENT };
    for (const dir of path.split(":")) {
      found = yield* this.lookup(`${dir}/${name}`, O_EXEC);
      if (!found.err) return found;
    }
    return found;
  }

  /** Makes `name` the working or root directory. The code. */
  *enter(which: typeof INIT_PORT_CWDIR | typeof INIT_PORT_CRDIR, name: string): Syscall<number> {
    const found = yield* this.lookup(name, O_READ);
    if (found.err) return found.err;
    yield* dropRight(this.ports[which] ?? MACH_PORT_NULL);
    this.ports[which] = found.value;
    return 0;
  }

  /** Puts the shell in this program's place. Comes back with the code when that fails. */
  *exec(file: MachPort, path: string, argv: readonly string[], env: ReadonlyMap<string, string>, umask: number): Syscall<number> {
    const ints = new Array<number>(INIT_INT_MAX).fill(0);
    ints[INIT_UMASK] = umask;
    return yield* this.libc.hurdExec({
      task: yield* taskSelf(), file, path, abspath: path, argv, flags: EXEC_DEFAULTS,
      env: [...env].map(([name, value]) => `${name}=${value}`),
      dtable: this.fds, ports: this.ports, ints, deallocnames: this.own,
    });
  }
}

/** What login has found out. */
export interface LoginPlan {
  readonly auth: MachPort;
  readonly ids: Ugids;
  readonly parameters: Parameters;
  /** The shell's arguments after its name. */
  readonly args: readonly string[];
  /** It begins a login collection of its own. */
  readonly collection: boolean;
  readonly environment: (parameters: Parameters) => Parameters;
  /** From where the user comes, if that can be believed. */
  readonly host: string | undefined;
}

const isNobody = ({ euids, auids }: Ugids): boolean => euids.length + auids.length === 0;

const NO_SHELL = 1;
const CANNOT_RUN = 5;
const NO_ROOT = 40;

/** Login's last steps, in its order: the collection, the ports, the shell's file, directories, the message of the day, the entry in utmp, the terminal's owner, exec. The exit status. */
export function* startShell(t: Tool, plan: LoginPlan): Syscall<number> {
  const { libc } = t;
  const parameters = new Map(plan.parameters);
  const value = (name: string): string => parameters.get(name) ?? "";
  const leader = libc.getpid() === (yield* libc.getsid(0));
  if (plan.collection) {
    if (value("USER") !== "") yield* procCall.proc_setlogin(libc.ports.proc, { logname: value("USER") });
    yield* procCall.proc_make_login_coll(libc.ports.proc, {});
    const timeout = Number(parameters.get("NOAUTH_TIMEOUT") ?? "0");
    if (isNobody(plan.ids) && timeout > 0) yield* startWatchdog(libc, t.name, timeout);
  }
  yield* procCall.proc_setowner(libc.ports.proc, { owner: plan.ids.euids[0] ?? 0, clear: plan.ids.euids.length > 0 ? 0 : 1 });
  const shell = yield* NewShell.begin(libc, plan.auth);
  const [fromArgs, ...others] = plan.args;
  const useArg = t.has("S") && fromArgs !== undefined && fromArgs !== "";
  const found = yield* findShell(t, shell, parameters, useArg ? fromArgs : value("SHELL"));
  if (found === undefined) return NO_SHELL;
  if (value("HOME") !== "") {
    const err = yield* shell.enter(INIT_PORT_CWDIR, value("HOME"));
    if (err !== 0) {
      yield* t.complain(`${value("HOME")}: ${strerror(err)}`, 0);
      yield* t.complain("Using HOME=/", 0);
      parameters.set("HOME", "/");
    }
  }
  const root = value("ROOT");
  const rooted = root === "" ? 0 : yield* shell.lookup(root, O_READ);
  if (rooted !== 0 && rooted.err !== 0) {
    yield* t.complain(`${root}: ${strerror(rooted.err)}`, NO_ROOT);
    return NO_ROOT;
  }
  yield* showMotd(libc, shell, value("HUSHLOGIN"), value("MOTD"));
  if (rooted !== 0) yield* shell.enter(INIT_PORT_CRDIR, root);
  if (leader) yield* login(libc, value("USER"), plan.host);
  if (!t.has("L")) yield* giveTerminal(t, plan.ids);
  const argv = [t.value("0") ?? shellName(t, found.path, plan.ids), ...(useArg ? others : plan.args)];
  const err = yield* shell.exec(found.file, found.path, argv, plan.environment(parameters), parseInt(value("UMASK") || "0", 8));
  yield* t.complain(`${found.path}: ${strerror(err)}`, CANNOT_RUN);
  return CANNOT_RUN;
}

/** The shell asked for, else the first backup that is there, with a word about it. */
function* findShell(t: Tool, shell: NewShell, parameters: Map<string, string>, wanted: string): Syscall<{ readonly path: string; readonly file: MachPort } | undefined> {
  const path = parameters.get("PATH") ?? "";
  const found = yield* shell.lookupProgram(wanted, path);
  if (!found.err) return { path: wanted, file: found.value };
  for (const backup of (parameters.get("BACKUP_SHELLS") ?? "").split(/[:, ]/)) {
    if (backup === "" || backup === wanted) continue;
    const other = yield* shell.lookupProgram(backup, path);
    if (other.err) continue;
    yield* t.complain(`${wanted}: ${strerror(found.err)}`, 0);
    yield* t.complain(`Using SHELL=${backup}`, 0);
    parameters.set("SHELL", backup);
    return { path: backup, file: other.value };
  }
  yield* t.complain(`${wanted}: ${strerror(found.err)}`, NO_SHELL);
  return undefined;
}

/** Read with the new identity, so that nobody has login show what he may not see; not for who has a hush file in his home. */
function* showMotd(libc: Libc, shell: NewShell, hush: string, motd: string): Syscall<void> {
  if (motd === "") return;
  const hushed = hush === "" ? ({ err: Errno.ENOENT } as const) : yield* shell.lookup(hush, O_READ);
  if (!hushed.err) return yield* dropRight(hushed.value);
  const file = yield* shell.lookup(motd, O_READ);
  if (file.err) return;
  for (let data = yield* ioCall.io_read(file.value, { offset: -1, amount: MOTD_PIECE }); !data.err && data.data.length > 0; ) {
    yield* libc.writeAll(STDOUT, data.data);
    data = yield* ioCall.io_read(file.value, { offset: -1, amount: MOTD_PIECE });
  }
  yield* dropRight(file.value);
}
const MOTD_PIECE = 16384;

/** The terminal becomes the user's, while login still may give it away, and others are kept out. */
function* giveTerminal(t: Tool, { euids, egids }: Ugids): Syscall<void> {
  if (euids.length + egids.length === 0) return;
  const tty = yield* attempt(t.libc.ttyname(STDIN));
  if (tty.err) return;
  const given = yield* attempt(t.libc.chown(tty.value, euids[0] ?? -1, egids[0] ?? -1));
  if (given.err) yield* t.complain(`chown: ${tty.value}: ${strerror(given.err)}`, 0);
}

/** "-sh" for a login shell, "sh" with -L; without ids what `ps` is to show. */
function shellName(t: Tool, path: string, ids: Ugids): string {
  const base = path.slice(path.lastIndexOf("/") + 1);
  if (t.has("L")) return base;
  return isNobody(ids) ? `-login prompt (${base})` : `-${base}`;
}
