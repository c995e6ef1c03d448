import { expect } from "chai";
import { INVALID } from "../../../lab/genode/base/capability.ts";
import type { RpcObject } from "../../../lab/genode/base/entrypoint.ts";
import { Entrypoint, invoke, readCap } from "../../../lab/genode/base/entrypoint.ts";
import { extract } from "../../../lab/genode/base/ipc.ts";
import { atomic91e6, ca4f, f33c, invalid9b24 } from "../../../lab/genode/base/knobs.ts";
import { startProcess } from "../../../lab/genode/base/process.ts";
import { Stage, type Actor } from "../../../lab/genode/base/stage.ts";
import { pause, sendmsg, socketpair } from "../../../lab/genode/linux/libc.ts";
import { arrive, bareEntrypoint, callFrom, idler, server } from "../../../lab/genode/scenarios/cast.ts";

const must = <T>(value: T | undefined): T => value ?? expect.fail("nothing there");

/** An object whose answer carries what `give` says. */
const giver = (give: () => readonly { readonly tid: number; readonly socket: number; readonly localName: number }[]): RpcObject => ({
  *dispatch(_, __, out) {
    for (const cap of give()) out.cap(cap);
    return 0;
  },
});

/** Descriptors that thread after thread of `actor` makes of `fds`, by the era's rule. */
function extracted(stage: Stage, actor: Actor, fds: readonly number[]): number[] {
  const used: number[] = [];
  for (const fd of fds) {
    stage.thread(actor, "extract", function* (rt) {
      used.push(...(yield* extract(rt, [fd])));
    });
    stage.run();
  }
  return used;
}

