import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { fresh } = createRequire(import.meta.url)("../../boot/start.cjs") as { fresh(): boolean };

describe("the start of boot", () => {
  it("finds its bundle fresh when it has just been started: nothing is built twice", () => {
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "boot", "--", "-c", "echo up; exit 3"], { cwd: root, encoding: "utf8" });
    expect([status, stdout, stderr]).to.deep.equal([3, "up\n", ""]);
    expect(fresh()).to.equal(true);
  });
});
