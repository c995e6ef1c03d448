/** The command line of `npm run bench`. */
import { parseArgs } from "node:util";

export const usage = `Usage: npm run bench [-- NAME ... --json FILE --quick]
Measures what the machine here does, side by side, and prints medians and ratios. NAME is a figure, or the beginning of some.

      --quick            few and short rounds of what has a target, and the guard: exit 1 when a ratio is worse than half of
                         bench/baseline.json
      --json FILE        all figures and ratios as JSON
      --rounds N         rounds (default 5; 3 with --quick)
      --write-baseline   the ratios become bench/baseline.json (wants --quick, and all figures)
      --write-readme     the tables go between the marks of bench/README.md
      --list             the figures' names
      --help             this text
`;

/** Misused: exit status 2. */
export class UsageError extends Error {}

export interface Options {
  readonly names: readonly string[];
  readonly json: string | undefined;
  readonly quick: boolean;
  readonly rounds: number;
  readonly list: boolean;
  readonly writeBaseline: boolean;
  readonly writeReadme: boolean;
  /** A part that a bench in another process asks for (place.ts). */
  readonly child: string | undefined;
}

const flag = { type: "boolean", default: false } as const;
const text = { type: "string" } as const;
const config = { json: text, rounds: text, child: text, quick: flag, list: flag, help: flag, "write-baseline": flag, "write-readme": flag } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
  } catch (e) {
    throw new UsageError(e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e));
  }
}

/** Options of a command line; `known` are the figures' names. Throws UsageError. */
export function optionsOf(args: readonly string[], known: readonly string[]): Options | "help" {
  const { values, positionals: names } = parse(args);
  if (values.help) return "help";
  const { quick, json, list, child, rounds = quick ? "3" : "5", "write-baseline": writeBaseline, "write-readme": writeReadme } = values;
  if (!/^[1-9]\d{0,3}$/.test(rounds)) throw new UsageError(`--rounds wants a whole number from 1 to 9999, not "${rounds}"`);
  const unknown = names.find((name) => !known.some((k) => k.startsWith(name)));
  if (unknown !== undefined) throw new UsageError(`no figure "${unknown}"; --list shows them`);
  if (writeBaseline && (!quick || names.length > 0)) throw new UsageError("--write-baseline wants --quick, and all figures");
  if (writeReadme && names.length > 0) throw new UsageError("--write-readme wants all figures");
  if (json === "") throw new UsageError("--json wants a file");
  return { names, json, quick, rounds: Number(rounds), list, writeBaseline, writeReadme, child };
}
