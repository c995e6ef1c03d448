import { expect } from "chai";
import fc from "fast-check";
import { Stage, type StageOptions } from "../../../lab/genode/base/stage.ts";
import { metricsOf } from "../../../lab/genode/metrics.ts";
import { bind, close, connect, dup2, fstat, getpeername, pause, recvmsg, sendmsg, socket, socketpair, unlink, vfork } from "../../../lab/genode/linux/libc.ts";
import { linux2012, linuxModern } from "../../../lab/genode/linux/limits.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

const BYTE = new Uint8Array(1);

/** What `body` answers, run as the only process; then the stage. */
function ran<T>(body: () => Syscall<T>, options: StageOptions = {}): { readonly answer: T; readonly stage: Stage } {
  const stage = new Stage(options);
  const answers: T[] = [];
  stage.actor("P", function* () {
    answers.push(yield* body());
    return yield* pause();
  });
  stage.run();
  const [answer] = answers;
  return { answer: answer ?? expect.fail("it waits for ever"), stage };
}

function* pairOf(type: "dgram" | "stream" = "dgram"): Syscall<readonly [number, number]> {
  const pair = yield* socketpair(true, type);
  return typeof pair === "number" ? expect.fail(`socketpair: ${pair}`) : pair;
}

/** A bound socket and one that is connected to it. */
function* connected(path = "/s"): Syscall<readonly [server: number, client: number]> {
  const server = yield* socket(true);
  yield* bind(server, path);
  const client = yield* socket(true);
  yield* connect(client, path);
  return [server, client];
}

