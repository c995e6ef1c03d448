import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("the start of boot", () => {
  it("prints what the commands print, and exits with their status", () => {
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "boot", "--", "-c", "echo up; exit 3"], { cwd: root, encoding: "utf8" });
    expect([status, stdout, stderr]).to.deep.equal([3, "up\n", ""]);
  });

  it("asks files only whether its bundle is fresh: what is none is never as old as the bundle", () => {
    const inputs = readFileSync(`${root}dist/boot.inputs`, "utf8").split("\n");
    expect(inputs).to.include.members(["boot/main.ts", "boot/build.mjs", "package-lock.json"]);
    expect(inputs.filter((input) => statSync(root + input, { throwIfNoEntry: false }) === undefined)).to.deep.equal([]);
  });
});
