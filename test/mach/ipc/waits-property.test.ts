/** Threads that send, wait, are woken, time out and die in any order: no right is lost, no message is lost, nobody waits for what is there. */
import { expect } from "chai";
import fc from "fast-check";
import { BLOCKED } from "../../../mach/ipc/host.ts";
import { intItem, MsgOption } from "../../../mach/ipc/message.ts";
import { asPort, MsgType, Right } from "../../../mach/ipc/names.ts";
import { mach_port_allocate, mach_port_destroy, mach_port_move_member, mach_port_set_qlimit } from "../../../mach/ipc/port-calls.ts";
import { Port } from "../../../mach/ipc/port.ts";
import { FakeHost, type FakeThread } from "./fake-host.ts";

type Act =
  | { readonly act: "send"; readonly to: number; readonly reply: number; readonly body: number; readonly option: number; readonly type: number }
  | { readonly act: "receive"; readonly from: number; readonly option: number; readonly size: number }
  | { readonly act: "run" | "kill"; readonly thread: number }
  | { readonly act: "limit"; readonly port: number; readonly value: number }
  | { readonly act: "member"; readonly port: number; readonly out: boolean }
  | { readonly act: "destroy"; readonly port: number }
  | { readonly act: "pass"; readonly time: number };

const PORTS = 4;
const pick = fc.integer({ min: 0, max: PORTS - 1 });
const is = <T extends string>(word: T): fc.Arbitrary<T> => fc.constant(word);
const { SEND_TIMEOUT, SEND_NOTIFY, RCV_TIMEOUT, RCV_LARGE } = MsgOption;
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: is("send"),
      to: pick,
      reply: fc.integer({ min: -1, max: PORTS - 1 }),
      body: fc.integer({ min: -1, max: PORTS - 1 }),
      option: fc.constantFrom(0, 0, SEND_TIMEOUT, SEND_TIMEOUT | SEND_NOTIFY),
      type: fc.constantFrom(MsgType.COPY_SEND, MsgType.MAKE_SEND, MsgType.MOVE_RECEIVE),
    }),
  },
  { weight: 8, arbitrary: fc.record({ act: is("receive"), from: fc.integer({ min: 0, max: PORTS }), option: fc.constantFrom(0, 0, RCV_TIMEOUT, RCV_LARGE), size: fc.constantFrom(24, 4096) }) },
  { weight: 8, arbitrary: fc.record({ act: is("run"), thread: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ act: is("kill"), thread: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ act: is("limit"), port: pick, value: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ act: is("member"), port: pick, out: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: is("destroy"), port: pick }) },
  { weight: 1, arbitrary: fc.record({ act: is("pass"), time: fc.constantFrom(5, 20) }) },
);

/** A host with some ports, a set, and the threads that wait. */
class World {
  readonly host = new FakeHost();
  private readonly ports: readonly number[];
  private readonly set: number;
  private waiting: FakeThread[] = [];

  constructor() {
    this.ports = Array.from({ length: PORTS }, () => this.host.port().name);
    const set = mach_port_allocate(this.host, this.host.space, Right.PORT_SET);
    this.set = set.err === 0 ? set.value : 0;
  }

  private readonly name = (i: number): number => this.ports[i] ?? 0;

  do(a: Act): void {
    const { host } = this;
    const { space } = host;
    switch (a.act) {
      case "send":
        return this.send(a);
      case "receive":
        return this.start((t) => host.receive(t, a.from === PORTS ? this.set : this.name(a.from), { option: MsgOption.RCV | a.option, timeout: 10, rcvSize: a.size }).code);
      case "run":
      case "kill":
        return this.step(a.act, this.waiting[a.thread % Math.max(1, this.waiting.length)]);
      case "limit":
        return void mach_port_set_qlimit(space, this.name(a.port), a.value);
      case "member":
        return void mach_port_move_member(space, this.name(a.port), a.out ? 0 : this.set);
      case "destroy":
        return void mach_port_destroy(space, this.name(a.port));
      case "pass":
        return host.pass(a.time);
    }
  }

  private send(a: Act & { act: "send" }): void {
    const reply = a.reply < 0 ? {} : { localPort: asPort(this.name(a.reply)), localType: MsgType.MAKE_SEND_ONCE };
    const items = a.body < 0 ? [] : [{ ...intItem(this.name(a.body)), type: a.type }];
    const more = { ...reply, option: MsgOption.SEND | a.option, timeout: 10, notify: asPort(this.name(0)) };
    this.start((t) => this.host.send(t, this.name(a.to), 100, more, items));
  }

  private start(call: (thread: FakeThread) => number): void {
    const thread = this.host.thread();
    if (call(thread) === BLOCKED) this.waiting.push(thread);
  }

  private step(how: "run" | "kill", thread: FakeThread | undefined): void {
    if (!thread) return;
    if (how === "kill") this.host.kill(thread);
    else if (this.host.run(thread) === BLOCKED) return;
    this.waiting = this.waiting.filter((t) => t !== thread);
  }

  /** Rules of the whole, and: no port has both a message and a thread that waits for one, nor room and a thread that waits for it. */
  check(): void {
    this.host.check();
    const { space } = this.host;
    for (const name of space.names()) {
      const object = space.lookup(name)?.object;
      if (!object) continue;
      const receivers = object instanceof Port && object.receiver !== space ? null : object.receivers;
      expect(receivers !== null && object.first !== null, `port ${name} has messages and receivers`).to.equal(false);
    }
  }

  /** All threads go on as far as they can; then nobody is left woken. */
  settle(): void {
    for (let changed = true; changed; ) {
      const before = this.waiting.length;
      for (const thread of [...this.waiting]) this.step("run", thread);
      changed = this.waiting.length !== before;
    }
  }
}

describe("threads that wait", () => {
  it("lose nothing, whoever is woken, times out or dies first", function () {
    this.timeout(600_000);
    const play = (acts: readonly Act[]): void => {
      const world = new World();
      for (const act of acts) {
        world.do(act);
        world.check();
      }
      world.settle();
      world.check();
    };
    fc.assert(fc.property(fc.array(anyAct, { maxLength: 60, size: "max" }), play), { numRuns: 3000, seed: 5 });
  });
});
