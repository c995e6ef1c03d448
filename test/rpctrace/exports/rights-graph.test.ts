import { expect } from "chai";
import type { KernelEvent } from "../../../mach/kern/events.ts";
import { PortType } from "../../../mach/ipc/names.ts";
import { runCommands } from "../../../boot/session.ts";
import { RightsHeld } from "../../../rpctrace/rights.ts";
import { select, type Filter } from "../../../rpctrace/select.ts";
import { exported, task } from "./recorded.ts";

const right = (step: number, of: number, name: number, port: number, type: number, refs = 1): KernelEvent => ({ kind: "right", at: step, step, task: of, name, port, type, refs });

const graphAt = (events: readonly KernelEvent[], step: number, filter: Filter = {}): string => exported("dot", { ...select(events, filter), step });

describe("graphs of the rights held at a step", () => {
  const events = [
    task(7, "/bin/ls"),
    task(3, "/hurd/term"),
    right(2, 3, 4, 31, PortType.RECEIVE, 0),
    right(5, 7, 9, 31, PortType.SEND, 2),
    right(6, 7, 10, 31, PortType.SEND_ONCE),
    right(8, 7, 10, 0, 0, 0),
    right(9, 7, 9, 0, PortType.DEAD_NAME, 2),
  ];

  it("have a dot for who receives, an arrow for who may send, a dashed one for once", () => {
    const graph = graphAt(events, 6);
    expect(graph).to.include('p31 -> t3 [arrowhead=dot, label="4"];').and.include('t7 -> p31 [label="9 ×2"];').and.include('t7 -> p31 [style=dashed, label="10"];');
    expect(graph).to.include('t7 [shape=box, label="ls(7)"]').and.include('p31 [shape=ellipse, label="port 31"]');
  });

  it("have what was made until then, and not what was dropped or has died", () => {
    expect(graphAt(events, 2)).to.include("p31 -> t3").and.not.include("t7");
    expect(graphAt(events, 8)).to.include('t7 -> p31 [label="9 ×2"]').and.not.include("dashed");
    expect(graphAt(events, 9)).to.include("p31 -> t3").and.not.include("t7");
  });

  it("show only the tasks that are asked for", () => {
    expect(graphAt(events, 6, { tasks: ["ls"] })).to.include("t7 -> p31").and.not.include("t3");
  });

  it("are the name spaces of a whole system at that step", () => {
    const all: KernelEvent[] = [];
    runCommands({ commands: "ls / | wc", observe: (m) => void m.tap.listen((e) => all.push(e), ["rights"]) });
    for (const step of [1000, 1500, 3000]) {
      const held = new RightsHeld();
      for (const e of all) if (!("step" in e) || e.step <= step) held.event(e);
      const edges = (graphAt(all, step).match(/ -> /g) ?? []).length;
      const both = held.all.filter(({ type }) => type === (PortType.SEND | PortType.RECEIVE)).length;
      expect(edges).to.equal(held.all.filter(({ port }) => port > 0).length + both);
      expect(edges).to.be.above(20);
    }
  });
});
