import { expect } from "chai";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { swtch_pri } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { SIGINT, SIGTSTP, SIGWINCH } from "../../../servers/interfaces/signals.ts";
import { Lflag, Vc } from "../../../servers/interfaces/termios.ts";
import { Thread } from "../../../servers/lib/sync.ts";
import { Terminal, type Job } from "../../../servers/term/terminal.ts";
import { runTask, thread } from "../task.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const job = (n: number): Job => ({ pid: n, pgrp: n });

/** A terminal on a device that only remembers. */
class Bench {
  shown = "";
  readonly signals: string[] = [];
  readonly terminal: Terminal;
  constructor() {
    this.terminal = new Terminal(
      { start: () => nothing(), write: (bytes) => this.show(bytes) },
      (owner, signo) => this.send(owner, signo),
    );
  }
  private *show(bytes: Uint8Array): Syscall<void> {
    this.shown += new TextDecoder().decode(bytes);
  }
  private *send(owner: number, signo: number): Syscall<void> {
    this.signals.push(`${signo} to ${owner}`);
  }
  /** "text", or the name of the failure. */
  *read(j?: Job, noblock = false, amount = 64): Syscall<string | number> {
    const r = yield* this.terminal.read(j, noblock, amount);
    return r.err ? r.err : new TextDecoder().decode(r.data);
  }
  *lflag(on: number, off = 0): Syscall<void> {
    const { modes } = this.terminal.discipline;
    yield* this.terminal.setModes(undefined, { ...modes, lflag: ((modes.lflag | on) & ~off) >>> 0 }, "now");
  }
}
function* nothing(): Syscall<0> {
  return 0;
}
/** Lets all other threads come to rest. */
function* settle(): Syscall<void> {
  while ((yield* swtch_pri()) !== 0);
}

function bench(body: (b: Bench) => Syscall<void>): void {
  const { finished, machine } = runTask(function* () {
    const b = new Bench();
    yield* b.terminal.open(false);
    yield* body(b);
  });
  expect(finished, machine.haltReason ?? "it hangs").to.equal(true);
}

