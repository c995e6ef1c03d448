import { expect } from "chai";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { orThrow } from "../../../glibc-shim/errno.ts";
import { STDOUT, type Libc } from "../../../glibc-shim/libc.ts";
import { O_CREAT, O_TRUNC, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { newSend } from "../../servers/exec-probe.ts";
import { probed } from "../../servers/probe.ts";

/** What ps says, and its exit status. */
function* ps(libc: Libc, ...args: readonly string[]): Syscall<readonly string[]> {
  const pid = yield* libc.posix_spawn("/bin/ps", ["ps", ...args], [{ do: "open", fd: STDOUT, path: "/tmp/out", flags: O_WRITE | O_CREAT | O_TRUNC, mode: 0o644 }]);
  const { status } = yield* libc.waitpid(pid);
  return [...(yield* libc.readText("/tmp/out")).split("\n").slice(0, -1), `status ${status >> 8}`];
}

describe("ps and processes that cannot or will not answer", function () {
  this.timeout(60_000);

  it("does not ask a suspended one, and waits for no message port that nobody serves: their terminal is unknown", () => {
    const got = probed(function* (libc) {
      const { proc } = libc.ports;
      const [held, deaf] = [yield* libc.posix_spawn("/bin/sleep", ["sleep", "1000"]), yield* libc.posix_spawn("/bin/sleep", ["sleep", "1000"])];
      yield* libc.usleep(100_000);
      const task = orThrow("proc_pid2task", yield* procCall.proc_pid2task(proc, { pid: held })).task;
      yield* machCall.task_suspend(task, {});
      const theirs = orThrow("proc_pid2proc", yield* procCall.proc_pid2proc(proc, { pid: deaf })).proc;
      yield* procCall.proc_setmsgport(theirs, { newmsgport: yield* newSend() });
      return (yield* ps(libc, "-F", "%tty %susp %args", "-U", "root", "-gx")).filter((line) => /sleep|TTY|ps|status/.test(line));
    });
    expect(got).to.deep.equal(["TTY Susp Args", "  ?    1 sleep 1000", "  ?    0 sleep 1000", "  -    0 ps -F %tty %susp %args -U root -gx", "status 0"]);
  });

  it("asks no process itself with -M, and says nothing of terminals and waits then", () => {
    const got = probed((libc) => ps(libc, "-M", "-F", "%pid %tty %wait %exe", "1"));
    expect(got).to.deep.equal(["  PID Exe", "    1 /libexec/console-run", "status 0"]);
  });

  it("lists threads behind their process, whichever way processes are sorted, and among themselves by what they have", () => {
    const got = probed(function* (libc) {
      return { falling: yield* ps(libc, "-T", "-F", "%pid %th", "-s", "-pid", "1,2"), threads: yield* ps(libc, "-T", "-F", "%pid %th", "-s", "th", "-r", "1") };
    });
    expect(got).to.deep.equal({ falling: ["  PID TH#", "    2 ", "        0", "    1 ", "        0", "        1", "status 0"], threads: ["  PID TH#", "    1 ", "        1", "        0", "status 0"] });
  });
});
