import { expect } from "chai";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { sys, wait } from "../../../lab/posix/libc.ts";
import { stage, type Stage } from "./stage.ts";

/** A program that tells its descriptors. */
function teller(s: Stage, path = "/bin/x"): string[][] {
  const told: string[][] = [];
  s.program(path, function* ({ pid }) {
    told.push((s.kernel.byPid(pid)?.table.all ?? []).map(([fd, d]) => `${fd} ${d.description.id}`));
    yield* sys("getpid", {});
    return 0;
  });
  return told;
}

function* openAll(...paths: readonly string[]): Syscall<void> {
  for (const path of paths) yield* sys("open", { path });
}

describe("posix_spawn (comparison.md §7, PS and DW)", () => {
  it("carries out its actions in order, in the child", () => {
    const s = stage();
    const told = teller(s);
    s.file("/a");
    s.file("/b");
    const fds = s.run(function* (me) {
      yield* openAll("/a");
      yield* sys("posix_spawn", { path: "/bin/x", actions: [{ kind: "open", fd: 3, path: "/b", access: "read" }, { kind: "dup2", fd: 3, to: 0 }, { kind: "close", fd: 3 }, { kind: "close", fd: 77 }] });
      return me.table.all.length;
    });
    expect(told).to.deep.equal([["0 /b"]]);
    expect(fds).to.equal(1);
  });

  it("an action that fails: the error for the caller and no child, or in old libraries a child that ends with 127", () => {
    for (const spawnErrors of ["returned", "exit-127"] as const) {
      const s = stage({ spawnErrors });
      teller(s);
      const found = s.run(function* () {
        const pid = yield* sys("posix_spawn", { path: "/bin/x", actions: [{ kind: "open", fd: 3, path: "/none", access: "read" }] });
        return [typeof pid === "string" ? pid : "pid", yield* wait()];
      });
      expect(found).to.deep.equal(spawnErrors === "returned" ? ["ENOENT", "ECHILD"] : ["pid", 127]);
    }
  });

  it("dup2 onto itself clears the close-on-exec flag", () => {
    const s = stage();
    const told = teller(s);
    s.file("/a");
    s.run(function* () {
      yield* sys("open", { path: "/a", closeOnExec: true });
      return yield* sys("posix_spawn", { path: "/bin/x", actions: [{ kind: "dup2", fd: 0, to: 0 }] });
    });
    expect(told).to.deep.equal([["0 /a"]]);
  });

  it("Darwin: with the flag only what an action names passes; setexec replaces the caller; exec gives a new task port", () => {
    const s = stage({ darwin: true });
    const told = teller(s);
    s.file("/a");
    s.file("/b");
    let port = 0;
    s.run(function* (me) {
      port = me.taskPort;
      yield* openAll("/a", "/b");
      yield* sys("posix_spawn", { path: "/bin/x", attributes: { closeOnExecDefault: true }, actions: [{ kind: "inherit", fd: 1 }] });
      yield* sys("posix_spawn", { path: "/bin/x", attributes: { closeOnExecDefault: true, setExec: true }, actions: [{ kind: "inherit", fd: 0 }] });
      return me.pid;
    });
    expect(told).to.deep.equal([["1 /b"], ["0 /a"]]);
    const s0 = s.kernel.all[0];
    expect(s0?.taskPort).to.not.equal(port);
  });
});

