/** whoami: the name of the effective user. */
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "", usage: "" }, function* (t) {
  const uid = yield* t.libc.geteuid();
  const user = yield* t.libc.getpwuid(uid);
  if (user) yield* t.out.line(user.name);
  else yield* t.complain(`cannot find name for user ID ${uid}`);
});
