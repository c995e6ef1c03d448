/** cp [-r] [-p] [-a] [-f] [-i] [-n] [-u] [-v] [-d|-L|-H|-P] [-T] SOURCE DEST | SOURCE … DIRECTORY */
import { copyTree, type CopyManner } from "../lib/copy.ts";
import { targets } from "../lib/target.ts";
import { tool } from "../lib/tool.ts";

const long = {
  recursive: "r",
  preserve: "p",
  archive: "a",
  force: "f",
  interactive: "i",
  "no-clobber": "n",
  update: "u",
  verbose: "v",
  dereference: "L",
  "no-dereference": "P",
  "target-directory": "t",
  "no-target-directory": "T",
};

export const main = tool({ letters: "rRpafinuvdLHPt:T", long, usage: "[OPTION]... SOURCE DEST | SOURCE... DIRECTORY" }, function* (t) {
  const recursive = t.has("rRa");
  const links = t.options.last("LHPda");
  const manner: CopyManner = {
    recursive,
    links: links === "L" ? "L" : links === "H" ? "H" : links !== undefined || recursive ? "P" : "L",
    preserve: t.has("pa"),
    force: t.has("f"),
    ask: t.options.last("in") === "i",
    keepExisting: t.options.last("in") === "n",
    update: t.has("u"),
    verbose: t.has("v"),
  };
  for (const [from, to] of (yield* targets(t)) ?? []) yield* copyTree(t, from, to, manner);
});
