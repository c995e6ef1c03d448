/** Who watches a run from outside: the recorder of `--trace` and the lines of `--rpctrace`. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { runOf } from "../history.ts";
import type { BootOptions } from "../options.ts";
import type { SystemOptions } from "../system.ts";

/** Bytes of a trace that are written at once. */
const CHUNK = 1 << 16;

/** Attached to a machine before it starts; told when the run is over. */
export interface Observers {
  readonly attach: (machine: Machine) => void;
  /** The host stops, with the machine as it is. */
  readonly finish: (machine: Machine) => void;
}

/** What the options ask for. A trace file that cannot be written throws here. */
export function observers(options: BootOptions, system: SystemOptions): Observers {
  const all = [lines(options), recording(options, system)].filter((o) => o !== undefined);
  return {
    attach: (machine) => all.forEach((o) => machine.tap.listen((event) => o.event(event))),
    finish: (machine) => all.forEach((o) => o.end(machine)),
  };
}

/** Somebody who takes events to the end of the run. */
interface Observer {
  readonly event: (event: KernelEvent) => void;
  readonly end: (machine: Machine) => void;
}

function lines({ rpctrace }: BootOptions): Observer | undefined {
  if (rpctrace === undefined) return undefined;
  const format = new RpctraceFormat((text) => void process.stderr.write(text), { tasks: rpctrace });
  return { event: (event) => format.event(event), end: () => format.end() };
}

function recording({ trace, disk }: BootOptions, system: SystemOptions): Observer | undefined {
  if (trace === undefined) return undefined;
  const file = openSync(trace, "w");
  let chunks: Uint8Array[] = [];
  let size = 0;
  const flush = (): void => {
    writeSync(file, Buffer.concat(chunks));
    chunks = [];
    size = 0;
  };
  const keep = (bytes: Uint8Array): void => {
    chunks.push(bytes);
    size += bytes.length;
    if (size >= CHUNK) flush();
  };
  const recorder = new TraceRecorder(keep, runOf(system, disk));
  return {
    event: (event) => recorder.event(event),
    end: (machine) => {
      recorder.end(machine);
      flush();
      closeSync(file);
    },
  };
}
