/**
 * Plays a scenario on the kernel and says where it answers otherwise than a real one. It stops a scenario at the first step that differs: what follows
 * would only repeat the difference.
 */
import type { MachPort } from "../../mach/ipc/names.ts";
import { checkMachine } from "../mach/ipc/holders.ts";
import { Comparison, type Actual } from "./compare.ts";
import type { Fields, Scenario, Step } from "./format.ts";
import { Names, slots, type Slot } from "./names.ts";
import { Call, drainReplyPort, operations, type Answer } from "./operations.ts";
import { Subject } from "./subject.ts";

/** A step whose answer differs. */
export interface Difference {
  readonly scenario: string;
  readonly step: number;
  readonly op: string;
  readonly problems: readonly string[];
}

/** What depends on the real kernel's inner layout of memory, and is advisory in the format. */
const advisory: Readonly<Record<string, ReadonlySet<string>>> = { vm_region: new Set(["size", "object", "offset", "shared"]) };

/** Plays one scenario. Undefined: all steps agree. */
export function play(scenario: Scenario): Difference | undefined {
  const subject = new Subject();
  const names = new Names(scenario.names, (slot, name) => subject.inUse(slot, name));
  const player = new Player(subject, names);
  for (const [i, step] of scenario.steps.entries()) {
    let problems: readonly string[];
    try {
      problems = player.step(step);
    } catch (e) {
      problems = [`stopped: ${e instanceof Error ? e.message : String(e)}`];
    }
    if (problems.length > 0) return { scenario: scenario.name, step: i, op: step.op, problems };
  }
  return undefined;
}

class Player {
  private readonly subject: Subject;
  private readonly names: Names;
  private readonly helpers: MachPort[] = [];
  private readonly finished = new Map<number, Answer>();

  constructor(subject: Subject, names: Names) {
    this.subject = subject;
    this.names = names;
  }

  step(step: Step): readonly string[] {
    const operation = operations[step.op];
    if (!operation) return [`operation ${step.op} is unknown`];
    const before = this.subject.kinds();
    const call = new Call(step.args, this.subject, this.names, this.helpers, this.finished);
    const got = this.subject.run(() => operation(call));
    if (String(got["rc"]).startsWith("MACH_SEND_") && step.op !== "mach_msg") this.subject.run(drainReplyPort);
    const after = this.subject.kinds();
    checkMachine(this.subject.machine);
    const comparison = new Comparison(this.names);
    if (step.op === "state") this.state(comparison, step.result, got);
    else comparison.fields(step.result, got, "", advisory[step.op]);
    this.done(comparison, step.done);
    if (comparison.problems.length === 0) this.changes(comparison, step.changes, before, after);
    return comparison.problems;
  }

  /** Every name with its attributes; `recv` as one list. */
  private state(comparison: Comparison, expected: Fields, got: Answer): void {
    const want = (expected["names"] ?? {}) as Readonly<Record<string, Fields>>;
    const have = (got["names"] ?? {}) as unknown as Readonly<Record<string, Record<string, Actual>>>;
    for (const [symbol, fields] of Object.entries(want)) {
      const { recv, ...rest } = fields;
      const { recv: gotRecv, ...gotRest } = have[symbol] ?? {};
      if (!have[symbol]) comparison.problems.push(`${symbol} is missing`);
      else comparison.fields(rest, gotRest, symbol);
      const received = gotRecv as { readonly pset: Actual; readonly rest: Actual } | undefined;
      if (Array.isArray(recv) !== (received !== undefined)) comparison.problems.push(`${symbol}.recv differs`);
      if (!Array.isArray(recv) || !received) continue;
      const [pset, ...numbers] = recv;
      comparison.value(pset ?? "null", received.pset, `${symbol}.pset`);
      comparison.value(numbers, received.rest, `${symbol}.recv`);
    }
    for (const symbol of Object.keys(have)) if (!(symbol in want)) comparison.problems.push(`${symbol} should not be there`);
  }

  private done(comparison: Comparison, expected: readonly Fields[]): void {
    for (const { helper, r } of expected) {
      const got = this.finished.get(Number(helper));
      if (got) comparison.fields(r as Fields, got, `helper ${String(helper)}`);
      else comparison.problems.push(`helper ${String(helper)} should have finished: ${JSON.stringify(r)}`);
      this.finished.delete(Number(helper));
    }
    for (const [helper, got] of this.finished) comparison.problems.push(`helper ${helper} should not have finished: ${JSON.stringify(got["rc"])}`);
    this.finished.clear();
  }

  /** Names whose kind changed, in all tasks. */
  private changes(comparison: Comparison, expected: Step["changes"], before: Kinds, after: Kinds): void {
    const changed = difference(before, after);
    const freed: string[] = [];
    for (const [symbol, kind] of Object.entries(expected)) {
      if (kind === "dead") {
        if (!this.subject.isDead(symbol as Slot)) comparison.problems.push(`${symbol} should be dead`);
        continue;
      }
      const slot = this.names.slotOf(symbol, "T0");
      const number = this.names.changed(symbol) ?? -1;
      const key = `${slot} ${number}`;
      const got = changed.get(key);
      changed.delete(key);
      if (got !== kind) comparison.problems.push(`${symbol} should be ${kind}, is ${got ?? "unchanged"}`);
      if (kind === "-") freed.push(symbol);
      else this.bindChanged(comparison, symbol, number, slot);
    }
    for (const [key, kind] of changed) comparison.problems.push(`${key} became ${kind}`);
    for (const symbol of freed) this.names.unbind(symbol, "T0");
  }

  private bindChanged(comparison: Comparison, symbol: string, number: number, slot: Slot): void {
    const problem = this.names.match(symbol, number, slot);
    if (problem !== undefined) comparison.problems.push(problem);
  }
}

type Kinds = ReadonlyMap<Slot, ReadonlyMap<number, string>>;

/** "slot number" -> kind now, "-" when gone; tasks that died are left out. */
function difference(before: Kinds, after: Kinds): Map<string, string> {
  const changed = new Map<string, string>();
  for (const slot of slots) {
    const now = after.get(slot);
    if (!now) continue;
    const then = before.get(slot) ?? new Map<number, string>();
    for (const [name, kind] of now) if (then.get(name) !== kind) changed.set(`${slot} ${name}`, kind);
    for (const name of then.keys()) if (!now.has(name)) changed.set(`${slot} ${name}`, "-");
  }
  return changed;
}
