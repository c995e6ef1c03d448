import { expect } from "chai";
import fc from "fast-check";
import { atoms, type AuthorityGraph } from "../../../lab/model/authority.ts";
import { toDot } from "../../../lab/model/dot.ts";
import { controlSet, direct, forgeryGap, judge, reach } from "../../../lab/model/measure.ts";

const graph: AuthorityGraph = {
  tasks: [{ id: "S", role: "launcher" }, { id: "P", role: "program" }],
  objects: [{ id: "dir", kind: "directory" }, { id: "sub", kind: "directory" }, { id: "file", kind: "file" }, { id: "secret", kind: "file" }],
  holdings: [
    { task: "P", object: "dir", rights: ["lookup"], at: "fd 3" },
    { task: "P", object: "secret", rights: ["r", "w"], at: "fd 4" },
    { task: "S", object: "file", rights: ["r"], at: "fd 0" },
  ],
  yields: [
    { object: "dir", right: "lookup", gives: "sub", rights: ["lookup"] },
    { object: "sub", right: "lookup", gives: "file", rights: ["r"] },
    { object: "sub", right: "lookup", gives: "dir", rights: ["lookup"] },
  ],
  namings: [{ task: "P", object: "dir", rights: ["lookup"], as: "fd 3" }],
  controls: [{ by: "S", of: "P", through: "task-port", can: ["write", "kill"] }, { by: "P", of: "P", through: "task-port", can: ["write"] }],
};
const want = [{ name: "dir", object: "dir", rights: ["lookup"] }, { name: "log", object: "log", rights: ["w"] }];
const grant = [{ name: "dir", object: "dir", rights: ["lookup"] }, { name: "secret", object: "secret", rights: ["r"] }];

describe("measures of an authority graph (comparison.md §2)", () => {
  it("Direct counts one atom for each object and elementary right, of one task", () => {
    expect(direct(graph, "P")).to.deep.equal(["dir lookup", "secret r", "secret w"]);
  });

  it("Reach closes over the protocol, step by step, cycles included", () => {
    expect(reach(graph, "P", 0)).to.deep.equal(direct(graph, "P"));
    expect(reach(graph, "P", 1)).to.include("sub lookup").and.not.include("file r");
    expect(reach(graph, "P", 2)).to.include("file r");
    expect(reach(graph, "P")).to.deep.equal(reach(graph, "P", 2));
  });

  it("Leak is what is neither wanted nor granted; Excess is granted and not wanted; Missing is wanted and not held; Unnamed is not to be found", () => {
    const { leak, excess, missing, unnamed, reachLeak } = judge(graph, "P", want, grant);
    expect(leak).to.deep.equal(["secret w"]);
    expect(excess).to.deep.equal(["secret r"]);
    expect(missing).to.deep.equal(["log w"]);
    expect(unnamed).to.deep.equal(["secret r", "secret w"]);
    expect(reachLeak, "what a granted directory gives is no leak").to.deep.equal(["secret w"]);
  });

  it("the control set is of others", () => {
    expect(controlSet(graph, "P").map((c) => c.by)).to.deep.equal(["S"]);
  });

  it("the forgery gap counts objects that can be invoked without a right of one's own", () => {
    expect(forgeryGap(graph, "P", ["dir", "a", "b", "a"])).to.equal(2);
  });

  it("Direct is the disjoint union of Leak and what was wanted or granted, whatever the graph", () => {
    const object = fc.constantFrom("a", "b", "c");
    const rights = fc.uniqueArray(fc.constantFrom("r", "w", "x"), { minLength: 1 });
    const some = fc.array(fc.record({ object, rights }), { maxLength: 6 });
    fc.assert(
      fc.property(some, some, some, (held, wanted, granted) => {
        const g: AuthorityGraph = { ...graph, holdings: held.map((h) => ({ ...h, task: "P", at: "" })), yields: [] };
        const named = (list: typeof held) => list.map((w) => ({ ...w, name: w.object }));
        const { leak, direct: all, missing } = judge(g, "P", named(wanted), named(granted));
        const proper = new Set(atoms([...wanted, ...granted]));
        expect(leak).to.deep.equal(all.filter((a) => !proper.has(a)));
        expect(missing).to.deep.equal(atoms(wanted).filter((a) => !all.includes(a)));
      }),
    );
  });
});

describe("authority graphs for Graphviz", () => {
  it("are accepted by its own parser, with leaks red and what cannot be found dashed", async () => {
    const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
    const odd: AuthorityGraph = { ...graph, objects: [...graph.objects, { id: 'a "quoted" \\ name', kind: "port" }] };
    const dot = toDot(odd, { task: "P", judgement: judge(graph, "P", want, grant) });
    const svg = (await Graphviz.load()).layout(dot, "svg", "dot");
    expect(svg).to.include("&quot;quoted&quot;");
    expect(dot.match(/color="#c00000"/g)).to.have.length.greaterThan(0);
    expect(dot).to.match(/"task P" -> "secret" \[.*style="dashed"/);
    expect(dot).to.match(/"task P" -> "dir" \[label="lookup \(fd 3\)"\]/);
  });
});
