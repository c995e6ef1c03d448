/** `--trace FILE`: the recorder, and its file. */
import { closeSync, openSync, writeSync } from "node:fs";
import { EVERYTHING } from "../../mach/kern/events.ts";
import { TraceRecorder } from "../../rpctrace/record.ts";
import { runOf } from "../history.ts";
import type { BootOptions } from "../options.ts";
import { programHash } from "../program.ts";
import type { SystemOptions } from "../system.ts";
import type { Observer } from "./observers.ts";

/** Bytes of a trace that are written at once. */
const CHUNK = 1 << 16;
/** Milliseconds after which a waiting system's events are written all the same, for who follows the file. */
const PATIENCE = 100;

/** What is written, in large pieces. */
class TraceFile {
  private readonly file: number;
  private readonly timer: NodeJS.Timeout;
  private chunks: Uint8Array[] = [];
  private size = 0;

  constructor(path: string) {
    this.file = openSync(path, "w");
    this.timer = setInterval(() => this.flush(), PATIENCE);
    this.timer.unref();
  }

  write(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.size += bytes.length;
    if (this.size >= CHUNK) this.flush();
  }

  flush(): void {
    if (this.size > 0) writeSync(this.file, Buffer.concat(this.chunks));
    this.chunks = [];
    this.size = 0;
  }

  close(): void {
    clearInterval(this.timer);
    this.flush();
    closeSync(this.file);
  }
}

/** Records everything, when `--trace` asks for it. A file that cannot be written throws here. */
export function recording({ trace, disk }: BootOptions, system: SystemOptions): Observer | undefined {
  if (trace === undefined) return undefined;
  const file = new TraceFile(trace);
  const recorder = new TraceRecorder((bytes) => file.write(bytes), runOf(system, disk), programHash());
  file.flush();
  return {
    groups: EVERYTHING,
    event: (event) => recorder.event(event),
    end: (machine) => {
      recorder.end(machine);
      file.close();
    },
  };
}
