/** Colours for lines on a terminal: never when piped, and not where NO_COLOR or a terminal without them says so. */
import { createColors } from "picocolors";
import type { Paint } from "../mach/mig/show.ts";

/** What paints on this stream; undefined: nothing does. */
export function paintFor(stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint | undefined {
  if (stream.isTTY !== true || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return undefined;
  const { cyan, bold, red, dim } = createColors(true);
  return { target: cyan, routine: bold, failure: red, mark: dim };
}
