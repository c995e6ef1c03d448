import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const readme = readFileSync(`${root}lab/README.md`, "utf8");
const lab = (...args: readonly string[]) => spawnSync("node", ["boot/run.mjs", "lab", ...args], { cwd: root, encoding: "utf8" });

describe("lab/README.md", function () {
  this.timeout(180_000);

  it("its experiment has no more than 40 lines, runs, and comes out as it expects", () => {
    const source = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
    expect(source.trim().split("\n")).to.have.length.within(20, 40);
    const [file, out] = [`${root}my-experiment.ts`, `${root}node_modules/.cache/readme-experiment`];
    writeFileSync(file, source);
    try {
      const ran = lab("run", file, "--out", out, "--mechanism=posix,cloudabi,hurd-in-place", "--descriptors=3");
      expect(ran.stderr).to.equal("");
      expect(ran.stdout).to.match(/hurd-in-place +3 +false +3\n/).and.match(/cloudabi +3 +false +0\n/).and.include("as expected (of the points");
    } finally {
      rmSync(file);
      rmSync(out, { recursive: true, force: true });
    }
  });

  it("its commands work as they stand", () => {
    const commands = [...readme.matchAll(/^npm run lab -- (explore|replay|graph|list)(.*?)(?: +#.*)?$/gm)].map(([, command = "", rest = ""]) => [command, ...rest.trim().split(/ +/)].filter((w) => w !== ""));
    expect(commands.length).to.be.greaterThan(3);
    for (const args of commands) {
      const ran = lab(...args);
      expect([args.join(" "), ran.status, ran.stderr]).to.deep.equal([args.join(" "), 0, ""]);
    }
  });

  it("names experiments that there are", () => {
    const names = new Set(lab("list").stdout.split("\n").map((line) => line.split(" ")[0]));
    for (const [, name] of readme.matchAll(/`(e\d\d-[a-z0-9-]+)`/g)) expect(names, name).to.include(name);
  });
});
