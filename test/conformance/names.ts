/** Symbolic names of a scenario and the numbers behind them, per task (`FORMAT.md` §3). */

/** T0..T3, and the letter of each one's names. */
export type Slot = "T0" | "T1" | "T2" | "T3";
export const slots: readonly Slot[] = ["T0", "T1", "T2", "T3"];
const letters: Readonly<Record<string, Slot>> = { a: "T0", b: "T1", c: "T2", d: "T3" };

const DEAD = 0xffffffff;
/** What T0 holds before the first step: a send right for its task, and the reply port of its kernel calls. */
export const SELF = 1;
export const REPLY = 2;

export class Names {
  private readonly numbers = new Map<string, number>();
  private readonly symbols = new Map<string, string>();
  /** Numbers that symbols had, for `a7!`. */
  private readonly last = new Map<string, number>();
  private readonly recorded: { readonly [symbol: string]: number };
  /** Numbers in use in a task, to choose an unused one for `a7!`. */
  private readonly inUse: (slot: Slot, name: number) => boolean;

  constructor(recorded: { readonly [symbol: string]: number }, inUse: (slot: Slot, name: number) => boolean) {
    this.recorded = recorded;
    this.inUse = inUse;
  }

  /** The task in whose space a symbol is. `#n` is in `context`. */
  slotOf(symbol: string, context: Slot): Slot {
    return letters[symbol[0] ?? ""] ?? context;
  }

  private fixed(symbol: string): number | undefined {
    if (symbol === "null") return 0;
    if (symbol === "dead") return DEAD;
    if (symbol === "self") return SELF;
    if (symbol === "reply") return REPLY;
    const literal = /^[a-d]?#(\d+)$/.exec(symbol);
    return literal ? Number(literal[1]) : undefined;
  }

  /** The number for an argument. */
  argument(symbol: string, context: Slot): number {
    const fixed = this.fixed(symbol);
    if (fixed !== undefined) return fixed;
    const bare = symbol.replace("!", "");
    const bound = this.numbers.get(bare);
    if (bound !== undefined) return bound;
    const slot = this.slotOf(bare, context);
    let number = this.last.get(bare) ?? this.recorded[bare] ?? 5000;
    while (this.inUse(slot, number)) number += 1000;
    return number;
  }

  /** Whether `number` is what a result calls `symbol`; an unknown symbol is bound. Answers what is wrong, or undefined. */
  match(symbol: string, number: number, context: Slot): string | undefined {
    if (symbol.includes("|")) {
      return symbol.split("|").some((s) => this.match(s, number, context) === undefined) ? undefined : `${this.show(number, context)} is none of ${symbol}`;
    }
    const expected = this.fixed(symbol) ?? this.numbers.get(symbol);
    if (expected !== undefined) return expected === number ? undefined : `${symbol} (${expected}) expected, got ${this.show(number, context)}`;
    const slot = this.slotOf(symbol, context);
    const other = this.symbols.get(`${slot} ${number}`);
    if (other !== undefined || number === 0 || number === DEAD) return `new name ${symbol} expected, got ${this.show(number, slot)}`;
    this.bind(symbol, slot, number);
    const real = this.recorded[symbol];
    return real === undefined || real === number ? undefined : `${symbol} is number ${number}, the real kernel used ${real}`;
  }

  private bind(symbol: string, slot: Slot, number: number): void {
    this.numbers.set(symbol, number);
    this.symbols.set(`${slot} ${number}`, symbol);
  }

  /** The name is gone. */
  unbind(symbol: string, context: Slot): void {
    const number = this.numbers.get(symbol);
    if (number === undefined) return;
    this.last.set(symbol, number);
    this.numbers.delete(symbol);
    this.symbols.delete(`${this.slotOf(symbol, context)} ${number}`);
  }

  /** The number that a symbol which is gone stood for. */
  was(symbol: string): number | undefined {
    return this.numbers.has(symbol) ? undefined : this.last.get(symbol);
  }

  /** The number that a change in `d` is about: bound already, literal, or the recorded one of a symbol that appears here first. */
  changed(symbol: string): number | undefined {
    return this.fixed(symbol) ?? this.numbers.get(symbol) ?? this.recorded[symbol];
  }

  /** A number in words. */
  show(number: number, slot: Slot): string {
    if (number === 0) return "null";
    if (number === DEAD) return "dead";
    return this.symbols.get(`${slot} ${number}`) ?? `number ${number} of ${slot}`;
  }
}
