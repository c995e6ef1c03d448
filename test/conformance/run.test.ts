/** The conformance command: what it prints, and its exit status. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { main } from "./run.ts";

describe("npm run conformance", () => {
  const folder = mkdtempSync(join(tmpdir(), "vectors-"));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...files: readonly string[]): { readonly status: number; readonly out: string; readonly err: string } => {
    let [out, err] = ["", ""];
    const status = main(files, { out: (t) => void (out += t), err: (t) => void (err += t) });
    return { status, out, err };
  };
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const allocate = (rc: string, extra: object = {}): object => ({ op: "mach_port_allocate", task: "T0", right: "receive", r: { rc, ...extra } });
  const vectors = (...steps: readonly object[]): object => ({ format: "mach-oracle-1", scenarios: [{ name: "one", steps, names: { a1: 3 } }] });

  it("counts scenarios that pass", () => {
    const good = file("good.json", vectors({ ...allocate("KERN_SUCCESS", { name: "a1" }), d: { a1: "R" } }));
    expect(run(good, good)).to.deep.equal({ status: 0, out: "2 passed, 0 failed\n", err: "" });
  });

  it("names scenario and step of a difference, what was expected and what came", () => {
    const { status, out } = run(file("bad.json", vectors(allocate("KERN_NO_SPACE"))));
    expect(status).to.equal(1);
    expect(out).to.match(/^one, step 0 \(mach_port_allocate\): rc: expected "KERN_NO_SPACE", got "KERN_SUCCESS"/);
    expect(out).to.match(/\n0 passed, 1 failed\n$/);
  });

  it("notices a change that was not expected, a missing one, another number and an unknown operation", () => {
    const steps = [
      allocate("KERN_SUCCESS", { name: "a1" }),
      { ...allocate("KERN_SUCCESS", { name: "a1" }), d: { a1: "S" } },
      { ...allocate("KERN_SUCCESS", { name: "a1" }), d: { a1: "R", T1: "dead" } },
      { op: "make_coffee", r: { rc: "KERN_SUCCESS" } },
    ];
    steps.forEach((step, i) => expect(run(file(`odd${i}.json`, vectors(step))).status).to.equal(1));
    const moved = { format: "mach-oracle-1", scenarios: [{ name: "n", steps: [allocate("KERN_SUCCESS", { name: "a1" })], names: { a1: 9 } }] };
    expect(run(file("number.json", moved)).out).to.contain("the real kernel used 9");
  });

  it("tells a file that it cannot play, in one line, and ends with 2", () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [join(folder, "missing.json"), /cannot be read/],
      [file("text.json", "no json"), /is not JSON/],
      [file("other.json", {}), /holds no conformance vectors/],
      [file("newer.json", { format: "mach-oracle-2" }), /mach-oracle-2 is unknown/],
      [file("empty.json", { format: "mach-oracle-1" }), /no list of scenarios/],
      [file("damaged.json", { format: "mach-oracle-1", scenarios: [{ name: "x" }] }), /scenario 0 is damaged/],
      [file("step.json", vectors({ op: "state" })), /step 0 is damaged/],
    ];
    for (const [path, what] of cases) {
      const { status, err } = run(path);
      expect(status).to.equal(2);
      expect(err).to.match(what).and.match(/^[^\n]*\n$/);
    }
  });

  it("explains itself, and refuses what it does not know", () => {
    expect(run("--help")).to.include({ status: 0 });
    expect(run()).to.include({ status: 2 });
    expect(run("--fast")).to.include({ status: 2 });
  });
});
