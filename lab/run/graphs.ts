/** Authority graphs of the worked launch M1 (comparison.md §8), as data, for Graphviz, and drawn. */
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { mechanismOf, mechanisms } from "../mechanisms.ts";
import { toDot } from "../model/dot.ts";
import type { Mechanism } from "../model/launch.ts";
import { m1 } from "../model/m1.ts";
import { judge, type Judgement } from "../model/measure.ts";
import type { AuthorityGraph } from "../model/authority.ts";
import { UsageError, type LabOptions } from "./usage.ts";

/** What M1 gave with one mechanism. */
export interface Drawn {
  readonly mechanism: string;
  readonly judgement: Judgement;
  readonly graph: AuthorityGraph;
  readonly dot: string;
}

/** M1 by `mechanism`, at the program's first instruction or when all is quiet; undefined when the program never began. */
export function m1Graph(mechanism: Mechanism, when: "first" | "quiescence", seed: number): Drawn | undefined {
  const { atFirst, atQuiescence } = mechanism.launch(m1, { seed });
  const graph = when === "first" ? atFirst : atQuiescence;
  if (graph === undefined) return undefined;
  const judgement = judge(graph, "P", m1.manifest, m1.grant);
  return { mechanism: mechanism.name, judgement, graph, dot: toDot(graph, { task: "P", judgement }) };
}

/** Draws DOT as an SVG element, without the XML prolog. */
export async function drawDot(dot: string): Promise<string> {
  const svg = (await Graphviz.load()).layout(dot, "svg", "dot");
  return svg.slice(svg.indexOf("<svg"));
}

/** `graph NAME`: in the format that was asked for. Throws UsageError. */
export async function graphText({ names, when, format, seed }: LabOptions): Promise<string> {
  const [name = ""] = names;
  const mechanism = mechanismOf(name);
  if (mechanism === undefined) throw new UsageError(`no mechanism "${name}": ${mechanisms.map((m) => m.name).join(", ")}`);
  const drawn = m1Graph(mechanism, when, seed);
  if (drawn === undefined) throw new Error(`${name}: the program never came to its first instruction`);
  switch (format) {
    case "dot":
      return drawn.dot;
    case "svg":
      return `${await drawDot(drawn.dot)}\n`;
    case "json":
      return `${JSON.stringify({ mechanism: name, when, graph: drawn.graph, judgement: drawn.judgement }, undefined, 1)}\n`;
  }
}
