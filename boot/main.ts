/** `npm run boot`: a Hurd in this terminal, or commands run in one. */
import { readFileSync } from "node:fs";
import { parseBootOptions, usage, UsageError, type BootOptions } from "./options.ts";
import type { Ramdisks } from "./embedded.ts";
import { Session } from "./session.ts";
import type { SystemOptions } from "./system.ts";
import { runBatch } from "./host/batch.ts";
import { Output } from "./host/output.ts";
import { runTerminal } from "./host/terminal.ts";
import { observers } from "./host/observers.ts";
import { ExpressionError } from "../rpctrace/expression.ts";

/** The ramdisks of embedded.ts, a character for each byte, and `at`: the bundler puts them here (build.mjs); not there when the sources run as they are. */
declare const HURDSIM_RAMDISK: string;
declare const HURDSIM_RAMDISK_RUNNING: string;
declare const HURDSIM_RAMDISK_AT: number;

/** The embedded ramdisks, when this is the bundle. */
export function embedded(): Ramdisks | undefined {
  if (typeof HURDSIM_RAMDISK === "undefined") return undefined;
  return { plain: Buffer.from(HURDSIM_RAMDISK, "latin1"), running: Buffer.from(HURDSIM_RAMDISK_RUNNING, "latin1"), at: HURDSIM_RAMDISK_AT };
}

/** For who measures this bundle in process. */
export { Session };

/** A file that the command line names cannot be used: one line, exit status 1. */
class FileError extends Error {}

function read(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (e) {
    throw new FileError(`cannot read ${what} ${path}: ${(e as NodeJS.ErrnoException).code ?? String(e)}`);
  }
}

function systemOptions(o: BootOptions): SystemOptions {
  return {
    seed: o.seed,
    scheduler: o.scheduler,
    singleUser: o.singleUser,
    holes: o.holes,
    embedded: embedded(),
    ...(o.commands === undefined ? {} : { run: { user: o.user, commands: o.commands } }),
    ...(o.bootScript === undefined ? {} : { bootScript: new TextDecoder().decode(read(o.bootScript, "the boot script")) }),
    ...(o.disk === undefined ? {} : { disk: read(o.disk, "the disk image") }),
    ...(o.disks.length === 0 ? {} : { disks: o.disks.map(({ name, path }) => ({ name, path, bytes: read(path, "the disk image") })) }),
  };
}

/** Runs the command; answers the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseBootOptions(args);
    if (options === "help") {
      process.stdout.write(usage);
      return 0;
    }
    const system = systemOptions(options);
    const interactive = options.commands === undefined && process.stdin.isTTY;
    const output = new Output();
    const watching = observers(options, system);
    const session = new Session({ ...system, observe: watching.attach, verbose: options.commands === undefined || options.verbose }, (bytes) => output.add(bytes));
    try {
      return interactive ? await runTerminal(session, output) : await runBatch(session, output);
    } finally {
      watching.finish(session.machine);
    }
  } catch (e) {
    process.stderr.write(`boot: ${e instanceof Error ? e.message : String(e)}\n`);
    if (e instanceof UsageError) process.stderr.write("boot: --help shows the options\n");
    return e instanceof UsageError || e instanceof ExpressionError ? 2 : 1;
  }
}
