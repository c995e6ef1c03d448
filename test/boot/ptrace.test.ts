/** ptrace (feature-table.md row 15, signals-fork.md §10): all of it by task port and message port. */
import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import { PTRACE_CONT_HERE } from "../../glibc-shim/ptrace.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { msgCall, procCall } from "../../glibc-shim/stubs.ts";
import { orThrow } from "../../glibc-shim/errno.ts";
import { load, type Syscall } from "../../mach/kern/syscall.ts";
import { PI_FETCH_TASKINFO, PI_STOPPED, PI_TRACED } from "../../servers/interfaces/procinfo.ts";
import { SIGALRM, SIGCONT, SIGKILL, SIGSEGV, SIGSTOP, SIGTERM, SIGUSR1 } from "../../servers/interfaces/signals.ts";
import { WCONTINUED, WIFEXITED, WNOHANG, WUNTRACED } from "../../servers/interfaces/wait-status.ts";
import { outcome, probe, say } from "../glibc-shim/probe.ts";

const sh = (commands: string, user = "root"): readonly string[] => {
  const { output, reason, console: shown } = runCommands({ commands, user });
  if (reason !== undefined) throw new Error(`${reason}\n${shown}`);
  return output.split("\n").filter((l) => l !== "");
};

const hex = (n: number): string => `0x${n.toString(16)}`;

describe("ptrace COMMAND: a program traced by its signals", () => {
  it("stops at the exec and at every signal, which is then taken as if nobody traced", () => {
    expect(sh("ptrace true 2>&1; echo $?")).to.deep.equal(["ptrace: exec", "ptrace: exited with 0", "0"]);
    const caught = sh("ptrace sh -c 'trap \"echo caught\" INT; kill -INT $$; exit 4' 2>&1; echo $?");
    expect(caught).to.deep.equal(["ptrace: exec", "ptrace: SIGINT", "caught", "ptrace: exited with 4", "4"]);
    expect(sh("ptrace fault segv 2>&1; echo $?")).to.deep.equal(["ptrace: exec", "ptrace: SIGSEGV", "ptrace: killed by SIGSEGV", "139"]);
  });
  it("stops again at each exec of the same process; a fork's child is not traced", () => {
    expect(sh("ptrace sh -c '/bin/true; exec false' 2>&1; echo $?")).to.deep.equal(["ptrace: exec", "ptrace: SIGCHLD", "ptrace: exec", "ptrace: exited with 1", "1"]);
  });
  it("that is none: exit 127, nothing has stopped", () => {
    expect(sh("ptrace /nonexistent 2>&1; echo $?")).to.deep.equal(["ptrace: /nonexistent: No such file or directory", "ptrace: exited with 127", "127"]);
  });
});

describe("ptrace -p PID: the requests on a running process", () => {
  const running = (...requests: string[]): readonly string[] =>
    sh(`sleep 1000 & sleep 1; p=$!; ${requests.map((r) => `ptrace -p $p ${r} 2>&1; echo $?`).join("; ")}; kill -KILL $p`).map((l) => l.replace(/^(ptrace: \w+) \d+/, "$1 N"));

  it("attach stops it, signals stop it instead of being handled, detach lets it go", () => {
    const lines = sh("sleep 1000 & sleep 1; p=$!; s() { ps -A -o pid,stat | grep \" *$p \" | tr -d ' '; }; ptrace -p $p attach; s; kill -USR1 $p; kill -CONT $p; s; ptrace -p $p detach; wait $p; echo $?");
    expect(lines[0]).to.match(/^\d+T/);
    expect(lines[1]).to.match(/^\d+T/);
    expect(lines[2]).to.equal("158");
  });
  it("memory: a word of the program's instruction is read; text cannot be written, data can", () => {
    expect(running("peektext 0x08048060", "poketext 0x08048060 0", "pokedata 0x2ffe 0xdeadbeef", "peekdata 0x2ffe", "peekdata 0")).to.deep.equal([
      ...["0x4e534e49", "0", "ptrace: poketext N: (os/kern) protection failure", "1", "0", "0xdeadbeef", "0"],
      ...["ptrace: peekdata N: (os/kern) protection failure", "1"],
    ]);
  });
  it("registers of the first thread; SETREGS reads them too (the real one's slip)", () => {
    const lines = running("getregs", "setregs");
    expect(lines[0]).to.match(/^eip 0x8048060 uesp 0x\w+ eax 0x0$/);
    expect(lines.slice(1)).to.deep.equal(["0", lines[0], "0"]);
  });
  it("what the C library leaves to the kernel, and what there is not: EOPNOTSUPP", () => {
    const refused = ["singlestep", "peekuser"].flatMap((r) => [`ptrace: ${r} N: Operation not supported`, "1"]);
    expect(running("singlestep", "peekuser")).to.deep.equal(refused);
  });
  it("of a stranger, of nobody, and a wrong request", () => {
    expect(sh("ptrace -p 4 attach 2>&1; ptrace -p 999 attach 2>&1; ptrace -p 4 frob 2>&1 | head -1", "guest")).to.deep.equal([
      "ptrace: attach 4: Operation not permitted",
      "ptrace: attach 999: No such process",
      "ptrace: frob: no such request",
    ]);
  });
});

