import { expect } from "chai";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, type Libc } from "../../glibc-shim/libc.ts";
import { holdings } from "./holdings.ts";
import { probeMachine } from "./probe.ts";

/** Does `what` some times to get used to it, then `times` times; what all tasks held before and after. */
function beforeAndAfter(times: number, what: (libc: Libc) => Syscall<void>): readonly (Readonly<Record<string, string>> | undefined)[] {
  const seen: (Readonly<Record<string, string>> | undefined)[] = [undefined, undefined];
  const machine = probeMachine(function* (libc) {
    yield* run(libc, "/bin/settrans", "-c", "/servers/socket/1", "/hurd/pflocal");
    for (const [i, n] of [5, times].entries()) {
      for (let k = 0; k < n; k++) yield* what(libc);
      yield* libc.sleep(1);
      seen[i] = holdings(machine);
    }
    for (;;) yield* libc.pause();
  });
  machine.run({ steps: 5_000_000 });
  return seen;
}

function* run(libc: Libc, path: string, ...args: readonly string[]): Syscall<void> {
  const pid = yield* attempt(libc.posix_spawn(path, [path, ...args]));
  if (pid.err === 0) yield* libc.waitpid(pid.value);
  else yield* attempt(libc.waitpid(-1));
}

const deeds: readonly (readonly [what: string, times: number, deed: (libc: Libc) => Syscall<void>])[] = [
  ["200 programs", 200, (libc) => run(libc, "/bin/true")],
  ["programs that fail to start", 20, (libc) => run(libc, "/etc/passwd")],
  ["programs that are not there", 20, (libc) => run(libc, "/bin/nosuch")],
  ["set-uid programs", 20, (libc) => run(libc, "/bin/su", "--nosuch")],
  [
    "forks",
    20,
    function* (libc) {
      const pid = yield* libc.fork(function* () {
        return 3;
      });
      yield* libc.waitpid(pid);
    },
  ],
  [
    "pipes",
    20,
    function* (libc) {
      const [from, to] = yield* libc.pipe();
      yield* libc.writeAll(to, "x");
      yield* libc.read(from, 1);
      yield* libc.close(from);
      yield* libc.close(to);
    },
  ],
  [
    "files",
    20,
    function* (libc) {
      yield* libc.readFile("/etc/passwd");
      yield* libc.stat("/bin/sh");
      yield* attempt(libc.readlink("/bin/sh"));
      yield* attempt(libc.close(asFd(9)));
    },
  ],
  [
    "killed children",
    20,
    function* (libc) {
      const pid = yield* libc.posix_spawn("/bin/sleep", ["sleep", "100"]);
      yield* libc.kill(pid, 9);
      yield* libc.waitpid(pid);
    },
  ],
];

describe("nothing leaks: every task's name space is as it was", () => {
  for (const [what, times, deed] of deeds) {
    it(`after ${what}`, () => {
      const [before, after] = beforeAndAfter(times, deed);
      expect(before).to.not.equal(undefined);
      expect(after).to.deep.equal(before);
    }).timeout(120_000);
  }
});
