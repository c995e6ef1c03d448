/**
 * What a trace's header says of a run, so that it can be run again: the machine's description in full, but for a disk image, which is named and
 * known by its checksum.
 */
import { crc32 } from "../rpctrace/crc32.ts";
import type { TraceHeader } from "../rpctrace/record.ts";
import { isHole } from "../servers/interfaces/holes.ts";
import { scriptFor, type ExtraDisk, type SystemOptions } from "./system.ts";

type Run = TraceHeader["run"];

/** What a file of the host holds; throws in its own words when it cannot be read. */
export type ReadFile = (path: string) => Uint8Array;

/** A run that cannot be had again: one line for the user. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

/** A scheduler that only its caller knows: the trace has its choices. */
export const CALLERS = "recorded";

/** The header for a system that is built so. `disk` is the path of its disk image. */
export function runOf(system: SystemOptions, disk?: string): Run {
  const { seed = 0, scheduler = "default", singleUser = false, holes = [], run, bootScript = scriptFor(system.disk) } = system;
  return {
    ...{ seed, scheduler: typeof scheduler === "string" ? scheduler : CALLERS, singleUser, holes: holes.join(","), bootScript },
    ...(run === undefined ? {} : { user: run.user, commands: run.commands }),
    ...(system.disk === undefined ? {} : { disk: disk ?? "", diskSum: crc32(system.disk) }),
    ...Object.fromEntries((system.disks ?? []).flatMap(({ name, path, bytes }) => [[`disk.${name}`, path], [`diskSum.${name}`, crc32(bytes)]])),
  };
}

const isText = (x: unknown): x is string => typeof x === "string";

/** The system that a header describes. Throws HistoryError for one that says too little, or whose disk image is another now. */
export function systemOf(run: Run, read: ReadFile): SystemOptions {
  const { seed, scheduler, singleUser, holes, bootScript, user, commands } = run;
  if (typeof seed !== "number" || !isText(scheduler) || typeof singleUser !== "boolean" || !isText(holes) || !isText(bootScript))
    throw new HistoryError("the trace does not say how its system was built");
  const disks = extraDisks(run, read);
  const disk = isText(run["disk"]) ? sameDisk(run["disk"], run["diskSum"], read) : undefined;
  return {
    ...{ seed, scheduler, singleUser, bootScript, holes: holes.split(",").filter(isHole) },
    ...(isText(user) && isText(commands) ? { run: { user, commands } } : {}),
    ...(disk === undefined ? {} : { disk }),
    ...(disks.length === 0 ? {} : { disks }),
  };
}

/** The disks beside the root's. */
function extraDisks(run: Run, read: ReadFile): readonly ExtraDisk[] {
  return Object.entries(run).flatMap(([key, path]) => {
    const [, name] = /^disk\.(\w+)$/.exec(key) ?? [];
    return name === undefined || !isText(path) ? [] : [{ name, path, bytes: sameDisk(path, run[`diskSum.${name}`], read) }];
  });
}

function sameDisk(path: string, sum: unknown, read: ReadFile): Uint8Array {
  const bytes = read(path);
  if (crc32(bytes) !== sum) throw new HistoryError(`the disk image ${path} is not what it was when the trace was recorded`);
  return bytes;
}