/** A child that does `body` and is traced; what `watch` does with it. */
const traced = (body: (child: Libc) => Syscall<number>, watch: (libc: Libc, pid: number) => Syscall<void>): readonly string[] =>
  probe(function* (libc) {
    const pid = yield* libc.fork(function* (child) {
      yield* child.ptrace.traceme();
      return yield* body(child);
    });
    yield* watch(libc, pid);
    return 0;
  });

function* stateOf(libc: Libc, pid: number): Syscall<string> {
  const info = yield* procCall.proc_getprocinfo(libc.ports.proc, { which: pid, flags: PI_FETCH_TASKINFO });
  const state = info.err ? 0 : (info.procinfo[0] ?? 0);
  return `${state & PI_STOPPED ? "stopped" : "running"} ${state & PI_TRACED ? "traced" : "not traced"}`;
}

/** A continued thread and the signal that it was continued with go at once: so this one does nothing of note afterwards. */
const raiser = function* (child: Libc): Syscall<number> {
  yield* child.raise(SIGUSR1);
  yield* child.usleep(10_000);
  return 5;
};

describe("a process that called PTRACE_TRACEME", () => {
  it("is reported to its parent's wait without WUNTRACED, and goes on without the signal by CONT 0", () => {
    const lines = traced(raiser, function* (libc, pid) {
      yield* say(libc, `${hex((yield* libc.waitpid(pid)).status)} ${yield* stateOf(libc, pid)}`);
      yield* libc.ptrace.cont(pid, PTRACE_CONT_HERE, 0);
      yield* say(libc, hex((yield* libc.waitpid(pid)).status));
    });
    expect(lines).to.deep.equal(["0x1e7f stopped traced", "0x500"]);
  });
  it("with the signal by CONT SIGNO; KILL is no signal at all", () => {
    const ends = (signo: number): readonly string[] =>
      traced(raiser, function* (libc, pid) {
        yield* libc.waitpid(pid);
        yield* libc.ptrace.cont(pid, PTRACE_CONT_HERE, signo);
        yield* say(libc, hex((yield* libc.waitpid(pid)).status));
      });
    expect(ends(SIGTERM)).to.deep.equal(["0xf"]);
    expect(ends(SIGKILL)).to.deep.equal(["0x9"]);
  });
  it("is not continued by SIGCONT: that waits, and stops it once more", () => {
    const lines = traced(raiser, function* (libc, pid) {
      yield* libc.waitpid(pid);
      yield* libc.kill(pid, SIGCONT);
      yield* say(libc, `${yield* stateOf(libc, pid)} ${(yield* libc.waitpid(pid, WNOHANG | WCONTINUED | WUNTRACED)).pid}`);
      yield* libc.ptrace.cont(pid, PTRACE_CONT_HERE, 0);
      yield* say(libc, hex((yield* libc.waitpid(pid)).status));
      yield* libc.ptrace.detach(pid);
      yield* say(libc, hex((yield* libc.waitpid(pid)).status));
    });
    expect(lines).to.deep.equal(["stopped traced 0", "0x137f", "0x500"]);
  });
  it("stops by a fault with the fault's code, and faults again when it is continued without the signal", () => {
    const lines = traced(
      function* () {
        yield* load(0, 4);
        return 5;
      },
      function* (libc, pid) {
        for (let i = 0; i < 2; i++) {
          const { status, sigcode } = orThrow("proc_wait", yield* procCall.proc_wait(libc.ports.proc, { pid, options: 0 }));
          yield* say(libc, `${hex(status)} ${sigcode}`);
          yield* libc.ptrace.cont(pid, PTRACE_CONT_HERE, i === 0 ? 0 : SIGSEGV);
        }
        yield* say(libc, hex((yield* libc.waitpid(pid)).status));
      },
    );
    expect(lines).to.deep.equal(["0xb7f 2", "0xb7f 2", "0xb"]);
  });
  it("with a new pc: CONT at an address where nothing is faults there", () => {
    const lines = traced(raiser, function* (libc, pid) {
      yield* libc.waitpid(pid);
      yield* libc.ptrace.cont(pid, 0, 0);
      yield* say(libc, hex((yield* libc.waitpid(pid)).status));
      yield* libc.ptrace.kill(pid);
    });
    expect(lines).to.deep.equal(["0xb7f"]);
  });
  it("forks children that nobody traces, and spawns children that stop at their exec", () => {
    const lines = probe(function* (libc) {
      const pid = yield* libc.fork(function* (child) {
        yield* child.ptrace.traceme();
        const forked = yield* child.fork(raiser);
        yield* say(child, hex((yield* child.waitpid(forked, WUNTRACED)).status));
        const spawned = yield* child.posix_spawn("/bin/true", ["true"]);
        yield* say(child, hex((yield* child.waitpid(spawned, WUNTRACED)).status));
        yield* child.kill(spawned, SIGKILL);
        return 0;
      });
      for (;;) {
        const { status } = yield* libc.waitpid(pid);
        if (WIFEXITED(status)) break;
        yield* libc.ptrace.cont(pid, PTRACE_CONT_HERE, 0);
      }
      return 0;
    });
    expect(lines).to.deep.equal(["0x1e", "0x57f"]);
  });
});

