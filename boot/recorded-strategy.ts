/** The choices of a recorded run, again: how a history under a scheduler of the caller's own is replayed. */
import type { KernelEvent } from "../mach/kern/events.ts";
import type { Situation, Strategy } from "../mach/kern/scheduler.ts";

/** Takes what was taken. Where the trace has no more to say the run ends. */
export class RecordedStrategy implements Strategy {
  private readonly turns: readonly number[];
  private readonly choices: readonly number[];
  private turn = 0;
  private made = 0;

  constructor(events: readonly KernelEvent[]) {
    this.turns = events.flatMap((e) => (e.kind === "scheduled" ? [e.index] : []));
    this.choices = events.flatMap((e) => (e.kind === "choice" ? [e.index] : []));
  }

  /** Of a history that has become another one, whatever there is. */
  next({ enabled }: Situation): number | "stop" {
    const index = this.turns[this.turn++];
    return index === undefined ? "stop" : Math.min(index, enabled.length - 1);
  }

  choice(_kind: unknown, below: number): number {
    return Math.min(this.choices[this.made++] ?? 0, below - 1);
  }
}
