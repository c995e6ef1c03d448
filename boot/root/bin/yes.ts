/** yes [WORD …]: its words, or y, until nobody reads. */
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "+", usage: "[STRING]..." }, function* (t) {
  const line = `${t.operands.length > 0 ? t.operands.join(" ") : "y"}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) yield* t.out.text(block);
});