describe("Linux as base-linux used it (genode-linux.md §§6, 7)", () => {
  it("eleven datagrams are queued, the twelfth is not; between the ends of a pair there is no limit", () => {
    const { answer } = ran(function* () {
      const [, client] = yield* connected();
      const [a] = yield* pairOf();
      const queued: number[] = [];
      for (let i = 0; i < 12; i++) queued.push(yield* sendmsg(client, BYTE, [], { dontwait: true }));
      const pair: number[] = [];
      for (let i = 0; i < 40; i++) pair.push(yield* sendmsg(a, BYTE, [], { dontwait: true }));
      return { queued, pair };
    });
    expect(answer.queued).to.deep.equal([...new Array<number>(11).fill(1), -11]);
    expect(answer.pair.every((n) => n === 1)).to.equal(true);
  });

  it("a sender that finds no room waits, its descriptors in flight, until there is some", () => {
    const stage = new Stage();
    const seen: (number | string)[] = [];
    const a = stage.actor("A", function* () {
      const [server, client] = yield* connected();
      for (let i = 0; i < 11; i++) yield* sendmsg(client, BYTE, []);
      stage.thread(a, "late", function* () {
        seen.push(yield* sendmsg(client, BYTE, [server]));
      });
      return yield* pause();
    });
    stage.run();
    expect(seen).to.deep.equal([]);
    expect(metricsOf(stage.kernel).inFlight).to.equal(1);
    stage.thread(a, "reader", function* () {
      yield* recvmsg(0, 8, false);
    });
    stage.run();
    expect(seen).to.deep.equal([1]);
  });

  it("253 descriptors go with a message, 254 do not; one that is none is EBADF", () => {
    const { answer } = ran(function* () {
      const [a] = yield* pairOf();
      const many = (n: number): number[] => new Array<number>(n).fill(a);
      return [yield* sendmsg(a, BYTE, many(253)), yield* sendmsg(a, BYTE, many(254)), yield* sendmsg(a, BYTE, [99])];
    }, { limit: linuxModern });
    expect(answer).to.deep.equal([1, -22, -9]);
  });

  it("a receiver with less room gets the first ones and a flag", () => {
    const { answer } = ran(function* () {
      const [a, b] = yield* pairOf();
      yield* sendmsg(a, BYTE, [a, a, a]);
      const got = yield* recvmsg(b, 2, false);
      return typeof got === "number" ? [got] : [got.fds.length, got.truncated];
    });
    expect(answer).to.deep.equal([2, true]);
  });

  it("a receiver without free descriptors gets the message, a flag and no descriptor", () => {
    const { answer } = ran(function* () {
      const [a, b] = yield* pairOf();
      yield* sendmsg(a, BYTE, [a]);
      const got = yield* recvmsg(b, 8, false);
      return typeof got === "number" ? [got] : [got.fds.length, got.truncated];
    }, { nofile: 2 });
    expect(answer).to.deep.equal([0, true]);
  });

  it("two sockets bound in turn to one path have the same name and are different", () => {
    const { answer } = ran(function* () {
      const [, first] = yield* connected();
      yield* unlink("/s");
      const [, second] = yield* connected();
      return { names: [yield* getpeername(first), yield* getpeername(second)], same: (yield* fstat(first)) === (yield* fstat(second)) };
    });
    expect(answer).to.deep.equal({ names: ["/s", "/s"], same: false });
  });

  it("a bound path is taken, a missing one ENOENT, a dead one ECONNREFUSED", () => {
    const { answer } = ran(function* () {
      const [server] = yield* connected();
      const other = yield* socket(true);
      const taken = yield* bind(other, "/s");
      const missing = yield* connect(other, "/t");
      yield* close(server);
      return [taken, missing, yield* connect(other, "/s")];
    });
    expect(answer).to.deep.equal([-98, -2, -111]);
  });

  it("the peer's death is heard once as ECONNREFUSED, then there is no peer; its name was still known", () => {
    const { answer } = ran(function* () {
      const [server, client] = yield* connected();
      yield* close(server);
      return [yield* getpeername(client), yield* sendmsg(client, BYTE, []), yield* sendmsg(client, BYTE, []), yield* getpeername(client)];
    });
    expect(answer).to.deep.equal(["/s", -111, -107, -107]);
  });

  it("dup2 clears the flag, and onto itself does nothing at all", () => {
    const { answer, stage } = ran(function* () {
      const fd = yield* socket(true);
      return [yield* dup2(fd, 5), yield* dup2(fd, fd), yield* dup2(fd, 5000)];
    });
    const table = stage.kernel.all[0]?.table ?? expect.fail();
    expect(answer).to.deep.equal([5, 0, -9]);
    expect([table.closesOnExec(5), table.closesOnExec(0)]).to.deep.equal([false, true]);
  });

  it("a stream's level goes back when its receiver meets the empty queue, a datagram socket's never does", () => {
    const levels = (type: "dgram" | "stream"): number => {
      const { stage } = ran(function* () {
        const [a, b] = yield* pairOf(type);
        yield* sendmsg(a, BYTE, [a]);
        yield* recvmsg(b, 8, false);
        return yield* recvmsg(b, 8, false, true);
      }, { limit: linux2012 });
      return metricsOf(stage.kernel).processes[0]?.level ?? -1;
    };
    expect([levels("dgram"), levels("stream")]).to.deep.equal([1, 0]);
  });

  it("what only a queue refers to lives; what only its own queue refers to is collected", () => {
    const { answer, stage } = ran(function* () {
      const [a, b] = yield* pairOf();
      const [c, d] = yield* pairOf();
      yield* sendmsg(a, BYTE, [c]);
      yield* close(c);
      const alive = yield* sendmsg(d, BYTE, []);
      yield* sendmsg(a, BYTE, [b]);
      yield* close(b);
      return [alive, yield* sendmsg(a, BYTE, []), yield* sendmsg(d, BYTE, [])];
    });
    expect(answer, "c goes with b's queue").to.deep.equal([1, -111, -111]);
    expect(metricsOf(stage.kernel).inFlight).to.equal(0);
  });

  it("vfork's parent waits for exec or the end of its child, which has a table of its own", () => {
    const order: string[] = [];
    const { answer } = ran(function* () {
      const fd = yield* socket(true);
      yield* vfork("C", function* () {
        yield* close(fd);
        order.push("child");
        return 3;
      });
      order.push("parent");
      return yield* fstat(fd);
    });
    expect(order).to.deep.equal(["child", "parent"]);
    expect(answer).to.be.above(0);
  });

  it("whatever is sent, received and closed, counts of references fit and the end leaves none in flight", () => {
    const op = fc.oneof(
      fc.record({ do: fc.constant("send" as const), by: fc.nat(3), carry: fc.array(fc.nat(3), { maxLength: 3 }) }),
      fc.record({ do: fc.constant("receive" as const), by: fc.nat(3) }),
      fc.record({ do: fc.constant("close" as const), by: fc.nat(7) }),
    );
    fc.assert(
      fc.property(fc.array(op, { maxLength: 30 }), (ops) => {
        const { stage } = ran(function* () {
          yield* pairOf();
          yield* pairOf();
          for (const o of ops) {
            if (o.do === "send") yield* sendmsg(o.by, BYTE, o.carry, { dontwait: true });
            else if (o.do === "receive") yield* recvmsg(o.by, 2, false, true);
            else yield* close(o.by);
          }
          return true;
        });
        const { kernel } = stage;
        const [process] = kernel.all;
        const files = new Set(process?.table.fds.map((fd) => process.table.at(fd)));
        for (const file of files) expect(file?.fds).to.equal(process?.table.fds.filter((fd) => process.table.at(fd) === file).length);
        expect(kernel.flight.total).to.equal(kernel.flight.of(1000));
        if (process !== undefined) kernel.kill(process, "SIGKILL");
        expect(kernel.flight.total).to.equal(0);
      }),
      { numRuns: 200 },
    );
  });
});
