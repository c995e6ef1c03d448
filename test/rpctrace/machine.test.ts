import { expect } from "chai";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import { readTrace } from "../../rpctrace/read.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { bootMachine, type Context } from "../mach/kern/boot-machine.ts";

function* body({ self }: Context) {
  yield* machPortCall.mach_port_allocate(self, { right: 1 });
  yield* machPortCall.mach_port_deallocate(self, { name: 999 as MachPort });
  yield* machCall.task_create(self, { inherit_memory: false });
}

/** Runs the body, watched; answers the lines, and the trace as it was recorded. */
function watched(): { readonly text: string; readonly bytes: Uint8Array } {
  let text = "";
  const chunks: Uint8Array[] = [];
  const machine = bootMachine(body);
  const format = new RpctraceFormat((s) => (text += s));
  const recorder = new TraceRecorder((b) => chunks.push(b), { seed: 0 });
  machine.tap.listen((e) => {
    format.event(e);
    recorder.event(e);
  });
  machine.run();
  format.end();
  recorder.end(machine);
  return { text, bytes: Uint8Array.from(chunks.flatMap((c) => [...c])) };
}

describe("a machine that is watched", () => {
  it("shows each call of the kernel on one line with its answer", () => {
    const lines = watched().text.split("\n");
    expect(lines.find((l) => l.includes("mach_port_allocate"))).to.match(/->mach_port_allocate \(1\) = 0 pn\{ *\d+\}$/);
    expect(lines.find((l) => l.includes("mach_port_deallocate"))).to.match(/->mach_port_deallocate \(pn\{999\}\) = 0xf \(\(os\/kern\) invalid name\) $/);
    expect(lines.find((l) => l.includes("task_create"))).to.match(/->task_create \(0\) = 0 +task\d+\(/);
  });

  it("makes a trace that prints the same lines when it is read again", () => {
    const { text, bytes } = watched();
    const trace = readTrace(bytes);
    let again = "";
    const format = new RpctraceFormat((s) => (again += s));
    for (const e of trace.events) format.event(e);
    format.end();
    expect(trace.fault).to.equal(undefined);
    expect(again).to.equal(text);
  });

  it("records the same bytes for the same run", () => {
    expect(watched().bytes).to.deep.equal(watched().bytes);
  });
});
