/**
 * Schedules up to the order of traps that do not touch the same (Mazurkiewicz's classes; modelchecking.md §§5, 8). For counting, not for reducing: every schedule has been run, and its class is told by its
 * Foata normal form.
 */
import type { ChoiceKind, Enabled, Situation, Strategy } from "../../mach/kern/scheduler.ts";

interface Event {
  readonly thread: number;
  readonly label: string;
  readonly cells: readonly string[];
  readonly level: number;
}

/** Cells that are only read begin so. */
const READ = "r:";

/** Two sets of cells have one in common that one of them writes. */
export function dependent(a: readonly string[], b: readonly string[]): boolean {
  return a.some((x) => b.some((y) => (x.startsWith(READ) ? y === x.slice(READ.length) : y === x || y === READ + x)));
}

/** Passes every choice through, and tells the class of the run so far. */
export class Classifying implements Strategy {
  private readonly events: Event[] = [];
  private readonly inner: Strategy;

  constructor(inner: Strategy) {
    this.inner = inner;
  }

  next(situation: Situation): number | "stop" {
    const index = this.inner.next(situation);
    const chosen = index === "stop" ? undefined : situation.enabled[index];
    if (chosen !== undefined) this.add(chosen);
    return index;
  }

  choice(kind: ChoiceKind, below: number): number {
    return this.inner.choice(kind, below);
  }

  /** Equal for two runs that differ only in the order of independent traps. */
  get class(): string {
    return this.events.map(({ level, label }) => `${level} ${label}`).sort().join("\n");
  }

  private add({ thread, name, trap, footprint }: Enabled): void {
    const label = `${name} ${trap === undefined ? "" : trap.op === "foreign" ? trap.call : trap.op} ${footprint.cells.join(" ")}`;
    const cells = [...footprint.cells, ...footprint.ports.map((p) => `port ${p}`)];
    const before = this.events.filter((e) => e.thread === thread || dependent(e.cells, cells));
    this.events.push({ thread, label, cells, level: 1 + before.reduce((most, e) => Math.max(most, e.level), 0) });
  }
}
