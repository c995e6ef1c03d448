/** Set-id programs started with handles and ports that are not what they should be (libfshelp/exec-reauth.c, libshouldbeinlibc/exec-reauth.c). */
import { expect } from "chai";
import { copySend, copySends, MACH_PORT_DEAD, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { machMsgServer, serve } from "../../../mach/mig/server.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, insertSend } from "../../../glibc-shim/rights.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";
import { auth, authCall } from "../../../servers/interfaces/auth.ts";
import { execStartupCall } from "../../../servers/interfaces/exec-startup.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { io, ioCall } from "../../../servers/interfaces/io.ts";
import { EXEC_SECURE, EXEC_SIGTRAP, INIT_PORT_AUTH, O_EXEC, TASK_BOOTSTRAP_PORT } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { deadName, newTask } from "../exec-probe.ts";
import { probed } from "../probe.ts";

const PROGRAM = "/bin/set-id";

interface Ids {
  readonly euids: readonly number[];
  readonly auids: readonly number[];
  readonly egids: readonly number[];
  readonly agids: readonly number[];
}

/** A port that claims to be a handle with these ids. */
function* pretender(libc: Libc, ids: Ids): Syscall<MachPort> {
  const port = yield* allocateReceive();
  yield* insertSend(port);
  yield* libc.thread(function* () {
    yield* machMsgServer(port, serve(auth, () => ids, {
      *auth_getids() {
        return { err: 0, ...ids };
      },
    }));
  });
  return port;
}

/** A file server's port that gives whoever reauthenticates there `given` for it. */
function* fileServer(libc: Libc, given: MachPort): Syscall<MachPort> {
  const port = yield* allocateReceive();
  yield* insertSend(port);
  yield* libc.thread(function* () {
    yield* machMsgServer(port, serve(io, () => port, {
      *io_reauthenticate(_self, { rendezvous2 }) {
        yield* authCall.auth_server_authenticate(libc.ports.auth, { rendezvous: copySend(rendezvous2), newport: copySend(given) });
        return { err: 0 };
      },
    }));
  });
  return port;
}

interface Case {
  /** The opener's ids: those of the port on which the exec is asked for. */
  readonly uids: readonly number[];
  /** The handle in the array: a real one, or one that only says so. */
  readonly handle: { readonly real: boolean; readonly euids: readonly number[]; readonly auids?: readonly number[] };
  /** The file's. */
  readonly owner: number;
  /** Descriptors; three that nobody reauthenticates unless said. */
  readonly fds?: (libc: Libc) => Syscall<readonly MachPort[]>;
}

/** The handle of a case. */
function* handleOf(libc: Libc, { real, euids, auids = [] }: Case["handle"]): Syscall<MachPort> {
  const ids = { euids, auids, egids: [], agids: [] };
  if (!real) return yield* pretender(libc, ids);
  const made = yield* authCall.auth_makeauth(libc.ports.auth, { other_handles: copySends([]), ...ids });
  return made.err ? MACH_PORT_NULL : made.newhandle;
}

/** Starts the set-uid program in a child of ours and holds it there: whether that is another task now, who it is, and which of the descriptors given it has. */
function* started(libc: Libc, c: Case): Syscall<{ readonly err: number; readonly secure: boolean; readonly euids: readonly number[]; readonly auids: readonly number[]; readonly fds: readonly (number | string)[] }> {
  yield* libc.chown(PROGRAM, c.owner, 0);
  yield* libc.chmod(PROGRAM, 0o4755);
  const task = yield* newTask();
  yield* procCall.proc_child(libc.ports.proc, { child: task });
  const proc = orThrow("proc_task2proc", yield* procCall.proc_task2proc(libc.ports.proc, { task })).proc;
  const { pid } = orThrow("proc_task2pid", yield* procCall.proc_task2pid(libc.ports.proc, { task }));
  const mine = yield* libc.file_name_lookup(PROGRAM, O_EXEC);
  const file = orThrow("io_restrict_auth", yield* ioCall.io_restrict_auth(mine, { uids: c.uids, gids: [] })).new_object;
  const { cwdir, crdir } = libc.ports;
  const given = c.fds === undefined ? [] : yield* c.fds(libc);
  const { err } = yield* fsCall.file_exec_paths(file, {
    exec_task: task, flags: EXEC_SIGTRAP, path: PROGRAM, abspath: PROGRAM, argv: encodeArgz([PROGRAM]), envp: encodeArgz([]), fdarray: copySends(given),
    portarray: copySends([cwdir, crdir, yield* handleOf(libc, c.handle), proc, MACH_PORT_NULL, MACH_PORT_NULL]), intarray: [0o22, 0, 0, 0, 0], deallocnames: [], destroynames: [],
  });
  const now = orThrow("proc_pid2task", yield* procCall.proc_pid2task(libc.ports.proc, { pid })).task;
  const bootstrap = orThrow("task_get_special_port", yield* machCall.task_get_special_port(now, { which_port: TASK_BOOTSTRAP_PORT })).special_port;
  const { dtable, portarray, flags } = orThrow("exec_startup_get_info", yield* execStartupCall.exec_startup_get_info(bootstrap, {}));
  const { euids, auids } = orThrow("auth_getids", yield* authCall.auth_getids(portarray[INIT_PORT_AUTH] ?? MACH_PORT_NULL, {}));
  expect(now !== task).to.equal((flags & EXEC_SECURE) !== 0);
  return { err, secure: now !== task, euids: [...euids], auids: [...auids], fds: dtable.map((fd) => (fd === MACH_PORT_DEAD ? "dead" : given.indexOf(fd))) };
}

const run = (c: Case): ReturnType<typeof started> extends Syscall<infer T> ? T : never =>
  probed((libc) => started(libc, c), {
    programs: [[PROGRAM, function* () {
      return 0;
    }]],
  });

describe("set-id programs and odd handles", function () {
  this.timeout(60_000);

  it("a user who gains an id gets a secure exec; root gains nothing", () => {
    expect(run({ uids: [1001], handle: { real: true, euids: [1001] }, owner: 0 })).to.deep.equal({ err: 0, secure: true, euids: [0], auids: [1001, 0], fds: [] });
    expect(run({ uids: [0], handle: { real: true, euids: [0], auids: [0, 0] }, owner: 1001 })).to.deep.equal({ err: 0, secure: false, euids: [1001], auids: [0, 1001, 0], fds: [] });
  });

  it("a handle that is none may claim to be root: the opener's ids count, and the exec is secure", () => {
    expect(run({ uids: [1001], handle: { real: false, euids: [0] }, owner: 0 })).to.deep.equal({ err: 0, secure: true, euids: [0], auids: [1001, 0], fds: [] });
  });

  it("an id that the false handle would have gained makes the exec secure, though the opener has it; not so for root", () => {
    expect(run({ uids: [1002], handle: { real: false, euids: [1001] }, owner: 1002 })).to.deep.equal({ err: 0, secure: true, euids: [1002], auids: [1002, 1002], fds: [] });
    expect(run({ uids: [0], handle: { real: false, euids: [] }, owner: 1001 })).to.deep.equal({ err: 0, secure: false, euids: [1001], auids: [0, 1001], fds: [] });
  });

  it("descriptors that give nothing when they are reauthenticated stay, those that give a dead name are dead", () => {
    const fds = function* (libc: Libc): Syscall<readonly MachPort[]> {
      return [yield* fileServer(libc, MACH_PORT_NULL), yield* fileServer(libc, yield* deadName()), yield* deadName(), MACH_PORT_NULL];
    };
    expect(run({ uids: [1001], handle: { real: true, euids: [1001] }, owner: 0, fds }).fds).to.deep.equal([0, "dead", "dead", 3]);
  });
});
