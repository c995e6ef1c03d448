import { expect } from "chai";
import { boundaries, dieAt, type Aftermath } from "../../../lab/hurd/faults.ts";
import type { SceneOptions } from "../../../lab/hurd/scene.ts";
import { exec } from "../../../servers/interfaces/exec.ts";
import { execStartup } from "../../../servers/interfaces/exec-startup.ts";
import type { Flaw } from "../../../servers/interfaces/holes.ts";

const ASKS = execStartup.routines.exec_startup_get_info.id;
const EXECS = exec.routines.exec_exec_paths.id;
const spawn = (holes: readonly Flaw[]): SceneOptions => ({ launch: { holds: [], manifest: [], grant: [] }, way: "spawn", holes });

/** exec dies when the new program has asked for its start-up data, and has not got them. */
function diesUnasked(holes: readonly Flaw[]): Aftermath {
  const asked = boundaries(spawn(holes)).find((b) => b.id === ASKS);
  return dieAt(spawn(holes), "exec", asked?.step ?? 0);
}

describe("M6 (comparison.md §8): a spawn, and exec dies between loading and start-up data", function () {
  this.timeout(30_000);
  it("as the Hurd is, exec has answered before: S was told that P runs, and it does not (silent)", () => {
    expect(diesUnasked([])).to.include({ failState: "silent", error: "", parent: "status 137" });
  });
  it("with an exec server that answers only when P has its start-up data: S gets the error (clean)", () => {
    expect(diesUnasked(["exec-answers-late"])).to.include({ failState: "clean", error: "MIG_SERVER_DIED" });
  });
  it("the two designs differ in the order of two messages", () => {
    const order = (holes: readonly Flaw[]): readonly number[] => boundaries(spawn(holes)).map((b) => b.id).filter((id) => id === ASKS + 100 || id === EXECS + 100);
    expect(order([])).to.deep.equal([EXECS + 100, ASKS + 100]);
    expect([...order(["exec-answers-late"])].sort()).to.deep.equal([EXECS + 100, ASKS + 100].sort());
    expect(order(["exec-answers-late"])[0]).to.equal(ASKS + 100);
  });
});
