/** Who watches a run from outside: the recorder of `--trace` and the lines of `--rpctrace`. */
import type { EventGroup, KernelEvent } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { BootOptions } from "../options.ts";
import type { SystemOptions } from "../system.ts";
import { rpctraceLines } from "./lines.ts";
import { recording } from "./recording.ts";

/** Attached to a machine before it starts; told when the run is over. */
export interface Observers {
  readonly attach: (machine: Machine) => void;
  /** The host stops, with the machine as it is. */
  readonly finish: (machine: Machine) => void;
}

/** What the options ask for. A trace file that cannot be written throws here, and a filter that means nothing. */
export function observers(options: BootOptions, system: SystemOptions): Observers {
  const all = [rpctraceLines(options), recording(options, system)].filter((o) => o !== undefined);
  return {
    attach: (machine) => all.forEach((o) => machine.tap.listen((event) => o.event(event), o.groups)),
    finish: (machine) => all.forEach((o) => o.end(machine)),
  };
}

/** Somebody who takes events to the end of the run. */
export interface Observer {
  /** What it wants to see beside messages and tasks. */
  readonly groups?: readonly EventGroup[];
  readonly event: (event: KernelEvent) => void;
  readonly end: (machine: Machine) => void;
}
