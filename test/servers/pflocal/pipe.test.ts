import { expect } from "chai";
import fc from "fast-check";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { asPort } from "../../../mach/ipc/names.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { DGRAM, Pipe, readiness, SEQPACKET, STREAM, type PipeClass } from "../../../servers/lib/pipe/pipe.ts";

/** Runs what must not block. */
function now<T>(call: Syscall<T>): T {
  const step = call.next();
  if (!step.done) throw new Error("it blocks");
  return step.value;
}
const bytes = (n: number): Uint8Array => new Uint8Array(n).fill(120);
const none = new Uint8Array(0);
function open(cls: PipeClass): Pipe {
  const pipe = new Pipe(cls);
  now(pipe.addReader());
  now(pipe.addWriter());
  return pipe;
}
const send = (pipe: Pipe, data: Uint8Array): number => {
  const r = now(pipe.send(true, { data, control: none, ports: [], source: undefined }));
  return r.err ? r.err : r.amount;
};
const recv = (pipe: Pipe, n: number, peek = false): Uint8Array | number => {
  const r = now(pipe.recv(true, n, peek));
  return r.err ? r.err : r.data;
};
const length = (r: Uint8Array | number): number => (typeof r === "number" ? r : r.length);

describe("pipes, as recorded (probes/sock-pipe-stream-dgram.txt)", () => {
  for (const cls of [STREAM, DGRAM, SEQPACKET]) {
    for (const [size, count] of [[1, 16383], [100, 163], [1000, 16], [4096, 4], [5000, 3], [16384, 1]] as const) {
      it(`${cls.name}: ${count} writes of ${size} bytes fit`, () => {
        const pipe = open(cls);
        let n = 0;
        while (send(pipe, bytes(size)) === size) n++;
        expect(n).to.equal(count);
        expect(send(pipe, bytes(size))).to.equal(Errno.EAGAIN);
      });
    }
  }
  it("a long write goes into a stream up to the limit, and into a datagram pipe never", () => {
    expect(send(open(STREAM), bytes(65536))).to.equal(16384);
    expect(send(open(DGRAM), bytes(65536))).to.equal(Errno.EAGAIN);
  });
  it("after a full stream one byte read frees too little, 4096 enough", () => {
    const pipe = open(STREAM);
    for (let i = 0; i < 4; i++) send(pipe, bytes(4096));
    expect(length(recv(pipe, 1))).to.equal(1);
    expect(send(pipe, bytes(1))).to.equal(Errno.EAGAIN);
    expect(length(recv(pipe, 4095))).to.equal(4095);
    expect(send(pipe, bytes(4096))).to.equal(4096);
  });
  it("a short read leaves the rest in a stream and drops it of a datagram", () => {
    for (const [cls, rest] of [[STREAM, 6], [DGRAM, 3]] as const) {
      const pipe = open(cls);
      expect([send(pipe, bytes(5)), send(pipe, bytes(3)), send(pipe, bytes(0)), pipe.size]).to.deep.equal([5, 3, 0, 8]);
      expect(length(recv(pipe, 2))).to.equal(2);
      expect(length(recv(pipe, 64))).to.equal(rest);
      expect(recv(pipe, 64)).to.equal(Errno.EAGAIN);
      expect(recv(pipe, 0)).to.equal(Errno.EAGAIN);
    }
  });
  it("the last writer's going ends a stream after its data, and breaks writing; a datagram reader waits on", () => {
    for (const cls of [STREAM, DGRAM]) {
      const pipe = open(cls);
      send(pipe, bytes(4));
      now(pipe.removeWriter());
      expect(length(recv(pipe, 64))).to.equal(4);
      expect(recv(pipe, 64)).to.deep.equal(cls === STREAM ? none : Errno.EAGAIN);
      expect(readiness(1, pipe, undefined)).to.deep.equal({ err: 0, types: cls === STREAM ? 1 : 0 });
    }
  });
  it("no reader: EPIPE, for select too", () => {
    const pipe = open(STREAM);
    now(pipe.removeReader());
    expect(send(pipe, bytes(1))).to.equal(Errno.EPIPE);
    expect(readiness(2, undefined, pipe)).to.deep.equal({ err: Errno.EPIPE, types: 2 });
    expect(readiness(7, undefined, pipe)).to.deep.equal({ err: Errno.EPIPE, types: 7 });
  });
  it("ports come with the data sent with them, in front of it", () => {
    const pipe = open(STREAM);
    const ports = [asPort(5), asPort(6)];
    now(pipe.send(true, { data: bytes(2), control: bytes(3), ports, source: undefined }));
    send(pipe, bytes(2));
    const r = now(pipe.recv(true, 100));
    expect(r.err === 0 && [r.data.length, r.control.length, r.ports]).to.deep.equal([4, 3, ports]);
    expect(recv(pipe, 100)).to.equal(Errno.EAGAIN);
  });
  it("peeking takes nothing", () => {
    const pipe = open(STREAM);
    send(pipe, bytes(5));
    expect([length(recv(pipe, 64, true)), length(recv(pipe, 64))]).to.deep.equal([5, 5]);
  });
});

describe("pipes on anything", () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant("write" as const), data: fc.uint8Array({ minLength: 1, maxLength: 9000 }) }),
    fc.record({ op: fc.constant("read" as const), n: fc.integer({ min: 1, max: 9000 }) }),
  );
  it("a stream gives out what went in, in order, nothing lost or doubled", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pipe = open(STREAM);
        const put: number[] = [];
        const got: number[] = [];
        for (const s of steps) {
          if (s.op === "write") {
            const r = send(pipe, s.data);
            if (r !== Errno.EAGAIN) put.push(...s.data.subarray(0, r));
          } else {
            const r = recv(pipe, s.n);
            if (typeof r !== "number") got.push(...r);
          }
          expect(pipe.size).to.equal(put.length - got.length);
          expect(pipe.size).to.be.at.most(pipe.limit);
        }
        for (let r = recv(pipe, 50000); typeof r !== "number"; r = recv(pipe, 50000)) got.push(...r);
        expect(got).to.deep.equal(put);
      }),
    );
  });
  it("datagrams keep their bounds", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 900 }), { maxLength: 15 }), (packets) => {
        const pipe = open(DGRAM);
        for (const p of packets) send(pipe, p);
        for (const p of packets) expect(recv(pipe, 1000)).to.deep.equal(p);
      }),
    );
  });
});
