import { expect } from "chai";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Condition, Mutex, Thread, type Woken } from "../../../servers/lib/sync.ts";
import { probed } from "../probe.ts";

describe("locks between threads of a task", () => {
  it("let one thread in at a time, in the order they came", () => {
    const got = probed(function* (libc) {
      const lock = new Mutex();
      const log: string[] = [];
      const worker = function* (name: string): Syscall<void> {
        yield* lock.lock();
        log.push(`+${name}`);
        yield* libc.usleep(100);
        log.push(`-${name}`);
        yield* lock.unlock();
      };
      for (const name of ["a", "b", "c"]) yield* libc.thread(() => worker(name));
      yield* libc.usleep(10_000);
      return { log, locked: lock.locked };
    });
    expect(got).to.deep.equal({ log: ["+a", "-a", "+b", "-b", "+c", "-c"], locked: false });
  });
});

describe("conditions", () => {
  it("give up the lock while they wait and have it again after; each signal wakes one, a broadcast all", () => {
    const got = probed(function* (libc) {
      const lock = new Mutex();
      const condition = new Condition();
      const log: string[] = [];
      const waiter = function* (name: string): Syscall<void> {
        yield* lock.lock();
        const how = yield* condition.wait(lock);
        log.push(`${name} ${how} ${lock.locked}`);
        yield* lock.unlock();
      };
      for (const name of ["a", "b", "c"]) yield* libc.thread(() => waiter(name));
      yield* libc.usleep(1000);
      log.push(`free ${!lock.locked}`);
      yield* condition.signal();
      yield* libc.usleep(1000);
      log.push("then");
      yield* condition.broadcast();
      yield* libc.usleep(1000);
      return log;
    });
    expect(got).to.deep.equal(["free true", "a ok true", "then", "b ok true", "c ok true"]);
  });

  it("can be cancelled while they wait, and before; the cancellation is used up", () => {
    const got = probed(function* (libc) {
      const condition = new Condition();
      const log: Woken[] = [];
      let thread: Thread | undefined;
      yield* libc.thread(function* () {
        thread = Thread.self();
        log.push(yield* condition.wait());
        yield* libc.usleep(1000);
        log.push(yield* condition.wait());
        log.push(yield* condition.wait());
      });
      yield* libc.usleep(500);
      if (thread) yield* thread.cancel();
      yield* libc.usleep(500);
      if (thread) yield* thread.cancel();
      yield* libc.usleep(2000);
      const before = log.length;
      yield* condition.signal();
      yield* libc.usleep(500);
      return { before, log };
    });
    expect(got).to.deep.equal({ before: 2, log: ["cancelled", "cancelled", "ok"] });
  });

  it("time out, and a signal that comes later finds the next waiter", () => {
    const got = probed(function* (libc) {
      const condition = new Condition();
      const log: string[] = [];
      yield* libc.thread(function* () {
        log.push(`short ${yield* condition.wait(undefined, 5)}`);
      });
      yield* libc.thread(function* () {
        log.push(`long ${yield* condition.wait()}`);
      });
      yield* libc.usleep(20_000);
      yield* condition.signal();
      yield* libc.usleep(1000);
      return log;
    });
    expect(got).to.deep.equal(["short timed out", "long ok"]);
  });
});
