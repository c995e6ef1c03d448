import { expect } from "chai";
import { STDOUT, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { SA_RESTART, SIGALRM, SIGCONT, SIGSTOP, SIGTERM, SIGUSR1 } from "../../servers/interfaces/signals.ts";
import { runInWorld } from "./world.ts";

const SEEDS = 25;
const say = (libc: Libc, text: string) => libc.writeAll(STDOUT, `${text}\n`);
const catcher = (libc: Libc, flags = 0) => ({ handler: (signo: number) => say(libc, `caught ${signo}`), flags });
const lookups = { hang: { retry: 1, name: "", port: "hang" } } as const;

/** Runs `main` under many schedules; what it printed must be the same in all. */
function always(main: Main, expected: string): void {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { out, state } = runInWorld(main, { seed, lookups });
    expect(out, `seed ${seed}`).to.equal(expected);
    expect(state).to.equal("idle");
  }
}

describe("whoever runs first", () => {
  it("a signal sent by kill or raise is handled before the call returns", () => {
    always(function* (libc) {
      yield* libc.sigaction(SIGUSR1, catcher(libc));
      yield* libc.raise(SIGUSR1);
      yield* say(libc, "one");
      yield* libc.kill(libc.getpid(), SIGUSR1);
      yield* say(libc, "two");
      return 0;
    }, "caught 30\none\ncaught 30\ntwo\n");
  });

  it("a call is broken off by a signal from another thread, before or after it was sent", () => {
    always(function* (libc) {
      yield* libc.sigaction(SIGUSR1, catcher(libc));
      const fd = yield* libc.open("/hang", 1);
      let done = false;
      yield* libc.thread(function* () {
        yield* libc.sigprocmask("set", 0xffffffff);
        yield* libc.usleep(1000);
        if (!done) yield* libc.kill(libc.getpid(), SIGUSR1);
      });
      const read = yield* attempt(libc.read(fd, 10));
      done = true;
      yield* say(libc, read.err === 0 ? "read" : errnoName(read.err));
      return 0;
    }, "caught 30\nEINTR\n");
  });

  it("an alarm restarts a call, and the next one without SA_RESTART ends it", () => {
    always(function* (libc) {
      yield* libc.sigaction(SIGALRM, catcher(libc, SA_RESTART));
      const fd = yield* libc.open("/hang", 1);
      yield* libc.alarm(1);
      yield* libc.thread(function* () {
        yield* libc.sigprocmask("set", 0xffffffff);
        yield* libc.sleep(5);
        yield* libc.sigaction(SIGALRM, catcher(libc));
        yield* libc.kill(libc.getpid(), SIGALRM);
      });
      const read = yield* attempt(libc.read(fd, 10));
      yield* say(libc, read.err === 0 ? "read" : errnoName(read.err));
      return 0;
    }, "caught 14\ncaught 14\nEINTR\n");
  });

  it("children fork, are signalled, stopped, continued and waited for", () => {
    always(function* (libc) {
      const pid = yield* libc.fork(function* (child) {
        for (;;) yield* attempt(child.pause());
      });
      yield* libc.kill(pid, SIGSTOP);
      yield* libc.kill(pid, SIGCONT);
      yield* libc.kill(pid, SIGTERM);
      yield* libc.usleep(10_000);
      const again = yield* attempt(libc.kill(pid, 0));
      yield* say(libc, typeof again.err === "number" ? "asked" : "");
      return 0;
    }, "asked\n");
  });

  it("many children at once leave nothing behind", () => {
    always(function* (libc) {
      const pids: number[] = [];
      for (let i = 0; i < 4; i++) {
        pids.push(
          yield* libc.fork(function* (child) {
            yield* child.usleep(100);
            return 10 + i;
          }),
        );
      }
      let sum = 0;
      for (const pid of pids) sum += (yield* libc.waitpid(pid)).status >> 8;
      yield* say(libc, `${sum}`);
      return 0;
    }, "46\n");
  });
});
