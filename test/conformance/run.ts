/**
 * `npm run conformance -- FILE…`: plays vector files on the kernel. One line for each step that differs, and a last line with the count of scenarios.
 * Exit status 0: all passed; 1: some failed; 2: a file is missing, damaged or of an unknown version, or the command was misused.
 */
import { BadVectors, readVectors } from "./format.ts";
import { play } from "./player.ts";

const HELP = `usage: npm run conformance -- FILE…

Plays conformance vectors (format mach-oracle-1) on the kernel, prints the first step of each
scenario that the kernel answers otherwise, and how many scenarios passed.
`;

const write = (text: string): void => void process.stdout.write(text);
const isBad = (e: unknown): e is BadVectors => e instanceof BadVectors;

/** Plays `files`; answers the exit status. */
export function main(files: readonly string[]): number {
  if (files.includes("--help")) {
    write(HELP);
    return 0;
  }
  const unknown = files.find((f) => f.startsWith("-"));
  if (files.length === 0 || unknown !== undefined) {
    process.stderr.write(unknown === undefined ? "conformance: no file given; see --help\n" : `conformance: unknown option ${unknown}; see --help\n`);
    return 2;
  }
  try {
    return playAll(files.flatMap((file) => readVectors(file)));
  } catch (e) {
    if (!isBad(e)) throw e;
    process.stderr.write(`conformance: ${e.message}\n`);
    return 2;
  }
}

function playAll(scenarios: ReturnType<typeof readVectors>): number {
  let failed = 0;
  for (const scenario of scenarios) {
    const difference = play(scenario);
    if (!difference) continue;
    failed++;
    write(`${difference.scenario}, step ${difference.step} (${difference.op}): ${difference.problems.join("; ")}\n`);
  }
  write(`${scenarios.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.stdout.on("error", () => process.exit(1));
process.exitCode = main(process.argv.slice(2));
