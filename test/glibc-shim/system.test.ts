import { expect } from "chai";
import { asFd, STDOUT, type Libc } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { SIGCONT, SIGINT, SIGKILL, SIGPIPE, SIGSTOP, SIGTERM, SIGUSR1, SIGWINCH } from "../../servers/interfaces/signals.ts";
import { fdsMain, outcome, probe, say } from "./probe.ts";
import { mach_task_self } from "../../mach/kern/syscall.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { msgCall, procCall } from "../../glibc-shim/stubs.ts";
import { copySends, type MachPort } from "../../mach/ipc/names.ts";
import { authCall } from "../../servers/interfaces/auth.ts";
import { orThrow } from "../../glibc-shim/errno.ts";

/** A child that catches TERM and USR1, and waits for ever. */
const waiter = (libc: Libc) =>
  libc.fork(function* (child) {
    const handler = (signo: number) => say(child, `child caught ${signo}`);
    yield* child.sigaction(SIGTERM, { handler });
    yield* child.sigaction(SIGCONT, { handler });
    for (;;) yield* attempt(child.pause());
  });

describe("the library in a booted system", () => {
  it("stops and continues a child; what came meanwhile is handled in the order TERM, CONT (recorded)", () => {
    const lines = probe(function* (libc) {
      const pid = yield* waiter(libc);
      yield* libc.sleep(1);
      yield* libc.kill(pid, SIGSTOP);
      yield* say(libc, `0x${(yield* libc.waitpid(pid, 2)).status.toString(16)}`);
      yield* libc.kill(pid, SIGTERM);
      yield* libc.kill(pid, SIGCONT);
      yield* say(libc, `0x${(yield* libc.waitpid(pid, 4)).status.toString(16)}`);
      yield* libc.sleep(1);
      yield* libc.kill(pid, SIGKILL);
      yield* say(libc, `${(yield* libc.waitpid(pid)).status}`);
      return 0;
    });
    expect(lines.filter((l) => !l.startsWith("child"))).to.deep.equal(["0x117f", "0xffff", "9"]);
    expect(lines.filter((l) => l.startsWith("child"))).to.deep.equal([`child caught ${SIGTERM}`, `child caught ${SIGCONT}`]);
  });

  it("obeys signals by their reference port alone (recorded sig-refs)", () => {
    const lines = probe(function* (libc) {
      const pid = yield* waiter(libc);
      yield* libc.sleep(1);
      const proc = libc.ports.proc;
      const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(proc, { pid }));
      const { task } = orThrow("pid2task", yield* procCall.proc_pid2task(proc, { pid }));
      const { sessport } = orThrow("getsidport", yield* procCall.proc_getsidport(proc, {}));
      const refs: readonly (readonly [string, MachPort])[] = [
        ["target", task],
        ["own task", yield* mach_task_self()],
        ["own auth", libc.ports.auth],
        ["session", sessport],
        ["null", 0 as MachPort],
      ];
      for (const [name, refport] of refs) {
        const codes: string[] = [];
        for (const signal of [0, SIGWINCH, SIGCONT, SIGINT - 100, 33]) {
          codes.push((yield* msgCall.msg_sig_post(msgport, { signal, sigcode: 0, refport })).err.toString(16));
        }
        yield* say(libc, `${name}: ${codes.join(" ")}`);
      }
      yield* libc.kill(pid, SIGKILL);
      yield* libc.waitpid(pid);
      return 0;
    });
    expect(lines.filter((l) => !l.startsWith("child"))).to.deep.equal([
      "target: 0 0 0 40000016 40000016",
      "own task: 40000001 40000001 40000001 40000016 40000016",
      "own auth: 40000001 40000001 40000001 40000016 40000016",
      "session: 40000001 40000001 0 40000016 40000016",
      "null: 40000001 40000001 40000001 40000016 40000016",
    ]);
  });

  it("writes to a pipe that nobody reads: SIGPIPE, or EPIPE when that is ignored", () => {
    const lines = probe(function* (libc) {
      const dies = yield* libc.fork(function* (child) {
        const [reading, writing] = yield* child.pipe();
        yield* child.close(reading);
        yield* child.writeAll(writing, "x");
        return 0;
      });
      yield* say(libc, `${(yield* libc.waitpid(dies)).status === SIGPIPE}`);
      yield* libc.sigaction(SIGPIPE, { handler: "SIG_IGN" });
      const [reading, writing] = yield* libc.pipe();
      yield* libc.close(reading);
      yield* say(libc, yield* outcome(libc.writeAll(writing, "x")));
      return 0;
    });
    expect(lines).to.deep.equal(["true", "EPIPE"]);
  });

  it("keeps descriptors as POSIX has them", () => {
    const lines = probe(function* (libc) {
      const fd = yield* libc.open("/etc/passwd", 1);
      const copy = yield* libc.dup2(fd, asFd(9));
      yield* libc.setCloexec(fd, true);
      yield* say(libc, `${fd} ${copy} ${yield* libc.getCloexec(copy)} ${yield* libc.dupfd(fd, 5)} ${yield* libc.dup(fd)}`);
      yield* libc.lseek(fd, 0, 0);
      const first = yield* libc.read(fd, 4);
      const next = yield* libc.read(copy, 2);
      yield* say(libc, new TextDecoder().decode(first) + new TextDecoder().decode(next));
      for (const call of [libc.dup2(fd, asFd(-1)), libc.dup2(asFd(77), asFd(78)), libc.dup2(fd, fd), libc.dupfd(fd, 5000), libc.close(asFd(50))]) {
        yield* say(libc, yield* outcome<unknown>(call));
      }
      return 0;
    });
    expect(lines).to.deep.equal(["3 9 false 5 4", "root:x", "EBADF", "EBADF", "ok", "EINVAL", "EBADF"]);
  });

  it("selects what is ready, and times out in virtual time", () => {
    const lines = probe(function* (libc) {
      const [a, b] = yield* libc.pipe();
      const before = yield* libc.gettimeofday();
      yield* say(libc, `${(yield* libc.select([a], 5000)).length}`);
      const { sec } = yield* libc.gettimeofday();
      yield* say(libc, `${sec - before.sec >= 4}`);
      yield* say(libc, `${(yield* libc.select([a], 0)).length}`);
      yield* libc.fork(function* (child) {
        yield* child.sleep(1);
        yield* child.writeAll(b, "now");
        return 0;
      });
      yield* say(libc, `${(yield* libc.select([a])).includes(a)}`);
      yield* libc.waitpid(-1);
      return 0;
    });
    expect(lines).to.deep.equal(["0", "true", "0", "true"]);
  });

  it("changes ids of the process and of every port it has", () => {
    const lines = probe(function* (libc) {
      yield* libc.setuid(1001);
      yield* say(libc, `${yield* libc.getuid()} ${yield* libc.geteuid()} ${yield* libc.getgid()}`);
      yield* say(libc, yield* outcome(libc.setuid(0)));
      yield* say(libc, yield* outcome(libc.readFile("/etc/shadow")));
      yield* say(libc, yield* outcome(libc.mkdir("/no", 0o755)));
      return 0;
    });
    expect(lines).to.deep.equal(["1001 1001 0", "EPERM", "EACCES", "EACCES"]);
  });

  it("the real ids are available ones only, the effective ones fall back on them; a new real id leaves the saved one", () => {
    const lines = probe(function* (libc) {
      const become = function* (euids: readonly number[], auids: readonly number[]): Syscall<void> {
        const made = orThrow("makeauth", yield* authCall.auth_makeauth(libc.ports.auth, { other_handles: copySends([]), euids, auids, egids: euids, agids: auids }));
        yield* libc.setauth(made.newhandle);
        const ids: string[] = [];
        for (const call of [libc.getuid(), libc.geteuid(), libc.getgid(), libc.getegid()]) ids.push(yield* outcome(call, String));
        yield* say(libc, ids.join(" "));
      };
      yield* libc.setreuid(5, 6);
      const { euids, auids } = orThrow("getids", yield* authCall.auth_getids(libc.ports.auth, {}));
      yield* say(libc, `${euids.join(" ")}, ${auids.join(" ")}`);
      yield* become([0], [7, 8]);
      yield* become([], [0, 7]);
      yield* become([0], []);
      yield* become([], []);
      return 0;
    });
    expect(lines).to.deep.equal(["6, 5 0", "7 0 7 0", "0 0 0 0", "EGRATUITOUS 0 EGRATUITOUS 0", "EGRATUITOUS EGRATUITOUS EGRATUITOUS EGRATUITOUS"]);
  });

  it("hands descriptors over by exec, but not those with FD_CLOEXEC; ignored signals stay ignored", () => {
    const lines = probe(
      function* (libc) {
        yield* libc.chdir("/");
        yield* libc.dup2(STDOUT, asFd(6));
        yield* libc.setCloexec(yield* libc.open("/etc/motd", 1), true);
        return yield* libc.execve("/bin/fds", ["fds"]);
      },
      [["/bin/fds", fdsMain]],
    );
    expect(lines.map((l) => l.replace(/\(fl=0,0x[0-9a-f]+\)/g, ""))).to.deep.equal(["cwd=/ fds: 0 1 2 6"]);
  });

  it("is at main with as many names after two execs as after one", () => {
    const count = function* (libc: Libc): Syscall<void> {
      const names = orThrow("names", yield* machPortCall.mach_port_names(yield* mach_task_self(), {}));
      const threads = orThrow("threads", yield* machCall.task_threads(yield* mach_task_self(), {}));
      yield* say(libc, `${names.names.length} ${threads.thread_list.length}`);
    };
    const lines = probe(
      function* (libc, argv) {
        yield* count(libc);
        return argv.length > 3 ? 0 : yield* libc.execve("/bin/probe", [...argv, "again"]);
      },
      [],
      "probe",
    );
    expect(lines).to.have.length(4);
    expect(new Set(lines.slice(1)).size, lines.join(",")).to.equal(1);
  });

  it("leaves the parent's name space as it was after a hundred spawns", () => {
    const lines = probe(function* (libc) {
      const sizes: number[] = [];
      for (let i = 0; i < 100; i++) {
        yield* libc.waitpid(yield* libc.posix_spawn("/bin/true", ["true"]));
        sizes.push(orThrow("names", yield* machPortCall.mach_port_names(yield* mach_task_self(), {})).names.length);
      }
      yield* say(libc, `${(sizes.at(-1) ?? 0) - (sizes[0] ?? 0)}`);
      return 0;
    });
    expect(lines).to.deep.equal(["0"]);
  });

  it("names the current directory through translators, and fails when it is gone", () => {
    const lines = probe(function* (libc) {
      yield* libc.mkdir("/tmp/a", 0o755);
      yield* libc.mkdir("/tmp/a/b", 0o755);
      yield* libc.chdir("/tmp/a/b");
      yield* say(libc, yield* libc.getcwd());
      yield* libc.rmdir("/tmp/a/b");
      yield* say(libc, yield* outcome(libc.getcwd()));
      yield* libc.waitpid(yield* libc.posix_spawnp("settrans", ["settrans", "-a", "/tmp/a", "/hurd/tmpfs", "1M"]));
      yield* libc.mkdir("/tmp/a/in", 0o755);
      yield* libc.chdir("/tmp/a/in");
      yield* say(libc, yield* libc.getcwd());
      return 0;
    });
    expect(lines).to.deep.equal(["/tmp/a/b", "ENOENT", "/tmp/a/in"]);
  });

  it("knows who may signal whom: an ordinary user not root's processes, but CONT in the session", () => {
    const lines = probe(
      function* (libc) {
        yield* say(libc, yield* outcome(libc.kill(1, SIGUSR1)));
        yield* say(libc, yield* outcome(libc.kill(9999, SIGUSR1)));
        yield* say(libc, yield* outcome(libc.kill(libc.getpid(), 77)));
        return 0;
      },
      [],
      "probe",
      "guest",
    );
    expect(lines).to.deep.equal(["EPERM", "ESRCH", "EINVAL"]);
  });
});
