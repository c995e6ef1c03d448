import { expect } from "chai";
import { pipe, read, sys } from "../../../lab/posix/libc.ts";
import type { Started } from "../../../lab/posix/process.ts";
import { stage, type Stage } from "./stage.ts";

/** What a set-uid root program finds when an ordinary user runs it. */
interface Found {
  readonly started: Started;
  readonly uid: unknown;
  readonly fds: readonly string[];
}

function setIdProgram(s: Stage): { found?: Found } {
  const seen: { found?: Found } = {};
  s.program(
    "/bin/su",
    function* (started) {
      const me = s.kernel.byPid(started.pid);
      seen.found = { started, uid: me?.uid, fds: (me?.table.all ?? []).map(([fd, d]) => `${fd} ${d.description.id}`) };
      yield* sys("getpid", {});
      return 0;
    },
    { mode: 0o4755, uid: 0 },
  );
  return seen;
}

const env = new Map([["LD_PRELOAD", "/tmp/evil.so"], ["LD_LIBRARY_PATH", "/tmp"], ["PATH", "/bin"]]);

describe("set-id exec (comparison.md §7, PX)", () => {
  it("gives the owner's ids, AT_SECURE, no variables of the loader, and descriptors 0 to 2", () => {
    const s = stage();
    const seen = setIdProgram(s);
    s.run(() => sys("execve", { path: "/bin/su", env }));
    expect(seen.found?.uid).to.deep.equal({ real: 1000, effective: 0, saved: 0 });
    expect(seen.found?.started.secure).to.equal(true);
    expect([...(seen.found?.started.env ?? [])]).to.deep.equal([["PATH", "/bin"]]);
    expect(seen.found?.fds).to.deep.equal(["0 /dev/full", "1 /dev/null", "2 /dev/null"]);
  });

  it("leaves an open descriptor where it is", () => {
    const s = stage();
    s.file("/a");
    const seen = setIdProgram(s);
    s.run(function* () {
      yield* sys("open", { path: "/a" });
      return yield* sys("execve", { path: "/bin/su" });
    });
    expect(seen.found?.fds).to.deep.equal(["0 /a", "1 /dev/null", "2 /dev/null"]);
  });

  it("is suppressed for a traced process: same ids, no AT_SECURE", () => {
    const s = stage();
    const seen = setIdProgram(s);
    s.run(function* (me) {
      const ready = yield* pipe();
      if ("error" in ready) return ready.error;
      yield* sys("fork", {
        *body() {
          yield* sys("ptrace_attach", { pid: me.pid });
          yield* sys("write", { fd: ready.write, text: "attached" });
          yield* sys("pause", {});
          return 0;
        },
      });
      yield* read(ready.read);
      return yield* sys("execve", { path: "/bin/su", env });
    });
    expect(seen.found?.uid).to.deep.equal({ real: 1000, effective: 1000, saved: 1000 });
    expect(seen.found?.started.secure).to.equal(false);
    expect(seen.found?.started.env.has("LD_PRELOAD")).to.equal(true);
  });

  it("cannot be traced afterwards by the user who ran it", () => {
    const s = stage();
    s.program("/bin/su", function* () { yield* sys("pause", {}); return 0; }, { mode: 0o4755, uid: 0 });
    const found = s.run(function* () {
      const plain = yield* sys("fork", { *body() { yield* sys("pause", {}); return 0; } });
      const pid = yield* sys("posix_spawn", { path: "/bin/su" });
      return [yield* sys("ptrace_attach", { pid: Number(plain) }), yield* sys("ptrace_attach", { pid: Number(pid) })];
    });
    expect(found).to.deep.equal([0, "EPERM"]);
  });

  it("is not for scripts, unless an old system's switch says so", () => {
    for (const setIdScripts of [false, true]) {
      const s = stage({ setIdScripts });
      let uid: unknown;
      s.program("/bin/sh", function* ({ pid }) { uid = s.kernel.byPid(pid)?.uid.effective; yield* sys("getpid", {}); return 0; });
      const script = s.file("/bin/script", "#!/bin/sh", 0o4755);
      script.uid = 0;
      s.run(() => sys("execve", { path: "/bin/script" }));
      expect(uid).to.equal(setIdScripts ? 0 : 1000);
    }
  });

  it("writing to a file takes its set-id bits away", () => {
    const s = stage();
    const file = s.file("/bin/x", "program p", 0o4777);
    s.run(function* () {
      const fd = yield* sys("open", { path: "/bin/x", access: "write" });
      return yield* sys("write", { fd: Number(fd), text: "program q" });
    });
    expect(file.mode.toString(8)).to.equal("777");
  });
});
