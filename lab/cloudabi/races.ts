/**
 * Number re-use (cloudabi.md §9.3): one thread names a descriptor by number and execs, another closes that number and opens something else, which gets it.
 *
 * The scenario is asked under four designs: the number is resolved by the kernel at the call (CloudABI), at the serialiser, when the tree is built, or the handle moves into the tree.
 */
import { Machine } from "../../mach/kern/machine.ts";
import type { Strategy } from "../../mach/kern/scheduler.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Scenario } from "../explore/explore.ts";
import { fd as fdNode, map, text } from "./argdata/node.ts";
import { errnoName, type Failure } from "./errno.ts";
import { newFile, OpenRegularFile, type OpenFile } from "./kernel/files.ts";
import { imageOf } from "./kernel/image.ts";
import { CloudAbiKernel } from "./kernel/kernel.ts";
import type { Slot } from "./kernel/table.ts";
import { fdClose, fdDup, fdMove, fdPin, pause, procExec, procExecPinned, threadCreate, threadYield } from "./libc/calls.ts";
import { programExec, programMain } from "./libc/program.ts";
import { Right, rights } from "./rights.ts";

/** When a number becomes the object that it names. */
export type Design = "numbers" | "pinned-at-serialise" | "pinned-at-build" | "moved";
export const DESIGNS: readonly Design[] = ["numbers", "pinned-at-serialise", "pinned-at-build", "moved"];

/** What the exec granted, or how it failed. */
export interface RaceOutcome {
  /** Label of what stands in the new table; undefined: the exec failed. */
  readonly granted: string | undefined;
  readonly error: string | undefined;
  /** The caller after a failure has what it had, but for what the other thread did. */
  readonly lost: boolean;
}

/** The number that is raced for. */
const RACED = 2;
const OTHER = 5;
const EXECFD = 4;

/** How many times the other thread closes and opens; whether the executable is none, so that the exec fails at the end. */
export interface Race {
  readonly design: Design;
  readonly cycles: number;
  readonly bad?: boolean;
  /** By `program_exec` and a tree, instead of the call alone: its own traps are steps too. By numbers only. */
  readonly library?: boolean;
}

/** The exec by `design`: after the tree, a step in which it is serialised, then the call. Between the two the other thread can run. */
function* launch({ design, library }: Race, racing: () => Syscall<unknown>): Syscall<Failure> {
  const node = fdNode(RACED);
  if (library === true && node.err === 0) {
    yield* racing();
    return yield* programExec(EXECFD, map([[text("s"), node.value]]));
  }
  const built = design === "moved" ? yield* fdMove(RACED) : design === "pinned-at-build" ? yield* fdPin(RACED) : undefined;
  yield* racing();
  const pinned = design === "pinned-at-serialise" ? yield* fdPin(RACED) : built;
  if (pinned === built) yield* threadYield();
  if (pinned === undefined) return (yield* procExec(EXECFD, Uint8Array.of(3, 0, 0, 0, 0), [RACED])).err;
  return pinned.err === 0 ? (yield* procExecPinned(EXECFD, Uint8Array.of(3, 0, 0, 0, 0), [pinned.value])).err : pinned.err;
}

/** Closes the number and opens something else, which gets the lowest free number: the same one. */
function* reuse(cycles: number): Syscall<void> {
  for (let i = 0; i < cycles; i++) {
    yield* fdClose(RACED);
    yield* fdDup(OTHER);
  }
}

/** The scenario for the explorer. */
export const raceScenario = (race: Race): Scenario<RaceOutcome> => ({
  run: (strategy) => runRace(race, strategy),
  key: ({ granted, error, lost }) => (granted === undefined ? `${error ?? "nothing"}${lost ? ", handle lost" : ""}` : `granted ${granted}`),
});

function runRace(race: Race, strategy: Strategy): RaceOutcome {
  const machine = new Machine({ instructions: new Map(), scheduler: strategy });
  const kernel = new CloudAbiKernel(machine);
  let granted: string | undefined;
  let failed: Failure | undefined;
  let lost = false;
  kernel.onExec = (process) => (granted = process.table.get(0)?.file.label ?? "nothing");
  kernel.programs.set("p", programMain(function* () {
    yield* pause();
    return 0;
  }));
  const slot = (file: OpenFile, base: bigint): Slot => ({ file, base, inheriting: 0n });
  const plain = (label: string): Slot => slot(new OpenRegularFile(newFile(label), false), rights("FD_READ", "FD_SEEK"));
  const image = race.bad === true ? new Uint8Array(0) : imageOf("p");
  const slots = new Map([
    ...[0, 1, 3].map((fd) => [fd, plain(`filler ${fd}`)] as const),
    [RACED, plain("intended")],
    [EXECFD, slot(new OpenRegularFile(newFile("program", image, true), false), Right.PROC_EXEC)],
    [OTHER, plain("other")],
  ]);
  const s = kernel.start("S", slots, function* () {
    failed = yield* launch(race, () => threadCreate(() => reuse(race.cycles)));
    lost = race.design === "moved" && !s.table.all.some(([, { file }]) => file.label === "intended");
    return 0;
  });
  machine.run();
  return { granted, error: failed === undefined ? undefined : errnoName(failed), lost };
}
