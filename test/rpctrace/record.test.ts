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
  return Uint8Array.from(chunks.flatMap((c) => [...c]));
}

describe("trace files", () => {
  it("give back the header and every event", () => {
    const trace = readTrace(recorded());
    expect(trace.header.run).to.deep.equal({ seed: 7 });
    expect(trace.complete).to.equal(true);
    expect(JSON.stringify(trace.events)).to.equal(JSON.stringify(events).replace('"parent":null,', ""));
    const data = trace.events[1];
    expect(data?.kind === "message-sent" && data.items[0]?.data).to.deep.equal(Uint8Array.of(1, 2, 255));
  });

  it("keep what came before a cut", () => {
    const whole = recorded();
    const trace = readTrace(whole.subarray(0, whole.length - 3));
    expect(trace.complete).to.equal(false);
    expect(trace.events.length).to.equal(3);
  });

  it("cut anywhere behind the header keep every event that is whole", () => {
    const whole = recorded();
    const ends: number[] = [];
    for (let at = 0; at < whole.length; ) {
      at = itemEnd(whole, at) ?? whole.length;
      ends.push(at);
    }
    expect(ends.at(-1)).to.equal(whole.length);
    for (let cut = ends[0] ?? 0; cut < whole.length; cut++) {
      const trace = readTrace(whole.subarray(0, cut));
      expect(trace.events.length).to.equal(ends.filter((end) => end <= cut).length - 1);
      expect(trace.complete).to.equal(ends.includes(cut));
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
