/** Programs started by one thread while others open and close descriptors, in any order in which they may run. */
import { expect } from "chai";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { O_READ } from "../../servers/interfaces/hurd-types.ts";
import { probed } from "../servers/probe.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 28];

/** A thread that opens and closes descriptors until told otherwise; `end` waits for it. */
function* busy(libc: Libc): Syscall<{ readonly end: () => Syscall<void> }> {
  let enough = false;
  let done = false;
  yield* libc.thread(function* () {
    while (!enough) {
      const fds = [yield* libc.open("/etc/passwd", O_READ), yield* libc.open("/dev/null", O_READ), yield* libc.open("/etc/group", O_READ)];
      for (const fd of fds) yield* libc.close(fd);
    }
    done = true;
  });
  return {
    *end() {
      enough = true;
      while (!done) yield* libc.usleep(1000);
    },
  };
}

describe("a program with several threads", function () {
  this.timeout(120_000);

  it("spawns programs with the descriptors that it had, though another thread closes them meanwhile", () => {
    for (const seed of SEEDS) {
      const got = probed(
        function* (libc) {
          const other = yield* busy(libc);
          const wrong: string[] = [];
          for (let i = 0; i < 5; i++) {
            const pid = yield* attempt(libc.posix_spawn("/bin/true", ["true"]));
            if (pid.err) wrong.push(errnoName(pid.err));
            else wrong.push(...((yield* libc.waitpid(pid.value)).status === 0 ? [] : ["status"]));
          }
          yield* other.end();
          return wrong;
        },
        { seed, scheduler: "random" },
      );
      expect(got, `seed ${seed}`).to.deep.equal([]);
    }
  });

  it("is replaced by a program, though another thread closes descriptors meanwhile", () => {
    for (const seed of SEEDS) {
      const got = probed(
        function* (libc) {
          const wrong: string[] = [];
          for (let i = 0; i < 3; i++) {
            const pid = yield* libc.fork(function* (child) {
              yield* busy(child);
              yield* child.usleep(200);
              const failed = yield* attempt(child.execve("/bin/true", ["true"]));
              wrong.push(errnoName(failed.err));
              return 1;
            });
            const { status } = yield* libc.waitpid(pid);
            if (status !== 0) wrong.push(`status ${status}`);
          }
          return wrong;
        },
        { seed, scheduler: "random" },
      );
      expect(got, `seed ${seed}`).to.deep.equal([]);
    }
  });
});
