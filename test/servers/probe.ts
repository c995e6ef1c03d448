/** A booted system whose pid 1 is the test's own program: root, all core servers up, nothing else running. */
import type { Halt, Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { rootTree, type ImageOptions } from "../../boot/image.ts";
import { instructionName } from "../../boot/instructions.ts";
import { buildSystem, type SystemOptions } from "../../boot/system.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import { encodeRamdisk } from "../../servers/tmpfs/ramdisk.ts";

/** What came of it. */
export interface Probed<T> {
  /** What `body` answered; undefined when it did not come to its end. */
  readonly value: T | undefined;
  /** What the kernel's console showed. */
  readonly console: string;
  readonly halted: Halt | undefined;
}

export interface ProbeOptions extends Pick<SystemOptions, "scheduler" | "seed"> {
  /** Programs beside the system's. */
  readonly programs?: readonly (readonly [path: string, main: Main])[];
  readonly etc?: ImageOptions["etc"];
}

/** What startup runs as pid 1. */
const PLACE = "/libexec/console-run";
const STEPS = 3_000_000;

/** A machine that boots to `main` as pid 1. */
export function probeMachine(main: Main, { programs = [], etc, ...schedule }: ProbeOptions = {}): Machine {
  const tree = rootTree({ programs: programs.map(([path]) => [path, instructionName(path)] as const), ...(etc === undefined ? {} : { etc }) });
  return buildSystem({ ...schedule, disk: encodeRamdisk(tree), programs: [...programs, [PLACE, main]] });
}

/** Boots, runs `body` as pid 1, until nothing moves any more. */
export function probe<T>(body: (libc: Libc) => Syscall<T>, options: ProbeOptions = {}): Probed<T> {
  let value: T | undefined;
  const machine = probeMachine(function* (libc) {
    value = yield* body(libc);
    for (;;) yield* libc.pause();
  }, options);
  let console = "";
  machine.console.onOutput((bytes) => {
    console += new TextDecoder().decode(bytes);
  });
  machine.run({ steps: STEPS });
  return { value, console, halted: machine.halted };
}

/** The value of a probe that must come to its end. */
export function probed<T>(body: (libc: Libc) => Syscall<T>, options: ProbeOptions = {}): T {
  const { value, console, halted } = probe(body, options);
  if (value === undefined) throw new Error(`the probe did not finish (${JSON.stringify(halted)}); console: ${console}`);
  return value;
}
