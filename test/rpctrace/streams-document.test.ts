import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { commandsBytes } from "../boot/recorded/history.ts";
import { root } from "../rules/sources.ts";

/** Each example of the document, with what it says that it prints. */
const examples = [...readFileSync(join(root, "rpctrace/STREAMS.md"), "utf8").matchAll(/```ts\n([^]*?)```/g)].map(([, text = ""]) => ({
  text,
  prints: /^\/\/ prints: (.*)$/m.exec(text)?.[1] ?? "nothing is said",
}));

describe("the examples of STREAMS.md", function () {
  this.timeout(60_000);
  let folder = "";
  before(() => {
    const cache = join(root, "node_modules/.cache");
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, "streams-"));
    writeFileSync(join(folder, "boot.trace"), commandsBytes({ commands: "cat /etc/hostname nosuch" }));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are some", () => expect(examples.length).to.be.above(3));

  for (const [i, { text, prints }] of examples.entries())
    it(`run, and print what they say: number ${i + 1}`, () => {
      writeFileSync(join(folder, `${i}.mts`), text.replace(/from "\.\/(?!node:)/g, `from "${pathToFileURL(root).href.replace(/\/?$/, "/")}`));
      const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", `${i}.mts`], { cwd: folder, encoding: "utf8" });
      expect(stderr).to.equal("");
      expect(stdout.trim()).to.equal(prints);
    });
});
