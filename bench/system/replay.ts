/** How fast a recorded history runs again, each event compared. */
import { systemOf, runOf } from "../../boot/history.ts";
import { Replay } from "../../boot/replay.ts";
import { Session } from "../../boot/session.ts";
import type { SystemOptions } from "../../boot/system.ts";
import { EVERYTHING } from "../../mach/kern/events.ts";
import { readTrace, type Trace } from "../../rpctrace/read.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { kept, type Contestant } from "../contest.ts";

/** A recorded boot, with so many runs of /bin/true. */
function recorded(programs: number): Trace {
  const system: SystemOptions = { run: { user: "root", commands: `for i in $(seq ${programs}); do /bin/true; done` } };
  const chunks: Uint8Array[] = [];
  const recorder = new TraceRecorder((bytes) => chunks.push(bytes), runOf(system));
  const session = new Session({ ...system, observe: (machine) => void machine.tap.listen((event) => recorder.event(event), EVERYTHING) }, () => undefined);
  if (session.run() !== "done") throw new Error("the recorded session did not end");
  recorder.end(session.machine);
  return readTrace(Buffer.concat(chunks));
}

/** Work for `rate`: the trace from its start to its end; counts traps. */
function replaying(programs: number): () => number {
  const trace = recorded(programs);
  return () => {
    const replay = new Replay(trace, systemOf(trace.header.run, () => new Uint8Array(0)));
    const steps = replay.run();
    let step = steps.next();
    while (!step.done) step = steps.next();
    if (step.value.difference !== undefined) throw new Error("the replay was not the same");
    return step.value.steps;
  };
}

export const replayContestants: readonly Contestant[] = [
  kept("replay", "traps of a recorded boot, run again and every event compared", () => replaying(1)),
  kept("replay-10", "the same, of a boot with 10 programs", () => replaying(10)),
  kept("replay-100", "the same, of a boot with 100 programs", () => replaying(100)),
];