describe("a terminal", () => {
  it("lets a reader wait for a line, and wakes it", () => {
    bench(function* (b) {
      yield* thread(function* () {
        yield* b.terminal.typed(text("ab"));
        yield* b.terminal.typed(text("c\r"));
      });
      expect(yield* b.read()).to.equal("abc\n");
      expect(b.shown).to.equal("abc\r\n");
    });
  });
  it("answers EWOULDBLOCK to whoever will not wait, EINTR to whoever was interrupted", () => {
    bench(function* (b) {
      expect(yield* b.read(undefined, true)).to.equal(Errno.EAGAIN);
      const self = Thread.self();
      yield* thread(function* () {
        yield* self.cancel();
      });
      expect(yield* b.read()).to.equal(Errno.EINTR);
    });
  });
  it("refuses the background a read, and a write only under TOSTOP; a port without a job is never in the background", () => {
    bench(function* (b) {
      yield* b.terminal.setOwner(-7);
      yield* b.terminal.typed(text("x\n"));
      expect(yield* b.read(job(8))).to.equal(Errno.EBACKGROUND);
      expect((yield* b.terminal.write(job(8), false, text("bg"))).err).to.equal(0);
      yield* b.lflag(Lflag.TOSTOP);
      expect((yield* b.terminal.write(job(8), false, text("bg"))).err).to.equal(Errno.EBACKGROUND);
      expect((yield* b.terminal.write(undefined, false, text("any"))).err).to.equal(0);
      expect(yield* b.read(job(7))).to.equal("x\n");
    });
  });
  it("refuses the background to change the modes even without TOSTOP", () => {
    bench(function* (b) {
      yield* b.terminal.setOwner(-7);
      const { modes } = b.terminal.discipline;
      expect(yield* b.terminal.setModes(job(8), modes, "now")).to.equal(Errno.EBACKGROUND);
      expect(yield* b.terminal.setModes(job(7), modes, "now")).to.equal(0);
    });
  });
  it("wakes a waiting reader that has fallen into the background", () => {
    bench(function* (b) {
      yield* b.terminal.setOwner(-7);
      let got: string | number = "";
      yield* thread(function* () {
        got = yield* b.read(job(7));
      });
      yield* settle();
      yield* b.terminal.setOwner(-9);
      yield* settle();
      expect(got).to.equal(Errno.EBACKGROUND);
    });
  });
  it("signals the foreground, and nobody while it has no owner", () => {
    bench(function* (b) {
      yield* b.terminal.typed(text("\x03"));
      expect(b.signals).to.deep.equal([]);
      yield* b.terminal.setOwner(-7);
      yield* b.terminal.typed(text("\x03\x1a"));
      expect(b.signals).to.deep.equal([`${SIGINT} to -7`, `${SIGTSTP} to -7`]);
    });
  });
  it("says SIGWINCH when the size has changed, and only then", () => {
    bench(function* (b) {
      yield* b.terminal.setOwner(-7);
      yield* b.terminal.resize([25, 80, 0, 0]);
      yield* b.terminal.resize([25, 80, 0, 0]);
      expect(b.signals).to.deep.equal([`${SIGWINCH} to -7`]);
    });
  });
  it("lets writers wait while ^S holds output back; draining waits with them", () => {
    bench(function* (b) {
      const long = "z".repeat(20000);
      yield* b.terminal.typed(text("\x13"));
      let wrote = 0;
      yield* thread(function* () {
        const r = yield* b.terminal.write(undefined, false, text(long));
        wrote = r.err ? -1 : r.amount;
      });
      yield* settle();
      expect([wrote, b.shown]).to.deep.equal([0, ""]);
      yield* b.terminal.typed(text("\x11"));
      yield* settle();
      expect([wrote, b.shown]).to.deep.equal([20000, long]);
      expect(yield* b.terminal.drain()).to.equal(0);
    });
  });
  it("TIOCEXCL keeps others out, but not root; the last close ends it and gives the modes back", () => {
    bench(function* (b) {
      const { terminal } = b;
      yield* b.lflag(0, Lflag.ECHO);
      yield* terminal.change(undefined, () => void (terminal.exclusive = true));
      expect(yield* terminal.open(false)).to.equal(Errno.EBUSY);
      expect(yield* terminal.open(true)).to.equal(0);
      terminal.close();
      terminal.close();
      expect(yield* terminal.open(false)).to.equal(0);
      expect(terminal.discipline.modes.lflag).to.equal(0x5cb);
    });
  });
  it("in raw mode VMIN 0 and VTIME wait that long and no longer", () => {
    bench(function* (b) {
      const { modes } = b.terminal.discipline;
      const cc = modes.cc.map((c, i) => (i === Vc.MIN ? 0 : i === Vc.TIME ? 3 : c));
      yield* b.terminal.setModes(undefined, { ...modes, lflag: modes.lflag & ~Lflag.ICANON, cc }, "now");
      expect(yield* b.read()).to.equal("");
      yield* b.terminal.typed(text("k"));
      expect(yield* b.read()).to.equal("k");
    });
  });
  it("in raw mode VMIN counts characters", () => {
    bench(function* (b) {
      const { modes } = b.terminal.discipline;
      yield* b.terminal.setModes(undefined, { ...modes, lflag: modes.lflag & ~Lflag.ICANON, cc: modes.cc.map((c, i) => (i === Vc.MIN ? 3 : c)) }, "now");
      yield* b.terminal.typed(text("ab"));
      expect(yield* b.read(undefined, true)).to.equal(Errno.EAGAIN);
      yield* b.terminal.typed(text("c"));
      expect(yield* b.read()).to.equal("abc");
    });
  });
  it("select says what is ready, and waits for it", () => {
    bench(function* (b) {
      expect(yield* b.terminal.select(7, 0)).to.deep.equal({ err: 0, select_type: 2 });
      expect(yield* b.terminal.select(1, 50)).to.deep.equal({ err: 0, select_type: 0 });
      yield* thread(function* () {
        yield* b.terminal.typed(text("x\n"));
      });
      expect(yield* b.terminal.select(1, undefined)).to.deep.equal({ err: 0, select_type: 1 });
    });
  });
});
