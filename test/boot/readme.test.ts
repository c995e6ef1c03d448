import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { root } from "../rules/sources.ts";

/** The README's commands that boot something and end by themselves, each with what the README says it prints. */
function tour(): readonly { readonly command: string; readonly output: string }[] {
  const text = readFileSync(`${root}README.md`, "utf8");
  const section = text.slice(text.indexOf("## A tour"), text.indexOf("## How it is built"));
  return [...section.matchAll(/```console\n\$ ([^\n]+)\n([\s\S]*?)```/g)].map((m) => ({ command: m[1] ?? "", output: m[2] ?? "" }));
}

/** Times, process numbers and the like may differ from what the README shows. */
const shape = (text: string): string => text.replace(/\d+/g, "N").replace(/[ \t]+/g, " ").trim();

describe("the README's tour", function () {
  this.timeout(120_000);
  it("has something to show", () => {
    expect(tour().length).to.be.at.least(5);
  });
  for (const { command, output } of tour()) {
    it(`$ ${command}`, () => {
      const got = spawnSync("sh", ["-c", command], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      if (command.startsWith("npm run conformance")) expect(got.stdout).to.equal(output);
      else expect(shape(got.stdout)).to.equal(shape(output));
    });
  }
});
