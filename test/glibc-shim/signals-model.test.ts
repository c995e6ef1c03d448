import { expect } from "chai";
import fc from "fast-check";
import { STDOUT } from "../../glibc-shim/libc.ts";
import { exceptionSignal } from "../../glibc-shim/exception.ts";
import { SIGABRT, SIGBUS, SIGCHLD, SIGEMT, SIGFPE, SIGHUP, SIGILL, sigmask, sigmembers, SIGSEGV, SIGTRAP, SIGUSR1, SIGUSR2 } from "../../servers/interfaces/signals.ts";
import { runInWorld } from "./world.ts";

type Op = { readonly op: "raise" | "block" | "unblock" | "ignore" | "catch"; readonly signo: number };
const SIGNALS = [SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD];
const anyOp: fc.Arbitrary<Op> = fc.record({
  op: fc.constantFrom("raise" as const, "raise" as const, "block" as const, "unblock" as const, "ignore" as const, "catch" as const),
  signo: fc.constantFrom(...SIGNALS),
});

/** What POSIX says of one thread whose signals are all caught at first: handlers run when a signal is raised or let through, the last delivered (the highest) first. */
function model(ops: readonly Op[]): string {
  let blocked = 0;
  let pending = 0;
  const ignored = new Set<number>();
  let log = "";
  const deliver = (): void => {
    const ready = sigmembers(pending & ~blocked).filter((s) => !ignored.has(s));
    pending &= blocked;
    log += ready.reverse().map((s) => `${s} `).join("");
  };
  for (const { op, signo } of ops) {
    const bit = sigmask(signo);
    if (op === "block") blocked |= bit;
    if (op === "unblock") blocked &= ~bit;
    if (op === "catch") ignored.delete(signo);
    if (op === "ignore") {
      ignored.add(signo);
      pending &= ~bit;
    }
    if (op === "raise") pending |= bit;
    deliver();
  }
  return log;
}

describe("signals of one thread", () => {
  it("are delivered as the rules say, whatever is raised, blocked, ignored and caught", () => {
    fc.assert(
      fc.property(fc.array(anyOp, { maxLength: 25 }), (ops) => {
        const { out } = runInWorld(function* (libc) {
          const caught = { handler: (signo: number) => libc.writeAll(STDOUT, `${signo} `) };
          for (const signo of SIGNALS) yield* libc.sigaction(signo, caught);
          for (const { op, signo } of ops) {
            if (op === "raise") yield* libc.raise(signo);
            else if (op === "ignore") yield* libc.sigaction(signo, { handler: "SIG_IGN" });
            else if (op === "catch") yield* libc.sigaction(signo, caught);
            else yield* libc.sigprocmask(op, sigmask(signo));
          }
          return 0;
        });
        expect(out).to.equal(model(ops));
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe("exceptions", () => {
  it("become the signals of signals-fork.md §4.5", () => {
    expect([1, 9].map((code) => exceptionSignal(1, code)[0])).to.deep.equal([SIGSEGV, SIGSEGV]);
    expect([2, 24].map((code) => exceptionSignal(1, code))).to.deep.equal([
      [SIGSEGV, 2],
      [SIGSEGV, 2],
    ]);
    expect(exceptionSignal(1, 10)).to.deep.equal([SIGBUS, 2]);
    expect([2, 3, 6].map((e) => exceptionSignal(e, 0)[0])).to.deep.equal([SIGILL, SIGFPE, SIGTRAP]);
    expect([4, 5].map((e) => exceptionSignal(e, 1))).to.deep.equal([[SIGEMT, 0], [SIGEMT, 0]]);
    expect(exceptionSignal(99, 1)).to.deep.equal([SIGABRT, 99]);
  });

  it("carry the si_code that says what it was: of the exception's code, of a coprocessor's error by its status word", () => {
    expect([1, 12, 13].map((code) => exceptionSignal(2, code)[1])).to.deep.equal([1, 8, 0]);
    expect([1, 2, 3, 4, 6, 7].map((code) => exceptionSignal(3, code)[1])).to.deep.equal([1, 2, 0, 0, 0, 8]);
    expect([1, 2, 4, 8, 16, 32, 64, 5].map((status) => exceptionSignal(3, 5, status)[1])).to.deep.equal([7, 5, 3, 4, 5, 6, 0, 7]);
    expect(exceptionSignal(5, 7)).to.deep.equal([SIGFPE, 8]);
    expect([1, 2, 3].map((code) => exceptionSignal(6, code)[1])).to.deep.equal([1, 1, 0]);
  });
});
