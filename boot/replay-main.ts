/** `npm run replay`: runs a recorded history again and says whether it was the same. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readTrace, type Trace } from "../rpctrace/read.ts";
import { Debugger } from "./debugger/debugger.ts";
import { describeDifference } from "./difference.ts";
import { systemOf } from "./history.ts";
import { UsageError } from "./options.ts";
import { prompt } from "./host/prompt.ts";
import { programHash } from "./program.ts";
import { Replay, type ReplayResult } from "./replay.ts";

const usage = `Usage: npm run replay -- FILE [OPTION ...]
Runs the history again that boot --trace FILE has recorded, with what was typed, and compares every event. Stops at the
first difference and shows both events.

      --until STEP       stop when STEP traps have been made, and read commands: tasks, threads, ports, rights, queues,
                         memory, step, back, ...; \`help' lists them
      --force            replay a trace that another program has recorded
      --help             this text

Exit status: 0 the same, 1 not the same, or the file cannot be read, is damaged or cut off, 2 misused.
`;

/** What the user asked for. */
interface ReplayOptions {
  readonly file: string;
  readonly until: number | undefined;
  readonly force: boolean;
}

const config = { until: { type: "string" }, force: { type: "boolean", default: false }, help: { type: "boolean", default: false } } as const;

function optionsOf(args: readonly string[]): ReplayOptions | "help" {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
    if (values.help) return "help";
    const [file, more] = positionals;
    if (file === undefined) throw new UsageError("which file?");
    if (more !== undefined) throw new UsageError(`one file at a time: what is "${more}"?`);
    const { until, force } = values;
    if (until !== undefined && !/^\d{1,15}$/.test(until)) throw new UsageError(`--until wants a number of traps, not "${until}"`);
    return { file, until: until === undefined ? undefined : Number(until), force };
  } catch (e) {
    if (e instanceof UsageError) throw e;
    throw new UsageError(e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e));
  }
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (e) {
    throw new Error(`cannot read ${path}: ${(e as NodeJS.ErrnoException).code ?? String(e)}`, { cause: e });
  }
}

/** Milliseconds before a terminal is shown how far it is. */
const PATIENCE = 2000;

function watched(replay: Replay, total: number): ReplayResult {
  const start = Date.now();
  let shown = "";
  for (const steps = replay.run(); ; ) {
    const step = steps.next();
    if (step.done) {
      if (shown !== "") process.stderr.write(`\r${" ".repeat(shown.length)}\r`);
      return step.value;
    }
    if (!process.stderr.isTTY || Date.now() - start < PATIENCE) continue;
    const percent = Math.floor((step.value * 100) / Math.max(1, total));
    const bar = `replay: [${"#".repeat(percent >> 2).padEnd(25)}] ${percent}%`;
    if (bar !== shown) process.stderr.write(`\r${(shown = bar)}`);
  }
}

/** A file that is not whole is replayed as far as it goes, and that is a failure all the same. */
function verdict(trace: Trace, { same, steps, difference }: ReplayResult): number {
  if (difference !== undefined) process.stderr.write(`replay: ${describeDifference(difference)}`);
  else if (trace.fault !== undefined) process.stderr.write(`replay: ${trace.fault}; the ${same} events before it were the same\n`);
  else process.stdout.write(`the same: ${same} events, ${steps} steps\n`);
  return difference === undefined && trace.fault === undefined ? 0 : 1;
}

/** Another program has another history: nothing would be learnt from the difference. */
function checkProgram({ header }: Trace, force: boolean): void {
  const own = programHash();
  if (header.program !== own && !force) throw new Error(`the trace is of another program (${header.program}, and this is ${own}); --force replays it all the same`);
}

async function replay({ file, until, force }: ReplayOptions): Promise<number> {
  const trace = readTrace(read(file));
  checkProgram(trace, force);
  const open = (): Replay => new Replay(trace, systemOf(trace.header.run, read));
  if (until === undefined) return verdict(trace, watched(open(), trace.events.length));
  if (trace.fault !== undefined) process.stderr.write(`replay: ${trace.fault}; what stands before it can be looked at\n`);
  const debug = new Debugger(open, until);
  await prompt(debug);
  return trace.fault === undefined && debug.same ? 0 : 1;
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    process.stdout.on("error", () => undefined);
    const options = optionsOf(args);
    if (options !== "help") return await replay(options);
    process.stdout.write(usage);
    return 0;
  } catch (e) {
    process.stderr.write(`replay: ${e instanceof Error ? e.message : String(e)}\n`);
    if (e instanceof UsageError) process.stderr.write("replay: --help shows the usage\n");
    return e instanceof UsageError ? 2 : 1;
  }
}
