/** `npm run bench`: figures side by side, their ratios against the targets, and the guard against getting slower. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeOut } from "../rpctrace/stdout.ts";
import { contestants } from "./contestants.ts";
import { contest, ratio, type Contestant, type Figure } from "./contest.ts";
import { haveCompiler } from "./peers/pingpong.ts";
import { targets, type Target } from "./targets.ts";

const usage = `Usage: npm run bench [-- NAME ... --json FILE --quick --rounds N --list]
Measures what the machine here does, side by side, and prints medians and ratios. NAME is a figure, or the beginning of some.

      --quick        few and short rounds, and the guard: exit 1 when a ratio is worse than half of bench/baseline.json
      --json FILE    all figures and ratios as JSON
      --rounds N     rounds (default 7; 3 with --quick)
      --list         the figures' names
      --help         this text
`;

class UsageError extends Error {}

interface Options {
  readonly names: readonly string[];
  readonly json: string | undefined;
  readonly quick: boolean;
  readonly rounds: number;
  readonly list: boolean;
}

const config = { json: { type: "string" }, quick: { type: "boolean", default: false }, rounds: { type: "string" }, list: { type: "boolean", default: false }, help: { type: "boolean", default: false } } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
  } catch (e) {
    throw new UsageError(e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e));
  }
}

function options(args: readonly string[]): Options | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const { quick, rounds = quick ? "3" : "7" } = values;
  if (!/^[1-9]\d{0,3}$/.test(rounds)) throw new UsageError(`--rounds wants a whole number above 0, not "${rounds}"`);
  const unknown = positionals.find((name) => !contestants.some((c) => c.name.startsWith(name)));
  if (unknown !== undefined) throw new UsageError(`no figure "${unknown}"; --list shows them`);
  return { names: positionals, json: values.json, quick, rounds: Number(rounds), list: values.list };
}

/** What `names` asks for, with what its targets are measured against. */
function chosen(names: readonly string[]): readonly Contestant[] {
  if (names.length === 0) return contestants;
  const asked = (name: string): boolean => names.some((n) => name.startsWith(n));
  const needed = new Set(targets.filter((t) => asked(t.of)).map((t) => t.over));
  return contestants.filter((c) => asked(c.name) || needed.has(c.name) || c.name === "floor");
}

/** A ratio that was measured. */
interface Reached {
  readonly target: Target;
  readonly ratio: number;
  readonly met: boolean;
}

/** Figures that are plain numbers: what a ratio has for a denominator when the target is absolute. */
const constants: Readonly<Record<string, number>> = { one: 1, sixty: 60, "sixty-thousand": 60_000 };

function reached(figures: readonly Figure[]): readonly Reached[] {
  const find = (name: string): Figure | undefined => figures.find((f) => f.name === name);
  return targets.flatMap((target) => {
    const [a, b] = [find(target.of), find(target.over)];
    const fixed = constants[target.over];
    if (a === undefined || (b === undefined && fixed === undefined)) return [];
    const value = b === undefined ? a.median / (fixed ?? 1) : ratio(a, b);
    return [{ target, ratio: value, met: target.most ? value <= target.least : value >= target.least }];
  });
}

const short = (n: number): string => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} M` : n >= 1e4 ? `${(n / 1e3).toFixed(1)} k` : n >= 100 ? n.toFixed(0) : n.toFixed(2));

function report(figures: readonly Figure[], ratios: readonly Reached[]): string {
  const width = Math.max(...figures.map((f) => f.name.length));
  const rows = figures.map((f) => `${f.name.padEnd(width)}  ${`${short(f.median)} ${f.unit}`.padStart(14)}  ±${(f.spread * 100).toFixed(0).padStart(3)} %  ${f.what}\n`);
  const goals = ratios.map(({ target, ratio: value, met }) => `${met ? "met   " : "MISSED"}  ${short(value).padStart(9)}  ${target.most ? "≤" : "≥"} ${String(target.least).padEnd(6)}  ${target.what} (${target.of} ÷ ${target.over})\n`);
  const noise = figures.find((f) => f.name === "floor");
  const said = noise === undefined ? "" : `noise of this machine: ±${(noise.spread * 100).toFixed(1)} % of the floor\n`;
  return [...rows, "\n", ...goals, "\n", said, haveCompiler() ? "" : "no C compiler here: nothing is compared with C\n"].join("");
}

const key = ({ of, over }: Target): string => `${of} ÷ ${over}`;

/** Lines about ratios that are worse than half of the baseline's. */
function guard(ratios: readonly Reached[]): readonly string[] {
  const path = ["../bench/baseline.json", "baseline.json"].map((at) => fileURLToPath(new URL(at, import.meta.url)));
  const text = path.flatMap((p) => {
    try {
      return [readFileSync(p, "utf8")];
    } catch {
      return [];
    }
  })[0];
  if (text === undefined) return ["there is no bench/baseline.json to compare with"];
  const baseline = JSON.parse(text) as Readonly<Record<string, number>>;
  return ratios.flatMap(({ target, ratio: value }) => {
    const was = baseline[key(target)];
    if (was === undefined) return [];
    const worse = target.most ? value > was * 2 : value < was / 2;
    return worse ? [`${key(target)} is ${short(value)}; it was ${short(was)}`] : [];
  });
}

async function run({ names, json, quick, rounds }: Options): Promise<number> {
  const all = chosen(names);
  let taken = 0;
  const step = (name: string): void => {
    taken++;
    if (process.stderr.isTTY) process.stderr.write(`\r${taken}/${all.length * rounds} ${name}\x1b[K`);
  };
  const figures = await contest(all, rounds, quick, step);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const ratios = reached(figures);
  await writeOut([report(figures, ratios)]);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ figures, ratios: Object.fromEntries(ratios.map((r) => [key(r.target), r.ratio])) }, undefined, 1)}\n`);
  const slower = quick ? guard(ratios) : [];
  for (const line of slower) process.stderr.write(`bench: ${line}\n`);
  return slower.length > 0 ? 1 : 0;
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const given = options(args);
    if (given === "help") await writeOut([usage]);
    else if (given.list) await writeOut(contestants.map((c) => `${c.name}  ${c.what}\n`));
    else return await run(given);
    return 0;
  } catch (e) {
    process.stderr.write(`bench: ${e instanceof Error ? e.message : String(e)}\n`);
    return e instanceof UsageError ? 2 : 1;
  }
}
