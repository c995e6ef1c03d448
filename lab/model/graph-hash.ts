/** A graph as one short word: two runs with the same outcome have the same (comparison.md §4). */
import type { AuthorityGraph } from "./authority.ts";

/** FNV-1a over the graph's parts in sorted order, `at` and order left out; eight hexadecimal digits. */
export function graphHash({ tasks, objects, holdings, yields, namings, controls }: AuthorityGraph): string {
  const parts = [
    ...tasks.map((t) => `task ${t.id} ${t.role}`),
    ...objects.map((o) => `object ${o.id} ${o.kind}`),
    ...holdings.map((h) => `holds ${h.task} ${h.object} ${[...h.rights].sort().join(",")}`),
    ...yields.map((y) => `yields ${y.object} ${y.right} ${y.gives} ${[...y.rights].sort().join(",")}`),
    ...namings.map((n) => `names ${n.task} ${n.object} ${n.as}`),
    ...controls.map((c) => `controls ${c.by} ${c.of} ${c.through} ${c.can.join(",")}`),
  ];
  return hash([...new Set(parts)].sort().join("\n"));
}

/** FNV-1a of a text's code units, eight hexadecimal digits. */
export function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}
