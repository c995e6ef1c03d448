import { expect } from "chai";
import { raise } from "../../mach/kern/syscall.ts";
import { STDOUT, type Libc } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { SIGALRM, SIGCHLD, SIGFPE, SIGINT, sigmask, SIGTERM, SIGUSR1, SIGUSR2, SA_RESETHAND, SA_RESTART } from "../../servers/interfaces/signals.ts";
import { runInWorld } from "./world.ts";

const say = (libc: Libc, text: string) => libc.writeAll(STDOUT, `${text}\n`);
const catcher = (libc: Libc, flags = 0, mask = 0) => ({ handler: (signo: number) => say(libc, `caught ${signo}`), flags, mask });
const lookups = { hang: { retry: 1, name: "", port: "hang" }, file: { retry: 1, name: "", port: "file" } } as const;

describe("signals", () => {
  it("run their handler before kill to oneself returns", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGUSR1, catcher(libc));
      yield* libc.raise(SIGUSR1);
      yield* say(libc, "after");
      return 0;
    });
    expect(out).to.equal("caught 30\nafter\n");
  });

  it("kill by default, with their number as status", () => {
    const { statuses } = runInWorld(function* (libc) {
      yield* libc.raise(SIGTERM);
      return 0;
    });
    expect(statuses.get(100)).to.equal(15);
  });

  it("that are ignored, or ignored by default, do nothing", () => {
    const { statuses } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGTERM, { handler: "SIG_IGN" });
      yield* libc.raise(SIGTERM);
      yield* libc.raise(SIGCHLD);
      return 3;
    });
    expect(statuses.get(100)).to.equal(0x300);
  });

  it("wait while blocked, and come when the mask lets them", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGUSR1, catcher(libc));
      yield* libc.sigprocmask("block", sigmask(SIGUSR1));
      yield* libc.raise(SIGUSR1);
      yield* say(libc, `pending ${(yield* libc.sigpending()) === sigmask(SIGUSR1)}`);
      yield* libc.sigprocmask("unblock", sigmask(SIGUSR1));
      yield* say(libc, "after");
      return 0;
    });
    expect(out).to.equal("pending true\ncaught 30\nafter\n");
  });

  it("block themselves and their mask while the handler runs, and nest otherwise", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGUSR2, catcher(libc));
      yield* libc.sigaction(SIGUSR1, {
        *handler() {
          yield* say(libc, "in");
          yield* libc.raise(SIGUSR1);
          yield* libc.raise(SIGUSR2);
          yield* say(libc, "out");
          yield* libc.sigaction(SIGUSR1, catcher(libc));
        },
      });
      yield* libc.raise(SIGUSR1);
      return 0;
    });
    expect(out).to.equal("in\ncaught 31\nout\ncaught 30\n");
  });

  it("with SA_RESETHAND are caught once", () => {
    const { out, statuses } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGUSR1, catcher(libc, SA_RESETHAND));
      yield* libc.raise(SIGUSR1);
      yield* libc.raise(SIGUSR1);
      return 0;
    });
    expect(out).to.equal("caught 30\n");
    expect(statuses.get(100)).to.equal(30);
  });

  it("break a call off with EINTR, after the server has been asked to", () => {
    const { out, calls } = runInWorld(
      function* (libc) {
        yield* libc.sigaction(SIGALRM, catcher(libc));
        const fd = yield* libc.open("/hang", 1);
        yield* libc.alarm(2);
        const read = yield* attempt(libc.read(fd, 10));
        yield* say(libc, read.err === 0 ? "read" : errnoName(read.err));
        return 0;
      },
      { lookups },
    );
    expect(out).to.equal("caught 14\nEINTR\n");
    expect(calls).to.include("interrupt_operation");
  });

  it("with SA_RESTART send the call again", () => {
    const { out, calls } = runInWorld(
      function* (libc) {
        yield* libc.sigaction(SIGALRM, catcher(libc, SA_RESTART));
        yield* libc.sigaction(SIGUSR1, catcher(libc));
        const fd = yield* libc.open("/hang", 1);
        yield* libc.alarm(1);
        yield* libc.thread(function* () {
          yield* libc.sigprocmask("set", 0xffffffff);
          yield* libc.sleep(3);
          yield* libc.kill(libc.getpid(), SIGUSR1);
        });
        const read = yield* attempt(libc.read(fd, 10));
        yield* say(libc, read.err === 0 ? "read" : errnoName(read.err));
        return 0;
      },
      { lookups },
    );
    expect(out).to.equal("caught 14\ncaught 30\nEINTR\n");
    expect(calls.filter((c) => c === "io_read")).to.have.length(2);
  });

  it("end sigsuspend and sleep", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGALRM, catcher(libc));
      yield* libc.alarm(1);
      const waited = yield* attempt(libc.pause());
      yield* say(libc, waited.err === 0 ? "?" : errnoName(waited.err));
      yield* libc.alarm(2);
      yield* say(libc, `left ${yield* libc.sleep(10)}`);
      return 0;
    });
    expect(out).to.equal("caught 14\nEINTR\ncaught 14\nleft 8\n");
  });

  it("cannot come through sigsuspend's gap: one that was pending ends it at once", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGINT, catcher(libc));
      yield* libc.sigprocmask("block", sigmask(SIGINT));
      yield* libc.raise(SIGINT);
      yield* attempt(libc.sigsuspend(0));
      yield* say(libc, `mask ${(yield* libc.sigprocmask("block", 0)) === sigmask(SIGINT)}`);
      return 0;
    });
    expect(out).to.equal("caught 2\nmask true\n");
  });

  it("are what exceptions become, and cannot be ignored then", () => {
    const { statuses } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGFPE, { handler: "SIG_IGN" });
      yield* raise(3, 1, 0);
      return 0;
    });
    expect(statuses.get(100)).to.equal(8);
  });

  it("tell their handler the code, and where a fault was", () => {
    const { out } = runInWorld(function* (libc) {
      const handler = (...what: readonly number[]) => say(libc, what.join(" "));
      for (const signo of [SIGUSR1, SIGFPE]) yield* libc.sigaction(signo, { handler });
      yield* libc.raise(SIGUSR1);
      yield* raise(3, 5, 4);
      return 0;
    });
    expect(out).to.equal("30 0 0\n8 3 4\n");
  });

  it("of an exception run their handler in the faulting thread", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.sigaction(SIGFPE, {
        *handler(signo) {
          yield* say(libc, `caught ${signo}`);
          yield* libc._exit(5);
        },
      });
      yield* raise(3, 1, 0);
      return 0;
    });
    expect(out).to.equal("caught 8\n");
  });
});
