/** What a run has given, as text for the terminal and as tables for the README. */
import { clockWords } from "./clock.ts";
import type { Figure } from "./contest.ts";
import { grown } from "./growth.ts";
import { key, type Reached } from "./reached.ts";

/** 1234567 is "1.23 M". */
export const short = (n: number): string => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} M` : n >= 1e4 ? `${(n / 1e3).toFixed(1)} k` : n >= 100 ? n.toFixed(0) : n.toFixed(2));

const percent = (spread: number): string => `±${(spread * 100).toFixed(0)} %`;
const value = (f: Figure): string => `${short(f.median)} ${f.unit}`;
const bound = ({ target }: Reached): string => `${target.most ? "≤" : "≥"} ${target.least.toLocaleString("en")}`;

/** What was not measured, and why. */
export interface Absent {
  readonly compiler: boolean;
  readonly spin: boolean;
}

function remarks(figures: readonly Figure[], { compiler, spin }: Absent): readonly string[] {
  const floor = figures.find((f) => f.name === "floor");
  return [
    ...(floor === undefined ? [] : [`noise of this machine: ±${(floor.spread * 100).toFixed(1)} % of the floor`]),
    `rates of one thread are by ${clockWords}`,
    ...(compiler ? [] : ["no C compiler here: nothing is compared with C"]),
    ...(spin ? [] : ["no spin here, or no compiler for what it makes: the explorer's traps are not compared with its states"]),
  ];
}

/** For the terminal. */
export function report(figures: readonly Figure[], ratios: readonly Reached[], absent: Absent): string {
  const width = Math.max(...figures.map((f) => f.name.length));
  const rows = figures.map((f) => `${f.name.padEnd(width)}  ${value(f).padStart(14)}  ${percent(f.spread).padStart(6)}  ${f.what}`);
  const goals = ratios.map((r) => `${r.met ? "met   " : "MISSED"}  ${short(r.ratio).padStart(9)}  ${bound(r).padEnd(8)}  ${r.target.what} (${key(r.target)})`);
  const growth = grown(figures).map(({ what, sizes }) => `${sizes.map(({ size, share }) => `${size}: ${share.toFixed(2)}`).join("   ").padEnd(44)}  ${what}`);
  return [rows, goals, growth, remarks(figures, absent)].filter((part) => part.length > 0).map((part) => `${part.join("\n")}\n`).join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

/** For the README: targets, figures, growth. */
export function markdown(figures: readonly Figure[], ratios: readonly Reached[], absent: Absent): string {
  const goals = table(["", "reached", "target", "what", "ratio"], ratios.map((r) => [r.met ? "met" : "**missed**", short(r.ratio), bound(r), r.target.what, `\`${key(r.target)}\``]));
  const all = table(["figure", "median", "spread", "what"], figures.map((f) => [`\`${f.name}\``, value(f), percent(f.spread), f.what]));
  const growth = table(["what grows", "sizes, and the figure as a share of the first"], grown(figures).map(({ what, sizes }) => [what, sizes.map(({ size, share }) => `${size}: ${share.toFixed(2)}`).join(" · ")]));
  return [goals, growth, all, remarks(figures, absent).map((r) => `* ${r}`).join("\n")].join("\n\n");
}

const MARKS = ["<!-- npm run bench -- --write-readme: from here -->", "<!-- to here -->"] as const;

/** `text` with `tables` between the marks. Throws when they are not there. */
export function between(text: string, tables: string): string {
  const [from, to] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])];
  if (from < 0 || to < from) throw new Error("bench/README.md does not have its marks");
  return `${text.slice(0, from + MARKS[0].length)}\n\n${tables}\n\n${text.slice(to)}`;
}
