import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { msgCall, procCall } from "../../glibc-shim/stubs.ts";
import { load, mach_task_self, raise, type Syscall } from "../../mach/kern/syscall.ts";
import { MACH_PORT_NULL } from "../../mach/ipc/names.ts";
import { orThrow } from "../../glibc-shim/errno.ts";
import { PI_FETCH_TASKINFO, PI_STOPPED } from "../../servers/interfaces/procinfo.ts";
import { RLIM_INFINITY, RLIMIT_CORE } from "../../servers/interfaces/resource.ts";
import { SIGABRT, SIGCONT, SIGHUP, SIGKILL, SIGQUIT, SIGSEGV, SIGTERM } from "../../servers/interfaces/signals.ts";
import { WCONTINUED, WUNTRACED } from "../../servers/interfaces/wait-status.ts";
import { outcome, probe, say } from "../glibc-shim/probe.ts";

const sh = (commands: string, options: { user?: string; input?: string } = {}): readonly string[] => {
  const { output, reason, console: shown } = runCommands({ commands, ...options });
  if (reason !== undefined) throw new Error(`${reason}\n${shown}`);
  return output.split("\n").filter((l) => l !== "");
};

/** As the probe of a real Hurd did (sig.c, fault): what a child does after it has chosen its crash server and its core limit. */
const FAULTS: readonly (readonly [name: string, body: (libc: Libc) => Syscall<unknown>])[] = [
  ["null read", () => load(0, 4)],
  ["div0", () => raise(3, 1, 0)],
  ["ud2", () => raise(2, 1, 0)],
  ["int3", () => raise(6, 2, 0)],
  ["abort", (libc) => libc.raise(SIGABRT)],
];

const hex = (n: number): string => `0x${n.toString(16)}`;

/** A child that dies of `body`, in /tmp. */
const crash = (libc: Libc, server: string, body: (libc: Libc) => Syscall<unknown>, limit = RLIM_INFINITY): Syscall<number> =>
  libc.fork(function* (child) {
    yield* child.chdir("/tmp");
    child.environ.set("CRASHSERVER", server);
    yield* child.setrlimit(RLIMIT_CORE, { current: limit, maximum: limit });
    yield* body(child);
    return 99;
  });

/** The status words of every fault, with this crash server. */
const statuses = (server: string, limit?: number): readonly string[] =>
  probe(function* (libc) {
    for (const [name, body] of FAULTS) {
      const pid = yield* crash(libc, server, body, limit);
      const { status } = yield* libc.waitpid(pid, WUNTRACED);
      const core = yield* outcome(libc.stat("/tmp/core"), (st) => (st.size > 4096 ? "core" : "empty core"));
      yield* say(libc, `${name}: ${hex(status)} ${core}`);
      if (core !== "ENOENT") yield* libc.unlink("/tmp/core");
    }
    return 0;
  });

const plain = ["null read: 0xb ENOENT", "div0: 0x8 ENOENT", "ud2: 0x4 ENOENT", "int3: 0x5 ENOENT", "abort: 0x6 ENOENT"];

describe("a fault ends a process with the signal's status (recorded)", () => {
  it("without a crash server, or with a node that is none", () => {
    expect(statuses("/nonexistent")).to.deep.equal(plain);
    expect(statuses("/servers/proc")).to.deep.equal(plain);
  });
  it("crash-kill: the same words", () => {
    expect(statuses("/servers/crash-kill")).to.deep.equal(plain);
  });
  it("crash-dump-core: a core adds 0x80", () => {
    expect(statuses("/servers/crash-dump-core")).to.deep.equal(["null read: 0x8b core", "div0: 0x88 core", "ud2: 0x84 core", "int3: 0x85 core", "abort: 0x86 core"]);
  });
  it("RLIMIT_CORE 0 turns every crash server off, crash-suspend too", () => {
    expect(statuses("/servers/crash-suspend", 0)).to.deep.equal(plain);
    expect(statuses("/servers/crash-dump-core", 0)).to.deep.equal(plain);
  });

  it("a fault whose signal is ignored or blocked is fatal; one that is caught is not", () => {
    const lines = probe(function* (libc) {
      for (const how of ["ignored", "blocked", "caught"]) {
        const pid = yield* crash(libc, "/nonexistent", function* (child) {
          if (how === "ignored") yield* child.sigaction(SIGSEGV, { handler: "SIG_IGN" });
          if (how === "blocked") yield* child.sigprocmask("block", 1 << (SIGSEGV - 1));
          if (how === "caught") yield* child.sigaction(SIGSEGV, { handler: () => child._exit(7) });
          yield* load(0, 4);
        });
        yield* say(libc, `${how} ${hex((yield* libc.waitpid(pid)).status)}`);
      }
      return 0;
    });
    expect(lines).to.deep.equal(["ignored 0xb", "blocked 0xb", "caught 0x700"]);
  });

  it("an image that cannot be read in a core leaves no core bit: the directory is not ours", () => {
    const lines = probe(
      function* (libc) {
        const pid = yield* libc.fork(function* (child) {
          yield* child.chdir("/etc");
          child.environ.set("CRASHSERVER", "/servers/crash-dump-core");
          yield* load(0, 4);
          return 99;
        });
        yield* say(libc, hex((yield* libc.waitpid(pid)).status));
        return 0;
      },
      [],
      "probe",
      "guest",
    );
    expect(lines).to.deep.equal(["0xb"]);
  });
});

