/** tty [-s]: the name of the terminal on standard input; status 1, and "not a tty", when it is none. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDIN } from "../../../glibc-shim/libc.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "s", long: { silent: "s", quiet: "s" }, usage: "[-s]", misuse: 2 }, function* (t) {
  if (!(yield* t.libc.isatty(STDIN))) {
    if (!t.has("s")) yield* t.out.line("not a tty");
    return 1;
  }
  if (t.has("s")) return 0;
  const name = yield* attempt(t.libc.ttyname(STDIN));
  yield* t.out.line(name.err ? "a terminal without a name" : name.value);
  return 0;
});
