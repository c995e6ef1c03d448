/** hostname [-s]: the system's name. */
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "sf", usage: "[-s]" }, function* (t) {
  const { nodename } = yield* t.libc.uname();
  yield* t.out.line(t.has("s") ? (nodename.split(".")[0] ?? nodename) : nodename);
});
