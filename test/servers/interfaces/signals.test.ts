import { expect } from "chai";
import fc from "fast-check";
import * as signals from "../../../servers/interfaces/signals.ts";
import * as wait from "../../../servers/interfaces/wait-status.ts";

describe("signals", () => {
  it("have BSD's numbers, each in its place", () => {
    expect(signals.SIGNALS.map((s) => s.signo)).to.deep.equal(Array.from({ length: 32 }, (_, i) => i + 1));
    expect([signals.SIGCHLD, signals.SIGTSTP, signals.SIGCONT, signals.SIGUSR1, signals.SIGLOST]).to.deep.equal([20, 18, 19, 30, 32]);
  });
  it("do by default what signals-fork.md §4.3 lists", () => {
    const of = (action: signals.DefaultAction): readonly string[] => signals.SIGNALS.filter((s) => s.action === action).map((s) => s.name);
    expect(of("stop")).to.have.members(["STOP", "TSTP", "TTIN", "TTOU"]);
    expect(of("ignore")).to.have.members(["CONT", "IO", "URG", "CHLD", "WINCH"]);
    expect(of("core")).to.have.members(["QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "BUS", "SEGV", "SYS"]);
    expect(of("info")).to.deep.equal(["INFO"]);
    expect(signals.defaultAction(signals.SIGLOST)).to.equal("terminate");
  });
  it("are sets of unsigned masks", () => {
    expect(signals.sigmask(1, 32)).to.equal(0x80000001);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 32 })), (set) => {
        expect(signals.sigmembers(signals.sigmask(...set))).to.deep.equal([...set].sort((a, b) => a - b));
      }),
    );
  });
  it("are found by name or number", () => {
    expect(["INT", "sigint", "2", "IOT", "NOPE", "0", "33"].map(signals.signalNumber)).to.deep.equal([2, 2, 2, 6, undefined, undefined, undefined]);
    expect(signals.strsignal(9)).to.equal("Killed");
  });
});

describe("wait statuses", () => {
  it("say one thing each", () => {
    const says = (s: number): readonly boolean[] => [wait.WIFEXITED(s), wait.WIFSIGNALED(s), wait.WIFSTOPPED(s), wait.WIFCONTINUED(s)];
    expect(says(wait.W_EXITCODE(64))).to.deep.equal([true, false, false, false]);
    expect(says(9)).to.deep.equal([false, true, false, false]);
    expect(says(wait.W_STOPCODE(signals.SIGTSTP))).to.deep.equal([false, false, true, false]);
    expect(wait.WIFCONTINUED(wait.W_CONTINUED)).to.equal(true);
  });
  it("are the recorded words (tools-run.txt)", () => {
    expect(wait.W_EXITCODE(64)).to.equal(0x4000);
    expect(wait.WEXITSTATUS(0x100)).to.equal(1);
    expect(wait.WTERMSIG(signals.SIGQUIT | wait.WCOREFLAG)).to.equal(3);
    expect(wait.WCOREDUMP(signals.SIGQUIT | wait.WCOREFLAG)).to.equal(true);
    expect(wait.WSTOPSIG(wait.W_STOPCODE(18))).to.equal(18);
  });
});
