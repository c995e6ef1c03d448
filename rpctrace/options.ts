/** The command line of `npm run rpctrace`. */
import { parseArgs } from "node:util";
import { formats } from "./exports/formats.ts";
import type { ForeignFiles } from "./foreign.ts";
import type { Filter, Moment } from "./select.ts";

/** What the user asked for. */
export interface RpctraceOptions {
  readonly file: string;
  readonly format: string;
  /** All but the expression, which needs the foreign interfaces. */
  readonly filter: Filter;
  readonly expression: string | undefined;
  readonly foreign: ForeignFiles;
  /** Lines while the file is written. */
  readonly follow: boolean;
  /** Of a graph: the rights held when this many traps had been made. */
  readonly step: number | undefined;
}

/** The command line cannot be understood: one line for stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `Usage: npm run rpctrace -- FILE [OPTION ...]
Shows what boot --trace FILE has recorded.

      --format FORMAT    text (default): lines as rpctrace prints them
                         json: an object a line, for each event
                         mermaid: a sequence diagram
                         dot: a graph of tasks and ports, for Graphviz
                         perfetto: trace events for ui.perfetto.dev
                         svg: a sequence chart, a picture
                         html: a page to step through, with filters and the graph of ports
                         stats: calls, errors, times and sizes, by routine and by tasks
      --task TASK        only calls that TASK makes or serves: a name, a number, or ls(7)
      --msgid ROUTINE    only calls of ROUTINE: a message id or a name
      --from WHEN        only what begins at WHEN or later: seconds of virtual time, or #N for the Nth event
      --to WHEN          only what begins at WHEN or earlier
      --errors           only calls that failed
      --filter EXPR      only calls that EXPR says: task=, routine=, interface=, port=,
                         direction=send or receive, errors; != for "not"; several with blanks or commas
      --defs FILE        name messages and arguments by an interface file too
  -I DIR                 where FILE finds the files that it includes
      --rpc-list FILE    name messages by a list of message ids (.msgids) too
      --follow           go on while the file is written, to its end (text only)
      --at STEP          of dot: the rights that tasks held when STEP traps had been made
      --help             this text

Lines on a terminal have colours, unless NO_COLOR is set.
--task and --msgid can be repeated, and take several with commas: any of them will do.
Exit status: 0 fine, 1 the file cannot be read or is damaged (what can be read is shown), 2 misused.
`;

const config = {
  format: { type: "string", default: "text" },
  task: { type: "string", multiple: true },
  msgid: { type: "string", multiple: true },
  from: { type: "string" },
  to: { type: "string" },
  errors: { type: "boolean", default: false },
  filter: { type: "string" },
  defs: { type: "string", multiple: true },
  "rpc-list": { type: "string", multiple: true },
  include: { type: "string", short: "I", multiple: true },
  follow: { type: "boolean", default: false },
  at: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: true });
  } catch (e) {
    throw new UsageError(e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e));
  }
}

const words = (given: readonly string[] = []): readonly string[] => given.flatMap((word) => word.split(",")).filter((word) => word !== "");

function moment(option: string, word: string | undefined): Moment | undefined {
  if (word === undefined) return undefined;
  if (/^#[1-9]\d*$/.test(word)) return { event: Number(word.slice(1)) };
  if (/^(\d+\.?\d*|\.\d+)$/.test(word)) return { at: Math.round(Number(word) * 1e6) };
  throw new UsageError(`${option} wants seconds or #N, not "${word}"`);
}

/** Reads the command line; "help" when that was asked for. Throws UsageError. */
export function parseRpctraceOptions(args: readonly string[]): RpctraceOptions | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const [file, more] = positionals;
  if (file === undefined) throw new UsageError("which file?");
  if (more !== undefined) throw new UsageError(`one file at a time: what is "${more}"?`);
  if (!formats.has(values.format)) throw new UsageError(`no format "${values.format}": ${[...formats.keys()].join(", ")}`);
  const filter = { tasks: words(values.task), msgids: words(values.msgid), from: moment("--from", values.from), to: moment("--to", values.to), errors: values.errors };
  const foreign = { defs: values.defs ?? [], lists: values["rpc-list"] ?? [], dirs: values.include ?? [] };
  checkFollow(values);
  return { file, format: values.format, filter, expression: values.filter, foreign, follow: values.follow, step: stepOf(values.at, values.format) };
}

/** What of a run that is not over cannot be had. */
function checkFollow({ follow, format, from, to, errors }: { readonly [K in "from" | "to" | "format"]?: string } & { readonly follow: boolean; readonly errors: boolean }): void {
  if (!follow) return;
  if (format !== "text") throw new UsageError("--follow gives text only");
  if (from !== undefined || to !== undefined) throw new UsageError("--follow takes no --from and no --to");
  if (errors) throw new UsageError("--follow wants errors as --filter errors");
}

function stepOf(word: string | undefined, format: string): number | undefined {
  if (word === undefined) return undefined;
  if (!/^\d{1,15}$/.test(word)) throw new UsageError(`--at wants a number of traps, not "${word}"`);
  if (format !== "dot") throw new UsageError("--at goes with --format dot");
  return Number(word);
}
