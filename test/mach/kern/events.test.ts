import { expect } from "chai";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import { EVERYTHING, Tap, type KernelEvent } from "../../../mach/kern/events.ts";
import { makeSendOnce, PortType } from "../../../mach/ipc/names.ts";
import { Notify } from "../../../mach/ipc/notify.ts";
import type { MachineOptions } from "../../../mach/kern/machine.ts";
import { RandomStream } from "../../../mach/kern/random.ts";
import { RandomStrategy } from "../../../mach/kern/scheduler.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { load, mach_task_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { bootMachine, newPort, startThread, type Context } from "./boot-machine.ts";

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
  it("go to each listener, in the order in which they came, until it goes; to one that comes or goes meanwhile from the next on", () => {
    const tap = new Tap({ tapChanged: () => undefined });
    const heard: string[] = [];
    const tell = (): string => {
      tap.emit({ kind: "task-terminated", at: 0, task: 1 });
      return heard.splice(0).join();
    };
    const first = tap.listen(() => heard.push("first"));
    let third = (): void => undefined;
    const second = tap.listen(() => {
      heard.push("second");
      first();
      third = tap.listen(() => heard.push("third"));
    });
    expect(tell()).to.equal("first,second");
    second();
    expect(tell()).to.equal("third");
    third();
    expect([tell(), tap.listening]).to.deep.equal(["", false]);
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

/** Everything that `body` does, under `options`. */
function everything(body: (context: Context) => Syscall<void>, options: Partial<MachineOptions> = {}): readonly KernelEvent[] {
  const events: KernelEvent[] = [];
  const machine = bootMachine(body, options);
  machine.tap.listen((e) => events.push(e), EVERYTHING);
  machine.run();
  return events;
}

function* bodyWithPorts({ self }: Context): Syscall<void> {
  const port = yield* newPort(self);
  const watcher = yield* newPort(self);
  yield* machPortCall.mach_port_request_notification(self, { name: port, id: Notify.DEAD_NAME, sync: 0, notify: makeSendOnce(watcher) });
  yield* machPortCall.mach_port_mod_refs(self, { name: port, right: 1, delta: -1 });
  for (const _ of [1, 2]) yield* machPortCall.mach_port_deallocate(self, { name: port });
}

describe("kernel events of names", () => {
  it("tell what a name stands for when it is made, when it changes, when its port dies and when it goes", () => {
    const events = everything(bodyWithPorts);
    const rights = events.flatMap((e) => (e.kind === "right" ? [e] : []));
    const name = rights.find((e) => e.type === PortType.DEAD_NAME && e.refs === 2)?.name;
    const port = rights.find((e) => e.name === name && e.type === PortType.RECEIVE)?.port;
    const history = events.flatMap((e) => (e.kind === "right" && e.name === name ? [`${e.type} ${e.refs}`] : e.kind === "port-died" && e.port === port ? ["died"] : []));
    const { RECEIVE, SEND, DEAD_NAME } = PortType;
    expect(history).to.deep.equal([`${RECEIVE} 0`, `${RECEIVE | SEND} 1`, `${SEND} 1`, "died", `${DEAD_NAME} 2`, `${DEAD_NAME} 1`, "0 0"]);
  });

  it("come to those only who asked for them", () => {
    const kinds = new Set<string>();
    const machine = bootMachine(bodyWithPorts);
    machine.tap.listen((e) => kinds.add(e.kind));
    machine.tap.listen(() => undefined, ["rights"]);
    machine.run();
    expect(kinds.has("message-sent")).to.equal(true);
    for (const kind of ["right", "port-died", "scheduled"]) expect(kinds.has(kind), kind).to.equal(false);
  });

  it("stand with the kernel's notifications, which are sent by nobody", () => {
    const dead = everything(bodyWithPorts).find((e) => e.kind === "message-sent" && e.id === Notify.DEAD_NAME);
    expect(dead).to.deep.include({ task: 0, thread: 0, reply: 0 });
  });
});

describe("kernel events of choices", () => {
  const body = function* ({ self }: Context): Syscall<void> {
    for (const _ of [1, 2])
      yield* startThread(self, function* () {
        for (let i = 0; i < 3; i++) yield* mach_task_self();
      });
    for (let i = 0; i < 3; i++) yield* mach_task_self();
  };
  const scheduled = (events: readonly KernelEvent[]) => events.flatMap((e) => (e.kind === "scheduled" ? [e] : []));

  it("tell which thread runs next, once for each turn without a strategy", () => {
    const turns = scheduled(everything(body));
    expect(new Set(turns.map((e) => e.thread)).size).to.equal(3);
    expect(turns.every((e) => e.index === 0 && e.of === 1)).to.equal(true);
    expect(turns.length).to.be.below(8);
  });

  it("tell every choice of a strategy: which of how many, before every trap", () => {
    const turns = scheduled(everything(body, { scheduler: new RandomStrategy(new RandomStream(1)) }));
    expect(turns.length).to.be.above(15);
    expect(turns.some((e) => e.of === 3 && e.index > 0)).to.equal(true);
    for (const [i, e] of turns.entries()) expect([e.step, e.index < e.of]).to.deep.equal([i, true]);
  });

  it("tell what a strategy said when something else could go either way", () => {
    const events: KernelEvent[] = [];
    const machine = bootMachine(body, { scheduler: { next: () => 0, choice: (_, below) => below - 1 } });
    machine.tap.listen((e) => events.push(e), ["schedule"]);
    expect(machine.choose("short-read", 4)).to.equal(3);
    expect(events).to.deep.equal([{ kind: "choice", at: 0, step: 0, what: "short-read", index: 3, of: 4 }]);
    expect(bootMachine(body).choose("data", 4)).to.equal(0);
  });
});