/** Whether proc says that a process is stopped, and its task's suspend count. */
function* stateOf(libc: Libc, pid: number): Syscall<string> {
  const info = yield* procCall.proc_getprocinfo(libc.ports.proc, { which: pid, flags: PI_FETCH_TASKINFO });
  return info.err ? hex(info.err) : `stopped ${(info.procinfo[0] ?? 0) & PI_STOPPED} suspended ${info.procinfo[9]}`;
}

describe("crash-suspend holds a process (feature-table.md row 13)", () => {
  /** A held child, what `act` does to it, and how it went on. */
  const held = (act: (libc: Libc, pid: number) => Syscall<void>): readonly string[] =>
    probe(function* (libc) {
      yield* libc.setpgid(0, 0);
      const pid = yield* crash(libc, "/servers/crash-suspend", () => load(0, 4));
      yield* say(libc, `wait ${hex((yield* libc.waitpid(pid, WUNTRACED)).status)}`);
      yield* act(libc, pid);
      return 0;
    });

  it("its parent sees it stop by its signal; CONT first reports \"continued\", then the death with core (recorded)", () => {
    const lines = held(function* (libc, pid) {
      yield* say(libc, yield* stateOf(libc, pid));
      yield* libc.kill(pid, SIGCONT);
      yield* say(libc, `wait ${hex((yield* libc.waitpid(pid, WUNTRACED)).status)}`);
      yield* say(libc, yield* outcome(libc.stat("/tmp/core")));
    });
    expect(lines).to.deep.equal(["wait 0xb7f", "stopped 1 suspended 1", "wait 0x8b", "ok"]);
  });

  it("the continuation shows in wait when it is asked for", () => {
    const lines = held(function* (libc, pid) {
      const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(libc.ports.proc, { pid }));
      const { task } = orThrow("pid2task", yield* procCall.proc_pid2task(libc.ports.proc, { pid }));
      const poster = yield* libc.fork(function* () {
        return (yield* msgCall.msg_sig_post(msgport, { signal: SIGCONT, sigcode: 0, refport: task })).err === 0 ? 0 : 1;
      });
      for (let i = 0; i < 2; i++) yield* say(libc, hex((yield* libc.waitpid(pid, WCONTINUED)).status));
      yield* say(libc, hex((yield* libc.waitpid(poster)).status));
    });
    expect(lines.slice(1)).to.deep.equal(["0xffff", "0x8b", "0x0"]);
  });

  it("TERM and KILL end it; any other signal finds it busy, and only its task port or session counts", () => {
    const lines = held(function* (libc, pid) {
      yield* say(libc, `0 ${yield* outcome(libc.kill(pid, 0))} HUP ${yield* outcome(libc.kill(pid, SIGHUP))}`);
      const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(libc.ports.proc, { pid }));
      for (const refport of [MACH_PORT_NULL, yield* mach_task_self(), libc.ports.auth]) {
        yield* say(libc, hex((yield* msgCall.msg_sig_post(msgport, { signal: SIGTERM, sigcode: 0, refport })).err));
      }
      yield* say(libc, hex((yield* msgCall.msg_get_init_int(msgport, { refport: libc.ports.auth, which: 0 })).err));
      yield* libc.kill(pid, SIGTERM);
      yield* say(libc, `wait ${hex((yield* libc.waitpid(pid, WUNTRACED)).status)}`);
    });
    expect(lines).to.deep.equal(["wait 0xb7f", "0 EBUSY HUP EBUSY", "0x40000001", "0x40000001", "0x40000001", "0x40000010", "wait 0xf"]);
    expect(
      held(function* (libc, pid) {
        yield* libc.kill(pid, SIGKILL);
        yield* say(libc, `wait ${hex((yield* libc.waitpid(pid, WUNTRACED)).status)}`);
      }),
    ).to.deep.equal(["wait 0xb7f", "wait 0x9"]);
  });

  it("a debugger that goes on with nothing, or with the crash, gets it: its own message port again, still stopped by its signal and suspended", () => {
    for (const signal of [0, SIGSEGV]) {
      const lines = held(function* (libc, pid) {
        const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(libc.ports.proc, { pid }));
        const { task } = orThrow("pid2task", yield* procCall.proc_pid2task(libc.ports.proc, { pid }));
        yield* say(libc, hex((yield* msgCall.msg_sig_post_untraced(msgport, { signal, sigcode: 0, refport: libc.ports.auth })).err));
        yield* say(libc, hex((yield* msgCall.msg_sig_post_untraced(msgport, { signal, sigcode: 0, refport: task })).err));
        const again = orThrow("getmsgport", yield* procCall.proc_getmsgport(libc.ports.proc, { pid }));
        yield* say(libc, `${again.msgport !== msgport} ${yield* stateOf(libc, pid)} ${hex((yield* libc.waitpid(pid, WUNTRACED)).status)}`);
        yield* libc.kill(pid, SIGKILL);
        yield* say(libc, hex((yield* libc.waitpid(pid)).status));
      });
      expect(lines.slice(1)).to.deep.equal(["0x40000001", "0x0", "true stopped 1 suspended 1 0xb7f", "0x9"]);
    }
  });

  it("any other untraced signal is like a plain one; the session's port lets it CONT and nothing else", () => {
    const lines = held(function* (libc, pid) {
      const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(libc.ports.proc, { pid }));
      const { sessport } = orThrow("getsidport", yield* procCall.proc_getsidport(libc.ports.proc, {}));
      for (const signal of [SIGTERM, SIGQUIT, SIGHUP]) yield* say(libc, hex((yield* msgCall.msg_sig_post_untraced(msgport, { signal, sigcode: 0, refport: sessport })).err));
      yield* say(libc, hex((yield* msgCall.msg_sig_post_untraced(msgport, { signal: SIGCONT, sigcode: 0, refport: sessport })).err));
      yield* say(libc, hex((yield* libc.waitpid(pid)).status));
    });
    expect(lines.slice(1)).to.deep.equal(["0x40000001", "0x40000001", "0x40000001", "0x0", "0x8b"]);
  });

  it("what was held and killed leaves nothing in the server", () => {
    const lines = sh(
      [
        "export CRASHSERVER=/servers/crash-suspend; cd /tmp",
        "one() { fault segv & sleep 1; kill -$1 $!; wait $!; echo $?; }",
        "one KILL; one CONT; settrans -ag /servers/crash-suspend; echo $?; one TERM; one KILL; settrans -ag /servers/crash-suspend; echo $?",
        "fault segv & sleep 1; settrans -ag /servers/crash-suspend; echo busy $?; kill -KILL $!",
      ].join("\n"),
    ).filter((l) => /^(busy )?\d+$/.test(l));
    expect(lines.slice(0, 6)).to.deep.equal(["137", "139", "0", "143", "137", "0"]);
    expect(lines[6]).to.match(/^busy [1-9]/);
  });
});

