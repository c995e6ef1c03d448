/** exec-in and a process that execs at the same time: exec locks no task, on a real Hurd neither; so exec-in looks before. */
import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import { SIGKILL } from "../../servers/interfaces/signals.ts";
import { WNOHANG } from "../../servers/interfaces/wait-status.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { probe, say } from "../glibc-shim/probe.ts";

/** Execs itself over and over. */
const again: Main = function* (libc, [, left = "0"]) {
  if (left === "0") yield* libc.pause();
  yield* libc.execve("/bin/again", ["again", String(Number(left) - 1)]);
  return 1;
};

const hex = (n: number): string => `0x${n.toString(16)}`;

/** exec-in into a process that is somewhere in a long row of execs: its own exit status, and what became of the process. */
function* meet(libc: Libc, delay: number, options: readonly string[]): Syscall<string> {
  const pid = yield* libc.posix_spawn("/bin/again", ["again", "60"]);
  yield* libc.usleep(delay);
  const tool = yield* libc.posix_spawn("/bin/exec-in", ["exec-in", ...options, String(pid), "sh", "-c", "exit 7"]);
  const told = (yield* libc.waitpid(tool)).status;
  yield* libc.usleep(200_000);
  const became = yield* libc.waitpid(pid, WNOHANG);
  if (became.pid !== 0) return `${hex(told)} ${hex(became.status)}`;
  yield* libc.kill(pid, SIGKILL);
  yield* libc.waitpid(pid);
  return `${hex(told)} alive`;
}

/** The outcomes for `times` moments, each with how often it came. */
const outcomes = (times: number, step: number, options: readonly string[]): readonly string[] =>
  probe(
    function* (libc) {
      for (let i = 0; i < times; i++) yield* say(libc, yield* meet(libc, i * step, options));
      return 0;
    },
    [["/bin/again", again]],
    "probe 2>/dev/null",
  );

describe("exec-in into a process that execs itself all the time", () => {
  it("runs its program there, or says that it could not and leaves the process alone; never does it end it", () => {
    const seen = new Set(outcomes(25, 59, []));
    expect([...seen].filter((o) => o !== "0x0 0x700" && o !== "0x100 alive")).to.deep.equal([]);
    expect(seen.has("0x0 0x700")).to.equal(true);
  });

  it("with -f, as the bare call does it, it can end the process: two execs in one task make a mixture", () => {
    const seen = new Set(outcomes(20, 37, ["-f"]));
    expect([...seen].some((o) => o.endsWith(" 0x9"))).to.equal(true);
  });
});

describe("exec-in into a process that stands still", () => {
  it("that a signal has stopped: runs when it is continued; that somebody holds suspended: EBUSY, and it goes on afterwards", () => {
    const sh = (commands: string): readonly string[] => runCommands({ commands }).output.split("\n").filter((l) => l !== "");
    expect(sh("sleep 1000 & p=$!; sleep 1; kill -STOP $p; exec-in $p sh -c 'exit 7'; echo $?; wait $p; echo $?")).to.deep.equal(["0", "7"]);
    const busy = sh("cd /tmp; export CRASHSERVER=/servers/crash-suspend; fault segv & sleep 1; exec-in $! true 2>&1; echo $?; kill -KILL $!; wait $!; echo $?");
    expect(busy.slice(-3).map((l) => l.replace(/\d+: Dev/, "N: Dev"))).to.deep.equal(["exec-in: N: Device or resource busy", "1", "137"]);
  });
});
