/** `--trace FILE`: the recorder, and its file. */
import { closeSync, openSync, writeSync } from "node:fs";
import { EVERYTHING } from "../../mach/kern/events.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { runOf } from "../history.ts";
import type { BootOptions } from "../options.ts";
import { programHash } from "../program.ts";
import type { SystemOptions } from "../system.ts";
import type { Observer } from "./observers.ts";

/** Milliseconds after which a waiting system's events are written all the same, for who follows the file. */
const PATIENCE = 100;

/** Records everything, when `--trace` asks for it. A file that cannot be written throws here. */
export function recording({ trace, disk }: BootOptions, system: SystemOptions): Observer | undefined {
  if (trace === undefined) return undefined;
  const file = openSync(trace, "w");
  const recorder = new TraceRecorder((bytes) => writeAll(file, bytes), runOf(system, disk), programHash());
  const timer = setInterval(() => recorder.flush(), PATIENCE);
  timer.unref();
  return {
    groups: EVERYTHING,
    event: (event) => recorder.event(event),
    end: (machine) => {
      clearInterval(timer);
      recorder.end(machine);
      closeSync(file);
    },
  };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
