/** The page's script: filter boxes, steps, the chart around the current message and the graph of ports after it. */
import { drawChart, xml } from "../chart/draw.ts";
import type { Chart, Row } from "../chart/model.ts";
import type { Rights } from "../chart/rights.ts";
import { drawGraph } from "./graph.ts";
import { chosenRows, type Boxes } from "./rows.ts";

/** Rows of the chart that are drawn before and behind the current one. */
const BEFORE = 13;
const BEHIND = 10;

const { chart, rights } = JSON.parse(element("trace").textContent) as { readonly chart: Chart; readonly rights: Rights };
const form = element("filters") as HTMLFormElement;
const slider = element("slider") as HTMLInputElement;

let rows: readonly Row[] = chart.rows;
let at = 0;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

function boxes(): Boxes {
  const data = new FormData(form);
  const box = (name: string): string => String(data.get(name) ?? "").trim();
  return { task: box("task"), routine: box("routine"), interface: box("interface"), port: box("port"), text: box("text"), errors: data.has("errors") };
}

function describe(row: Row | undefined): string {
  if (row === undefined) return "<h2>Message</h2><p>No message is chosen.</p>";
  const name = (id: string): string => chart.lanes.find((lane) => lane.id === id)?.name ?? id;
  const pair = row.pair === 0 ? "" : `<dt>${row.kind === "answer" ? "answers" : "answered by"}</dt><dd><button data-go="${row.pair}">#${row.pair}</button></dd>`;
  const facts = [["event", `#${row.event}`], ["time", `${(row.at / 1e6).toFixed(6)} s`], ["from", name(row.from)], ["to", name(row.to)], ["port", row.port], ["text", row.text], ...row.arguments];
  return `<h2>${xml(row.routine)}</h2><dl>${facts.map(([k, v]) => `<dt>${xml(k ?? "")}</dt><dd>${xml(v ?? "")}</dd>`).join("")}${pair}</dl>`;
}

function draw(): void {
  const row = rows[at];
  const from = Math.max(0, at - BEFORE);
  const some = rows.slice(from, at + BEHIND + 1);
  const used = new Set(some.flatMap((r) => [r.from, r.to]));
  const lanes = chart.lanes.filter(({ id }) => used.has(id));
  element("chart").innerHTML = drawChart({ lanes, rows: some }, row === undefined ? {} : { current: row.event });
  element("graph").innerHTML = `<h2>Ports after this message</h2>${drawGraph(rights, rows, row)}`;
  element("message").innerHTML = describe(row);
  element("where").textContent = rows.length === 0 ? "no message" : `${at + 1} of ${rows.length}`;
  slider.max = String(Math.max(0, rows.length - 1));
  slider.value = String(at);
  for (const [id, end] of [["first", at === 0], ["back", at === 0], ["forward", at >= rows.length - 1], ["last", at >= rows.length - 1]] as const)
    (element(id) as HTMLButtonElement).disabled = end;
  document.querySelector("#chart .current")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function go(to: number): void {
  at = Math.max(0, Math.min(rows.length - 1, to));
  draw();
}

/** The row of an event, or the one before it. */
function goToEvent(event: number): void {
  const behind = rows.findIndex((row) => row.event > event);
  go(behind < 0 ? rows.length - 1 : behind - 1);
}

function filter(): void {
  const event = rows[at]?.event ?? 0;
  rows = chosenRows(chart, boxes());
  goToEvent(event);
}

const keys = new Map<string, () => void>([
  ["ArrowLeft", () => go(at - 1)],
  ["ArrowRight", () => go(at + 1)],
  ["Home", () => go(0)],
  ["End", () => go(rows.length - 1)],
]);

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
slider.addEventListener("input", () => go(Number(slider.value)));
for (const [id, key] of [["first", "Home"], ["back", "ArrowLeft"], ["forward", "ArrowRight"], ["last", "End"]] as const) element(id).addEventListener("click", () => keys.get(key)?.());
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
  const action = typing ? undefined : keys.get(event.key);
  if (action === undefined) return;
  event.preventDefault();
  action();
});
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : undefined;
  const chosen = target?.closest<HTMLElement>("#chart .row")?.dataset["event"] ?? target?.closest<HTMLElement>("[data-go]")?.dataset["go"];
  if (chosen !== undefined) goToEvent(Number(chosen));
});
draw();
