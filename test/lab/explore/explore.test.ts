import { expect } from "chai";
import fc from "fast-check";
import { exploreAll, exploreRandom, type Scenario } from "../../../lab/explore/explore.ts";
import { readDeviations, ReplayStrategy, writeDeviations, type Deviation } from "../../../lab/explore/schedule.ts";
import { Watched } from "../../../lab/explore/watch.ts";
import { ForeignKernel, type Process } from "../../../lab/kernel/foreign-kernel.ts";
import { WaitQueue } from "../../../lab/kernel/waits.ts";
import { BLOCKED } from "../../../mach/ipc/host.ts";
import { Machine } from "../../../mach/kern/machine.ts";
import type { ForeignTrap, Syscall } from "../../../mach/kern/syscall.ts";
import type { Thread } from "../../../mach/kern/thread.ts";

/** Queues without limit: `sN` sends to queue N, `rN` receives. The words of a thread are its calls. */
class Queues extends ForeignKernel<Process> {
  readonly name = "queues";
  readonly log: string[] = [];
  private readonly queues = new Map<string, { readonly items: string[]; readonly waiting: WaitQueue }>();

  private queue(name: string) {
    const known = this.queues.get(name) ?? { items: [], waiting: new WaitQueue(this.machine) };
    this.queues.set(name, known);
    return known;
  }

  call(thread: Thread, trap: ForeignTrap): number {
    const { items, waiting } = this.queue(trap.call.slice(1));
    const who = thread.task.name;
    if (trap.call.startsWith("s")) {
      items.push(who);
      waiting.wakeOne();
      return 0;
    }
    const take = (): number => {
      const got = items.shift();
      if (got === undefined) return waiting.wait(thread, take);
      this.log.push(`${who}<${got}`);
      return 0;
    };
    const answer = take();
    return answer === BLOCKED ? BLOCKED : answer;
  }

  footprint(_thread: Thread, trap: ForeignTrap): readonly string[] {
    return [`Q(${trap.call.slice(1)})`];
  }

  protected release(): void {
    // A process holds nothing here.
  }

  start(name: string, calls: readonly string[]): void {
    const process = this.adopt(name, undefined, (task) => ({ task, name, ended: undefined }));
    this.spawnThread(process, function* (): Syscall<number> {
      for (const call of calls) yield { op: "foreign", call };
      return 0;
    });
  }

  get outcome(): string {
    return [...this.log, ...[...this.queues].map(([name, { items }]) => `${name}:${items.join("")}`)].join(" ");
  }
}

const scenario = (threads: Readonly<Record<string, readonly string[]>>): Scenario<string> => ({
  run(strategy) {
    const machine = new Machine({ instructions: new Map(), scheduler: strategy });
    const kernel = new Queues(machine);
    for (const [name, calls] of Object.entries(threads)) kernel.start(name, calls);
    machine.run();
    return kernel.outcome;
  },
  key: (outcome) => outcome,
});

describe("depth-first search (modelchecking.md §9, executions and outcomes)", () => {
  const rows: readonly (readonly [what: string, Readonly<Record<string, readonly string[]>>, executions: number, outcomes: number])[] = [
    ["2 threads × 2 sends, four ports", { a: ["s1", "s2"], b: ["s3", "s4"] }, 6, 6],
    ["3 threads × 1 send, same port, no receive", { a: ["s1"], b: ["s1"], c: ["s1"] }, 6, 6],
    ["n threads × k steps: (nk)!/(k!)^n", { a: ["s1", "s1", "s1"], b: ["s2", "s2", "s2"] }, 20, 0],
  ];
  for (const [what, threads, executions, outcomes] of rows)
    it(`${what}: ${executions} executions`, () => {
      const found = exploreAll(scenario(threads));
      expect(found.executions).to.equal(executions);
      expect(found.verdict).to.equal("exhaustive");
      if (outcomes > 0 && what.includes("same port")) expect(found.outcomes.size).to.equal(outcomes);
    });

  it("a receiver that waits is no choice until it is woken", () => {
    const found = exploreAll(scenario({ a: ["s1"], r: ["r1"] }));
    // The receive is made first and waits, or the send is made first.
    expect(found.executions).to.equal(2);
    expect([...found.outcomes.keys()]).to.deep.equal(["r<a 1:"]);
  });

  it("under a bound on preemptions leaves out the schedules that need more, and says so", () => {
    const calls = { a: ["s1", "s1", "s1"], b: ["s2", "s2", "s2"] };
    const found = exploreAll(scenario(calls), { preemptions: 0 });
    expect(found.executions).to.equal(2);
    expect(found.words).to.equal("exhaustive(preemptions ≤ 0)");
    expect(exploreAll(scenario(calls), { preemptions: 1 }).executions).to.be.within(3, 19);
  });

  it("cut short by its bound on executions it is a sample", () => {
    const found = exploreAll(scenario({ a: ["s1", "s1", "s1"], b: ["s1", "s1", "s1"] }), { executions: 5 });
    expect([found.executions, found.verdict]).to.deep.equal([5, "sampled"]);
  });
});

describe("witnesses", () => {
  const threads = { a: ["s1", "s1"], b: ["s1", "s1"], c: ["r1", "r1"] };

  it("lead to their outcome again, from every kind of search", () => {
    for (const { outcomes } of [exploreAll(scenario(threads)), exploreRandom(scenario(threads), 40, 7)])
      for (const [key, { witness }] of outcomes) expect(scenario(threads).run(new ReplayStrategy(readDeviations(witness) ?? []))).to.equal(key);
  });

  it("of the default schedule are empty", () => {
    const [first] = exploreAll(scenario(threads)).outcomes.values();
    expect(first?.witness).to.equal("");
  });

  it("are told step by step, with a mark where the default was left", () => {
    const watched = new Watched(new ReplayStrategy([{ at: 0, kind: "schedule", take: 2 }]));
    scenario({ a: ["s1"], b: ["s2"] }).run(watched);
    expect(watched.steps).to.deep.equal(["!     0  b(2)  s2()", "      1  a(1)  s1()"]);
  });

  it("of another program diverge with the choice and the thread named", () => {
    const strategy = new ReplayStrategy([{ at: 0, kind: "schedule", take: 9 }]);
    scenario({ a: ["s1"], b: ["s1"] }).run(strategy);
    expect(strategy.divergence).to.equal("at choice 0 (step 0) thread 9 cannot run");
  });

  it("come back from their text as they were written", () => {
    const kinds = ["schedule", "data", "fault", "timeout", "allocator", "queue-order", "short-read"] as const;
    const some = fc.uniqueArray(fc.record({ at: fc.nat(9999), kind: fc.constantFrom(...kinds), take: fc.nat(99) }), { selector: (d) => d.at });
    fc.assert(
      fc.property(some, (list) => {
        const deviations: readonly Deviation[] = [...list].sort((a, b) => a.at - b.at);
        expect(readDeviations(writeDeviations(deviations))).to.deep.equal(deviations);
      }),
    );
  });

  it("are refused when they are none", () => {
    for (const text of ["x", "1s", "s1", "1s2.1s3", "5s1.4s1", "1q2..3s1", "1s2 "]) expect(readDeviations(text), text).to.equal(undefined);
  });
});
