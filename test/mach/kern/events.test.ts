import { expect } from "chai";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import type { KernelEvent } from "../../../mach/kern/events.ts";
import { load } from "../../../mach/kern/syscall.ts";
import { bootMachine } from "./boot-machine.ts";

function eventsOf(): KernelEvent[] {
  const events: KernelEvent[] = [];
  const machine = bootMachine(function* ({ self, device }) {
    const console = yield* deviceCall.device_open(device, { mode: 2, name: "console" });
    if (!console.err) yield* deviceCall.device_write(console.device, { mode: 0, recnum: 0, data: Uint8Array.of(65) });
    yield* machCall.task_create(self, { inherit_memory: false });
    yield* load(16, 1);
  });
  machine.tap.listen((e) => events.push(e));
  machine.run();
  return events;
}

describe("kernel events", () => {
  it("tell of messages with sender, port, reply port, id and body, and of the kernel's answers", () => {
    const sent = eventsOf().flatMap((e) => (e.kind === "message-sent" ? [e] : []));
    const [open, opened] = sent;
    expect([open?.id, opened?.id, open?.task, opened?.task, open?.reply]).to.deep.equal([2800, 2900, 1, 0, opened?.port]);
    expect(open?.items.map((i) => i.data)).to.deep.equal([2, "console"]);
    expect(sent.find((e) => e.id === 2802)?.items.at(-1)?.data).to.deep.equal(Uint8Array.of(65));
  });
  it("tell of tasks, exceptions and the console, in order and with virtual times that do not go back", () => {
    const events = eventsOf();
    const kinds = events.map((e) => e.kind).filter((k) => !k.startsWith("message"));
    expect(kinds).to.deep.equal(["console", "task-created", "fault", "exception", "thread-terminated", "task-terminated"]);
    for (const [i, e] of events.entries()) expect(e.at).to.be.at.least(events[i - 1]?.at ?? 0);
  });
  it("are the same in every run", () => {
    expect(eventsOf()).to.deep.equal(eventsOf());
  });
  it("cost nothing when nobody listens any more", () => {
    const machine = bootMachine(function* () {
      // Nothing.
    });
    const stop = machine.tap.listen(() => undefined);
    expect(machine.observer).to.not.equal(null);
    stop();
    expect(machine.observer).to.equal(null);
  });
});
