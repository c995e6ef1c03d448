/** `npm run mig`: an interface file as JSON, in the shape of the tables of the real system's interfaces. */
import { relative } from "node:path";
import { describe, msgids } from "../mach/mig/defs/describe.ts";
import { DefsError } from "../mach/mig/defs/place.ts";
import { readDefs } from "../mach/mig/defs/read.ts";
import { filesIn, textOf } from "../rpctrace/foreign.ts";

const usage = `Usage: npm run mig -- FILE.defs [OPTION...]
Prints an interface file as JSON: message ids, arguments, how each item travels.

  -I DIR             look for included files in DIR too; may be repeated
  -D NAME[=VALUE]    define NAME as VALUE (1 when none is given); may be repeated
  --origin NAME      what to write as the interface's origin (default: file)
  --msgids           print MIG's list of message ids instead, as rpctrace reads it
  --help             print this

Files of another machine's C library are not needed. A 32-bit x86 system is assumed; __i386__ is defined.
`;

/** The command line, read. */
interface Options {
  readonly file: string;
  readonly dirs: readonly string[];
  readonly defines: ReadonlyMap<string, string>;
  readonly origin: string;
  readonly msgids: boolean;
}

/** The command is misused: exit status 2. */
class UsageError extends Error {}

function parseOptions(args: readonly string[]): Options | "help" {
  const rest = [...args];
  const dirs: string[] = [];
  const defines = new Map<string, string>();
  let [file, origin, list]: [string | undefined, string, boolean] = [undefined, "file", false];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const option = /^-[ID]/.exec(word)?.[0] ?? word;
    const value = (): string => {
      const found = option.length < (word ?? "").length ? (word ?? "").slice(option.length) : rest.shift();
      if (found === undefined || found === "") throw new UsageError(`${option} wants a value`);
      return found;
    };
    if (option === "--help") return "help";
    if (option === "-I") dirs.push(value());
    else if (option === "-D") define(defines, value());
    else if (option === "--origin") origin = value();
    else if (option === "--msgids") list = true;
    else if (option.startsWith("-")) throw new UsageError(`unknown option ${option}`);
    else if (file !== undefined) throw new UsageError("one FILE.defs at a time");
    else file = option;
  }
  if (file === undefined) throw new UsageError("FILE.defs is missing");
  return { file, dirs, defines, origin, msgids: list };
}

function define(defines: Map<string, string>, text: string): void {
  const m = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(text);
  if (m?.[1] === undefined) throw new UsageError(`-D ${text}: no name of a macro`);
  defines.set(m[1], m[2] ?? "1");
}

/** The name by which an `#include` would find the file, or else the name it was given by. */
function includeName({ file, dirs }: Options): string {
  const names = dirs.map((dir) => relative(dir, file)).filter((name) => !name.startsWith(".."));
  return names.sort((a, b) => a.length - b.length)[0] ?? file;
}

function output(o: Options): string {
  const text = textOf(o.file);
  if (text === undefined) throw new Error(`cannot read ${o.file}: no such file`);
  const found = readDefs(o.file, text, { files: filesIn(o.dirs), defines: o.defines });
  return o.msgids ? msgids(found) : `${JSON.stringify(describe(found, o.origin, includeName(o)), undefined, 1)}\n`;
}

/** Runs the command; answers its exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    const text = options === "help" ? usage : output(options);
    await new Promise<void>((done) => process.stdout.write(text, () => done()));
    return 0;
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    process.stderr.write(e instanceof DefsError ? `${e.message}\n` : `mig: ${e.message}\n`);
    return e instanceof UsageError ? 2 : 1;
  }
}
