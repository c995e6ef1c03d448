import { expect } from "chai";
import { encodeImage } from "../../../mach/kern/image.ts";
import { asPort, copySend, copySends, MACH_PORT_NULL, makeSend, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc, Main } from "../../../glibc-shim/libc.ts";
import { allocateReceive, insertSend, taskSelf } from "../../../glibc-shim/rights.ts";
import { decodeArgz, encodeArgz } from "../../../servers/interfaces/argz.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { execCall } from "../../../servers/interfaces/exec.ts";
import { execStartupCall } from "../../../servers/interfaces/exec-startup.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { EXEC_DEFAULTS, EXEC_NEWTASK, EXEC_SECURE, EXEC_SIGTRAP, O_CREAT, O_EXEC, O_NORW, O_READ, O_TRUNC, O_WRITE, TASK_BOOTSTRAP_PORT } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { probed } from "../probe.ts";

/** Remembers what it was started with, and ends. */
function recorder(): { readonly main: Main; readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    *main(libc, argv) {
      seen.push([...argv, `origin=${libc.environ.get("LD_ORIGIN_PATH") ?? ""}`].join(" "));
      return 0;
    },
  };
}

function* newTask(): Syscall<MachPort> {
  const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
  return made.err ? MACH_PORT_NULL : made.child_task;
}

interface Start {
  readonly task?: MachPort;
  readonly flags?: number;
  readonly argv?: readonly string[];
  readonly ports?: readonly MachPort[];
  readonly fds?: readonly MachPort[];
  readonly ints?: readonly number[];
  readonly dealloc?: readonly number[];
  readonly destroy?: readonly number[];
}

const arrays = (libc: Libc, s: Start, path: string, proc: MachPort) => ({
  flags: s.flags ?? 0,
  path,
  abspath: path,
  argv: encodeArgz(s.argv ?? [path, "a"]),
  envp: encodeArgz(["A=B"]),
  portarray: copySends(s.ports ?? [libc.ports.cwdir, libc.ports.crdir, libc.ports.auth, proc, MACH_PORT_NULL, MACH_PORT_NULL]),
  intarray: s.ints ?? [0o22, 1, 2, 4, 0],
  deallocnames: (s.dealloc ?? []).map(asPort),
  destroynames: (s.destroy ?? []).map(asPort),
});

/** A child of ours and its process port. */
function* child(libc: Libc): Syscall<{ readonly task: MachPort; readonly proc: MachPort; readonly pid: number }> {
  const task = yield* newTask();
  yield* procCall.proc_child(libc.ports.proc, { child: task });
  const got = yield* procCall.proc_task2proc(libc.ports.proc, { task });
  const pid = yield* procCall.proc_task2pid(libc.ports.proc, { task });
  return { task, proc: got.err ? MACH_PORT_NULL : got.proc, pid: pid.err ? 0 : pid.pid };
}

/** file_exec_paths of `path` into a child. The code, and what became of the task: its threads, or the code of asking. */
function* run(libc: Libc, path: string, s: Start = {}, open = O_EXEC): Syscall<{ readonly err: number; readonly threads: number }> {
  const c = yield* child(libc);
  const task = s.task ?? c.task;
  const file = yield* libc.file_name_lookup(path, open);
  const { err } = yield* fsCall.file_exec_paths(file, { exec_task: task, fdarray: copySends(s.fds ?? []), ...arrays(libc, s, path, c.proc) });
  yield* libc.usleep(1000);
  const threads = yield* machCall.task_threads(task, {});
  return { err, threads: threads.err ? -1 : threads.thread_list.length };
}

function* write(libc: Libc, path: string, content: Uint8Array | string, mode = 0o755): Syscall<void> {
  const fd = yield* libc.open(path, O_WRITE | O_CREAT | O_TRUNC, mode);
  yield* libc.writeAll(fd, content);
  yield* libc.close(fd);
}

const place = "/bin/recorder";

