/** Random schedules that can be told again: any enabled thread at each choice, by a seed; its deviations are the witness. */
import { RandomStream } from "../../mach/kern/random.ts";
import type { ChoiceKind, Situation, Strategy } from "../../mach/kern/scheduler.ts";
import { defaultThread, type Deviation } from "./schedule.ts";

export class RandomWalk implements Strategy {
  private readonly random: RandomStream;
  private at = 0;
  private readonly left: Deviation[] = [];

  constructor(seed: number) {
    this.random = new RandomStream(seed);
  }

  next(situation: Situation): number {
    const { enabled } = situation;
    if (enabled.length < 2) return 0;
    const at = this.at++;
    const index = this.random.below(enabled.length);
    if (index !== defaultThread(situation)) this.left.push({ at, kind: "schedule", take: enabled[index]?.thread ?? 0 });
    return index;
  }

  choice(kind: ChoiceKind, below: number): number {
    if (below < 2) return 0;
    const at = this.at++;
    const take = this.random.below(below);
    if (take !== 0) this.left.push({ at, kind, take });
    return take;
  }

  /** How often the run left the default schedule. */
  get deviationCount(): number {
    return this.left.length;
  }

  /** Where the run left the default schedule. */
  get deviations(): readonly Deviation[] {
    return this.left;
  }
}
