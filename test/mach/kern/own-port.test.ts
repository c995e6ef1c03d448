import { expect } from "chai";
import type { KernelEvent } from "../../../mach/kern/events.ts";
import { Machine } from "../../../mach/kern/machine.ts";

const machineOf = (): Machine => new Machine({ instructions: new Map() });

describe("ports that are made when first needed", () => {
  it("have the numbers of their objects' birth, whoever asks first", () => {
    const machine = machineOf();
    const task = machine.createTask(machine.kernelTask, "t", false);
    const thread = machine.createThread(task);
    const later = machine.createTask(machine.kernelTask, "u", false);
    expect([later.port.id, thread.port.id, task.port.id, machine.kernelTask.port.id]).to.deep.equal([10, 9, 8, 7]);
    expect(machine.hostPorts.of("processor").id).to.equal(6);
    expect(machine.hostPorts.of("host").id).to.equal(1);
    expect(machine.hostPorts.of("host")).to.equal(machine.hostPorts.of("host"));
  });
  it("come with the send right that the task itself holds", () => {
    const machine = machineOf();
    const task = machine.createTask(machine.kernelTask, "t", false);
    expect(task.selfPort).to.equal(task.port);
    expect([task.port.srights, task.port.mscount]).to.deep.equal([1, 1]);
    expect(machine.receives.has(task.port)).to.equal(true);
  });
  it("are dead after the end, whether or not anybody had asked before", () => {
    const machine = machineOf();
    const [asked, unasked] = [machine.createTask(machine.kernelTask, "a", false), machine.createTask(machine.kernelTask, "b", false)];
    const { port } = asked;
    for (const task of [asked, unasked]) machine.terminateTask(task);
    expect([port.dead, unasked.port.dead, asked.port === port]).to.deep.equal([true, true, true]);
    expect([unasked.selfPort, unasked.port.kobject, machine.receives.has(unasked.port)]).to.deep.equal([null, null, false]);
  });
  it("die in sight of who watches rights, once", () => {
    const machine = machineOf();
    const died: number[] = [];
    const see = (event: KernelEvent): void => {
      if (event.kind === "port-died") died.push(event.port);
    };
    machine.tap.listen(see, ["rights"]);
    const task = machine.createTask(machine.kernelTask, "t", false);
    const thread = machine.createThread(task);
    machine.terminateTask(task);
    expect(died).to.deep.equal([thread.portId, task.portId]);
    expect(task.port.dead).to.equal(true);
    expect(died).to.have.length(2);
  });
});
