/** The command line of `npm run boot`. */
import { parseArgs } from "node:util";
import type { ForeignFiles } from "../rpctrace/foreign.ts";
import { HOLES, isHole, type Hole } from "../servers/interfaces/holes.ts";

/** What the user asked for. */
export interface BootOptions {
  /** -c: commands for a login shell, instead of a login prompt. */
  readonly commands: string | undefined;
  readonly user: string;
  readonly verbose: boolean;
  readonly trace: string | undefined;
  /** --rpctrace: undefined is off, an empty list every task. */
  readonly rpctrace: readonly string[] | undefined;
  /** --rpctrace-filter: which messages of those, in the language of `rpctrace/expression.ts`. */
  readonly rpctraceFilter: string | undefined;
  /** --defs, -I, --rpc-list: files with the interfaces of messages that are not the system's own. */
  readonly foreign: ForeignFiles;
  readonly seed: number;
  readonly scheduler: string;
  /** --disk FILE: the root's. */
  readonly disk: string | undefined;
  /** --disk NAME=FILE: others, by their devices' names. */
  readonly disks: readonly { readonly name: string; readonly path: string }[];
  readonly bootScript: string | undefined;
  readonly singleUser: boolean;
  /** --hurd CVE=before: the holes of 2021 that the system still has. */
  readonly holes: readonly Hole[];
}

/** The command line cannot be understood: one line for stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `Usage: npm run boot [-- OPTION ...]
Boots a Hurd. Without -c it gives a login prompt in this terminal (root's password is "hurd", guest's "guest").

  -c COMMANDS            run COMMANDS in a login shell, print their output only, exit with their status
  -u USER                log in as USER for -c (default root)
      --verbose          show the boot messages in -c mode
      --single-user      boot to a root shell on the console, without login
      --trace FILE       record every kernel event to FILE
      --rpctrace[=TASK,...]  print messages on stderr, of all tasks or of those named
      --rpctrace-filter EXPR  print only these: task=, routine=, interface=, port=, direction=send
                         or receive, errors; != for "not"; several with blanks or commas
      --defs FILE        name messages and arguments of --rpctrace by an interface file too
  -I DIR                 where FILE finds the files that it includes
      --rpc-list FILE    name messages by a list of message ids (.msgids) too
      --seed N           the seed of all choices (default 0)
      --scheduler NAME   who runs next: default, random
      --hurd CVE=WHEN    the system "before" 2021-43411, 2021-43412, 2021-43413 or 2021-43414 was
                         fixed, or "fixed" (default); several with commas or repeated
      --boot-script FILE the boot script, in the kernel's language
      --disk IMAGE       an ext2 disk (npm run image) or a ramdisk as root, instead of the embedded
                         one; IMAGE itself is never written to
      --disk hdN=FILE    a disk beside the root's, as device hd1 to hd9
      --help             this text
`;

const config = {
  commands: { type: "string", short: "c" },
  user: { type: "string", short: "u", default: "root" },
  verbose: { type: "boolean", default: false },
  trace: { type: "string" },
  rpctrace: { type: "boolean" },
  "rpctrace-tasks": { type: "string" },
  "rpctrace-filter": { type: "string" },
  defs: { type: "string", multiple: true },
  "rpc-list": { type: "string", multiple: true },
  include: { type: "string", short: "I", multiple: true },
  seed: { type: "string", default: "0" },
  scheduler: { type: "string", default: "default" },
  disk: { type: "string", multiple: true },
  hurd: { type: "string", multiple: true },
  "boot-script": { type: "string" },
  "single-user": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** parseArgs has no options with an optional value, so `--rpctrace=A,B` becomes two. */
const splitRpctrace = (args: readonly string[]): string[] =>
  args.flatMap((a) => (a.startsWith("--rpctrace=") ? ["--rpctrace", `--rpctrace-tasks=${a.slice("--rpctrace=".length)}`] : [a]));

/** Reads the command line; "help" when that was asked for. Throws UsageError. */
export function parseBootOptions(args: readonly string[]): BootOptions | "help" {
  const values = parse(args);
  if (values.help) return "help";
  const { seed, scheduler } = values;
  if (!/^\d{1,9}$/.test(seed)) throw new UsageError(`--seed wants a whole number, not "${seed}"`);
  if (scheduler !== "default" && scheduler !== "random") throw new UsageError(`no scheduler "${scheduler}": default or random`);
  return {
    commands: values.commands,
    user: values.user,
    verbose: values.verbose,
    trace: values.trace,
    rpctrace: values.rpctrace || values["rpctrace-filter"] !== undefined ? (values["rpctrace-tasks"] ?? "").split(",").filter((s) => s !== "") : undefined,
    rpctraceFilter: values["rpctrace-filter"],
    foreign: { defs: values.defs ?? [], lists: values["rpc-list"] ?? [], dirs: values.include ?? [] },
    seed: Number(seed),
    scheduler,
    ...parseDisks(values.disk ?? []),
    bootScript: values["boot-script"],
    singleUser: values["single-user"],
    holes: parseHoles(values.hurd ?? []),
  };
}

/** The words of --disk; the last one for a device counts. */
function parseDisks(given: readonly string[]): Pick<BootOptions, "disk" | "disks"> {
  let disk: string | undefined;
  const disks = new Map<string, string>();
  for (const word of given) {
    const [, name, path] = /^(hd[1-9])=(.+)$/.exec(word) ?? [];
    if (name === undefined || path === undefined) disk = word;
    else disks.set(name, path);
  }
  return { disk, disks: [...disks].map(([name, path]) => ({ name, path })) };
}

/** The words of --hurd; the last one for a hole counts. */
function parseHoles(given: readonly string[]): readonly Hole[] {
  const open = new Set<Hole>();
  for (const word of given.flatMap((w) => w.split(","))) {
    const [hole = "", when, more] = word.split("=");
    if (!isHole(hole)) throw new UsageError(`--hurd knows no "${hole}": ${HOLES.join(", ")}`);
    if (more !== undefined || (when !== "before" && when !== "fixed")) throw new UsageError(`--hurd wants ${hole}=before or ${hole}=fixed, not "${word}"`);
    if (when === "before") open.add(hole);
    else open.delete(hole);
  }
  return [...open];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: splitRpctrace(args), options: config, strict: true, allowPositionals: false }).values;
  } catch (e) {
    const text = e instanceof Error ? (e.message.split(/\.\s|\n/)[0] ?? "") : String(e);
    throw new UsageError(text);
  }
}
