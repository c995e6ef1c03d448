/** env [-i] [-u NAME] [-0] [NAME=VALUE …] [COMMAND [ARGUMENT …]]: the environment, or a program with another one. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { tool } from "../lib/tool.ts";

const long = { "ignore-environment": "i", unset: "u", null: "0" };

export const main = tool({ letters: "+iu:0", long, usage: "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]", misuse: 125 }, function* (t) {
  const { environ } = t.libc;
  const words = [...t.operands];
  if (t.has("i") || words[0] === "-") environ.clear();
  if (words[0] === "-") words.shift();
  for (const name of t.options.values("u")) environ.delete(name);
  for (let equals = (words[0] ?? "").indexOf("="); equals > 0; equals = (words[0] ?? "").indexOf("=")) {
    const word = words.shift() ?? "";
    environ.set(word.slice(0, equals), word.slice(equals + 1));
  }
  const [command] = words;
  if (command === undefined) {
    for (const [name, value] of environ) yield* t.out.text(`${name}=${value}${t.has("0") ? "\0" : "\n"}`);
    return 0;
  }
  const failed = yield* attempt(t.libc.execvp(command, words));
  yield* t.complain(`${command}: ${strerror(failed.err)}`);
  return failed.err === Errno.ENOENT ? 127 : 126;
});
