/** `npm run bench`: figures side by side, their ratios against the targets, and the guard against getting slower. */
import { readFileSync, writeFileSync } from "node:fs";
import { writeOut } from "../rpctrace/stdout.ts";
import { childPart } from "./child.ts";
import { contestants } from "./contestants.ts";
import { contest, type Figure } from "./contest.ts";
import { optionsOf, usage, UsageError, type Options } from "./options.ts";
import { haveCompiler } from "./peers/pingpong.ts";
import { haveSpin } from "./peers/spin.ts";
import { root } from "./place.ts";
import { baselineOf, chosen, guard, key, reached, type Baseline, type Reached } from "./reached.ts";
import type { Target } from "./targets.ts";
import { between, markdown, report } from "./report.ts";

const BASELINE = `${root}bench/baseline.json`;
const README = `${root}bench/README.md`;

/** Rounds in which what looks slower is measured again. */
const ROUNDS_AGAIN = 5;

/** The figures of some targets, once more and not quickly. */
async function again(suspects: readonly Target[]): Promise<readonly Reached[]> {
  const names = new Set(suspects.flatMap((t) => [t.of, t.over]));
  const figures = await contest(contestants.filter((c) => names.has(c.name)), ROUNDS_AGAIN, false, () => undefined);
  return reached(figures, suspects);
}

/** What the guard says: nothing when all is well. */
async function guarded(ratios: readonly Reached[]): Promise<readonly string[]> {
  let text: string;
  try {
    text = readFileSync(BASELINE, "utf8");
  } catch {
    return ["there is no bench/baseline.json to compare with"];
  }
  return guard(ratios, JSON.parse(text) as Baseline, again);
}

/** A line that is written over, on a terminal. */
function progress(total: number): { readonly step: (name: string) => void; readonly end: () => void } {
  if (!process.stderr.isTTY) return { step: () => undefined, end: () => undefined };
  let taken = 0;
  return { step: (name) => process.stderr.write(`\r${++taken}/${total} ${name}\x1b[K`), end: () => process.stderr.write("\r\x1b[K") };
}

const json = (figures: readonly Figure[], ratios: readonly Reached[]): string =>
  `${JSON.stringify({ figures, ratios: Object.fromEntries(ratios.map((r) => [key(r.target), r.ratio])) }, undefined, 1)}\n`;

async function run({ names, json: path, quick, rounds, writeBaseline, writeReadme }: Options): Promise<number> {
  if (path !== undefined) writeFileSync(path, "");
  const all = chosen(contestants, names, quick);
  const { step, end } = progress(all.length * rounds);
  const figures = await contest(all, rounds, quick, step);
  end();
  const ratios = reached(figures);
  const absent = { compiler: haveCompiler(), spin: haveSpin() };
  await writeOut([report(figures, ratios, absent)]);
  if (path !== undefined) writeFileSync(path, json(figures, ratios));
  if (writeReadme) writeFileSync(README, between(readFileSync(README, "utf8"), markdown(figures, ratios, absent)));
  if (writeBaseline) writeFileSync(BASELINE, `${JSON.stringify(baselineOf(ratios), undefined, 1)}\n`);
  const slower = quick ? await guarded(ratios) : [];
  for (const line of slower) process.stderr.write(`bench: ${line}\n`);
  return slower.length > 0 ? 1 : 0;
}

async function child(name: string): Promise<number> {
  const value = await childPart(name);
  if (value === undefined) throw new UsageError(`no part "${name}"`);
  await writeOut([JSON.stringify(value)]);
  return 0;
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const given = optionsOf(args, contestants.map((c) => c.name));
    if (given === "help") await writeOut([usage]);
    else if (given.child !== undefined) return await child(given.child);
    else if (given.list) await writeOut(contestants.map((c) => `${c.name}  ${c.what}\n`));
    else return await run(given);
    return 0;
  } catch (e) {
    process.stderr.write(`bench: ${e instanceof Error ? e.message : String(e)}\n`);
    if (e instanceof UsageError) process.stderr.write("bench: --help shows the options\n");
    return e instanceof UsageError ? 2 : 1;
  }
}
