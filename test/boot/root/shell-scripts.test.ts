import { readFileSync } from "node:fs";
import { expect } from "chai";
import { programs } from "../../../boot/root/programs.ts";
import { FakeSystem } from "./fake-system.ts";

/** A script and what another shell did with it. */
interface Recorded {
  readonly script: string;
  readonly out: string;
  readonly status: number;
  readonly err?: string;
}
const { scripts } = JSON.parse(readFileSync(new URL("../../data/shell-scripts.json", import.meta.url), "utf8")) as { readonly scripts: readonly Recorded[] };

describe("the shell and the tools, on a small Unix in memory, answer as dash and the GNU tools do", () => {
  for (const { script, out, status, err } of scripts) {
    it(script.split("\n", 1)[0]?.slice(0, 70) ?? "", () => {
      const system = new FakeSystem(programs);
      system.mkdir("/work");
      const ran = system.run(["sh", "-c", script, "sh"], "l1\nl2 x y\nl3\n", { PWD: "/work" });
      expect({ out: ran.out, status: ran.status }, script).to.deep.equal({ out, status });
      if (err !== undefined) expect(ran.err, script).to.equal(err);
    });
  }
});
