/** Who watches a run from outside: the recorder of `--trace` and the lines of `--rpctrace`. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Machine } from "../../mach/kern/machine.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import type { BootOptions } from "../options.ts";

/** Bytes of a trace that are written at once. */
const CHUNK = 1 << 16;

/** Attaches what the options ask for; the answer is called at the end of the run. */
export function observers(machine: Machine, options: BootOptions): () => void {
  const ends = [lines(machine, options), recording(machine, options)];
  return () => ends.forEach((end) => end());
}

function lines(machine: Machine, { rpctrace }: BootOptions): () => void {
  if (rpctrace === undefined) return () => undefined;
  const format = new RpctraceFormat((text) => void process.stderr.write(text), { tasks: rpctrace });
  const stop = machine.tap.listen((event) => format.event(event));
  return () => {
    stop();
    format.end();
  };
}

function recording(machine: Machine, options: BootOptions): () => void {
  const { trace, seed, scheduler, commands, user, singleUser } = options;
  if (trace === undefined) return () => undefined;
  const file = openSync(trace, "w");
  let chunks: Uint8Array[] = [];
  let size = 0;
  const flush = (): void => {
    writeSync(file, Buffer.concat(chunks));
    chunks = [];
    size = 0;
  };
  const recorder = new TraceRecorder(
    (bytes) => {
      chunks.push(bytes);
      size += bytes.length;
      if (size >= CHUNK) flush();
    },
    { seed, scheduler, commands: commands ?? "", user, singleUser },
  );
  const stop = machine.tap.listen((event) => recorder.event(event));
  return () => {
    stop();
    flush();
    closeSync(file);
  };
}