describe("capabilities as descriptors (genode-linux.md §9)", () => {
  it("G5: ca4f leaves a copy of each descriptor that it sends, and a child inherits the copies", () => {
    const stage = new Stage({ knobs: ca4f });
    const [a, b] = [server(stage, "A"), server(stage, "B")];
    stage.run();
    const before = a.process.table.size;
    for (let i = 0; i < 4; i++) expect(callFrom(stage, a, must(b.caps[0]), [must(a.caps[0])]).value).to.equal(0);
    expect(a.process.table.size - before).to.equal(4);
    stage.kernel.addProgram("/child", stage.program(() => pause()));
    stage.thread(a, "start", function* (rt) {
      yield* startProcess(rt, { name: "child", file: "/child", parent: must(a.caps[0]) });
    });
    stage.run();
    const child = must(stage.kernel.all.find((p) => p.name === "child"));
    const own = a.process.table.at(a.entrypoint().serverSd);
    expect(child.table.fds.filter((fd) => child.table.at(fd) === own)).to.have.length(4);
  });

  it("G6: five capabilities of one entrypoint are one entry, one descriptor and four closes", () => {
    const stage = new Stage({ knobs: f33c });
    const s = server(stage, "S", 5);
    const c = idler(stage, "C");
    const got: number[] = [];
    stage.actor("G", function* (rt) {
      void rt;
      return yield* pause();
    });
    stage.run();
    stage.thread(s, "manage", function* () {
      s.caps.push(yield* s.entrypoint().manage(giver(() => s.caps.slice(0, 5))));
    });
    stage.run();
    const dst = stage.hand(s, must(s.caps[5]), c);
    const before = c.process.table.size;
    stage.kernel.meter.reset();
    stage.thread(c, "get", function* (rt) {
      const answered = must(yield* invoke(rt, dst, 0));
      for (let i = 0; i < 5; i++) got.push((yield* readCap(rt, answered.results)).localName);
    });
    stage.run();
    expect(new Set(got).size).to.equal(5);
    expect(new Set(c.rt.received.map((r) => r.socket)).size).to.equal(1);
    expect(c.rt.registry.known).to.have.length(1);
    expect(c.process.table.size - before).to.equal(1);
    expect(stage.kernel.meter.calls.get("close"), "four duplicates, two ends of the reply channel, the server's reply socket").to.equal(4 + 2 + 1);
    expect(stage.kernel.meter.calls.get("getpeername")).to.equal(5);
  });

  it("G7: a descriptor that leads to no entrypoint is kept each time", () => {
    const stage = new Stage({ knobs: f33c });
    stage.kernel.addFile("/tmp/ds-1", "ds-1", ["r"]);
    const r = idler(stage, "R");
    const inode = must(stage.kernel.names.get("/tmp/ds-1"));
    const file = stage.kernel.flight.open("file" in inode ? inode.file : expect.fail());
    const used = extracted(stage, r, Array.from({ length: 5 }, () => arrive(stage, r, file)));
    expect(new Set(used).size).to.equal(5);
    expect(r.rt.registry.known).to.have.length(0);
    expect(r.process.table.size).to.equal(5);
  });

  it("G9: the 101st entrypoint finds the registry full and ends the process; the own one counts", () => {
    const stage = new Stage({ knobs: f33c });
    const [without, withOwn] = [idler(stage, "R"), server(stage, "S")];
    stage.run();
    const all = (actor: Actor): readonly number[] => Array.from({ length: 101 }, (_, i) => arrive(stage, actor, bareEntrypoint(stage, 5000 + i)));
    expect(extracted(stage, without, all(without))).to.have.length(100);
    expect(without.process.trouble).to.equal("Limit_reached");
    expect(extracted(stage, withOwn, all(withOwn))).to.have.length(99);
    expect(withOwn.process.ended).to.deep.equal({ signal: "SIGABRT" });
  });

  it("G13: seven capabilities go with a request; with eight the count is overwritten", () => {
    const stage = new Stage({ knobs: f33c });
    const [a, b] = [server(stage, "A"), server(stage, "B")];
    stage.run();
    const dst = stage.hand(b, must(b.caps[0]), a);
    const own = must(a.caps[0]);
    expect(callFrom(stage, a, dst, new Array(7).fill(own) as never).value).to.equal(0);
    expect(b.objects[0]?.arrived[0]?.map((c) => c.socket >= 0)).to.deep.equal(new Array(7).fill(true));
    for (const n of [8, 9]) {
      a.rt.log.length = 0;
      const result = callFrom(stage, a, dst, new Array(n).fill(own) as never);
      expect(a.rt.log[0], `${n} capabilities`).to.equal("overrun");
      expect(result.value).to.not.equal(undefined);
    }
  });

  it("G13: the overwritten count sends too few when the descriptor is low, and garbage when it is high", () => {
    const stage = new Stage({ knobs: f33c });
    const [a, b] = [server(stage, "A"), server(stage, "B")];
    stage.run();
    const dst = stage.hand(b, must(b.caps[0]), a);
    const low = must(a.caps[0]);
    expect(callFrom(stage, a, dst, new Array(8).fill(low) as never).value).to.equal(0);
    const sockets = must(b.objects[0]?.arrived[0]).map((c) => c.socket);
    expect(sockets.filter((fd) => fd >= 0), "count = descriptor + 1, the reply channel is one of them").to.have.length(low.socket);
    const file = must(a.process.table.at(low.socket));
    a.process.table.put(150, file, true);
    const high = { ...low, socket: 150 };
    expect(callFrom(stage, a, dst, new Array(8).fill(high) as never)).to.include({ value: "Ipc_error", answer: -9 });
    a.process.table.put(260, file, true);
    expect(callFrom(stage, a, dst, new Array(8).fill({ ...low, socket: 260 }) as never), "more than 253").to.include({ value: "Ipc_error", answer: -22 });
  });

  it("G13: a peer that really sends nine gets eight through; the last capability reads -1", () => {
    const stage = new Stage({ knobs: f33c });
    const s = server(stage, "S");
    const evil = idler(stage, "E");
    stage.run();
    const dst = stage.hand(s, must(s.caps[0]), evil);
    stage.thread(evil, "send", function* () {
      const pair = yield* socketpair(true);
      if (typeof pair === "number") return;
      const words = [dst.localName, 8, ...Array.from({ length: 8 }, (_, i) => 70 + i)];
      yield* sendmsg(dst.socket, new Uint8Array(new BigInt64Array(words.map(BigInt)).buffer), [pair[1], ...new Array<number>(8).fill(dst.socket)]);
    });
    stage.run();
    const sockets = must(s.objects[0]?.arrived[0]).map((c) => c.socket);
    expect(sockets.slice(0, 7).every((fd) => fd >= 0)).to.equal(true);
    expect(sockets[7]).to.equal(-1);
  });

  it("G13: eight capabilities go with an answer", () => {
    const stage = new Stage({ knobs: f33c });
    const s = server(stage, "S", 1);
    const c = idler(stage, "C");
    stage.run();
    stage.thread(s, "manage", function* () {
      s.caps.push(yield* s.entrypoint().manage(giver(() => new Array(8).fill(must(s.caps[0])) as never)));
    });
    stage.run();
    const dst = stage.hand(s, must(s.caps[1]), c);
    stage.thread(c, "get", function* (rt) {
      const answered = must(yield* invoke(rt, dst, 0));
      for (let i = 0; i < 8; i++) yield* readCap(rt, answered.results);
    });
    stage.run();
    expect(c.rt.received.map((r) => r.socket >= 0)).to.deep.equal(new Array(8).fill(true));
  });

  it("G14: the descriptor of a valid capability is read for the invalid one before it; from 9b24 on it is not", () => {
    const arrivedAt = (knobs: typeof f33c): readonly { readonly socket: number; readonly localName: number }[] => {
      const stage = new Stage({ knobs });
      const [a, b] = [server(stage, "A"), server(stage, "B")];
      stage.run();
      const dst = stage.hand(b, must(b.caps[0]), a);
      expect(callFrom(stage, a, dst, [INVALID, must(a.caps[0])]).value).to.equal(0);
      return must(b.objects[0]?.arrived[0]);
    };
    const [first, second] = arrivedAt(f33c);
    expect([must(first).localName, must(first).socket >= 0, must(second).socket]).to.deep.equal([0, true, -1]);
    const [third, fourth] = arrivedAt(invalid9b24);
    expect([must(third).socket, must(fourth).socket >= 0]).to.deep.equal([-1, true]);
  });

  it("a received capability of ca4f can be called and not passed on", () => {
    const stage = new Stage({ knobs: ca4f });
    const [a, b] = [server(stage, "A"), server(stage, "B")];
    stage.run();
    callFrom(stage, a, must(b.caps[0]), [must(a.caps[0])]);
    const got = must(b.objects[0]?.arrived[0]?.[0]);
    expect(got.socket).to.equal(-1);
    expect(callFrom(stage, b, got).value).to.equal(0);
    callFrom(stage, b, got, [got]);
    expect(b.process.trouble).to.equal("sendmsg EBADF");
  });

  it("a failed call leaves two descriptors; from 91e6 on none", () => {
    const left = (knobs: typeof f33c): number => {
      const stage = new Stage({ knobs });
      const s = server(stage, "S");
      const c = idler(stage, "C");
      stage.run();
      const dst = stage.hand(s, must(s.caps[0]), c);
      stage.kernel.kill(s.process, "SIGKILL");
      const before = c.process.table.size;
      expect(callFrom(stage, c, dst).value).to.equal("Ipc_error");
      return c.process.table.size - before;
    };
    expect([left(f33c), left(atomic91e6)]).to.deep.equal([2, 0]);
  });

  it("a call is five traps, and getpeername for each capability that comes back", () => {
    const stage = new Stage({ knobs: f33c });
    const s = server(stage, "S");
    const c = idler(stage, "C");
    stage.run();
    const dst = stage.hand(s, must(s.caps[0]), c);
    stage.kernel.meter.reset();
    callFrom(stage, c, dst);
    const { calls } = stage.kernel.meter;
    expect([calls.get("socketpair"), calls.get("sendmsg"), calls.get("recvmsg"), calls.get("close")], "the server's own: sendmsg, recvmsg, close").to.deep.equal([1, 2, 2, 3]);
  });

  it("an entrypoint's sockets go with it from 2995 on", () => {
    const left = (knobs: typeof f33c): number => {
      const stage = new Stage({ knobs });
      const actor = stage.actor("S", function* (rt) {
        const ep = yield* Entrypoint.create(rt, "ep");
        yield* ep.destroy();
        return yield* pause();
      });
      stage.run();
      return actor.process.table.size + actor.rt.registry.known.length;
    };
    expect([left(f33c), left(atomic91e6)]).to.deep.equal([3, 0]);
  });
});
