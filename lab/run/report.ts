/** The report: one self-contained page with every experiment's question, set-up, table, plot and conclusion. */
import { renameSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { experiments } from "../experiments/index.ts";
import type { Experiment, Line, Value } from "../model/experiment.ts";
import { mechanisms } from "../mechanisms.ts";
import { drawDot, m1Graph } from "./graphs.ts";
import { draw, drawingOf } from "./plot.ts";
import { ResultsError } from "./results.ts";
import { runExperiment } from "./run.ts";
import type { LabOptions } from "./usage.ts";
import { writeWitness } from "./witness.ts";

/** Characters that mean something in a page, as text. */
const text = (value: unknown): string =>
  String(value).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c);

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h2 { margin-top: 3rem; border-top: 1px solid #ccc; padding-top: 1rem } dt { font-weight: 600; margin-top: .5rem } dd { margin: 0 }
table { border-collapse: collapse; font-size: .85rem } th, td { border-bottom: 1px solid #ddd; padding: .15rem .6rem; text-align: left } td.n { text-align: right }
.yes { color: #060 } .no { color: #a00 } .scroll { overflow: auto; max-height: 28rem } code { font-size: .8rem } svg { max-width: 100% }
`;

const cell = (value: Value | undefined): string => `<td${typeof value === "number" ? ' class="n"' : ""}>${text(value ?? "")}</td>`;

function table(experiment: Experiment, lines: readonly Line[]): string {
  const iv = experiment.independent.map((v) => v.name);
  const dv = experiment.dependent.map((m) => m.name);
  const says = (name: "failState" | "verdict" | "schedule"): boolean => lines.some((l) => l[name] !== undefined);
  const extra = (["failState", "verdict"] as const).filter(says);
  const head = [...iv, ...dv, ...extra, ...(says("schedule") ? ["witness"] : [])];
  const witness = (l: Line): string =>
    says("schedule") ? `<td>${l.schedule === undefined ? "" : `<code>${text(writeWitness({ experiment: experiment.name, point: l.iv, seed: l.seed, schedule: l.schedule }))}</code>`}</td>` : "";
  const rows = lines.map((l) => `<tr>${[...iv.map((n) => l.iv[n]), ...dv.map((n) => l.dv[n]), ...extra.map((n) => l[n])].map(cell).join("")}${witness(l)}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head.map((h) => `<th>${text(h)}</th>`).join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function variables(experiment: Experiment): string {
  const all = [...experiment.independent.map((v) => [v.name, `${v.what} (${v.values.join(", ")})`]), ...experiment.dependent.map((m) => [m.name, m.what])];
  return `<ul>${all.map(([name, what]) => `<li><b>${text(name)}</b>: ${text(what)}</li>`).join("")}</ul>`;
}

/** One experiment's part of the page. */
export function section(experiment: Experiment, lines: readonly Line[]): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as { readonly document: object };
  const plot = draw(drawingOf(experiment, lines), document).outerHTML;
  const { asExpected, text: words } = experiment.conclude(lines);
  return `<section id="${text(experiment.name)}">
<h2>${text(experiment.name)}: ${text(experiment.title)}</h2>
<dl><dt>Question</dt><dd>${text(experiment.question)}</dd><dt>Set-up</dt><dd>${text(experiment.setUp)}</dd><dt>Variables</dt><dd>${variables(experiment)}</dd>
<dt>Expected</dt><dd>${text(experiment.expected)}</dd>
<dt>Conclusion</dt><dd><b class="${asExpected ? "yes" : "no"}">${asExpected ? "As expected" : "Not as expected"}.</b> ${text(words)}</dd></dl>
${plot}
${table(experiment, lines)}
</section>`;
}

/** The worked launch by every mechanism, drawn. */
async function graphs(seed: number): Promise<string> {
  const parts: string[] = [];
  for (const mechanism of mechanisms) {
    const drawn = m1Graph(mechanism, "first", seed);
    if (drawn === undefined) continue;
    const { direct, leak, unnamed } = drawn.judgement;
    parts.push(`<h3>${text(mechanism.name)}</h3><p>${direct.length} atoms held, ${leak.length} leaked${leak.length === 0 ? "" : ` (${text(leak.join(", "))})`}, ${unnamed.length} that it cannot find.</p>${await drawDot(drawn.dot)}`);
  }
  return `<section id="m1"><h2>Who holds what in the worked launch M1</h2><p>At the program's first instruction, by mechanism. What leaked is red; what the program cannot find by its arguments is dashed.</p>${parts.join("\n")}</section>`;
}

/** The whole page; `more` comes after the experiments. */
export function page(parts: readonly (readonly [Experiment, readonly Line[]])[], more: string): string {
  const toc = parts.map(([e]) => `<li><a href="#${text(e.name)}">${text(e.name)}</a> ${text(e.question)}</li>`).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>hurdsim: the laboratory of exec</title><style>${STYLE}</style></head>
<body><h1>How programs get their authority, and what leaks</h1>
<ol>${toc}
<li><a href="#m1">Who holds what in the worked launch M1</a></li></ol>
${parts.map(([e, lines]) => section(e, lines)).join("\n")}
${more}
</body></html>
`;
}

/** Runs what has no results yet, and writes `report.html` beside the results. */
export async function writeReport(options: LabOptions): Promise<void> {
  const parts: (readonly [Experiment, readonly Line[]])[] = [];
  for (const experiment of experiments) {
    process.stderr.write(process.stderr.isTTY ? "" : `${experiment.name}\n`);
    parts.push([experiment, await runExperiment(experiment.name, experiment, options)]);
  }
  const html = page(parts, await graphs(options.seed));
  const path = `${options.out}/report.html`;
  try {
    writeFileSync(`${path}.new`, html);
    renameSync(`${path}.new`, path);
  } catch (e) {
    throw new ResultsError(`cannot write ${path}: ${(e as NodeJS.ErrnoException).code ?? String(e)}`);
  }
  process.stdout.write(`${path}\n`);
}
