import { expect } from "chai";
import { MACH_PORT_NULL, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../../mach/mig/server.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, deallocate, destroyReceive, insertSend, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { interruptCall } from "../../../servers/interfaces/interrupt.ts";
import { startupNotify, startupNotifyCall } from "../../../servers/interfaces/startup-notify.ts";
import { Bucket, PortClass, type PortInfo } from "../../../servers/lib/ports.ts";
import { Condition } from "../../../servers/lib/sync.ts";
import { probed } from "../probe.ts";

interface Thing {
  readonly name: string;
}

/** A server in a thread of the probe's own: its one routine waits for `gate` when there is one. */
class Toy {
  readonly cleaned: string[] = [];
  readonly served: string[] = [];
  readonly things: PortClass<Thing>;
  readonly gate = new Condition();
  readonly bucket: Bucket;
  waits = false;

  constructor(bucket: Bucket) {
    this.bucket = bucket;
    const { cleaned } = this;
    this.things = new PortClass<Thing>("thing", function* (port) {
      cleaned.push(port.object.name);
    });
  }

  demuxer(): Demuxer {
    return serve(startupNotify, (request) => this.bucket.lookup(this.things, request.localPort)?.object, { startup_dosync: (thing) => this.answer(thing) });
  }

  private *answer(thing: Thing): Syscall<{ readonly err: 0 } | { readonly err: typeof Errno.EINTR }> {
    this.served.push(thing.name);
    if (this.waits && (yield* this.gate.wait()) === "cancelled") return { err: Errno.EINTR };
    return { err: 0 };
  }
}

function* toy(libc: Libc): Syscall<Toy> {
  const made = new Toy(yield* Bucket.create(libc));
  yield* libc.thread(() => made.bucket.serveMultithread(made.demuxer()));
  return made;
}

const ask = function* (port: MachPort): Syscall<number> {
  return (yield* startupNotifyCall.startup_dosync(port, {})).err;
};

/** `port`'s right for a client elsewhere: here the client is the same task, so its name is the server's. */
function* clientRight(t: Toy, name: string): Syscall<PortInfo<Thing>> {
  const port = yield* t.bucket.create(t.things, { name });
  yield* t.bucket.getSendRight(port);
  return port;
}

describe("objects behind ports", () => {
  it("live until the last send right is gone, and are cleaned once", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      const port = yield* clientRight(t, "a");
      const { name } = port;
      const first = yield* ask(name);
      yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name, right: Right.SEND, delta: 1 });
      yield* deallocate(name);
      yield* libc.usleep(1000);
      const middle = t.cleaned.length;
      yield* deallocate(name);
      yield* libc.usleep(1000);
      return { first, middle, cleaned: t.cleaned, count: t.things.count, found: t.bucket.lookup(t.things, name) !== undefined };
    });
    expect(got).to.deep.equal({ first: 0, middle: 0, cleaned: ["a"], count: 0, found: false });
  });

  it("stay while a right that was promised has not been made yet", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      const port = yield* clientRight(t, "a");
      const promised = yield* t.bucket.getRight(port);
      yield* deallocate(port.name);
      yield* libc.usleep(1000);
      const before = t.cleaned.length;
      yield* machPortCall.mach_port_insert_right(yield* taskSelf(), { name: port.name, poly: promised });
      yield* deallocate(port.name);
      yield* libc.usleep(1000);
      return [before, t.cleaned.length];
    });
    expect(got).to.deep.equal([0, 1]);
  });

  it("stay while they are held, and until their last request is done", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      t.waits = true;
      const held = yield* clientRight(t, "held");
      t.bucket.hold(held);
      yield* deallocate(held.name);
      const busy = yield* clientRight(t, "busy");
      let answer: number | undefined;
      yield* libc.thread(function* () {
        answer = yield* ask(busy.name);
      });
      yield* libc.usleep(1000);
      yield* t.bucket.destroyRight(busy);
      const before = [...t.cleaned];
      yield* t.gate.broadcast();
      yield* libc.usleep(1000);
      yield* t.bucket.release(held);
      return { before, answer, cleaned: t.cleaned };
    });
    expect(got.before).to.deep.equal([]);
    expect(got.cleaned).to.deep.equal(["busy", "held"]);
  });

  it("keep their senders when another port takes the right over", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      const [a, b] = [yield* clientRight(t, "a"), yield* clientRight(t, "b")];
      const [wasA, wasB] = [a.name, b.name];
      yield* t.bucket.transferRight(a, b);
      const answers = [yield* ask(wasB), yield* ask(wasA)];
      return { answers, served: t.served, cleaned: t.cleaned };
    });
    expect(got).to.deep.equal({ answers: [0, Msg.SEND_INVALID_DEST], served: ["a"], cleaned: ["b"] });
  });

  it("can take over a port that was used before", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      const receive = yield* allocateReceive();
      yield* insertSend(receive);
      yield* t.bucket.import(t.things, receive, { name: "imported" });
      const answer = yield* ask(receive);
      yield* deallocate(receive);
      yield* libc.usleep(1000);
      return { answer, cleaned: t.cleaned };
    });
    expect(got).to.deep.equal({ answer: 0, cleaned: ["imported"] });
  });
});

