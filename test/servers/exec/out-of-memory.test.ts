import { expect } from "chai";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc, Main } from "../../../glibc-shim/libc.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { EXEC_NEWTASK, O_EXEC } from "../../../servers/interfaces/hurd-types.ts";
import { RLIM_INFINITY, RLIMIT_AS } from "../../../servers/interfaces/resource.ts";
import { SIGKILL } from "../../../servers/interfaces/signals.ts";
import { probed } from "../probe.ts";

const MIB = 1 << 20;
/** A stack is 16 MiB: not even the program's own memory; that, but no stack; enough. */
const POINTS: readonly (readonly [step: string, room: number])[] = [
  ["for the program (step 12)", 4096],
  ["for its stack (step 15)", 8 * MIB],
];
const ENOUGH = 17 * MIB;

const PLACE = "/bin/limited";
/** Exits with the MiB that it may have, 0 for any number. */
const limited: Main = function* (libc) {
  const { current } = yield* libc.getrlimit(RLIMIT_AS);
  return current === RLIM_INFINITY ? 0 : Math.round(current / MIB);
};
const programs = [[PLACE, limited]] as const;

const limit = (libc: Libc, bytes: number): Syscall<void> => libc.setrlimit(RLIMIT_AS, { current: bytes, maximum: RLIM_INFINITY });

/** The status of a child that `body` is. */
function* child(libc: Libc, body: (own: Libc) => Syscall<number>): Syscall<number> {
  return (yield* libc.waitpid(yield* libc.fork(body))).status;
}
function* names(): Syscall<readonly number[]> {
  const all = yield* machPortCall.mach_port_names(yield* taskSelf(), {});
  return all.err ? [] : all.names;
}

describe("an exec for which there is not enough memory", function () {
  this.timeout(60_000);

  for (const [step, room] of POINTS) {
    it(`${step}, in place: past the commit point, so the process is killed`, () => {
      const got = probed(
        function* (libc) {
          return yield* child(libc, function* (own) {
            yield* limit(own, room);
            yield* attempt(own.execve(PLACE, [PLACE]));
            return 99;
          });
        },
        { programs },
      );
      expect(got).to.equal(SIGKILL);
    });

    it(`${step}, spawned: ENOMEM to the parent, whose names stay, and a child that was killed`, () => {
      const got = probed(
        function* (libc) {
          const spawn = function* (): Syscall<readonly number[]> {
            yield* limit(libc, room);
            const { err } = yield* attempt(libc.posix_spawn(PLACE, [PLACE]));
            yield* limit(libc, RLIM_INFINITY);
            return [err, (yield* libc.waitpid(-1)).status];
          };
          yield* spawn();
          const before = yield* names();
          return { answer: yield* spawn(), before, after: yield* names() };
        },
        { programs },
      );
      expect(got.answer).to.deep.equal([Errno.ENOMEM, SIGKILL]);
      expect(got.after).to.deep.equal(got.before);
    });

    it(`${step}, in a new task (EXEC_NEWTASK), which has the old one's limit: KERN_NO_SPACE, and the old one goes on with what it had`, () => {
      const got = probed(
        function* (libc) {
          let answer: readonly unknown[] = [];
          const status = yield* child(libc, function* (own) {
            yield* limit(own, room);
            const file = yield* own.file_name_lookup(PLACE, O_EXEC);
            const run = function* (): Syscall<number> {
              return yield* own.hurdExec({ task: yield* taskSelf(), file, path: PLACE, abspath: PLACE, argv: [PLACE], env: [], flags: EXEC_NEWTASK });
            };
            yield* run();
            const before = yield* names();
            answer = [yield* run(), before, yield* names()];
            return 7;
          });
          return { status, answer };
        },
        { programs },
      );
      const [err, before, after] = got.answer;
      expect([err, got.status]).to.deep.equal([Kern.NO_SPACE, 7 << 8]);
      expect(after).to.deep.equal(before);
    });
  }

  it("is none when there is enough; the new program has the limit, in place, spawned, or in a new task", () => {
    const got = probed(
      function* (libc) {
        yield* limit(libc, ENOUGH);
        const inPlace = yield* child(libc, (own) => own.execve(PLACE, [PLACE]));
        const spawned = yield* libc.posix_spawn(PLACE, [PLACE]);
        const { status } = yield* libc.waitpid(spawned);
        const newTask = yield* child(libc, function* (own) {
          const file = yield* own.file_name_lookup(PLACE, O_EXEC);
          return yield* own.hurdExec({ task: yield* taskSelf(), file, path: PLACE, abspath: PLACE, argv: [PLACE], env: [], flags: EXEC_NEWTASK });
        });
        return [inPlace, status, newTask];
      },
      { programs },
    );
    expect(got).to.deep.equal([17 << 8, 17 << 8, 17 << 8]);
  });

  it("is none for a set-id program: its task is the exec server's child, and has that one's limit", () => {
    const got = probed(
      function* (libc) {
        yield* libc.chmod(PLACE, 0o4755);
        return yield* child(libc, function* (own) {
          yield* limit(own, 4096);
          yield* own.setuid(1001);
          yield* own.execve(PLACE, [PLACE]);
          return 99;
        });
      },
      { programs },
    );
    expect(got).to.equal(0);
  });
});