describe("an exec of a traced program (EXEC_SIGTRAP)", () => {
  it("leaves it before its first instruction: one thread, suspended, no message port; CONT waits for one", () => {
    const lines = traced(
      (child) => child.execve("/bin/true", ["true"]),
      function* (libc, pid) {
        yield* say(libc, `${hex((yield* libc.waitpid(pid)).status)} ${yield* stateOf(libc, pid)}`);
        yield* libc.sigaction(SIGALRM, { handler: (signo) => say(libc, `caught ${signo}`) });
        yield* libc.alarm(1);
        yield* say(libc, yield* outcome(libc.ptrace.cont(pid, PTRACE_CONT_HERE, 0)));
        yield* libc.ptrace.kill(pid);
        yield* say(libc, hex((yield* libc.waitpid(pid)).status));
      },
    );
    expect(lines).to.deep.equal(["0x57f stopped traced", "caught 14", "EINTR", "0x9"]);
  });
});

describe("authority", () => {
  it("the mask and the untraced signal are for who holds the task port", () => {
    const lines = probe(function* (libc) {
      const pid = yield* libc.fork((child) => child.pause());
      const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(libc.ports.proc, { pid }));
      const refport = libc.ports.proc;
      yield* say(libc, hex((yield* msgCall.msg_set_init_int(msgport, { refport, which: 4, value: -1 })).err));
      yield* say(libc, hex((yield* msgCall.msg_sig_post_untraced(msgport, { signal: SIGSTOP, sigcode: 0, refport })).err));
      yield* libc.kill(pid, SIGKILL);
      return 0;
    });
    expect(lines).to.deep.equal(["0x40000001", "0x40000001"]);
  });
});
