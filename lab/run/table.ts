/** Lines as a table for a terminal: variables, then measures. */
import type { Experiment, Line, Value } from "../model/experiment.ts";
import { writeWitness } from "./witness.ts";

/** Columns of numbers stand to the right. `name`: by what `replay` finds the experiment, its own name or its file's. */
export function tableOf(name: string, experiment: Experiment, lines: readonly Line[]): string {
  const iv = experiment.independent.map((v) => v.name);
  const dv = experiment.dependent.map((m) => m.name);
  const extra = (["failState", "verdict"] as const).filter((name) => lines.some((l) => l[name] !== undefined));
  const seeds = lines.some((l) => l.seed !== lines[0]?.seed) ? ["seed"] : [];
  const replay = lines.some((l) => l.schedule !== undefined) ? ["replay"] : [];
  const head = [...iv, ...seeds, ...dv, ...extra, ...replay];
  const rows = lines.map((l) => [
    ...[...iv.map((n) => l.iv[n]), ...seeds.map(() => l.seed), ...dv.map((n) => l.dv[n]), ...extra.map((n) => l[n])],
    ...replay.map(() => (l.schedule === undefined ? "" : writeWitness({ experiment: name, point: l.iv, seed: l.seed, schedule: l.schedule }))),
  ]);
  return columns(head, rows);
}

/** `rows` under `head`, in columns as wide as need be. */
export function columns(head: readonly string[], rows: readonly (readonly (Value | undefined)[])[]): string {
  const text = rows.map((row) => row.map((v) => (v === undefined ? "" : String(v))));
  const widths = head.map((h, i) => Math.max(h.length, ...text.map((row) => row[i]?.length ?? 0)));
  const right = head.map((_, i) => rows.every((row) => typeof row[i] === "number" || row[i] === undefined));
  const line = (row: readonly string[]): string =>
    row.map((c, i) => (right[i] ? c.padStart(widths[i] ?? 0) : c.padEnd(widths[i] ?? 0))).join("  ").trimEnd();
  return [head, widths.map((w) => "-".repeat(w)), ...text].map((row) => `${line(row)}\n`).join("");
}