describe("file_exec_paths", () => {
  it("starts a program in the task given, with argv as it is and LD_ORIGIN_PATH in front", () => {
    const r = recorder();
    const got = probed((libc) => run(libc, place), { programs: [[place, r.main]] });
    expect(got.err).to.equal(0);
    expect(r.seen).to.deep.equal(["/bin/recorder a origin=/bin"]);
  });

  it("fails by how the file is open and what it is, and leaves the task alone (recorded p-exec)", () => {
    const r = recorder();
    const got = probed(
      function* (libc) {
        yield* write(libc, "/tmp/noexec", "x", 0o644);
        yield* write(libc, "/tmp/text", "no program\n");
        yield* write(libc, "/tmp/empty", "");
        yield* write(libc, "/tmp/tiny", encodeImage("bin/recorder").subarray(0, 6));
        yield* write(libc, "/tmp/noentry", zeroEntry());
        yield* write(libc, "/tmp/nointerp", encodeImage("bin/recorder", { interp: "/lib/nosuch" }));
        const out: number[][] = [];
        const tries: readonly (readonly [string, number])[] = [
          [place, O_READ], [place, O_NORW], ["/bin", O_EXEC], ["/tmp/noexec", O_READ], ["/tmp/text", O_EXEC], ["/tmp/empty", O_EXEC], ["/tmp/tiny", O_EXEC], ["/tmp/noentry", O_EXEC], ["/tmp/nointerp", O_EXEC],
        ];
        for (const [path, open] of tries) {
          const { err, threads } = yield* run(libc, path, {}, open);
          out.push([err, threads]);
        }
        return out;
      },
      { programs: [[place, r.main]] },
    );
    const { EBADF, EACCES, ENOEXEC, ELIBEXEC, ENOENT } = Errno;
    expect(got).to.deep.equal([EBADF, EBADF, EACCES, EBADF, ENOEXEC, ENOEXEC, ENOEXEC, ELIBEXEC, ENOENT].map((err) => [err, 0]));
    expect(r.seen).to.deep.equal([]);
  });

  it("knows NEWTASK, DEFAULTS, unknown flags and a null task (recorded p-exec)", () => {
    const r = recorder();
    const got = probed(
      function* (libc) {
        const out: number[] = [];
        for (const flags of [EXEC_NEWTASK, EXEC_DEFAULTS, 0x100, EXEC_SECURE, EXEC_SECURE | EXEC_NEWTASK]) out.push((yield* run(libc, place, { flags })).err);
        out.push((yield* run(libc, place, { task: MACH_PORT_NULL })).err);
        return out;
      },
      { programs: [[place, r.main]] },
    );
    expect(got).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect(r.seen.length).to.equal(6);
  });

  it("with short arrays, no ints, or all ports null still starts the program (recorded p-deadproc)", () => {
    const r = recorder();
    const got = probed(
      function* (libc) {
        const { cwdir, crdir, auth } = libc.ports;
        const six = (): MachPort[] => new Array<MachPort>(6).fill(MACH_PORT_NULL);
        return [
          (yield* run(libc, place, { ports: [cwdir, crdir, auth] })).err,
          (yield* run(libc, place, { ports: [], ints: [] })).err,
          (yield* run(libc, place, { ports: six() })).err,
          (yield* run(libc, place, { ports: six(), flags: EXEC_DEFAULTS, ints: [] })).err,
          (yield* run(libc, place, { ports: six(), flags: EXEC_NEWTASK })).err,
        ];
      },
      { programs: [[place, r.main]] },
    );
    expect(got).to.deep.equal([0, 0, 0, 0, Errno.EINVAL]);
    expect(r.seen.length).to.equal(4);
  });

  it("kills the target when the process port is no process's (recorded p-deadproc)", () => {
    const got = probed(
      function* (libc) {
        const { cwdir, crdir, auth } = libc.ports;
        const gone = yield* child(libc);
        yield* machCall.task_terminate(gone.task, {});
        yield* libc.usleep(1000);
        const dead = gone.proc;
        const out: unknown[] = [];
        for (const proc of [auth, dead]) out.push(yield* run(libc, place, { ports: [cwdir, crdir, auth, proc, MACH_PORT_NULL, MACH_PORT_NULL] }));
        return out;
      },
      { programs: [[place, recorder().main]] },
    );
    expect(got).to.deep.equal([{ err: Errno.EOPNOTSUPP, threads: -1 }, { err: Errno.EOPNOTSUPP, threads: -1 }]);
  });
});

