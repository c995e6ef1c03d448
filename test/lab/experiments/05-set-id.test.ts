import { expect } from "chai";
import { experiment } from "../../../lab/experiments/05-set-id.ts";
import type { Line } from "../../../lab/model/experiment.ts";
import { dvAt, falsified, fullRun } from "../hurd/full-run.ts";

describe("E5: the parts of a secure exec (comparison.md §3)", function () {
  this.timeout(60_000);
  let lines: readonly Line[] = [];
  before(() => {
    lines = fullRun(experiment);
  });
  const at = (omitted: string, filesystem = "honest") => dvAt(lines, { omitted, filesystem });
  it("with all of them no hostile port arrives and no attack works", () => {
    expect(at("nothing")).to.include({ ran: true, euid: 0, hostile: 0, key: "real", attacks: "", control: 0 });
  });
  it("M7: only the root is not replaced: P reads S's file with elevated auth, by 1 hostile object; replaced: by 0", () => {
    expect(at("root")).to.include({ euid: 0, hostile: 1, key: "forged", attacks: "reads the attacker's key" });
  });
  it("without a new task the old task's holder steers it; with the caller's proc, who serves that is shown the new task; with his auth, he becomes the process", () => {
    expect(at("new task").attacks).to.equal("is controlled by its task-port");
    expect(at("proc").attacks).to.equal("is controlled by its task-port");
    expect(at("auth")).to.include({ attacks: "is controlled by its process-port", euid: 1000 });
  });
  it("with the caller's environment it works where he likes; with a closed descriptor 2 its messages go into its key", () => {
    expect(at("environment").attacks).to.equal("works in the attacker's directory");
    expect(at("descriptors").attacks).to.equal("writes its messages into the key");
  });
  it("a filesystem that lies about EXEC_SECURE gets its own file run as who asked", () => {
    expect(at("nothing", "lying")).to.include({ ran: true, euid: 1000, hostile: 0, key: "", attacks: "" });
  });
  it("concludes as expected, and can say no", () => {
    expect(experiment.conclude(lines).asExpected).to.equal(true);
    expect(experiment.conclude(falsified(lines, { omitted: "root" }, { attacks: "" })).asExpected).to.equal(false);
    expect(experiment.conclude(falsified(lines, { omitted: "nothing", filesystem: "honest" }, { attacks: "x" })).asExpected).to.equal(false);
  });
});
