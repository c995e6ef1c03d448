/**
 * Every schedule, depth first: a run is made again from its start for each (programs cannot be copied), following a stack of choices and taking the default after its end.
 * No reduction: `executions` counts interleavings of traps. A strategy that reduces can take this one's place.
 */
import type { ChoiceKind, Enabled, Situation, Strategy } from "../../mach/kern/scheduler.ts";
import { defaultThread, type Chosen, type Deviation } from "./schedule.ts";

/** One choice on the way: alternatives in the order in which they are tried, the default first. */
interface Branch {
  readonly kind: Chosen;
  /** Threads' numbers, or alternatives. */
  readonly alternatives: readonly number[];
  tried: number;
  /** Switches away from a thread that could have gone on, before this choice. */
  readonly preemptions: number;
  /** The default keeps the running thread: another choice preempts it. */
  readonly preempting: boolean;
}

/** How far the search goes. */
export interface Bound {
  /** Runs at most. Default: 100,000. */
  readonly executions?: number;
  /** Preemptions in one run at most. Default: any number. */
  readonly preemptions?: number;
}

export class DepthFirst implements Strategy {
  private readonly stack: Branch[] = [];
  private depth = 0;
  private preemptions = 0;
  private readonly limit: number;
  /** Some alternative was left out because of the bound on preemptions. */
  pruned = false;

  constructor(bound: Bound = {}) {
    this.limit = bound.preemptions ?? Infinity;
  }

  next(situation: Situation): number {
    const { enabled, current } = situation;
    if (enabled.length < 2) return 0;
    const first = defaultThread(situation);
    const usual = enabled[first]?.thread ?? 0;
    const branch = this.depth < this.stack.length ? (this.stack[this.depth] as Branch) : this.grow("schedule", threadsOf(enabled, usual), usual === current);
    this.depth++;
    if (branch.preempting && branch.tried > 0) this.preemptions++;
    const take = branch.alternatives[branch.tried];
    if (take === usual) return first;
    for (let i = 0; i < enabled.length; i++) if (enabled[i]?.thread === take) return i;
    throw new Error(`the run is not the same again: thread ${take} cannot run at choice ${this.depth - 1}`);
  }

  choice(kind: ChoiceKind, below: number): number {
    if (below < 2) return 0;
    const branch = this.depth < this.stack.length ? (this.stack[this.depth] as Branch) : this.grow(kind, Array.from({ length: below }, (_, i) => i), false);
    this.depth++;
    return branch.alternatives[branch.tried] ?? 0;
  }

  private grow(kind: Chosen, alternatives: readonly number[], preempting: boolean): Branch {
    const branch: Branch = { kind, alternatives, tried: 0, preemptions: this.preemptions, preempting };
    this.stack.push(branch);
    return branch;
  }

  /** Goes on to the next schedule after a run. False when there is none. */
  advance(): boolean {
    this.depth = 0;
    this.preemptions = 0;
    for (let branch = this.stack.at(-1); branch !== undefined; branch = this.stack.at(-1)) {
      const more = branch.tried + 1 < branch.alternatives.length;
      if (more && branch.preempting && branch.preemptions >= this.limit) this.pruned = true;
      else if (more) {
        branch.tried++;
        return true;
      }
      this.stack.pop();
    }
    return false;
  }

  /** How often the run just made left the default schedule. */
  get deviationCount(): number {
    let count = 0;
    for (const branch of this.stack) if (branch.tried > 0) count++;
    return count;
  }

  /** Where the run just made left the default schedule. */
  get deviations(): readonly Deviation[] {
    return this.stack.flatMap((b, at) => (b.tried === 0 ? [] : [{ at, kind: b.kind, take: b.alternatives[b.tried] ?? 0 }]));
  }
}

/** The numbers of all threads with `first` in front. */
function threadsOf(enabled: readonly Enabled[], first: number): readonly number[] {
  const threads = [first];
  for (const { thread } of enabled) if (thread !== first) threads.push(thread);
  return threads;
}