/** An image whose entry is 0. */
function zeroEntry(): Uint8Array {
  const image = Uint8Array.from(encodeImage("bin/recorder"));
  const key = new TextEncoder().encode("entry");
  const at = image.findIndex((_, i) => key.every((b, j) => image[i + j] === b)) + key.length;
  image.fill(0, at + 1, at + 5);
  return image;
}

describe("the exec server asked directly", () => {
  it("answers what is wrong with the file or the task (recorded p-exec)", () => {
    const got = probed(
      function* (libc) {
        const exec = yield* libc.file_name_lookup("/servers/exec", 0);
        const good = yield* libc.file_name_lookup(place, O_READ);
        const ask = function* (file: MachPort, oldtask: MachPort, flags = 0): Syscall<number> {
          const c = yield* child(libc);
          return (yield* execCall.exec_exec_paths(exec, { file: copySend(file), oldtask, dtable: copySends([]), ...arrays(libc, { flags }, place, c.proc) })).err;
        };
        const task = yield* newTask();
        const dead = yield* newTask();
        yield* machCall.task_terminate(dead, {});
        return [
          yield* ask(MACH_PORT_NULL, task),
          yield* ask(libc.ports.auth, task),
          yield* ask(yield* libc.file_name_lookup(place, O_EXEC), task),
          yield* ask(good, dead),
          yield* ask(good, libc.ports.auth),
          yield* ask(yield* libc.file_name_lookup("/bin", O_READ), task),
          yield* ask(good, MACH_PORT_NULL),
        ];
      },
      { programs: [[place, recorder().main]] },
    );
    expect(got).to.deep.equal([Msg.SEND_INVALID_DEST, Mig.BAD_ID, Errno.EBADF, Msg.SEND_INVALID_DEST, Mig.BAD_ID, Errno.ENOEXEC, 0]);
  });

  it("takes exec_init from root a second time (recorded p-execinit)", () => {
    const got = probed(
      function* (libc) {
        const exec = yield* libc.file_name_lookup("/servers/exec", 0);
        const task = yield* procCall.proc_pid2proc(libc.ports.proc, { pid: 6 });
        const again = yield* execCall.exec_init(exec, { auth_handle: libc.ports.auth, proc_server: copySend(task.err ? MACH_PORT_NULL : task.proc) });
        return [again.err, (yield* run(libc, place)).err];
      },
      { programs: [[place, recorder().main]] },
    );
    expect(got).to.deep.equal([0, 0]);
  });
});

