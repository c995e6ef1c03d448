/** Every form in which a trace can be had. */
import type { Paint } from "../../mach/mig/show.ts";
import type { View } from "../select.ts";
import { dot } from "./dot.ts";
import { json } from "./json.ts";
import { mermaid } from "./mermaid.ts";
import { perfetto } from "./perfetto.ts";
import { html } from "./html.ts";
import { stats } from "./stats.ts";
import { svg } from "./svg.ts";
import { text } from "./text.ts";

/** Writes a view in pieces, in colours if it has any. */
export type Export = (view: View, write: (text: string) => void, paint?: Paint) => void;

/** By the word that `--format` takes. */
export const formats: ReadonlyMap<string, Export> = new Map([
  ["text", text],
  ["json", json],
  ["mermaid", mermaid],
  ["dot", dot],
  ["perfetto", perfetto],
  ["svg", svg],
  ["html", html],
  ["stats", stats],
]);