describe("Linux's proposals of 2026 (README.md)", () => {
  it("a template keeps the executable that it found: a path that denotes another file later does not matter", () => {
    const s = stage();
    const told = teller(s);
    s.kernel.programs.set("other", function* () { told.push(["other"]); yield* sys("getpid", {}); return 0; });
    s.file("/bin/other", "program other", 0o755);
    s.run(function* () {
      const fd = yield* sys("spawn_template_create", { path: "/bin/x", actions: [{ kind: "close", fd: 5 }] });
      yield* sys("rename", { from: "/bin/other", to: "/bin/x" });
      yield* sys("spawn_template_spawn", { fd: Number(fd) });
      return yield* sys("posix_spawn", { path: "/bin/x" });
    });
    expect(told).to.deep.equal([[], ["other"]]);
  });

  it("a builder's embryo does not run until it is started, is configured by calls that name it, and starts once", () => {
    const s = stage();
    const told = teller(s);
    s.file("/a");
    const found = s.run(function* () {
      yield* openAll("/a");
      const fd = Number(yield* sys("pidfd_open_empty", {}));
      const early = yield* sys("pidfd_start", { fd });
      yield* sys("pidfd_config", { fd, set: { kind: "executable", path: "/none" } });
      const failed = yield* sys("pidfd_start", { fd });
      yield* sys("pidfd_config", { fd, set: { kind: "executable", path: "/bin/x" } });
      yield* sys("pidfd_config", { fd, set: { kind: "install", fd: 0, to: 4 } });
      const started = yield* sys("pidfd_start", { fd });
      const again = yield* sys("pidfd_start", { fd });
      const late = yield* sys("pidfd_config", { fd, set: { kind: "close", fd: 4 } });
      return [early, failed, typeof started, again, late];
    });
    expect(found).to.deep.equal(["EINVAL", "ENOENT", "number", "EBUSY", "EBUSY"]);
    expect(told).to.deep.equal([["4 /a"]]);
  });

  it("a builder makes no embryo when there is no number for its descriptor, nor a pdfork a child; an embryo ends with the last descriptor for it", () => {
    const s = stage();
    const found = s.run(function* () {
      const fd = Number(yield* sys("pidfd_open_empty", {}));
      const alive = s.kernel.all.filter((p) => p.embryo && p.ended === undefined).length;
      yield* sys("close", { fd });
      const ended = yield* wait();
      yield* sys("setrlimit_nofile", { limit: 0 });
      return [alive, ended, yield* sys("pidfd_open_empty", {}), yield* sys("fork", { processDescriptor: true, body: () => sys("pause", {}) as Syscall<never> }), yield* wait()];
    });
    expect(found).to.deep.equal([1, "SIGKILL", "EMFILE", "EMFILE", "ECHILD"]);
  });

  it("an embryo is a process: it can be killed, and waited for, before it runs", () => {
    const s = stage();
    const found = s.run(function* () {
      const fd = Number(yield* sys("pidfd_open_empty", {}));
      const pid = s.kernel.all.find((p) => p.embryo)?.pid ?? 0;
      yield* sys("kill", { pid, signal: "SIGKILL" });
      return [yield* wait(), yield* sys("pidfd_start", { fd })];
    });
    expect(found).to.deep.equal(["SIGKILL", "ESRCH"]);
  });
});

describe("Capsicum (comparison.md §7, CS)", () => {
  it("no global names: ECAPMODE; below a directory, not above it: ENOTCAPABLE", () => {
    const s = stage();
    s.file("/dir/in");
    s.file("/out");
    const found = s.run(function* (me) {
      const dir = Number(yield* sys("open", { path: "/dir" }));
      yield* sys("cap_enter", {});
      return [
        yield* sys("open", { path: "/out" }), yield* sys("open", { path: "in", at: dir }), yield* sys("open", { path: "../out", at: dir }), yield* sys("open", { path: "/out", at: dir }),
        yield* sys("execve", { path: "/bin/p" }), yield* sys("kill", { pid: me.pid, signal: "SIGTERM" }),
      ];
    });
    expect(found).to.deep.equal(["ECAPMODE", 1, "ENOTCAPABLE", "ENOTCAPABLE", "ECAPMODE", "ECAPMODE"]);
  });

  it("rights only shrink, go along with dup, and say what a descriptor is good for", () => {
    const s = stage();
    s.file("/a");
    const found = s.run(function* () {
      const fd = Number(yield* sys("open", { path: "/a", access: "read-write" }));
      yield* sys("cap_rights_limit", { fd, rights: ["read"] });
      const copy = Number(yield* sys("dup", { fd }));
      return [yield* sys("use", { fd: copy, right: "read" }), yield* sys("use", { fd: copy, right: "write" }), yield* sys("cap_rights_limit", { fd, rights: ["read", "write"] })];
    });
    expect(found).to.deep.equal([0, "ENOTCAPABLE", "ENOTCAPABLE"]);
  });

  it("capability mode passes to children and over exec, and takes no set-id", () => {
    const s = stage();
    let found: unknown;
    s.program("/bin/su", function* ({ pid, secure }) {
      const me = s.kernel.byPid(pid);
      found = [me?.capabilityMode, secure, me?.uid.effective];
      yield* sys("getpid", {});
      return 0;
    }, { mode: 0o4755, uid: 0 });
    let refused: unknown;
    s.run(function* () {
      const fd = Number(yield* sys("open", { path: "/bin/su", access: "execute" }));
      const reading = Number(yield* sys("open", { path: "/bin/su" }));
      yield* sys("cap_enter", {});
      refused = yield* sys("execve", { fd: reading });
      yield* sys("fork", { *body() { yield* sys("execve", { fd }); return 1; } });
      return 0;
    });
    expect(refused).to.equal("ENOTCAPABLE");
    expect(found).to.deep.equal([true, false, 1000]);
  });
});
