/** Forks of programs with several threads, in any order in which these may run. */
import { expect } from "chai";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, type Libc } from "../../glibc-shim/libc.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { O_READ } from "../../servers/interfaces/hurd-types.ts";
import { probed } from "../servers/probe.ts";

const SEEDS = [1, 2, 3, 4, 5, 28];
const each = (body: (libc: Libc) => Syscall<readonly string[]>): void => {
  for (const seed of SEEDS) expect(probed(body, { seed, scheduler: "random" }), `seed ${seed}`).to.deep.equal([]);
};

/** Runs `body` in a thread of its own; true once it is done. */
function* aside(libc: Libc, body: () => Syscall<void>): Syscall<() => boolean> {
  let done = false;
  yield* libc.thread(function* () {
    yield* body();
    done = true;
  });
  return () => done;
}

function* all(libc: Libc, threads: readonly (() => boolean)[]): Syscall<void> {
  while (!threads.every((done) => done())) yield* libc.usleep(1000);
}

/** Forks a child that exits with what `body` says; what is wrong with that. */
function* forked(libc: Libc, body: (child: Libc) => Syscall<number>, wanted: number): Syscall<readonly string[]> {
  const pid = yield* attempt(libc.fork(body));
  if (pid.err) return [`fork: ${errnoName(pid.err)}`];
  const ended = yield* attempt(libc.waitpid(pid.value));
  if (ended.err) return [`waitpid: ${errnoName(ended.err)}`];
  return ended.value.status === wanted << 8 ? [] : [`status ${ended.value.status.toString(16)}`];
}

describe("a fork of a program with several threads", function () {
  this.timeout(120_000);

  it("waits for another one to be done", () =>
    each(function* (libc) {
      const wrong: string[] = [];
      const threads: (() => boolean)[] = [];
      for (const status of [3, 4, 5]) {
        threads.push(yield* aside(libc, function* () {
          for (let i = 0; i < 3; i++) wrong.push(...(yield* forked(libc, function* () {
            return status;
          }, status)));
        }));
      }
      yield* all(libc, threads);
      return wrong;
    }));

  it("copies rights that die meanwhile as dead ones", () =>
    each(function* (libc) {
      let enough = false;
      const others = yield* aside(libc, function* () {
        while (!enough) yield* libc.waitpid(yield* libc.posix_spawn("/bin/true", ["true"]));
      });
      const wrong: string[] = [];
      for (let i = 0; i < 4; i++) wrong.push(...(yield* forked(libc, function* () {
        return 7;
      }, 7)));
      enough = true;
      yield* all(libc, [others]);
      return wrong;
    }));

  it("gives the child the descriptors of one moment, and every one of them is good", () =>
    each(function* (libc) {
      let enough = false;
      const opener = yield* aside(libc, function* () {
        while (!enough) {
          const fds = [yield* libc.open("/etc/passwd", O_READ), yield* libc.open("/etc/group", O_READ), yield* libc.open("/dev/null", O_READ)];
          for (const fd of fds) yield* libc.close(fd);
        }
      });
      const wrong: string[] = [];
      for (let i = 0; i < 5; i++) wrong.push(...(yield* forked(libc, function* (child) {
        let bad = 0;
        for (let fd = 0; fd < 8; fd++) {
          const st = yield* attempt(child.fstat(asFd(fd)));
          if (st.err !== 0 && errnoName(st.err) !== "EBADF") bad++;
        }
        return bad;
      }, 0)));
      enough = true;
      yield* all(libc, [opener]);
      return wrong;
    }));
});
