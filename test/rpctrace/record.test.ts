import { Encoder } from "cbor-x";
import { expect } from "chai";
import fc from "fast-check";
import type { KernelEvent } from "../../mach/kern/events.ts";
import { itemEnd } from "../../rpctrace/cbor-item.ts";
import { readTrace, TraceError } from "../../rpctrace/read.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";

const events: readonly KernelEvent[] = [
  { kind: "task-created", at: 1, task: 1, parent: undefined, name: "kernel", port: 2 },
  { kind: "message-sent", at: 2.5, task: 1, thread: 1, port: 3, reply: -1, id: 21000, items: [{ type: 8, bits: 8, number: 3, inline: true, data: Uint8Array.of(1, 2, 255) }] },
  { kind: "console", at: 3, bytes: new TextEncoder().encode("GNU") },
  { kind: "halted", at: 4, reason: "halt" },
];

function recorded(): Uint8Array {
  const chunks: Uint8Array[] = [];
  const recorder = new TraceRecorder((b) => chunks.push(b), { seed: 7 });
  for (const e of events) recorder.event(e);
  recorder.end({ now: 4, steps: 9, idle: true });
  return Uint8Array.from(chunks.flatMap((c) => [...c]));
}

/** Offsets behind each item with its checksum. */
function ends(bytes: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; found.push(at)) at = itemEnd(bytes, itemEnd(bytes, at) ?? bytes.length) ?? bytes.length;
  return found;
}

describe("trace files", () => {
  it("give back the header and every event", () => {
    const trace = readTrace(recorded());
    expect(trace.header.run).to.deep.equal({ seed: 7 });
    expect(trace.fault).to.equal(undefined);
    expect(trace.end).to.deep.equal({ kind: "end", at: 4, step: 9, idle: true });
    expect(JSON.stringify(trace.events)).to.equal(JSON.stringify(events).replace('"parent":null,', ""));
    const data = trace.events[1];
    expect(data?.kind === "message-sent" && data.items[0]?.data).to.deep.equal(Uint8Array.of(1, 2, 255));
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

  it("with any bit flipped keep every event before it, and give no wrong one", () => {
    const whole = recorded();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Uint8Array.from(whole, (b, i) => (i === bit >> 3 ? b ^ (1 << (bit & 7)) : b));
      const before = ends(whole).filter((end) => end <= bit >> 3).length - 1;
      if (before < 0) {
        expect(() => readTrace(bytes)).to.throw(TraceError);
        continue;
      }
      const trace = readTrace(bytes);
      expect(trace.events.length, String(bit)).to.equal(Math.min(before, events.length));
      expect(trace.events).to.deep.equal(readTrace(whole).events.slice(0, before));
      expect(trace.fault).to.match(/damaged|cut off/);
    }
  });

  it("of another version are refused by that", () => {
    const encoder = new Encoder({ useRecords: false });
    for (const version of [1, 3]) {
      const bytes = Uint8Array.from(encoder.encode({ format: "hurdsim-trace", version, run: {} }));
      expect(() => readTrace(bytes)).to.throw(TraceError, `the trace is of version ${version}, and this reads 2`);
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
