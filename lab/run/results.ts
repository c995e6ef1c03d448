/**
 * Results on disk: a line a run, written as it ends, so that what is finished is kept whatever happens. When all of a grid is there the file is put into the grid's order, which makes it the
 * same on every machine.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { Experiment, Line } from "../model/experiment.ts";
import { runKey } from "./grid.ts";
import { writeWitness } from "./witness.ts";

/** The results cannot be read or written: one line, exit status 1. */
export class ResultsError extends Error {
  override readonly name = "ResultsError";
}

const why = (e: unknown): string => (e as NodeJS.ErrnoException).code ?? String(e);

/** The results of one experiment in one folder. */
export class Results {
  readonly path: string;
  private readonly csvPath: string;
  private readonly experiment: Experiment;
  private readonly lines = new Map<string, Line>();

  /** Reads what is there. A last line that was cut off is dropped; any other damage is a ResultsError. */
  constructor(folder: string, experiment: Experiment, fresh: boolean) {
    this.experiment = experiment;
    this.path = `${folder}/${experiment.name}.jsonl`;
    this.csvPath = `${folder}/${experiment.name}.csv`;
    this.attempt(() => mkdirSync(folder, { recursive: true }), folder);
    if (fresh) this.attempt(() => rmSync(this.path, { force: true }), this.path);
    if (statSync(this.path, { throwIfNoEntry: false })?.isFile()) this.read();
  }

  private attempt(what: () => void, path: string): void {
    try {
      what();
    } catch (e) {
      throw new ResultsError(`cannot write ${path}: ${why(e)}`);
    }
  }

  private read(): void {
    const text = readFileSync(this.path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) this.attempt(() => writeFileSync(this.path, whole), this.path);
    for (const [i, row] of whole.split("\n").slice(0, -1).entries()) {
      const line = parseLine(row);
      if (line?.experiment !== this.experiment.name) throw new ResultsError(`${this.path}: line ${i + 1} is no result of ${this.experiment.name}; --fresh begins anew`);
      this.lines.set(runKey(line.iv, line.seed), line);
    }
  }

  /** The line of a run that has been made. */
  get(key: string): Line | undefined {
    return this.lines.get(key);
  }

  /** Keeps a finished run. */
  add(line: Line): void {
    this.attempt(() => appendFileSync(this.path, writeLine(line)), this.path);
    this.lines.set(runKey(line.iv, line.seed), line);
  }

  /** All of `keys` is there: the file gets their order, other runs after them; the table is written beside it. Answers the lines of `keys`. */
  finish(keys: readonly string[]): readonly Line[] {
    const wanted = keys.flatMap((key) => this.lines.get(key) ?? []);
    const others = [...this.lines].flatMap(([key, line]) => (keys.includes(key) ? [] : [line]));
    const all = [...wanted, ...others];
    this.replace(this.path, all.map(writeLine).join(""));
    this.replace(this.csvPath, csvOf(this.experiment, all));
    return wanted;
  }

  private replace(path: string, text: string): void {
    this.attempt(() => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    }, path);
  }
}

/** A result as it stands in the file (comparison.md §4). */
export function writeLine({ experiment, iv, seed, schedule, dv, failState, verdict, graphHash }: Line): string {
  const mechanism = iv["mechanism"];
  const replay = writeWitness({ experiment, point: iv, seed, schedule: schedule ?? "" });
  return `${JSON.stringify({ experiment, ...(mechanism === undefined ? {} : { mechanism }), iv, seed, schedule, replay, dv, failState, verdict, graphHash })}\n`;
}

function parseLine(row: string): Line | undefined {
  try {
    const line = JSON.parse(row) as Partial<Line> | null;
    return typeof line?.experiment === "string" && typeof line.seed === "number" && typeof line.iv === "object" && typeof line.dv === "object" ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

const cell = (value: unknown): string => {
  const text = value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Lines as comma-separated values (RFC 4180), variables and measures as columns. */
export function csvOf(experiment: Experiment, lines: readonly Line[]): string {
  const iv = experiment.independent.map((v) => v.name);
  const dv = experiment.dependent.map((m) => m.name);
  const head = [...iv, "seed", ...dv, "failState", "verdict", "schedule", "graphHash"];
  const rows = lines.map((l) => [...iv.map((n) => l.iv[n]), l.seed, ...dv.map((n) => l.dv[n]), l.failState, l.verdict, l.schedule, l.graphHash]);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
