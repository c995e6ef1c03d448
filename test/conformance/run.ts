/**
 * `npm run conformance -- FILE…`: plays vector files on the kernel. One line for each step that differs, and a last line with the count of scenarios.
 * Exit status 0: all passed; 1: some failed; 2: a file is missing, damaged or of an unknown version, or the command was misused.
 */
import { fileURLToPath } from "node:url";
import { BadVectors, readVectors } from "./format.ts";
import { play } from "./player.ts";

const HELP = `usage: npm run conformance -- FILE…

Plays conformance vectors (format mach-oracle-1) on the kernel, prints the first step of each
scenario that the kernel answers otherwise, and how many scenarios passed.
`;

const isBad = (e: unknown): e is BadVectors => e instanceof BadVectors;

/** Where output goes. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** Plays `files`; answers the exit status. */
export function main(files: readonly string[], { out, err }: Output): number {
  if (files.includes("--help")) {
    out(HELP);
    return 0;
  }
  const unknown = files.find((f) => f.startsWith("-"));
  if (files.length === 0 || unknown !== undefined) {
    err(unknown === undefined ? "conformance: no file given; see --help\n" : `conformance: unknown option ${unknown}; see --help\n`);
    return 2;
  }
  try {
    return playAll(
      files.flatMap((file) => readVectors(file)),
      out,
    );
  } catch (e) {
    if (!isBad(e)) throw e;
    err(`conformance: ${e.message}\n`);
    return 2;
  }
}

function playAll(scenarios: ReturnType<typeof readVectors>, out: Output["out"]): number {
  let failed = 0;
  for (const scenario of scenarios) {
    const difference = play(scenario);
    if (!difference) continue;
    failed++;
    out(`${difference.scenario}, step ${difference.step} (${difference.op}): ${difference.problems.join("; ")}\n`);
  }
  out(`${scenarios.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.on("error", () => process.exit(1));
  process.exitCode = main(process.argv.slice(2), { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) });
}
