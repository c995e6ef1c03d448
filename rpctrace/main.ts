/** `npm run rpctrace`: a recorded trace, seen. */
import { readFileSync } from "node:fs";
import { formats } from "./exports/formats.ts";
import { parseRpctraceOptions, usage, UsageError, type RpctraceOptions } from "./options.ts";
import { readTrace, type Trace } from "./read.ts";
import { select } from "./select.ts";
import { writeOut } from "./stdout.ts";

/** A file that cannot be read at all: one line, exit status 1. */
class FileError extends Error {}

function traceOf(file: string): Trace {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    throw new FileError(`cannot read ${file}: ${(e as NodeJS.ErrnoException).code ?? String(e)}`);
  }
  try {
    return readTrace(bytes);
  } catch (e) {
    throw new FileError(`${file}: ${e instanceof Error ? e.message : String(e)}`);
  }
}

/** Shows the trace. A reader that has seen enough, such as `head`, is no failure. */
async function show({ file, format, filter }: RpctraceOptions): Promise<number> {
  const trace = traceOf(file);
  const pieces: string[] = [];
  formats.get(format)?.(select(trace.events, filter), (text) => pieces.push(text));
  const all = await writeOut(pieces);
  if (trace.fault === undefined || !all) return 0;
  process.stderr.write(`rpctrace: ${file}: ${trace.fault}\n`);
  return 1;
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseRpctraceOptions(args);
    if (options !== "help") return await show(options);
    await writeOut([usage]);
    return 0;
  } catch (e) {
    process.stderr.write(`rpctrace: ${e instanceof Error ? e.message : String(e)}\n`);
    if (e instanceof UsageError) process.stderr.write("rpctrace: --help shows the options\n");
    return e instanceof UsageError ? 2 : 1;
  }
}
