/** Recorded histories for tests: a run with its trace, through the bytes of a file. */
import { runOf } from "../../../boot/history.ts";
import { runCommands, type SessionOptions } from "../../../boot/session.ts";
import type { SystemOptions } from "../../../boot/system.ts";
import { EVERYTHING } from "../../../mach/kern/events.ts";
import type { Machine } from "../../../mach/kern/machine.ts";
import { readTrace, type Trace } from "../../../rpctrace/read.ts";
import { TraceRecorder } from "../../../rpctrace/record.ts";

/** Records what `run` makes a machine do; the bytes of the file. */
export function recordBytes(system: SystemOptions, run: (observe: (machine: Machine) => void) => void, program = ""): Uint8Array {
  const chunks: Uint8Array[] = [];
  const recorder = new TraceRecorder((b) => chunks.push(b), runOf(system), program);
  let machine: Machine | undefined;
  run((m) => {
    machine = m;
    m.tap.listen((e) => recorder.event(e), EVERYTHING);
  });
  if (machine !== undefined) recorder.end(machine);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The file of a run of commands. */
export function commandsBytes({ commands, user = "root", input = "", ...system }: SessionOptions, program = ""): Uint8Array {
  const again = system.disk === undefined ? {} : { disk: system.disk.slice() };
  return recordBytes({ ...system, run: { user, commands } }, (observe) => void runCommands({ ...system, ...again, commands, user, input, observe }), program);
}

export const recordCommands = (options: SessionOptions): Trace => readTrace(commandsBytes(options));

/** For histories without a disk image. */
export const noFile = (): Uint8Array => {
  throw new Error("no file is needed");
};
