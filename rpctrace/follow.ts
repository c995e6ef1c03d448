/** `npm run rpctrace -- FILE --follow`: the lines of a trace while it is written, to its end. */
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { RpctraceFormat } from "./format.ts";
import { TraceReader } from "./read.ts";

/** Bytes that are read at once. */
const CHUNK = 1 << 18;
/** Milliseconds between two looks at a file that has nothing new. */
const LOOK = 50;

/** Prints what comes, as far as `print` says that somebody reads it. Answers what is wrong with the trace, if something is. */
export async function follow(path: string, format: RpctraceFormat, print: () => Promise<boolean>): Promise<string | undefined> {
  const file = openSync(path, "r");
  const reader = new TraceReader();
  const buffer = Buffer.alloc(CHUNK);
  try {
    for (;;) {
      const size = readSync(file, buffer, 0, CHUNK, null);
      reader.add(buffer.subarray(0, size));
      for (const event of reader.events.splice(0)) format.event(event);
      const over = reader.end !== undefined;
      if (over) format.end();
      if (!(await print())) return undefined;
      if (over) return reader.fault;
      if (size === 0) await pause(LOOK);
    }
  } finally {
    closeSync(file);
  }
}
