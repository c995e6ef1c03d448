import { Encoder } from "cbor-x";
import { expect } from "chai";
import fc from "fast-check";
import type { KernelEvent } from "../../mach/kern/events.ts";
import { itemEnd } from "../../rpctrace/cbor-item.ts";
import { layout } from "../../rpctrace/layout.ts";
import { readTrace, TraceError, TraceReader } from "../../rpctrace/read.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";

/** One of each kind. */
const events: readonly KernelEvent[] = [
  { kind: "task-created", at: 1, task: 1, parent: undefined, name: "kernel", port: 2 },
  { kind: "message-sent", at: 2.5, step: 2, task: 1, thread: 1, port: 3, reply: -1, id: 21000, items: [{ type: 8, bits: 8, number: 3, inline: true, data: Uint8Array.of(1, 2, 255) }] },
  { kind: "console", at: 3, bytes: new TextEncoder().encode("GNU") },
  { kind: "message-received", at: 3, step: 3, task: 2, thread: 2, port: 3, id: 21000 },
  { kind: "right", at: 3, step: 3, task: 2, name: 7, port: 3, type: 65536, refs: 2 },
  { kind: "port-died", at: 3, step: 3, port: 3 },
  { kind: "scheduled", at: 3, step: 3, task: 2, thread: 2, index: 1, of: 4 },
  { kind: "choice", at: 3, step: 3, what: "data", index: 1, of: 2 },
  { kind: "fault", at: 3, step: 3, task: 2, thread: 2, address: 0x8048000, code: 1 },
  { kind: "exception", at: 3, task: 2, thread: 2, exception: 1, code: 1, subcode: 0x8048000 },
  { kind: "task-named", at: 3, task: 2, name: "ls" },
  { kind: "thread-created", at: 3, task: 2, thread: 3, port: 9 },
  { kind: "thread-terminated", at: 3, task: 2, thread: 3 },
  { kind: "task-terminated", at: 3, task: 2 },
  { kind: "console-input", at: 4, step: 4, idle: true, bytes: Uint8Array.of(10) },
  { kind: "console-resized", at: 4, step: 4, idle: false, rows: 24, columns: 80 },
  { kind: "clock-advanced", at: 4, step: 4, idle: true, to: 5 },
  { kind: "halted", at: 4, reason: "halt" },
];

function recorded(): Uint8Array {
  const chunks: Uint8Array[] = [];
  const recorder = new TraceRecorder((b) => chunks.push(b), { seed: 7 }, "hash");
  for (const e of events) recorder.event(e);
  recorder.end({ now: 4, steps: 9, idle: true });
  return Uint8Array.from(chunks.flatMap((c) => [...c]));
}

/** Offsets behind each item with its checksum. */
function ends(bytes: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; found.push(at)) at = (itemEnd(bytes, at) ?? bytes.length) + 5;
  return found;
}

describe("trace files", () => {
  it("give back the header and every event", () => {
    const trace = readTrace(recorded());
    expect([trace.header.run, trace.header.program]).to.deep.equal([{ seed: 7 }, "hash"]);
    expect([trace.fault, trace.gaps]).to.deep.equal([undefined, []]);
    expect(trace.end).to.deep.equal({ kind: "end", at: 4, step: 9, idle: true });
    expect(trace.events).to.deep.equal(events);
    expect([...new Set([...trace.events.map((e) => e.kind), "end"])].sort()).to.deep.equal(Object.keys(layout).sort());
  });

  it("keep what came before a cut", () => {
    const whole = recorded();
    const trace = readTrace(whole.subarray(0, (ends(whole)[4] ?? 0) - 3));
    expect(trace.fault).to.equal("the trace is cut off, or damaged, in event 4");
    expect(trace.events.length).to.equal(3);
  });

  it("cut anywhere behind the header keep every event that is whole", () => {
    const whole = recorded();
    expect(ends(whole)).to.have.length(events.length + 2);
    for (let cut = ends(whole)[0] ?? 0; cut < whole.length; cut++) {
      const trace = readTrace(whole.subarray(0, cut));
      expect(trace.events.length).to.equal(Math.min(events.length, ends(whole).filter((end) => end <= cut).length - 1));
      expect(trace.fault, String(cut)).to.match(/^the trace is cut off/);
    }
  });

  it("with any bit flipped lose the event that has it, say so, and give no wrong one", () => {
    const whole = recorded();
    for (let bit = 0; bit < whole.length * 8; bit += 3) {
      const bytes = Uint8Array.from(whole, (b, i) => (i === bit >> 3 ? b ^ (1 << (bit & 7)) : b));
      const hit = ends(whole).filter((end) => end <= bit >> 3).length - 1;
      if (hit < 0) {
        expect(() => readTrace(bytes)).to.throw(TraceError);
        continue;
      }
      const trace = readTrace(bytes);
      expect(trace.events, String(bit)).to.deep.equal(events.filter((_, i) => i !== hit));
      expect(trace.fault).to.equal(hit === events.length ? `the trace is cut off, or damaged, in event ${hit + 1}` : `event ${hit + 1} of the trace is damaged`);
      expect(trace.gaps).to.deep.equal(hit === events.length ? [] : [{ after: hit, from: hit + 1, to: hit + 2 }]);
    }
  });

  it("with a whole stretch overwritten lose what stood there", () => {
    const bytes = recorded();
    bytes.fill(0x83, (ends(bytes)[4] ?? 0) + 3, (ends(bytes)[6] ?? 0) + 1);
    const trace = readTrace(bytes);
    expect(trace.events).to.deep.equal(events.filter((_, i) => i < 4 || i > 6));
    expect(trace.fault).to.equal("events 5 to 7 of the trace are damaged");
  });

  it("can be read while they are written, in pieces of any size", () => {
    const whole = recorded();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 }), (sizes) => {
        const reader = new TraceReader();
        let at = 0;
        for (const size of [...sizes, whole.length]) {
          reader.add(whole.subarray(at, (at += size)));
          expect(reader.events).to.deep.equal(events.slice(0, Math.max(0, ends(whole).filter((end) => end <= at).length - 1)));
        }
        expect([reader.fault, reader.end?.step]).to.deep.equal([undefined, 9]);
      }),
    );
  });

  it("of another version are refused by that", () => {
    const encoder = new Encoder({ useRecords: false });
    for (const version of [1, 2, 4]) {
      const bytes = Uint8Array.from(encoder.encode({ format: "hurdsim-trace", version, run: {} }));
      expect(() => readTrace(bytes)).to.throw(TraceError, `the trace is of version ${version}, and this reads 3`);
    }
  });

  it("are refused when they are something else", () => {
    expect(() => readTrace(new TextEncoder().encode("#!/bin/sh\n"))).to.throw(TraceError, "not a recorded trace");
    expect(() => readTrace(new Uint8Array(0))).to.throw(TraceError);
  });

  it("never crash the reader: any bytes are a trace or a TraceError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(400), (noise, at) => {
        const bytes = recorded();
        bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
        try {
          readTrace(bytes);
        } catch (e) {
          if (!(e instanceof TraceError)) throw e;
        }
      }),
    );
  });
});
