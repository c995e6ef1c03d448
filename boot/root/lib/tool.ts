/**
 * What every program of the userland shares: options, a buffered standard output, messages `NAME: WHAT: REASON`, exit statuses.
 */
import { UnixError } from "../../../glibc-shim/errno.ts";
import { STDERR, STDOUT, type Libc, type Main, type Program } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { NotThere, parseOptions, UsageError, type Options, type OptionTable } from "./options.ts";
import { Out } from "./output.ts";

/** What a tool is told and what it says of itself. */
export interface ToolDescription extends OptionTable {
  /** What follows the name in the usage line. */
  readonly usage: string;
  /** Exit status of a wrong command line; 1 unless said. EX_USAGE: it is a program of the Hurd's, and speaks as argp does. */
  readonly misuse?: number;
  /** Turns words that are no getopt options ("-5", "+x") into such before parsing. */
  readonly prepare?: (args: readonly string[]) => readonly string[];
}

/** What argp's programs end with on a wrong command line. */
export const EX_USAGE = 64;

/** A run of a tool. */
export class Tool {
  readonly libc: Libc;
  /** argv[0]. */
  readonly name: string;
  readonly options: Options;
  readonly operands: readonly string[];
  readonly out: Out;
  /** The exit status so far: `complain` makes it 1 (or what it is told). */
  status = 0;
  constructor(libc: Libc, name: string, options: Options) {
    this.libc = libc;
    this.name = name;
    this.options = options;
    this.operands = options.operands;
    this.out = new Out(libc, STDOUT);
  }
  has(names: string): boolean {
    return this.options.has(names);
  }
  value(name: string): string | undefined {
    return this.options.value(name);
  }
  /** "NAME: TEXT" on standard error, after what waits for standard output; the exit status becomes `status`. */
  *complain(text: string, status = 1): Syscall<void> {
    yield* this.out.flush();
    yield* this.libc.writeAll(STDERR, `${this.name}: ${text}\n`);
    if (status !== 0) this.status = status;
  }
  /** Runs `call`; a UnixError becomes the complaint "NAME: WHAT: REASON" and the answer undefined. */
  *try<T>(what: string, call: Syscall<T>, status = 1): Syscall<T | undefined> {
    try {
      return yield* call;
    } catch (e) {
      if (!(e instanceof UnixError)) throw e;
      yield* this.complain(`${what}: ${strerror(e.errno)}`, status);
      return undefined;
    }
  }
}

/** Makes a program of `body`, which answers the exit status, or undefined for the tool's own. */
export function tool(description: ToolDescription, body: (t: Tool) => Syscall<number | undefined | void>): Main {
  return function* (libc, argv): Program {
    const name = argv[0] ?? "?";
    let t: Tool | undefined;
    try {
      const args = argv.slice(1);
      t = new Tool(libc, name, parseOptions(description.prepare?.(args) ?? args, forms(description)));
      if (t.options.given.some((o) => o.name === "help")) yield* t.out.line(`Usage: ${name} ${description.usage}`.trimEnd());
      else t.status = (yield* body(t)) ?? t.status;
      yield* t.out.flush();
      return t.status;
    } catch (e) {
      return yield* failed(libc, name, t, description, e);
    }
  };
}

/** Argp's programs know --usage, too. */
const forms = ({ letters, long, misuse }: ToolDescription): OptionTable => (misuse === EX_USAGE ? { letters, long: { ...long, usage: "help" } } : { letters, ...(long === undefined ? {} : { long }) });

function* failed(libc: Libc, name: string, t: Tool | undefined, description: ToolDescription, e: unknown): Program {
  if (e instanceof UsageError) {
    if (t) yield* t.out.flush();
    yield* libc.writeAll(STDERR, misused(name, description, e.message));
    return description.misuse ?? 1;
  }
  if (e instanceof NotThere) {
    if (t) yield* t.out.flush();
    yield* libc.writeAll(STDERR, `${name}: ${e.message}\n`);
    return e.status;
  }
  if (!(e instanceof UnixError)) throw e;
  const what = e.call === "write" || e.call === "writeAll" ? "write error" : e.call;
  yield* libc.writeAll(STDERR, `${name}: ${what}: ${strerror(e.errno)}\n`);
  return description.misuse === undefined || description.misuse === EX_USAGE ? 1 : description.misuse;
}

/** What is wrong, and how it is right; argp says the latter only when there is nothing to say of the former. */
function misused(name: string, { usage, misuse }: ToolDescription, wrong: string): string {
  const line = `Usage: ${name} ${usage}\n`;
  if (misuse !== EX_USAGE) return `${name}: ${wrong}\n${line}`;
  const short = name.slice(name.lastIndexOf("/") + 1);
  return `${wrong === "" ? line : `${name}: ${wrong}\n`}Try \`${short} --help' or \`${short} --usage' for more information.\n`;
}

/** A whole number of an operand. Throws UsageError with `what` in the text. */
export function wholeNumber(text: string, what: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new UsageError(`invalid ${what}: '${text}'`);
  return Number(text);
}

/** A size with a suffix as dd and head know them: b 512, kB 1000, K 1024, … Throws UsageError. */
export function sizeOf(text: string, what: string): number {
  const m = /^(\d{1,15})(b|c|w|kB|[kK]|MB|M|GB|G)?$/.exec(text);
  if (!m) throw new UsageError(`invalid ${what}: '${text}'`);
  const units: Readonly<Record<string, number>> = { c: 1, w: 2, b: 512, kB: 1000, k: 1024, K: 1024, MB: 1e6, M: 1048576, GB: 1e9, G: 2 ** 30 };
  return Number(m[1]) * (units[m[2] ?? "c"] ?? 1);
}
