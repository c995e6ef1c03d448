/** A booted system whose pid 1 is the test's own program: root, all core servers up, nothing else running. */
import type { Halt, Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { ext2Image } from "../../boot/ext2-image.ts";
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
  /** The root filesystem; tmpfs unless said. */
  readonly root?: Root;
  /** Programs beside the system's. */
  readonly programs?: readonly (readonly [path: string, main: Main])[];
  readonly etc?: ImageOptions["etc"];
}

/** The filesystems that a system can boot from. */
const ROOTS = ["tmpfs", "ext2fs"] as const;
type Root = (typeof ROOTS)[number];

/** Bytes of the disk, and when it was made. */
const DISK = 8 << 20;
const MADE = 1_795_132_800;

/** What startup runs as pid 1. */
const PLACE = "/libexec/console-run";
const STEPS = 3_000_000;

/** A machine that boots to `main` as pid 1. */
export function probeMachine(main: Main, { programs = [], etc, root, ...schedule }: ProbeOptions = {}): Machine {
  const tree = rootTree({ programs: programs.map(([path]) => [path, instructionName(path)] as const), ...(etc === undefined ? {} : { etc }) });
  const disk = root === "ext2fs" ? ext2Image(tree, DISK, { blockSize: 4096, time: MADE }) : encodeRamdisk(tree);
  return buildSystem({ ...schedule, disk, programs: [...programs, [PLACE, main]] });
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

/** Tests that hold on every root filesystem: `body` gets a `probed` for each. */
export function onEachRoot(what: string, body: (this: Mocha.Suite, probe: typeof probed) => void): void {
  for (const root of ROOTS) {
    describe(`${what}, on ${root}`, function () {
      body.call(this, (run, options) => probed(run, { root, ...options }));
    });
  }
}
