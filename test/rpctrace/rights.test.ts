import { expect } from "chai";
import { buildSystem } from "../../boot/system.ts";
import type { KernelEvent } from "../../mach/kern/events.ts";
import { PortType } from "../../mach/ipc/names.ts";
import { Port } from "../../mach/ipc/port.ts";
import { RightsHeld } from "../../rpctrace/rights.ts";

describe("the rights that events tell of", () => {
  const held = new RightsHeld();
  const events: KernelEvent[] = [];
  const machine = buildSystem({
    run: { user: "root", commands: "ls / | wc; sleep 9 & kill -9 $!; /bin/true" },
    scheduler: "random",
    seed: 5,
    observe: (m) =>
      void m.tap.listen(
        (event) => {
          held.event(event);
          if (event.kind === "right" || event.kind === "port-died" || event.kind === "task-terminated") events.push(event);
        },
        ["rights"],
      ),
  });

  it("are those of every name space, at any step", () => {
    for (let why = "steps"; why === "steps"; ) {
      why = machine.run({ steps: 997 });
      for (const { id, space } of machine.tasks) {
        const really = space.names().map((name) => {
          const entry = space.lookup(name);
          const port = entry?.object instanceof Port ? entry.object.id : 0;
          return { task: id, name, port, type: entry?.type, refs: entry?.urefs };
        });
        expect(held.of(id), `task ${id} at step ${machine.steps}`).to.deep.equal(really);
      }
    }
    expect(machine.steps).to.be.above(4000);
  });

  it("become dead names when their port dies, one after the other", () => {
    const dead = events.filter((e, i) => {
      const before = events[i - 1];
      return e.kind === "right" && e.type === PortType.DEAD_NAME && (before?.kind === "port-died" || (before?.kind === "right" && before.type === PortType.DEAD_NAME));
    });
    expect(dead.length).to.be.above(5);
  });

  it("are gone with their task", () => {
    const ended = events.flatMap((e) => (e.kind === "task-terminated" ? [e.task] : []));
    expect(ended.length).to.be.above(3);
    for (const task of ended) expect(held.of(task)).to.deep.equal([]);
    for (const [i, e] of events.entries()) if (e.kind === "task-terminated") expect(events.slice(i).some((l) => l.kind === "right" && l.task === e.task && l.type !== 0)).to.equal(false);
  });
});
