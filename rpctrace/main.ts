/** `npm run rpctrace`: a recorded trace, seen. */
import { readFileSync } from "node:fs";
import { paintFor } from "./colour.ts";
import { formats } from "./exports/formats.ts";
import { Expression, ExpressionError } from "./expression.ts";
import { foreignInterfaces } from "./foreign.ts";
import { follow } from "./follow.ts";
import { RpctraceFormat } from "./format.ts";
import type { Interfaces } from "./interfaces.ts";
import { parseRpctraceOptions, usage, UsageError, type RpctraceOptions } from "./options.ts";
import { readTrace, TraceError, type Trace } from "./read.ts";
import { select, type Filter } from "./select.ts";
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

/** The filter with its expression. Every id may be asked for; a name must be one that an interface has. */
function filterOf({ filter, expression }: RpctraceOptions, interfaces: Interfaces): Filter {
  const unknown = filter.msgids?.find((word) => !/^\d+$/.test(word) && !interfaces.hasRoutine(word));
  if (unknown !== undefined) throw new UsageError(`no interface has a routine "${unknown}"`);
  return expression === undefined ? filter : { ...filter, expression: Expression.parse(expression, interfaces) };
}

/** Shows the trace while it is written. */
async function showFollowing({ file, foreign, ...options }: RpctraceOptions): Promise<number> {
  const interfaces = foreignInterfaces(foreign, (line) => void process.stderr.write(`rpctrace: ${line}\n`));
  const { tasks = [], msgids = [], expression: filter } = filterOf({ ...options, file, foreign }, interfaces);
  const pieces: string[] = [];
  const format = new RpctraceFormat((text) => pieces.push(text), {
    ...{ tasks, filter, interfaces, paint: paintFor(process.stdout, process.env) },
    ...(msgids.length === 0 ? {} : { msgids }),
  });
  let fault: string | undefined;
  try {
    fault = await follow(file, format, () => writeOut(pieces.splice(0)));
  } catch (e) {
    throw new FileError(e instanceof TraceError ? `${file}: ${e.message}` : `cannot read ${file}: ${(e as NodeJS.ErrnoException).code ?? String(e)}`);
  }
  if (fault !== undefined) process.stderr.write(`rpctrace: ${file}: ${fault}\n`);
  return fault === undefined ? 0 : 1;
}

/** Shows the trace. A reader that has seen enough, such as `head`, is no failure. */
async function show(options: RpctraceOptions): Promise<number> {
  const { file, format, foreign, step } = options;
  const interfaces = foreignInterfaces(foreign, (line) => void process.stderr.write(`rpctrace: ${line}\n`));
  const filter = filterOf(options, interfaces);
  const trace = traceOf(file);
  const pieces: string[] = [];
  formats.get(format)?.({ ...select(trace.events, filter, interfaces), step }, (text) => pieces.push(text), paintFor(process.stdout, process.env));
  const all = await writeOut(pieces);
  if (trace.fault === undefined || !all) return 0;
  process.stderr.write(`rpctrace: ${file}: ${trace.fault}\n`);
  return 1;
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseRpctraceOptions(args);
    if (options !== "help") return await (options.follow ? showFollowing(options) : show(options));
    await writeOut([usage]);
    return 0;
  } catch (e) {
    process.stderr.write(`rpctrace: ${e instanceof Error ? e.message : String(e)}\n`);
    if (e instanceof UsageError) process.stderr.write("rpctrace: --help shows the options\n");
    return e instanceof UsageError || e instanceof ExpressionError ? 2 : 1;
  }
}
