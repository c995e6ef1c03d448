import { expect } from "chai";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { RandomStream } from "../../../mach/kern/random.ts";
import { RandomStrategy, type Situation, type Strategy } from "../../../mach/kern/scheduler.ts";
import { mach_msg, swtch_pri, threadState, type Syscall } from "../../../mach/kern/syscall.ts";
import { Machine } from "../../../mach/kern/machine.ts";
import { Clock } from "../../../mach/kern/clock.ts";
import { bootMachine, newPort, run, startThread, type Context } from "./boot-machine.ts";

/** The order in which three threads note five steps each. */
function history(scheduler?: Strategy): string {
  let story = "";
  run(
    function* ({ self }) {
      for (const name of "abc")
        yield* startThread(self, function* () {
          for (let i = 0; i < 5; i++) {
            yield* swtch_pri();
            story += name;
          }
        });
    },
    scheduler === undefined ? {} : { scheduler },
  );
  return story;
}

/** A machine with three threads that make ten traps each, not run yet; which of them have ended. */
function threeThreads(): { readonly machine: Machine; readonly done: () => string } {
  const machine = new Machine({ instructions: new Map() });
  const ended: string[] = [];
  for (const name of "abc") {
    const task = machine.createTask(machine.kernelTask, name, false);
    const thread = machine.createThread(task);
    const entry = function* (): Syscall<void> {
      for (let i = 0; i < 10; i++) yield* swtch_pri();
      ended.push(name);
    };
    thread.setState(threadState({ pc: task.text.add(entry), sp: 0, arg: 0 }));
    thread.suspendCount = 0;
    machine.makeRunnable(thread);
  }
  return { machine, done: () => ended.sort().join("") };
}

describe("scheduling", () => {
  it("by default is round robin", () => {
    expect(history().replaceAll(/[^abc]/g, "")).to.equal("abcabcabcabcabc");
  });
  it("at random depends on the seed and on nothing else", () => {
    const of = (seed: number): string => history(new RandomStrategy(new RandomStream(seed)));
    expect(of(1)).to.equal(of(1));
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(of)).size).to.be.above(6);
  });
  it("shows a strategy the pending trap and the ports that it touches", () => {
    const seen: Situation["enabled"][number][] = [];
    const strategy: Strategy = {
      next: ({ enabled }) => {
        seen.push(...enabled);
        return 0;
      },
      choice: () => 0,
    };
    const { machine } = run(
      function* ({ self }) {
        const port = yield* newPort(self);
        const msg = new MachMsg();
        msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
        msg.rcvName = port;
        yield* mach_msg(msg);
      },
      { scheduler: strategy },
    );
    const last = seen.at(-1);
    expect(last?.trap?.op).to.equal("mach_msg");
    expect(last?.footprint.ports).to.have.length(1);
    expect(machine.steps).to.equal(seen.length);
  });
  it("a strategy that comes and goes while the machine runs loses no thread that was ready", () => {
    const { machine, done } = threeThreads();
    const random = new RandomStrategy(new RandomStream(3));
    for (let i = 0; machine.run({ steps: 1 }) === "steps"; i++) if (i % 4 === 1) machine.schedule(i % 8 === 1 ? random : undefined);
    expect(done()).to.equal("abc");
  });
  it("a strategy can end the run", () => {
    const stop: Strategy = { next: () => "stop", choice: () => 0 };
    expect(history(stop)).to.equal("");
  });
});

describe("running in steps", () => {
  it("gives the same history as running at once", () => {
    const body = function* ({ self }: Context): Syscall<void> {
      for (const name of "abc")
        yield* startThread(self, function* () {
          const port = yield* newPort(self);
          for (let i = 0; i < 400; i++) {
            if (i % 37 === 0) yield* swtch_pri();
            const msg = new MachMsg();
            msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
            msg.rcvName = port;
            msg.timeout = i % 11 === 0 ? 1 : 0;
            yield* mach_msg(msg);
            story += name;
          }
        });
    };
    let story = "";
    bootMachine(body).run();
    const once = story;
    for (const steps of [1, 7, 999, 1000, 1001]) {
      story = "";
      const machine = bootMachine(body);
      while (machine.run({ steps }) === "steps");
      expect(story === once, `${steps} at a time`).to.equal(true);
    }
  });
});