describe("requests in progress", () => {
  it("are served side by side, and interrupt_operation ends those of its port alone", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      t.waits = true;
      const [a, b] = [yield* clientRight(t, "a"), yield* clientRight(t, "b")];
      const answers: Record<string, number> = {};
      for (const port of [a, a, b]) {
        yield* libc.thread(function* () {
          const key = `${port.object.name}${port.rpcs.size}`;
          answers[key] = yield* ask(port.name);
        });
        yield* libc.usleep(500);
      }
      const served = [...t.served];
      yield* interruptCall.interrupt_operation(a.name, {});
      yield* libc.usleep(500);
      const interrupted = { ...answers };
      yield* t.gate.broadcast();
      yield* libc.usleep(500);
      return { served, interrupted, answers };
    });
    expect(got.served).to.deep.equal(["a", "a", "b"]);
    expect(got.interrupted).to.deep.equal({ a0: Errno.EINTR, a1: Errno.EINTR });
    expect(got.answers).to.deep.equal({ a0: Errno.EINTR, a1: Errno.EINTR, b0: 0 });
  });

  it("are cancelled by an inhibition, and new ones wait for its end", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      const a = yield* clientRight(t, "a");
      const inhibited = yield* t.bucket.inhibitRpcs(t.things);
      const again = yield* t.bucket.inhibitRpcs(t.things);
      let answer: number | undefined;
      yield* libc.thread(function* () {
        answer = yield* ask(a.name);
      });
      yield* libc.usleep(1000);
      const before = answer;
      yield* t.bucket.resumeRpcs(t.things);
      yield* libc.usleep(1000);
      return { inhibited, again, before, answer };
    });
    expect(got).to.deep.equal({ inhibited: 0, again: Errno.EBUSY, before: undefined, answer: 0 });
  });
});

describe("dead names", () => {
  it("are announced to all who watch, the last to come first, at once when dead already, and to nobody who has stopped", () => {
    const got = probed(function* (libc) {
      const t = yield* toy(libc);
      const log: string[] = [];
      const hook = (text: string) =>
        function* (): Syscall<void> {
          log.push(text);
        };
      const port = yield* allocateReceive();
      yield* insertSend(port);
      const stopped = hook("stopped");
      yield* t.bucket.requestDeadName(port, hook("one"));
      yield* t.bucket.requestDeadName(port, hook("two"));
      yield* t.bucket.requestDeadName(port, stopped);
      yield* t.bucket.cancelDeadName(port, stopped);
      yield* destroyReceive(port);
      yield* libc.usleep(1000);
      yield* t.bucket.requestDeadName(port, hook("late"));
      yield* libc.usleep(1000);
      const refs = yield* machPortCall.mach_port_get_refs(yield* taskSelf(), { name: port, right: Right.DEAD_NAME });
      const none = (yield* t.bucket.requestDeadName(MACH_PORT_NULL, hook("never"))) !== 0;
      return { log, refs: refs.err ? -1 : refs.refs, none };
    });
    expect(got).to.deep.equal({ log: ["two", "one", "late"], refs: 1, none: true });
  });
});

