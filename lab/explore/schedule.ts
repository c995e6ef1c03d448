/**
 * Schedules as deviations from the default one, and as strings.
 *
 * The default: the thread that ran last goes on while it can, else the one with the lowest number; a choice of another kind takes its alternative 0. A replay string says where a run chose
 * otherwise, so it is short, and an edit of the program elsewhere leaves it valid (modelchecking.md §6).
 */
import type { ChoiceKind, Situation, Strategy } from "../../mach/kern/scheduler.ts";

/** What is chosen: a thread, or an alternative of a data choice. */
export type Chosen = "schedule" | ChoiceKind;

/** At the `at`-th choice of a run, counted from 0 over all kinds with more than one alternative, `take` was chosen and not the default. */
export interface Deviation {
  readonly at: number;
  readonly kind: Chosen;
  /** A thread's number, or an alternative. */
  readonly take: number;
}

const LETTERS: Readonly<Record<Chosen, string>> = { schedule: "s", data: "d", fault: "f", timeout: "t", allocator: "a", "queue-order": "q", "short-read": "r" };

/** `3s7.9f1`: at choice 3 thread 7, at choice 9 the fault 1. Empty: the default schedule. */
export const writeDeviations = (deviations: readonly Deviation[]): string => deviations.map((d) => `${d.at}${LETTERS[d.kind]}${d.take}`).join(".");

/** Reads what `writeDeviations` wrote; undefined when it is none. */
export function readDeviations(text: string): readonly Deviation[] | undefined {
  if (text === "") return [];
  const deviations: Deviation[] = [];
  for (const word of text.split(".")) {
    const match = /^(\d{1,9})([sdftaqr])(\d{1,9})$/.exec(word);
    const kind = (Object.keys(LETTERS) as Chosen[]).find((k) => LETTERS[k] === match?.[2]);
    if (match === null || kind === undefined) return undefined;
    const at = Number(match[1]);
    if (at <= (deviations.at(-1)?.at ?? -1)) return undefined;
    deviations.push({ at, kind, take: Number(match[3]) });
  }
  return deviations;
}

/** Index of the thread that runs by default. */
export function defaultThread({ enabled, current }: Situation): number {
  for (let i = 0; i < enabled.length; i++) if (enabled[i]?.thread === current) return i;
  return 0;
}

/** Runs a schedule from its deviations. When one of them cannot be followed the run ends there, and `divergence` says why. */
export class ReplayStrategy implements Strategy {
  private at = 0;
  private readonly deviations: ReadonlyMap<number, Deviation>;
  /** The first choice that could not be made: the schedule is one of another program. */
  divergence: string | undefined;

  constructor(deviations: readonly Deviation[]) {
    this.deviations = new Map(deviations.map((d) => [d.at, d]));
  }

  next(situation: Situation): number | "stop" {
    const { enabled, step } = situation;
    if (this.divergence !== undefined) return "stop";
    if (enabled.length < 2) return 0;
    const deviation = this.take("schedule");
    if (deviation === undefined) return this.divergence === undefined ? defaultThread(situation) : "stop";
    const index = enabled.findIndex((e) => e.thread === deviation.take);
    return index < 0 ? this.diverge(`at choice ${deviation.at} (step ${step}) thread ${deviation.take} cannot run`) : index;
  }

  choice(kind: ChoiceKind, below: number): number {
    if (below < 2) return 0;
    const take = this.take(kind)?.take ?? 0;
    if (take < below) return take;
    this.diverge(`there is no ${kind} ${take}, but ${below} of them`);
    return 0;
  }

  private diverge(why: string): "stop" {
    this.divergence ??= why;
    return "stop";
  }

  private take(kind: Chosen): Deviation | undefined {
    const deviation = this.deviations.get(this.at++);
    if (deviation === undefined || deviation.kind === kind) return deviation;
    this.diverge(`choice ${deviation.at} is of kind ${kind}, not ${deviation.kind}`);
    return undefined;
  }
}
