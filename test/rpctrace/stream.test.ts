import { expect } from "chai";
import { map, toArray, type Observable } from "rxjs";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import type { KernelEvent } from "../../mach/kern/events.ts";
import { readTrace, TraceError } from "../../rpctrace/read.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { fromTrace, live, ofRoutine, ofTask, pairReplies, rpcs, type Call } from "../../rpctrace/stream.ts";
import { bootMachine } from "../mach/kern/boot-machine.ts";
import { recorded, viewed } from "./exports/recorded.ts";

/** All that a stream gives, which must end. */
function all<T>(stream: Observable<T>): readonly T[] {
  let found: readonly T[] | undefined;
  stream.pipe(toArray()).subscribe((values) => (found = values));
  if (found === undefined) throw new Error("the stream does not end");
  return found;
}

/** The file of a recorded run. */
function file(): Uint8Array {
  const chunks: Uint8Array[] = [];
  const recorder = new TraceRecorder((b) => chunks.push(b));
  for (const event of recorded()) recorder.event(event);
  recorder.end({ now: 0, steps: 0, idle: true });
  return new Uint8Array(Buffer.concat(chunks));
}

describe("traces as streams", () => {
  it("from a file give every event, to each subscriber", () => {
    const bytes = file();
    const stream = fromTrace(bytes);
    expect(all(stream).length).to.equal(recorded().length);
    expect(all(fromTrace(readTrace(bytes)))).to.deep.equal(all(stream));
  });

  it("from a file that was cut off fail after the last event", () => {
    const bytes = file();
    let seen = 0;
    let error: unknown;
    fromTrace(bytes.subarray(0, bytes.length >> 1)).subscribe({ next: () => seen++, error: (e) => (error = e) });
    expect(seen).to.be.above(100);
    expect(error).to.be.instanceOf(TraceError);
  });

  it("of a running machine speak as it runs, and cost nothing behind the last subscription", () => {
    const machine = bootMachine(function* ({ self }) {
      yield* machPortCall.mach_port_deallocate(self, { name: 999 as MachPort });
    });
    const calls: Call[] = [];
    const subscription = live(machine.tap).pipe(pairReplies(), ofRoutine("mach_port_deallocate")).subscribe((call) => calls.push(call));
    expect(machine.tap.listening).to.equal(true);
    machine.run();
    expect(calls.map((c) => [c.routine, c.code, c.request.task, c.reply?.task])).to.deep.equal([["mach_port_deallocate", 15, 1, 0]]);
    subscription.unsubscribe();
    expect(machine.tap.listening).to.equal(false);
  });
});

describe("operators on traces", () => {
  const events = (): Observable<KernelEvent> => fromTrace(file());

  it("rpcs() passes what is no answer", () => {
    expect(all(events().pipe(rpcs()))).to.have.length(viewed().calls.length);
  });

  it("pairReplies() gives each call once, with its answer, code and latency", () => {
    const calls = all(events().pipe(pairReplies()));
    expect(calls).to.have.length(viewed().calls.length);
    const lookup = calls.find((c) => c.routine === "dir_lookup" && c.code === 0);
    expect(lookup?.reply?.id).to.equal(20118);
    expect(lookup?.latency).to.equal((lookup?.reply?.at ?? 0) - (lookup?.request.at ?? 0));
    expect(lookup?.received?.port).to.equal(lookup?.request.port);
    expect(calls.some((c) => c.reply === undefined && c.code === undefined && c.latency === undefined)).to.equal(true);
  });

  it("ofRoutine() takes ids and both names, of events and of calls", () => {
    const ids = all(events().pipe(ofRoutine("io_write"), map((e) => ("id" in e ? e.id : 0))));
    expect(new Set(ids)).to.deep.equal(new Set([21000]));
    expect(all(events().pipe(pairReplies(), ofRoutine("io_write_request")))).to.have.length(ids.length / 2);
  });

  it("ofTask() takes names and numbers, of events and of calls", () => {
    const calls = all(events().pipe(pairReplies(), ofTask("wc")));
    expect(calls.length).to.be.above(5);
    const caller = calls[0]?.caller ?? "";
    expect(caller).to.match(/^wc\(\d+\)$/);
    const number = calls[0]?.request.task ?? 0;
    expect(all(events().pipe(pairReplies(), ofTask(caller)))).to.deep.equal(calls);
    expect(all(events().pipe(ofTask("wc"))).every((e) => "task" in e && e.task === number)).to.equal(true);
    expect(all(events().pipe(ofTask(number))).length).to.be.above(all(events().pipe(ofTask("wc"))).length);
  });
});
