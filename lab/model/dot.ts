/**
 * An authority graph for Graphviz: tasks as boxes, objects as ellipses; what is held as solid edges, what it yields as dotted ones, who steers whom as bold ones. What leaked is red, and what its holder cannot find is
 * dashed.
 */
import { atoms, type AuthorityGraph } from "./authority.ts";
import type { Judgement } from "./measure.ts";

const LEAK = "#c00000";

const quote = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", " ")}"`;

function attributes(given: Readonly<Record<string, string | undefined>>): string {
  const words = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quote(value)}`]));
  return `[${words.join(", ")}]`;
}

/** `graph` in the DOT language. `judged`: whose leaks and unnamed rights are marked. */
export function toDot(graph: AuthorityGraph, judged?: { readonly task: string; readonly judgement: Judgement }): string {
  const leaked = new Set<string>(judged?.judgement.leak);
  const unnamed = new Set<string>(judged?.judgement.unnamed);
  const some = (object: string, rights: readonly string[], of: ReadonlySet<string>): boolean => atoms([{ object, rights }]).some((a) => of.has(a));
  const lines = [
    ...graph.tasks.map(({ id, role }) => `${quote(`task ${id}`)} ${attributes({ label: id, shape: "box", style: role === "program" ? "filled,bold" : "filled", fillcolor: role === "program" ? "#dce8ff" : "#eeeeee" })}`),
    ...graph.objects.map(({ id, kind }) => `${quote(id)} ${attributes({ label: kind === id ? id : `${id}\\n${kind}`, ...(leaked.size > 0 && [...leaked].some((a) => a.startsWith(`${id} `)) ? { color: LEAK } : {}) }).replaceAll("\\\\n", "\\n")}`),
    ...graph.holdings.map(({ task, object, rights, at }) => {
      const mine = task === judged?.task;
      const bad = mine && some(object, rights, leaked);
      const lost = mine && some(object, rights, unnamed);
      return `${quote(`task ${task}`)} -> ${quote(object)} ${attributes({ label: `${rights.join(" ")}${at === "" ? "" : ` (${at})`}`, color: bad ? LEAK : undefined, fontcolor: bad ? LEAK : undefined, style: lost ? "dashed" : undefined })}`;
    }),
    ...graph.yields.map(({ object, right, gives, rights }) => `${quote(object)} -> ${quote(gives)} ${attributes({ label: `${right}: ${rights.join(" ")}`, style: "dotted" })}`),
    ...graph.controls.map(({ by, of, through, can }) => `${quote(`task ${by}`)} -> ${quote(`task ${of}`)} ${attributes({ label: `${through}: ${can.join(", ")}`, style: "bold", color: "#a05000", fontcolor: "#a05000" })}`),
  ];
  return `digraph authority {\n  rankdir=LR; node [fontname="sans-serif", fontsize=11]; edge [fontname="sans-serif", fontsize=9];\n${lines.map((l) => `  ${l};\n`).join("")}}\n`;
}
