/** uname [-a] [-s] [-n] [-r] [-v] [-m] [-p] [-i] [-o] */
import { tool } from "../lib/tool.ts";

const long = { all: "a", "kernel-name": "s", nodename: "n", "kernel-release": "r", "kernel-version": "v", machine: "m", processor: "p", "hardware-platform": "i", "operating-system": "o" };

export const main = tool({ letters: "asnrvmpio", long, usage: "[OPTION]..." }, function* (t) {
  const u = yield* t.libc.uname();
  const fields = { s: u.sysname, n: u.nodename, r: u.release, v: u.version, m: u.machine, p: "unknown", i: "unknown", o: "GNU" };
  const wanted = Object.entries(fields).filter(([letter]) => (t.has("a") ? letter !== "p" && letter !== "i" : t.has(letter) || (t.options.given.length === 0 && letter === "s")));
  yield* t.out.line(wanted.map(([, text]) => text).join(" "));
});
