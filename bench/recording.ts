/** What it costs to be watched: the same session with nobody listening, with a filter, and recorded; and how large a record is. */
import { performance } from "node:perf_hooks";
import { buildSystem } from "../boot/system.ts";
import { EVERYTHING, type KernelEvent } from "../mach/kern/events.ts";
import type { Machine } from "../mach/kern/machine.ts";
import { RpctraceFormat } from "../rpctrace/format.ts";
import { TraceRecorder } from "../rpctrace/record.ts";

/** Who watches, from nobody to everything. */
export type Watch = "nobody" | "messages" | "filter" | "record";

/** Of one way to watch. */
export interface WatchFigures {
  /** Median of the runs, in milliseconds of the host. */
  readonly milliseconds: number;
  /** Of the median with nobody listening. */
  readonly ratio: number;
}

/** Of one kind of event in a trace. */
export interface KindFigures {
  readonly count: number;
  readonly bytes: number;
}

export interface RecordingFigures {
  readonly runs: number;
  /** Traps of a run. */
  readonly steps: number;
  readonly messages: number;
  readonly watches: Readonly<Record<Watch, WatchFigures>>;
  /** Size of the trace, of all of it. */
  readonly bytes: number;
  /** Of a message's own two records, sent and received. */
  readonly bytesPerMessage: number;
  /** Of all of the trace, names and scheduling included. */
  readonly traceBytesPerMessage: number;
  readonly kinds: Readonly<Record<string, KindFigures>>;
}

const COMMANDS = "for i in $(seq 20); do ls / | wc; done";

/** Attaches a watcher; `nobody` is none. */
const attach: { readonly [W in Watch]: (machine: Machine) => void } = {
  nobody: () => undefined,
  messages: (machine) => {
    let seen = 0;
    machine.tap.listen(() => seen++);
  },
  filter: (machine) => {
    const format = new RpctraceFormat(() => undefined, { tasks: ["wc"] });
    machine.tap.listen((event) => format.event(event));
  },
  record: (machine) => {
    let size = 0;
    const recorder = new TraceRecorder((bytes) => (size += bytes.length));
    machine.tap.listen((event) => recorder.event(event), EVERYTHING);
  },
};

const watches: readonly Watch[] = ["nobody", "messages", "filter", "record"];

function run(commands: string, observe: (machine: Machine) => void): Machine {
  const machine = buildSystem({ run: { user: "root", commands }, observe });
  machine.run();
  return machine;
}

function milliseconds(commands: string, watch: Watch): number {
  const from = performance.now();
  run(commands, attach[watch]);
  return performance.now() - from;
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

/** Counts and sizes of the records of one run. */
function sizes(commands: string): { readonly steps: number; readonly bytes: number; readonly kinds: Readonly<Record<string, KindFigures>> } {
  const kinds: Record<string, { count: number; bytes: number }> = {};
  let kind: KernelEvent["kind"] | "header" = "header";
  let bytes = 0;
  const recorder = new TraceRecorder((records) => {
    bytes += records.length;
    const figures = (kinds[kind] ??= { count: 0, bytes: 0 });
    figures.count++;
    figures.bytes += records.length;
  });
  const machine = run(commands, ({ tap }) => {
    tap.listen((event) => {
      kind = event.kind;
      recorder.event(event);
      recorder.flush();
    }, EVERYTHING);
  });
  return { steps: machine.steps, bytes, kinds };
}

/** Measures in turn, so that a host that gets slower does so for all. The first round warms up and does not count. */
export function recording(options: { readonly runs?: number; readonly commands?: string } = {}): RecordingFigures {
  const { runs = 5, commands = COMMANDS } = options;
  const times: Record<Watch, number[]> = { nobody: [], messages: [], filter: [], record: [] };
  for (let i = 0; i <= runs; i++)
    for (const watch of watches) {
      const time = milliseconds(commands, watch);
      if (i > 0) times[watch].push(time);
    }
  const base = median(times.nobody);
  const figures = (watch: Watch): WatchFigures => ({ milliseconds: median(times[watch]), ratio: median(times[watch]) / base });
  const { steps, bytes, kinds } = sizes(commands);
  const messages = kinds["message-sent"]?.count ?? 0;
  const own = (kinds["message-sent"]?.bytes ?? 0) + (kinds["message-received"]?.bytes ?? 0);
  return {
    ...{ runs, steps, messages, bytes, kinds },
    watches: { nobody: figures("nobody"), messages: figures("messages"), filter: figures("filter"), record: figures("record") },
    bytesPerMessage: own / messages,
    traceBytesPerMessage: bytes / messages,
  };
}
