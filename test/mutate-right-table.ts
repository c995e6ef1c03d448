/**
 * Flips each cell of the table of rights (`mach/ipc/right-table.ts`) to every other value in turn, and tries the law of rights and then conformance
 * scenarios until one notices. Prints survivors; exit status 1 when there are any.
 *
 *   node --import tsx test/mutate-right-table.ts
 */
import { fileURLToPath } from "node:url";
import { cells, rightTable, type Ask, type Cell, type Held } from "../mach/ipc/right-table.ts";
import { readVectors, type Scenario } from "./conformance/format.ts";
import { play } from "./conformance/player.ts";
import { brokenLaws } from "./mach/ipc/right-law.ts";

const files = ["handwritten", "random-open"];

/** Scenarios, the ones that noticed the last mutants first. */
function scenarios(): Scenario[] {
  return files.flatMap((f) => readVectors(fileURLToPath(new URL(`conformance/vectors/${f}.json`, import.meta.url))));
}

/** Whether the law or some scenario fails; the scenario that does moves to the front. */
function noticed(list: Scenario[]): boolean {
  if (brokenLaws().length > 0) return true;
  const at = list.findIndex((s) => play(s) !== undefined);
  if (at < 0) return false;
  list.unshift(...list.splice(at, 1));
  return true;
}

/** Mutants that no scenario notices, in words. */
export function survivors(): string[] {
  const list = scenarios();
  const alive: string[] = [];
  for (const held of Object.keys(rightTable) as Held[]) {
    const row = rightTable[held];
    for (const ask of Object.keys(row) as Ask[]) {
      const real: Cell = row[ask];
      for (const cell of cells) {
        if (cell === real) continue;
        row[ask] = cell;
        if (!noticed(list)) alive.push(`${held} × ${ask}: ${cell} instead of ${real}`);
      }
      row[ask] = real;
    }
  }
  return alive;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const alive = survivors();
  for (const line of alive) process.stdout.write(`survives: ${line}\n`);
  process.stdout.write(`${alive.length} survivors\n`);
  process.exitCode = alive.length === 0 ? 0 : 1;
}