describe("a new program's name space", () => {
  interface Info {
    readonly flags: number;
    readonly argv: readonly string[];
    readonly envp: readonly string[];
    readonly lengths: readonly number[];
  }

  function* startupInfo(task: MachPort): Syscall<Info> {
    const special = yield* machCall.task_get_special_port(task, { which_port: TASK_BOOTSTRAP_PORT });
    const info = yield* execStartupCall.exec_startup_get_info(special.err ? MACH_PORT_NULL : special.special_port, {});
    if (info.err) return { flags: -1, argv: [], envp: [], lengths: [] };
    return { flags: info.flags, argv: decodeArgz(info.argv), envp: decodeArgz(info.envp), lengths: [info.dtable.length, info.portarray.length, info.intarray.length] };
  }

  function* names(task: MachPort): Syscall<readonly (readonly [number, number])[]> {
    const all = yield* machPortCall.mach_port_names(task, {});
    return all.err ? [] : all.names.map((name, i) => [name as number, all.types[i] ?? 0] as const).sort(([a], [b]) => a - b);
  }

  it("is empty before the first instruction; what it will ask for is given once (recorded p-space)", () => {
    const got = probed(
      function* (libc) {
        const c = yield* child(libc);
        const fds = [libc.ports.crdir, libc.ports.crdir, libc.ports.crdir];
        const { err } = yield* run(libc, place, { task: c.task, flags: EXEC_SIGTRAP, fds, ports: [libc.ports.cwdir, libc.ports.crdir, libc.ports.auth, c.proc, MACH_PORT_NULL, MACH_PORT_NULL] });
        return { err, names: yield* names(c.task), first: yield* startupInfo(c.task), second: yield* startupInfo(c.task) };
      },
      { programs: [[place, recorder().main]] },
    );
    expect(got.err).to.equal(0);
    expect(got.names).to.deep.equal([]);
    expect(got.first).to.deep.equal({ flags: EXEC_SIGTRAP, argv: [place, "a"], envp: ["LD_ORIGIN_PATH=/bin", "A=B"], lengths: [3, 6, 5] });
    expect(got.second).to.deep.equal({ flags: EXEC_SIGTRAP, argv: [], envp: [], lengths: [0, 0, 0] });
  });

  it("after an exec in place has lost what the lists say, and nothing else (recorded p-space)", () => {
    const got = probed(
      function* (libc) {
        const c = yield* child(libc);
        const { task } = c;
        const sends = [yield* allocateReceive(), yield* allocateReceive(), yield* allocateReceive(), yield* allocateReceive()];
        for (const port of sends) yield* insertSend(port);
        for (const [i, name] of [100, 101, 102].entries()) yield* machPortCall.mach_port_insert_right(task, { name: asPort(name), poly: makeSend(sends[i] ?? MACH_PORT_NULL) });
        yield* machPortCall.mach_port_mod_refs(task, { name: asPort(100), right: Right.SEND, delta: 2 });
        for (const name of [103, 104]) yield* machPortCall.mach_port_allocate_name(task, { right: Right.RECEIVE, name: asPort(name) });
        const { err } = yield* run(libc, place, {
          task, flags: EXEC_SIGTRAP, dealloc: [100, 999], destroy: [101, 103, 998], ports: [libc.ports.cwdir, libc.ports.crdir, libc.ports.auth, c.proc, MACH_PORT_NULL, MACH_PORT_NULL],
        });
        const refs = yield* machPortCall.mach_port_get_refs(task, { name: asPort(100), right: Right.SEND });
        return { err, names: yield* names(task), refs: refs.err ? -1 : refs.refs };
      },
      { programs: [[place, recorder().main]] },
    );
    expect(got).to.deep.equal({ err: 0, names: [[100, 0x10000], [102, 0x10000], [104, 0x20000]], refs: 2 });
  });

  it("in a secure exec: another task, the old one and its process port dead, the pid and new ids on the new one (recorded p-space)", () => {
    const got = probed(
      function* (libc) {
        const c = yield* child(libc);
        const made = yield* authCall.auth_makeauth(libc.ports.auth, { other_handles: copySends([]), euids: [0], auids: [1001, 0], egids: [], agids: [] });
        const auth = made.err ? MACH_PORT_NULL : made.newhandle;
        const { err } = yield* run(libc, place, { task: c.task, flags: EXEC_SECURE | EXEC_SIGTRAP, ports: [libc.ports.cwdir, libc.ports.crdir, auth, c.proc, MACH_PORT_NULL, MACH_PORT_NULL] });
        const types: number[] = [];
        for (const name of [c.task, c.proc]) {
          const t = yield* machPortCall.mach_port_type(yield* taskSelf(), { name });
          types.push(t.err ? -1 : t.ptype);
        }
        const fresh = yield* procCall.proc_pid2task(libc.ports.proc, { pid: c.pid });
        const task = fresh.err ? MACH_PORT_NULL : fresh.task;
        return { err, types, fresh: task !== MACH_PORT_NULL && task !== c.task, names: yield* names(task), flags: (yield* startupInfo(task)).flags };
      },
      { programs: [[place, recorder().main]] },
    );
    expect(got).to.deep.equal({ err: 0, types: [0x100000, 0x100000], fresh: true, names: [], flags: EXEC_SECURE | EXEC_SIGTRAP });
  });
});