describe("running under a strategy", () => {
  /** Three threads that take turns, time out and yield; what they note, and when. */
  function story(drive: (machine: Machine) => void): string {
    let text = "";
    const body = function* ({ self }: Context): Syscall<void> {
      for (const name of "abc")
        yield* startThread(self, function* () {
          const port = yield* newPort(self);
          for (let i = 0; i < 30; i++) {
            if (i % 7 === 0) yield* swtch_pri();
            const msg = new MachMsg();
            msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
            msg.rcvName = port;
            msg.timeout = i % 5 === 0 ? 1 : 0;
            yield* mach_msg(msg);
            text += `${name}${machine.now} `;
          }
        });
    };
    const machine = bootMachine(body, { scheduler: new RandomStrategy(new RandomStream(5)) });
    drive(machine);
    return text;
  }
  const once = story((machine) => void machine.run());

  for (const steps of [1, 3, 50])
    it(`gives the same history ${steps} traps at a time, and makes no more than those`, () => {
      const again = story((machine) => {
        for (let made = machine.steps; machine.run({ steps }) === "steps"; made += steps) expect(machine.steps).to.equal(made + steps);
      });
      expect(again === once).to.equal(true);
    });
  it("goes no further than a moment, and on from there", () => {
    const again = story((machine) => {
      let stops = 0;
      for (let until = 7; until < 4000; until += 7) {
        expect(machine.run({ untilTime: until })).to.equal("idle");
        expect(machine.now).to.be.at.most(until + 1);
        if (machine.now > until) stops++;
      }
      expect(stops).to.be.above(3);
      machine.run();
    });
    expect(again === once).to.equal(true);
  });
  it("asks another strategy from the next choice on when it is given one meanwhile", () => {
    const asked: string[] = [];
    const named = (name: string, then: () => void): Strategy => ({
      next: () => {
        asked.push(name);
        then();
        return 0;
      },
      choice: () => 0,
    });
    story((machine) => {
      const second = named("second", () => undefined);
      machine.schedule(named("first", () => void (asked.length === 3 && machine.schedule(second))));
      machine.run({ steps: 6 });
    });
    expect(asked).to.deep.equal(["first", "first", "first", "second", "second", "second"]);
  });
  it("ends with the trap that halts the machine", () => {
    let left = 5;
    let machine: Machine | undefined;
    const strategy: Strategy = {
      next: () => {
        if (--left === 0) machine?.panic("enough");
        return 0;
      },
      choice: () => 0,
    };
    story((m) => {
      machine = m;
      m.schedule(strategy);
      expect(m.run()).to.equal("halted");
      expect(m.steps).to.equal(5);
    });
  });
});

describe("the clock", () => {
  it("fires timers in the order of their times, and of one time in the order of setting; a cancelled one never", () => {
    const clock = new Clock(0);
    const fired: string[] = [];
    const random = new RandomStream(3);
    const expected: { at: number; name: string }[] = [];
    for (let i = 0; i < 200; i++) {
      const at = random.below(20);
      const timer = clock.after(at, () => fired.push(`${at}.${i}`));
      if (i % 7 === 0) timer.cancel();
      else expected.push({ at, name: `${at}.${i}` });
    }
    expected.sort((a, b) => a.at - b.at);
    clock.advance(9);
    expect(fired).to.deep.equal(expected.filter((e) => e.at <= 9).map((e) => e.name));
    expect(clock.now).to.equal(9);
    clock.advance(100);
    expect(fired).to.deep.equal(expected.map((e) => e.name));
    expect(clock.next).to.equal(undefined);
  });
  it("a timer set by a timer fires in the same advance when its time has come", () => {
    const clock = new Clock(0);
    const fired: number[] = [];
    clock.after(5, () => void clock.after(5, () => fired.push(clock.now)));
    clock.advance(20);
    expect(fired).to.deep.equal([10]);
  });
});

describe("the random stream", () => {
  it("of neighbouring seeds differs from the start, in every bit", () => {
    const firsts = Array.from({ length: 256 }, (_, seed) => new RandomStream(seed).below(4));
    for (const n of [0, 1, 2, 3]) expect(firsts.filter((f) => f === n).length).to.be.within(40, 90);
  });
});
