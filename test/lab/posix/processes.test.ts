import { expect } from "chai";
import { pipe, read, sys, sysGives, wait } from "../../../lab/posix/libc.ts";
import { stage } from "./stage.ts";

describe("processes (comparison.md §7, PX)", () => {
  it("fork copies the table but for close-on-fork, shares descriptions, and clears what is pending", () => {
    const s = stage();
    s.file("/a", "content");
    let child: unknown;
    s.run(function* (me) {
      yield* sys("open", { path: "/a" });
      yield* sys("open", { path: "/a", closeOnFork: true });
      yield* sys("sigprocmask", { signals: ["SIGTERM"], how: "block" });
      yield* sys("kill", { pid: me.pid, signal: "SIGTERM" });
      yield* sys("fork", {
        *body() {
          child = [yield* sys("fcntl_getfd", { fd: 0 }), yield* sys("fcntl_getfd", { fd: 1 })];
          yield* sys("seek", { fd: 0, offset: 4 });
          yield* sys("sigprocmask", { signals: ["SIGTERM"], how: "unblock" });
          return 7;
        },
      });
      const status = yield* wait();
      child = [child, status, yield* read(0)];
      return 0;
    });
    expect(child).to.deep.equal([[0, "EBADF"], 7, "ent"]);
  });

  it("vfork's parent waits until the child execs or ends, and the child has its memory meanwhile", () => {
    const s = stage();
    const order: string[] = [];
    s.program("/bin/x", function* () {
      order.push("program");
      yield* sys("getpid", {});
      return 3;
    });
    s.run(function* () {
      yield* sys("fork", {
        vfork: true,
        *body() {
          order.push("child");
          yield* sys("getpid", {});
          yield* sys("execve", { path: "/bin/x" });
          return 127;
        },
      });
      order.push("parent");
      return yield* wait();
    });
    expect(order[0]).to.equal("child");
    expect(order).to.have.members(["child", "program", "parent"]);
  });

  it("exec keeps pid, mask, ignored and pending signals; resets handlers; closes flagged numbers; ends other threads", () => {
    const s = stage();
    s.file("/a");
    let after: unknown;
    s.program("/bin/x", function* ({ pid }) {
      const me = s.kernel.byPid(pid);
      after = [
        pid, me?.task.threads.length, [...(me?.signals.mask ?? [])], [...(me?.signals.pending ?? [])], me?.signals.get("SIGUSR1").action, me?.signals.get("SIGHUP").action,
        yield* sys("fcntl_getfd", { fd: 0 }), yield* sys("fcntl_getfd", { fd: 1 }),
      ];
      return 0;
    });
    const pid = s.run(function* (me) {
      yield* sys("open", { path: "/a", closeOnExec: true });
      yield* sys("open", { path: "/a" });
      yield* sys("sigaction", { signal: "SIGUSR1", disposition: { action: "catch", *handler() { yield* sys("getpid", {}); } } });
      yield* sys("sigaction", { signal: "SIGHUP", disposition: { action: "ignore" } });
      yield* sys("sigprocmask", { signals: ["SIGTERM"], how: "block" });
      yield* sys("kill", { pid: me.pid, signal: "SIGTERM" });
      yield* sys("thread", { *body() { yield* sys("pause", {}); return 0; } });
      return yield* sys("execve", { path: "/bin/x" });
    });
    expect(pid).to.equal(undefined);
    expect(after).to.deep.equal([100, 1, ["SIGTERM"], ["SIGTERM"], "default", "ignore", "EBADF", 0]);
  });

  it("exec's errors, none of which changes anything", () => {
    const s = stage();
    s.file("/bin/data", "no program", 0o755);
    s.file("/bin/plain", "program p", 0o644);
    s.file("/bin/loop", "#!/bin/loop", 0o755);
    const busy = s.file("/bin/busy", "program p", 0o777);
    busy.writers = 1;
    const found = s.run(function* () {
      const errors = [];
      for (const path of ["/none", "/bin/plain", "/bin/data", "/bin/loop", "/bin/busy", "/bin"]) errors.push(yield* sys("execve", { path }));
      return [...errors, yield* sys("execve", { path: "/bin/p", bytes: 3_000_000 }), yield* sys("execve", { fd: 5 })];
    });
    expect(found).to.deep.equal(["ENOENT", "EACCES", "ENOEXEC", "ELOOP", "ETXTBSY", "EACCES", "E2BIG", "EBADF"]);
  });

  it("what runs cannot be opened for writing", () => {
    const s = stage();
    const file = s.program("/bin/x", function* () {
      return Number((yield* sys("open", { path: "/bin/x", access: "write" })) === "ETXTBSY");
    });
    file.mode = 0o777;
    expect(s.run(function* () {
      yield* sys("posix_spawn", { path: "/bin/x" });
      return yield* wait();
    })).to.equal(1);
  });

  it("a script run by a descriptor that closes on exec cannot be found by its interpreter: ENOENT", () => {
    const s = stage();
    let argv: readonly string[] = [];
    s.program("/bin/sh", function* (me) {
      argv = me.argv;
      yield* sys("getpid", {});
      return 0;
    });
    s.file("/bin/script", "#!/bin/sh", 0o777);
    const error = s.run(function* () {
      yield* sys("open", { path: "/bin/script", closeOnExec: true });
      const refused = yield* sys("execve", { fd: 0, argv: ["script", "a"] });
      yield* sys("fcntl_setfd", { fd: 0, closeOnExec: false });
      yield* sys("posix_spawn", { fd: 0, argv: ["script", "a"] });
      return refused;
    });
    expect(error).to.equal("ENOENT");
    expect(argv).to.deep.equal(["/bin/sh", "/dev/fd/0", "a"]);
  });

  it("signals: a handler interrupts a wait, the default ends the process, SIGKILL passes any mask", () => {
    const s = stage();
    const found = s.run(function* (me) {
      yield* sys("sigaction", { signal: "SIGUSR1", disposition: { action: "catch", *handler() { yield* sys("getpid", {}); } } });
      const child = yield* sys("fork", { name: "child", *body() { yield* sys("sigprocmask", { signals: ["SIGTERM", "SIGKILL"], how: "block" }); yield* sys("kill", { pid: me.pid, signal: "SIGUSR1" }); yield* sys("pause", {}); return 0; } });
      const interrupted = yield* wait();
      yield* sys("kill", { pid: Number(child), signal: "SIGTERM" });
      yield* sys("kill", { pid: Number(child), signal: "SIGKILL" });
      return [interrupted, yield* wait(), yield* wait()];
    });
    expect(found).to.deep.equal(["EINTR", "SIGKILL", "ECHILD"]);
  });

  it("a process descriptor kills its process when it is closed", () => {
    const s = stage();
    const ended = s.run(function* () {
      const fd = yield* sys("fork", { processDescriptor: true, *body() { yield* sys("pause", {}); return 0; } });
      yield* sys("close", { fd: Number(fd) });
      return yield* wait();
    });
    expect(ended).to.equal("SIGKILL");
  });

  it("waits for a child that a pipe keeps", () => {
    const s = stage();
    const found = s.run(function* () {
      const p = yield* pipe({ closeOnExec: true });
      if ("error" in p) return [];
      yield* sys("fork", { *body() { yield* sys("write", { fd: p.write, text: "hello" }); return 4; } });
      const text = yield* read(p.read);
      const [, { ended }] = yield* sysGives("waitpid", {});
      return [text, ended];
    });
    expect(found).to.deep.equal(["hello", { status: 4 }]);
  });
});
