/** The null RPC with somebody who watches. Bundled by itself (`without-tap.ts`), so that both builds of the kernel are measured in the same way. */
import { EVERYTHING } from "../../mach/kern/events.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { answer, flat, machineOf } from "./rpc.ts";
import { operations } from "./scene.ts";

/** Who watches: nobody, a function that counts, lines of rpctrace for a task that is not there, a recorder of everything. */
export type Watcher = "nobody" | "listener" | "filter" | "record";

const attach: { readonly [W in Watcher]: (machine: Machine) => void } = {
  nobody: () => undefined,
  listener: (machine) => {
    let seen = 0;
    machine.tap.listen(() => seen++);
  },
  filter: (machine) => {
    const format = new RpctraceFormat(() => undefined, { tasks: ["nobody"] });
    machine.tap.listen((event) => format.event(event));
  },
  record: (machine) => {
    let size = 0;
    const recorder = new TraceRecorder((bytes) => (size += bytes.length));
    machine.tap.listen((event) => recorder.event(event), EVERYTHING);
  },
};

const TRAPS = 2;
const SLICE = 5_000;

/** Work for `rate`. */
export function watchedPair(watcher: Watcher): () => number {
  const machine = machineOf({ client: flat, server: answer });
  attach[watcher](machine);
  return operations(machine, SLICE * TRAPS, TRAPS);
}
