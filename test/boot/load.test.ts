import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const boot = fileURLToPath(new URL("../../boot", import.meta.url));

/** A bundle as build.mjs writes it: the hash of its content in the first line, then one function. */
const bundle = (hash: string, answer: number): string => `/* ${hash.repeat(64)}*/\n(function (exports, require, module) {\nexports.main = function main() { return ${answer}; };\n})`;

describe("a bundle with compiled code", () => {
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "hurdsim-load-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const path = (): string => join(folder, "b.cjs");
  const warm = (): unknown => execFileSync(process.execPath, [join(boot, "warm.mjs"), path()]);
  /** What main answers, and whether V8 refused the code: undefined when it got none. */
  const loaded = (): unknown => {
    const code = `import { load } from ${JSON.stringify(join(boot, "load.cjs"))}; const { exports, script } = load(${JSON.stringify(path())}); console.log(JSON.stringify([exports.main(), String(script.cachedDataRejected)]));`;
    return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }));
  };

  it("runs without it, and with it when it is there", () => {
    writeFileSync(path(), bundle("a", 1));
    expect(loaded()).to.deep.equal([1, "undefined"]);
    warm();
    expect(statSync(join(folder, "b.cache")).size).to.be.above(100);
    expect(loaded()).to.deep.equal([1, "false"]);
  });

  it("never runs the code of another bundle, not of one as long as itself", () => {
    writeFileSync(path(), bundle("a", 1));
    warm();
    writeFileSync(path(), bundle("b", 2));
    expect(loaded()).to.deep.equal([2, "undefined"]);
  });

  it("runs as if there were none when V8 refuses it", () => {
    writeFileSync(path(), bundle("a", 1));
    warm();
    const cache = readFileSync(join(folder, "b.cache"));
    writeFileSync(join(folder, "b.cache"), cache.map((byte, i) => (i > 70 && i < 90 ? byte ^ 0xff : byte)));
    expect(loaded()).to.deep.equal([1, "true"]);
  });
});
