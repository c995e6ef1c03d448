/** The command line of `npm run lab`. */
import { parseArgs } from "node:util";

/** The command line cannot be understood: one line for stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `Usage: npm run lab -- list
       npm run lab -- run NAME ... [OPTION ...]     all points of an experiment's grid ("all": every experiment)
       npm run lab -- explore NAME [OPTION ...]     every schedule of an experiment's scenario, at one point
       npm run lab -- replay STRING                 one schedule, step by step
       npm run lab -- graph MECHANISM [OPTION ...]  who holds what in the worked launch M1, at the program's first instruction
       npm run lab -- report [OPTION ...]           a page of every experiment; runs what has no results yet
NAME is an experiment (e01-leak) or the path of a file that exports one.

      --VARIABLE=V,V     values of an independent variable, instead of the experiment's own
      --seed N           the first seed (default 0)
      --runs N           seeds for each point (default 1)
      --jobs N           parallel workers (default: one for each processor)
      --out DIR          where results lie (default: results); what lies there is not run again
      --fresh            forget earlier results of these experiments
      --executions N     explore: schedules at most (default 100000)
      --preemptions N    explore: preemptions in one schedule at most
      --format FORMAT    graph: dot (default), svg or json
      --when WHEN        graph: first (default) or quiescence
      --help             this text

Results: DIR/NAME.jsonl, a line a run, and DIR/NAME.csv. Exit status: 0 fine, 1 failed or interrupted, 2 misused.
`;

/** What the user asked for. */
export interface LabOptions {
  readonly command: "list" | "run" | "explore" | "replay" | "graph" | "report";
  readonly names: readonly string[];
  /** Values of variables, as given. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly seed: number;
  readonly runs: number;
  readonly jobs: number | undefined;
  readonly out: string;
  readonly fresh: boolean;
  readonly executions: number | undefined;
  readonly preemptions: number | undefined;
  readonly format: "dot" | "svg" | "json";
  readonly when: "first" | "quiescence";
}

const config = {
  seed: { type: "string" },
  runs: { type: "string" },
  jobs: { type: "string" },
  executions: { type: "string" },
  preemptions: { type: "string" },
  out: { type: "string", default: "results" },
  fresh: { type: "boolean", default: false },
  format: { type: "string", default: "dot" },
  when: { type: "string", default: "first" },
  help: { type: "boolean", default: false },
} as const;

const COMMANDS = ["list", "run", "explore", "replay", "graph", "report"] as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
  } catch (e) {
    throw new UsageError(e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e));
  }
}

function whole(option: string, word: string | undefined, least: number): number | undefined {
  if (word === undefined) return undefined;
  if (!/^\d{1,9}$/.test(word) || Number(word) < least) throw new UsageError(`--${option} wants a whole number from ${least} on, not "${word}"`);
  return Number(word);
}

function oneOf<T extends string>(option: string, word: string, words: readonly T[]): T {
  const found = words.find((w) => w === word);
  if (found === undefined) throw new UsageError(`--${option} is ${words.join(" or ")}, not "${word}"`);
  return found;
}

/** Options of ours, and `--VARIABLE=…` words, which only an experiment knows. */
function split(args: readonly string[]): { readonly own: readonly string[]; readonly values: ReadonlyMap<string, readonly string[]> } {
  const own: string[] = [];
  const values = new Map<string, readonly string[]>();
  for (const arg of args) {
    const match = /^--([A-Za-z][\w-]*)=(.*)$/s.exec(arg);
    if (match?.[1] !== undefined && match[2] !== undefined && !(match[1] in config)) values.set(match[1], match[2].split(","));
    else own.push(arg);
  }
  return { own, values };
}

/** Reads the command line; "help" when that was asked for. Throws UsageError. */
export function parseLabOptions(args: readonly string[]): LabOptions | "help" {
  const { own, values } = split(args);
  const { values: given, positionals } = parse(own);
  if (given.help) return "help";
  const [word, ...names] = positionals;
  if (word === undefined) throw new UsageError("which command? list, run, explore, replay, graph or report");
  const command = COMMANDS.find((c) => c === word);
  if (command === undefined) throw new UsageError(`no command "${word}": list, run, explore, replay, graph or report`);
  const need = { list: 0, run: Infinity, explore: 1, replay: 1, graph: 1, report: 0 }[command];
  if (names.length > need) throw new UsageError(`${command}: what is "${names[need] ?? ""}"?`);
  if (names.length === 0 && need > 0) throw new UsageError(command === "replay" ? "replay what? a string that explore or run printed" : `${command} which ${command === "graph" ? "mechanism" : "experiment"}?`);
  return {
    ...{ command, names, values, out: given.out, fresh: given.fresh },
    seed: whole("seed", given.seed, 0) ?? 0,
    runs: whole("runs", given.runs, 1) ?? 1,
    jobs: whole("jobs", given.jobs, 1),
    executions: whole("executions", given.executions, 1),
    preemptions: whole("preemptions", given.preemptions, 0),
    format: oneOf("format", given.format, ["dot", "svg", "json"]),
    when: oneOf("when", given.when, ["first", "quiescence"]),
  };
}