describe("crashes leave nothing behind", () => {
  for (const action of ["dump-core", "kill", "suspend"]) {
    it(`in the name space of the server: ${action}`, () => {
      const lines = sh(
        [
          `cd /tmp; export CRASHSERVER=/servers/crash-${action}`,
          action === "suspend" ? "one() { fault segv & sleep 1; kill -CONT $!; wait $!; }" : "one() { fault segv; }",
          "names() { ps -A -o pid,args | grep hurd/crash | grep -v grep | while read p rest; do echo ports | db $p | wc -l; done; }",
          "for i in 1 2 3; do one; done 2>/dev/null; names; for i in 1 2 3 4 5 6 7 8 9 10; do one; done 2>/dev/null; names",
        ].join("\n"),
      );
      expect(lines).to.have.length(2);
      expect(lines[1]).to.equal(lines[0]);
    });
  }
});

describe("which crash server, and what it does", () => {
  it("fsysopts shows and changes the action at run time; an action alone is for orphans too", () => {
    const lines = sh(
      [
        "cd /tmp; c=/servers/crash-kill; fsysopts $c; fsysopts $c --action=core-file; fsysopts $c",
        "fault segv 2>/dev/null; echo $?; test -s core; echo $?",
        "fsysopts $c --orphan-action=suspend --core-file-name=/tmp/%%%p-%s; fsysopts $c; fsysopts $c --action=none; echo $?",
      ].join("\n"),
    );
    expect(lines.filter((l) => !l.startsWith("fsysopts:") && !l.includes("core dumped"))).to.deep.equal([
      "/hurd/crash --action=kill --orphan-action=kill",
      "/hurd/crash --action=core-file --orphan-action=core-file",
      ...["139", "0"],
      "/hurd/crash --action=core-file --orphan-action=suspend --core-file-name=/tmp/%%%p-%s",
      "5",
    ]);
  });

  it("a bare /hurd/crash suspends, and writes the cores of orphans", () => {
    expect(sh("touch /tmp/c; settrans -a /tmp/c /hurd/crash; fsysopts /tmp/c").at(-1)).to.equal("/hurd/crash --action=suspend --orphan-action=core-file");
  });

  it("changing the link /servers/crash changes the policy at the next crash; $CRASHSERVER is for one user", () => {
    const lines = sh(
      [
        "cd /tmp; readlink /servers/crash; fault fpe; rm -f core; ls core 2>/dev/null",
        "ln -sf crash-dump-core /servers/crash; fault fpe; ls core; rm core",
        "CRASHSERVER=/servers/crash-kill fault fpe; ls core 2>/dev/null; COREFILE=other fault ill; ls other core 2>/dev/null",
      ].join("\n"),
    );
    expect(lines).to.deep.equal([
      ...["crash-kill", "Floating point exception"],
      ...["Floating point exception (core dumped)", "core"],
      ...["Floating point exception", "Illegal instruction (core dumped)", "other"],
    ]);
  });

  it("a core is an ELF file with the task's memory, owned by who crashed, for him alone", () => {
    const lines = sh(
      "cd; export CRASHSERVER=/servers/crash-dump-core; fault segv; head -c 4 core | tr -d '\\177'; echo; stat -c '%U %a' core; grep -c 'fault segv' core; fault -c 0 segv; (ulimit -c 0; kill -SEGV 0); echo end",
      { user: "guest" },
    );
    expect(lines.slice(0, 4)).to.deep.equal(["Segmentation fault (core dumped)", "ELF", "guest 600", "1"]);
  });

  it("a name template puts cores where the administrator wants them; the process leaves none of its own, and its status has no core bit", () => {
    const lines = sh("cd /tmp; fsysopts /servers/crash-kill -c -C /tmp/%s-%%; fault ill; ls -l /tmp | grep 4-% | wc -l; ls core 2>/dev/null; fsysopts /servers/crash-kill -C /nowhere/x; fault ill; ls core");
    expect(lines).to.deep.equal(["Illegal instruction", "1", "Illegal instruction (core dumped)", "core"]);
  });

  it("an older core is not replaced: then there is no core bit", () => {
    const lines = sh("cd /tmp; export CRASHSERVER=/servers/crash-dump-core; fault ill; fault fpe; rm core; fault fpe");
    expect(lines).to.deep.equal(["Illegal instruction (core dumped)", "Floating point exception", "Floating point exception (core dumped)"]);
  });

  it("a $CRASHSERVER that is not there: the system's is asked", () => {
    expect(sh("cd /tmp; ln -sf crash-dump-core /servers/crash; CRASHSERVER=/nonexistent fault ill")).to.deep.equal(["Illegal instruction (core dumped)"]);
  });
});
