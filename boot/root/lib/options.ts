/**
 * Option parsing as getopt does it: clusters of short options, values attached or in the next word, long options and their unique
 * abbreviations, `--` ends options, options and operands mixed (unless the description begins with "+").
 */

/** The command line of a tool cannot be understood. The text is what follows "NAME: "; an empty one has argp's programs say how they are used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a command line names is not there: the text and the exit status, without a usage line (`argp_failure`). */
export class NotThere extends Error {
  override readonly name = "NotThere";
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** One option as it was given. Long options appear by the short name that `long` maps them to. */
export interface GivenOption {
  readonly name: string;
  readonly value: string;
}

/** What a command line says. */
export class Options {
  readonly given: readonly GivenOption[];
  readonly operands: readonly string[];
  constructor(given: readonly GivenOption[], operands: readonly string[]) {
    this.given = given;
    this.operands = operands;
  }
  /** Was any of the one-letter options in `names` given? */
  has(names: string): boolean {
    return this.given.some((o) => names.includes(o.name));
  }
  /** The value of the last `name`. */
  value(name: string): string | undefined {
    return this.given.findLast((o) => o.name === name)?.value;
  }
  /** All values of `name`, in order. */
  values(name: string): readonly string[] {
    return this.given.filter((o) => o.name === name).map((o) => o.value);
  }
  /** Of the options in `names`, the one given last. */
  last(names: string): string | undefined {
    return this.given.findLast((o) => names.includes(o.name))?.name;
  }
}

/** The options a tool knows: `letters` in getopt's language ("ab:c::d": b has a value, c may have one, attached to it), `long` names with the letter each stands for. */
export interface OptionTable {
  readonly letters: string;
  readonly long?: Readonly<Record<string, string>>;
}

/** Reads `args` (without the name of the program). Throws UsageError. */
export function parseOptions(args: readonly string[], table: OptionTable): Options {
  const stopAtOperand = table.letters.startsWith("+");
  const reader = new Reader(args, table);
  const operands: string[] = [];
  for (let word = reader.next(); word !== undefined; word = reader.next()) {
    if (word === "--") return new Options(reader.given, [...operands, ...reader.rest()]);
    if (word.startsWith("--")) reader.long(word.slice(2));
    else if (word.startsWith("-") && word !== "-") reader.cluster(word.slice(1));
    else if (stopAtOperand) return new Options(reader.given, [word, ...reader.rest()]);
    else operands.push(word);
  }
  return new Options(reader.given, operands);
}

/** The words of a command line, and what was understood so far. */
class Reader {
  readonly given: GivenOption[] = [];
  readonly #args: readonly string[];
  readonly #letters: string;
  readonly #long: Readonly<Record<string, string>>;
  #at = 0;
  constructor(args: readonly string[], table: OptionTable) {
    this.#args = args;
    this.#letters = table.letters;
    this.#long = { help: "help", ...table.long };
  }
  next(): string | undefined {
    return this.#args[this.#at++];
  }
  rest(): readonly string[] {
    return this.#args.slice(this.#at);
  }
  cluster(letters: string): void {
    for (let i = 0; i < letters.length; i++) {
      const name = letters.charAt(i);
      const at = this.#letters.indexOf(name);
      if (at < 0 || name === ":" || name === "+") throw new UsageError(`invalid option -- '${name}'`);
      if (this.#letters[at + 1] !== ":") {
        this.given.push({ name, value: "" });
        continue;
      }
      const attached = i + 1 < letters.length || this.#letters[at + 2] === ":";
      const value = attached ? letters.slice(i + 1) : this.next();
      if (value === undefined) throw new UsageError(`option requires an argument -- '${name}'`);
      this.given.push({ name, value });
      return;
    }
  }
  long(word: string): void {
    const equals = word.indexOf("=");
    const asked = equals < 0 ? word : word.slice(0, equals);
    const name = this.#complete(asked);
    const at = this.#letters.indexOf(name);
    const mayHave = at >= 0 && this.#letters[at + 1] === ":";
    if (!mayHave && equals >= 0) throw new UsageError(`option '--${asked}' doesn't allow an argument`);
    const value = equals >= 0 ? word.slice(equals + 1) : mayHave && this.#letters[at + 2] !== ":" ? this.next() : "";
    if (value === undefined) throw new UsageError(`option '--${asked}' requires an argument`);
    this.given.push({ name, value });
  }
  #complete(asked: string): string {
    const exact = Object.hasOwn(this.#long, asked) ? this.#long[asked] : undefined;
    if (exact !== undefined) return exact;
    const found = new Set(Object.keys(this.#long).filter((n) => n.startsWith(asked)).map((n) => this.#long[n] ?? ""));
    const [only] = found;
    if (only === undefined) throw new UsageError(`unrecognized option '--${asked}'`);
    if (found.size > 1) throw new UsageError(`option '--${asked}' is ambiguous`);
    return only;
  }
}
