import { expect } from "chai";
import fc from "fast-check";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_UN } from "../../../servers/interfaces/hurd-types.ts";
import { RecordLocks } from "../../../servers/lib/record-locks.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

/** Runs what must not trap. */
function now<T>(call: Syscall<T>): T {
  const step = call.next(0);
  if (step.done !== true) throw new Error("it waits");
  return step.value;
}

const FILE = 12;

/** Locks as one letter a byte and holder: what the ranges must come to. */
class Model {
  readonly bytes = new Map<object, number[]>();
  of(who: object): number[] {
    const mine = this.bytes.get(who) ?? new Array<number>(FILE).fill(F_UNLCK);
    this.bytes.set(who, mine);
    return mine;
  }
  /** A read lock takes nothing from one's own write lock. */
  set(who: object, start: number, end: number, type: number): void {
    const mine = this.of(who);
    for (let i = start; i < end; i++) if (type !== F_RDLCK || mine[i] !== F_WRLCK) mine[i] = type;
  }
  conflict(who: object, start: number, end: number, type: number): boolean {
    if (type === F_UNLCK) return false;
    return [...this.bytes].some(([other, held]) => other !== who && held.slice(start, end).some((h) => h === F_WRLCK || (h === F_RDLCK && type === F_WRLCK)));
  }
}

describe("locks on ranges (fcntl)", () => {
  it("split, merge and conflict as locks on single bytes would", () => {
    const holders = [{}, {}, {}];
    const step = fc.record({ who: fc.nat(2), start: fc.nat(FILE - 1), length: fc.integer({ min: 1, max: 5 }), type: fc.constantFrom(F_RDLCK, F_WRLCK, F_UNLCK) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const [locks, model] = [new RecordLocks(), new Model()];
        for (const { who, start, length, type } of steps) {
          const [holder, end] = [holders[who] ?? {}, Math.min(FILE, start + length)];
          const refused = model.conflict(holder, start, end, type);
          expect(now(locks.set(holder, start, end, type, false))).to.equal(refused ? Errno.EAGAIN : 0);
          if (!refused) model.set(holder, start, end, type);
          for (const h of holders) {
            const bytes = new Array<number>(FILE).fill(F_UNLCK);
            for (const r of locks.held) if (r.who === h) bytes.fill(r.type, r.start, r.end);
            expect(bytes).to.deep.equal(model.of(h));
          }
          const own = locks.held.filter((r) => r.who === holder);
          expect(own.some((r, i) => own[i + 1]?.start === r.end && own[i + 1]?.type === r.type), "neighbours of one kind are one").to.equal(false);
        }
      }),
    );
  });

  it("reach to the end when they have no end", () => {
    const locks = new RecordLocks();
    now(locks.set({}, 5, Infinity, F_WRLCK, false));
    expect(locks.conflict({}, 1_000_000, 1_000_001, F_RDLCK)?.start).to.equal(5);
    expect(locks.conflict({}, 0, 5, F_WRLCK)).to.equal(undefined);
  });
});

describe("locks on whole files (flock)", () => {
  it("are shared by readers, exclusive for one, and refused without waiting", () => {
    const locks = new RecordLocks();
    const [a, b] = [{}, {}];
    const whole = (who: object, type: number): number => now(locks.set(who, 0, Infinity, type, false));
    expect(whole(a, F_RDLCK)).to.equal(0);
    expect(whole(b, F_RDLCK)).to.equal(0);
    expect(whole(a, F_WRLCK)).to.equal(Errno.EAGAIN);
    expect(whole(b, F_UNLCK)).to.equal(0);
    expect(whole(a, F_WRLCK)).to.equal(0);
    expect(whole(b, F_RDLCK)).to.equal(Errno.EAGAIN);
    expect([locks.status(a), locks.status(b), locks.status()]).to.deep.equal([LOCK_EX, LOCK_UN, LOCK_EX]);
  });

  it("do not become weaker by asking for a shared one", () => {
    const locks = new RecordLocks();
    const a = {};
    now(locks.set(a, 0, Infinity, F_WRLCK, false));
    now(locks.set(a, 0, Infinity, F_RDLCK, false));
    expect(locks.status(a)).to.equal(LOCK_EX);
  });
});
