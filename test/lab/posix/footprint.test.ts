import { expect } from "chai";
import { numberRace, openRace as composedRace } from "../../../lab/composed/races.ts";
import { Classifying } from "../../../lab/explore/classes.ts";
import { exploreAll, type Scenario } from "../../../lab/explore/explore.ts";
import { openRace, type Launching } from "../../../lab/posix/races.ts";
import { tamper, type Attack, type FileKind, type Method } from "../../../lab/posix/toctou.ts";

/** Every schedule; outcomes by class. A class with two outcomes: two traps were called independent that are not. */
function byClass<O>(scenario: Scenario<O>): ReadonlyMap<string, ReadonlySet<string>> {
  const classes = new Map<string, Set<string>>();
  exploreAll<O>({
    key: scenario.key,
    run(strategy) {
      const classifying = new Classifying(strategy);
      const outcome = scenario.run(classifying);
      classes.set(classifying.class, (classes.get(classifying.class) ?? new Set()).add(scenario.key(outcome)));
      return outcome;
    },
  });
  return classes;
}

const mixed = <O>(scenario: Scenario<O>): readonly string[] => [...byClass(scenario).values()].filter((c) => c.size > 1).map((c) => [...c].join(" | "));

describe("footprints (modelchecking.md §5.4): schedules that differ only in the order of independent traps end alike", () => {
  for (const how of ["execve", "fork", "spawn", "fexecve"] as readonly Launching[])
    it(`an opener beside ${how}`, () => {
      for (const atomic of [false, true]) expect(mixed(openRace(how, { count: 2, atomic }))).to.deep.equal([]);
    });
  for (const method of ["path", "fd", "port", "seal"] as readonly Method[])
    it(`a tampering hand beside a launch by ${method}`, () => {
      for (const kind of ["binary", "script"] as readonly FileKind[])
        for (const attack of ["write", "rename", "symlink"] as readonly Attack[]) expect(mixed(tamper(method, kind, attack)), `${kind} ${attack}`).to.deep.equal([]);
    });
  it("races of the capability personality", () => {
    expect(mixed(numberRace())).to.deep.equal([]);
    expect(mixed(composedRace({ choice: { selectFds: "flag", selectRights: "stay" }, twoSteps: true }, { count: 2 }))).to.deep.equal([]);
  });
  it("an opener beside an exec by list falls into as few classes as its outcomes need, and exec in one trap into three (modelchecking.md §9)", () => {
    expect(byClass(openRace("execve")).size).to.equal(3);
    expect(byClass(composedRace({ choice: { selectFds: "flag", selectRights: "stay" }, twoSteps: true })).size).to.equal(6);
  });
});
