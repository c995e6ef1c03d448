/** Requests to exec beside the recorded ones: what the real server answers by its source (file named in each test). */
import { expect } from "chai";
import { asPort, copySend, copySends, MACH_PORT_DEAD, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import { mach_host_self, mach_thread_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { encodeImage } from "../../../mach/kern/image.ts";
import { client } from "../../../mach/mig/client.ts";
import { routine, subsystem } from "../../../mach/mig/subsystem.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { exec, execCall } from "../../../servers/interfaces/exec.ts";
import { execStartupCall } from "../../../servers/interfaces/exec-startup.ts";
import { EXEC_DEFAULTS, EXEC_NEWTASK, EXEC_SECURE, EXEC_SIGTRAP, EXEC_STACK_ARGS, INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_PROC, O_READ, TASK_BOOTSTRAP_PORT } from "../../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { deadName, newSend } from "../exec-probe.ts";
import { asked, bytes, noPorts, text, type Asked, type Request } from "./asked.ts";

function* each(a: Asked, requests: readonly Request[]): Syscall<readonly string[]> {
  const out: string[] = [];
  for (const request of requests) out.push(yield* a.outcome(request));
  return out;
}

describe("requests to exec, beside the recorded ones", function () {
  this.timeout(60_000);

  it("every set of flags starts the program, with all ports or with DEFAULTS or SECURE without any; SIGTRAP alone stops it in the old task (exec.c)", () => {
    const all = Array.from({ length: 16 }, (_, flags) => flags);
    const got = asked(function* (a) {
      return { full: yield* each(a, all.map((flags) => ({ flags }))), none: yield* each(a, all.map((flags) => ({ flags, ports: noPorts(), ints: [] }))) };
    });
    const wanted = (flags: number): string => ((flags & EXEC_SIGTRAP) === 0 ? "ran" : flags & (EXEC_NEWTASK | EXEC_SECURE) ? "gone" : "stopped");
    expect(got.full).to.deep.equal(all.map(wanted));
    // Our decision for a process that could not follow its task (DIFFERENCES.md).
    expect(got.none).to.deep.equal(all.map((flags) => ((flags & (EXEC_NEWTASK | EXEC_SECURE | EXEC_DEFAULTS)) === EXEC_NEWTASK ? "EINVAL" : wanted(flags))));
  });

  it("a null task makes a new one whatever the flags and ports (exec.c)", () => {
    const got = asked(function* (a) {
      const out: string[] = [];
      for (let flags = 0; flags < 8; flags++) out.push(yield* a.outcome({ flags, ports: noPorts() }, MACH_PORT_NULL));
      return out;
    });
    expect(got).to.deep.equal(new Array(8).fill("ran"));
  });

  it("STACK_ARGS goes through to the program, which finds no arguments where its stack ends, and dies (exec.c, hurdstartup.c)", () => {
    const got = asked(function* (a) {
      const found = yield* a.found({ flags: EXEC_STACK_ARGS });
      return [yield* a.outcome({ flags: EXEC_STACK_ARGS }), typeof found === "string" ? found : found.flags];
    });
    expect(got).to.deep.equal(["gone", EXEC_STACK_ARGS | EXEC_SIGTRAP]);
  });

  it("argv is passed byte by byte: empty, without its last NUL, no UTF-8 (exec.c)", () => {
    const given = ["", "abc", "a\xff\0\0b\x80\0"];
    const got = asked(function* (a) {
      const out: string[] = [];
      for (const argv of given) out.push(yield* a.argv({ argv: bytes(argv) }));
      return out;
    });
    expect(got).to.deep.equal(["", "abc", "a\xff||b\x80|"]);
  });

  it("envp too; LD_ORIGIN_PATH is the first definition's new value, or stands in front; its file name is cut as strings are (exec.c)", () => {
    const envps: readonly (readonly [envp: string, abspath: string])[] = [
      ["", "/bin/x"], ["X=1", "/bin/x"], ["X=\xff\0\0Y", "/bin/x"], ["X=1\0", "bin/x"], ["X=1\0", ""],
      ["LD_ORIGIN_PATH=old\0A=1\0LD_ORIGIN_PATH=o\0", "/bin/x"], ["A=1\0LD_ORIGIN_PATH=old", "/bin/x"], ["XLD_ORIGIN_PATH=1\0", "/x"], ["", `/bin/${"x".repeat(2000)}`], ["", `/${"x".repeat(1019)}/bin/x`],
    ];
    const got = asked(function* (a) {
      const out: string[] = [];
      for (const [envp, abspath] of envps) {
        const found = yield* a.found({ envp: bytes(envp), abspath });
        out.push(typeof found === "string" ? found : found.envp);
      }
      return out;
    });
    expect(got).to.deep.equal([
      "LD_ORIGIN_PATH=/bin|", "LD_ORIGIN_PATH=/bin|X=1", "LD_ORIGIN_PATH=/bin|X=\xff||Y", "X=1|", "X=1|",
      "LD_ORIGIN_PATH=/bin|A=1|LD_ORIGIN_PATH=o|", "A=1|LD_ORIGIN_PATH=/bin", "LD_ORIGIN_PATH=/|XLD_ORIGIN_PATH=1|", "LD_ORIGIN_PATH=/bin|", `LD_ORIGIN_PATH=/${"x".repeat(1019)}|`,
    ]);
  });

  it("ints and ports are as many as came, but six ports at least, and five ints with DEFAULTS or SECURE (exec.c)", () => {
    const got = asked(function* (a) {
      const lengths = function* (r: Request): Syscall<unknown> {
        const found = yield* a.found(r);
        return typeof found === "string" ? found : [found.ports, ...found.ints];
      };
      return [
        yield* lengths({ ints: [1, 2, 3], ports: [] }),
        yield* lengths({ ints: [], ports: noPorts(8) }),
        yield* lengths({ ints: [7, 2, 3], flags: EXEC_DEFAULTS }),
        yield* lengths({ ints: [1, 2, 3, 4, 5, 6, 7], flags: EXEC_DEFAULTS }),
      ];
    });
    expect(got).to.deep.equal([[6, 1, 2, 3], [8], [6, 7, 2, 3, 0, 0], [6, 1, 2, 3, 4, 5, 6, 7]]);
  });

  it("dead descriptors and odd names in the lists are no errors (exec.c)", () => {
    const got = asked(function* (a) {
      const odd = [0, 0xffffffff, 77777, 77777].map(asPort);
      return yield* each(a, [{ fds: [MACH_PORT_DEAD, yield* deadName(), MACH_PORT_NULL] }, { dealloc: odd, destroy: odd }]);
    });
    expect(got).to.deep.equal(["ran", "ran"]);
  });

  it("what is no program is ENOEXEC, whatever it is and however short; the task goes on (exec.c, hashexec.c)", () => {
    const got = asked(function* (a) {
      const files: MachPort[] = [];
      for (const content of ["", "x", "#", "x".repeat(51), "x".repeat(52), "x".repeat(63), "# !/bin/sh\n", "\x7fHUR", "\x7fELF\x01\x01\x01"]) files.push(yield* a.made(`/tmp/f${files.length}`, content));
      for (const [path, flags] of [["/dev/null", O_READ], ["/dev/zero", O_READ], ["/dev/console", O_READ], ["/servers/exec", 0], ["/tmp", O_READ]] as const) files.push(yield* a.open(path, flags));
      return yield* each(a, files.map((file) => ({ file })));
    });
    expect(got).to.deep.equal(new Array(14).fill("ENOEXEC"));
  });

  it("a secure exec of a null AUTH has the identity of nobody; an AUTH that is none is refused where a directory is to be had with it (exec.c)", () => {
    const got = asked(function* (a) {
      const ports = yield* a.ports(MACH_PORT_NULL);
      const auth = (port: MachPort): readonly MachPort[] => ports.with(INIT_PORT_AUTH, port);
      return yield* each(a, [
        { flags: EXEC_SECURE, ports: auth(MACH_PORT_NULL) },
        { flags: EXEC_SECURE, ports: auth(a.libc.ports.crdir) },
        { flags: EXEC_SECURE, ports: auth(yield* deadName()) },
        { flags: EXEC_DEFAULTS, ports: auth(a.libc.ports.crdir) },
      ]);
    });
    expect(got).to.deep.equal(["ran", "MIG_BAD_ID", "SEND_INVALID_DEST", "ran"]);
  });
});

describe("tasks, files and process ports that are none", function () {
  this.timeout(60_000);
  const GONE = ", and the task is not what it was";

  it("as the old task: what its own port answers to task_suspend (exec.c)", () => {
    const got = asked(function* (a) {
      const tasks = [yield* mach_thread_self(), yield* mach_host_self(), a.libc.ports.proc, a.libc.ports.crdir, yield* deadName(), MACH_PORT_DEAD];
      const out: string[] = [];
      for (const flags of [0, EXEC_NEWTASK, EXEC_SECURE]) for (const task of tasks) out.push(yield* a.outcome({ flags, ports: yield* a.ports(MACH_PORT_NULL) }, task));
      return out;
    });
    const each = ["KERN_INVALID_ARGUMENT", "KERN_INVALID_ARGUMENT", "MIG_BAD_ID", "MIG_BAD_ID", "SEND_INVALID_DEST", "SEND_INVALID_DEST"];
    expect(got).to.deep.equal([...each, ...each, ...each]);
  });

  it("as the file: what its own port answers to io_map; nothing of EXEC_DEFAULTS or SECURE comes before (exec.c)", () => {
    const got = asked(function* (a) {
      const files = [MACH_PORT_NULL, yield* deadName(), yield* taskSelf(), yield* mach_host_self(), a.libc.ports.proc, a.server];
      return yield* each(a, [0, EXEC_SECURE | EXEC_DEFAULTS].flatMap((flags) => files.map((file) => ({ file, flags }))));
    });
    const answers = ["SEND_INVALID_DEST", "SEND_INVALID_DEST", "MIG_BAD_ID", "MIG_BAD_ID", "MIG_BAD_ID", "ENOEXEC"];
    expect(got).to.deep.equal([...answers, ...answers]);
  });

  it("as the process: in place the task is lost by then, a new task is not; a secure exec does not ask it (exec.c)", () => {
    const got = asked(function* (a) {
      const full = yield* a.ports(MACH_PORT_NULL);
      const flags = [0, EXEC_DEFAULTS, EXEC_NEWTASK, EXEC_NEWTASK | EXEC_DEFAULTS, EXEC_SECURE];
      const procs = [a.libc.ports.auth, yield* deadName()];
      return yield* each(a, procs.flatMap((proc) => flags.map((f) => ({ flags: f, ports: full.with(INIT_PORT_PROC, proc) }))));
    });
    const answers = (code: string): readonly string[] => [`${code}${GONE}`, `${code}${GONE}`, code, code, "ran"];
    expect(got).to.deep.equal([...answers("MIG_BAD_ID"), ...answers("SEND_INVALID_DEST")]);
  });
});

/** exec_setexecdata with a reply: a one-way request that brings a reply port is answered with its code. */
const answered = client(subsystem("exec", exec.base, { exec_setexecdata: routine(exec.routines.exec_setexecdata.id, exec.routines.exec_setexecdata.in, {}) }));
const setData = function* (port: MachPort, ports: readonly MachPort[], ints: number): Syscall<number> {
  return (yield* answered.exec_setexecdata(port, { ports: copySends(ports), ints: new Array<number>(ints).fill(0o77) })).err;
};

/** An open of exec as user 1001. */
function* asUser(a: Asked): Syscall<MachPort> {
  const made = yield* authCall.auth_makeauth(a.libc.ports.auth, { other_handles: copySends([]), euids: [1001], auids: [], egids: [], agids: [] });
  return yield* a.libc.reauthenticate(a.server, made.err ? MACH_PORT_NULL : made.newhandle);
}

/** A program that waits for its debugger, and what it would ask. */
function* bootInfo(a: Asked): Syscall<{ readonly task: MachPort; readonly port: MachPort }> {
  const { task } = yield* a.ask({ flags: EXEC_SIGTRAP });
  const special = yield* machCall.task_get_special_port(task, { which_port: TASK_BOOTSTRAP_PORT });
  return { task, port: special.err ? MACH_PORT_NULL : special.special_port };
}

function* errs(calls: readonly Syscall<{ readonly err: number }>[]): Syscall<readonly number[]> {
  const out: number[] = [];
  for (const call of calls) out.push((yield* call).err);
  return out;
}

describe("exec's other routines, beside the recorded ones", function () {
  this.timeout(60_000);
  const { EPERM, EINVAL, EOPNOTSUPP } = Errno;

  it("setexecdata: EPERM on an open that is not root's, before EINVAL for too little; too much is fine (exec.c)", () => {
    const got = asked(function* (a) {
      const user = yield* asUser(a);
      const { crdir } = a.libc.ports;
      const std = [crdir, crdir, ...noPorts(6)];
      const codes = [yield* setData(user, std, 8), yield* setData(user, [], 0)];
      for (const [ports, ints] of [[5, 5], [8, 4], [0, 0], [8, 8]] as const) codes.push(yield* setData(a.server, std.slice(0, ports), ints));
      return { codes, outcomes: yield* each(a, [{}, { flags: EXEC_DEFAULTS }, { flags: EXEC_DEFAULTS, ports: noPorts() }]) };
    });
    // Without a standard AUTH nobody can have the standard directories as his own.
    expect(got).to.deep.equal({ codes: [EPERM, EPERM, EINVAL, EINVAL, EINVAL, 0], outcomes: ["ran", "ran", "SEND_INVALID_DEST"] });
  });

  it("the standard data can be changed while an exec waits for somebody's file server, behind a script too (exec.c, hashexec.c)", () => {
    const got = asked(function* (a) {
      const file = yield* a.made("/tmp/interpreted", text(encodeImage("bin/m-echo", { interp: "/lib/ld.so" })));
      const script = yield* a.made("/tmp/s", "#!tmp/interpreted\n");
      const codes: (number | undefined)[] = [];
      for (const request of [{ file }, { file: script }]) {
        let answer: number | undefined;
        const ports = (yield* a.ports(MACH_PORT_NULL)).with(INIT_PORT_CRDIR, yield* newSend());
        yield* a.libc.thread(function* () {
          answer = (yield* a.ask({ ...request, ports })).err;
        });
        yield* a.libc.usleep(100_000);
        const std = yield* setData(a.server, noPorts(), 5);
        codes.push(answer, std);
      }
      return codes;
    });
    expect(got).to.deep.equal([undefined, 0, undefined, 0]);
  });

  it("standard directories that are null are given as null (exec.c)", () => {
    const got = asked(function* (a) {
      yield* setData(a.server, noPorts(), 5);
      const found = yield* a.found({ flags: EXEC_DEFAULTS, ports: noPorts() });
      return [typeof found === "string" ? found : found.ports, yield* a.outcome({ flags: EXEC_SECURE, ports: noPorts(), fds: new Array<MachPort>(3).fill(a.libc.ports.crdir) }, MACH_PORT_NULL)];
    });
    expect(got).to.deep.equal([6, "ran"]);
  });

  it("exec_init is root's: EPERM for others and on ports that are no opens (main.c)", () => {
    const got = asked(function* (a) {
      const { auth, proc } = a.libc.ports;
      const init = (port: MachPort): Syscall<{ readonly err: number }> => execCall.exec_init(port, { auth_handle: auth, proc_server: copySend(proc) });
      return yield* errs([init(yield* asUser(a)), init((yield* bootInfo(a)).port), init(yield* deadName())]);
    });
    expect(got).to.deep.equal([EPERM, EPERM, Msg.SEND_INVALID_DEST]);
  });

  it("each kind of port knows its own requests; those of exec's other ports are EOPNOTSUPP there (main.c, mig)", () => {
    const got = asked(function* (a) {
      const { port } = yield* bootInfo(a);
      const request = { file: copySend(a.program), oldtask: MACH_PORT_NULL, flags: 0, argv: bytes(""), envp: bytes(""), dtable: copySends([]), portarray: copySends([]), intarray: [], deallocnames: [], destroynames: [] };
      return yield* errs([
        execStartupCall.exec_startup_get_info(a.server, {}),
        execStartupCall.exec_startup_get_info(a.libc.ports.auth, {}),
        execCall.exec_exec(port, request),
        execCall.exec_exec_paths(port, { ...request, path: "", abspath: "" }),
        ioCall.io_stat(port, {}),
        authCall.auth_getids(port, {}),
        execCall.exec_exec(a.libc.ports.crdir, request),
        execCall.exec_exec(yield* taskSelf(), request),
      ]);
    });
    expect(got).to.deep.equal([EOPNOTSUPP, Mig.BAD_ID, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP, Mig.BAD_ID, Mig.BAD_ID, Mig.BAD_ID]);
  });

  it("start-up data are for whoever asks first, also when the task is gone; then there are none, but the numbers stay (exec.c)", () => {
    const got = asked(function* (a) {
      const { task, port } = yield* bootInfo(a);
      yield* machCall.task_terminate(task, {});
      const out: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        const info = yield* execStartupCall.exec_startup_get_info(port, {});
        out.push(info.err ? info.err : [info.argv.length > 0, info.portarray.length, info.stack_size > 0, info.user_entry > 0]);
      }
      return out;
    });
    expect(got).to.deep.equal([[true, 6, true, true], [false, 0, true, true]]);
  });
});
