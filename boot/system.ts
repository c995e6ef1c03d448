/** A machine with this system in it, ready to run. */
import { diskDevice } from "../mach/device/disk.ts";
import { encodeImage } from "../mach/kern/image.ts";
import { Machine } from "../mach/kern/machine.ts";
import { RandomStream } from "../mach/kern/random.ts";
import { RandomStrategy, type Strategy } from "../mach/kern/scheduler.ts";
import type { Flaw } from "../servers/interfaces/holes.ts";
import { encodeRamdisk } from "../servers/tmpfs/ramdisk.ts";
import type { Main } from "../glibc-shim/libc.ts";
import { rootTree } from "./image.ts";
import { instructionName, instructionSet } from "./instructions.ts";

/** What a system is to be. */
export interface SystemOptions {
  readonly seed?: number;
  /** "default", "random", or a strategy of the caller's. */
  readonly scheduler?: string | Strategy;
  readonly singleUser?: boolean;
  /** Commands to run instead of a login prompt, and as whom. */
  readonly run?: { readonly user: string; readonly commands: string };
  /** A boot script in the kernel's language, instead of the usual one. */
  readonly bootScript?: string;
  /** The bytes of device rd0, instead of the embedded root filesystem. */
  readonly disk?: Uint8Array;
  /** Sees the machine before it starts: who listens from here on misses nothing. */
  readonly observe?: (machine: Machine) => void;
  /** Holes of 2021 that this system still has: all of it is built as it was before they were closed. */
  readonly holes?: readonly Flaw[];
  /** More programs in the image: path and body. */
  readonly programs?: readonly (readonly [path: string, main: Main])[];
}

/** The usual script (boot.md §1.6): the root filesystem and exec, the only tasks that the kernel starts. */
export const BOOT_SCRIPT = [
  "hurd/tmpfs.static --multiboot-command-line=${kernel-command-line} --host-priv-port=${host-port} --device-master-port=${device-port}" +
    " --exec-server-task=${exec-task} --kernel-task=${kernel-task} -T typed ${root} $(task-create) $(task-resume)",
  "/hurd/exec $(exec-task=task-create)",
].join("\n");

/** 24 November 2026, 00:00 UTC, in microseconds: a machine without a clock of its own starts here. */
const BOOT_TIME = 1_795_478_400_000_000;

function commandLine({ singleUser, run }: SystemOptions): string {
  return ["gnumach", "root=device:rd0", "console=com0", ...(run ? ["init=/libexec/run-command"] : []), ...(singleUser ? ["-s"] : [])].join(" ");
}

function strategy({ scheduler = "default", seed = 0 }: SystemOptions): Strategy | undefined {
  if (typeof scheduler !== "string") return scheduler;
  return scheduler === "random" ? new RandomStrategy(new RandomStream(seed)) : undefined;
}

/** Builds the machine and loads the boot modules. `run` it to boot. */
export function buildSystem(options: SystemOptions = {}): Machine {
  const { seed = 0, run, programs = [], holes = [], bootScript = BOOT_SCRIPT } = options;
  const scheduler = strategy(options);
  const machine = new Machine({
    seed,
    instructions: instructionSet(programs, new Set(holes)),
    commandLine: commandLine(options),
    bootTime: BOOT_TIME,
    ...(scheduler === undefined ? {} : { scheduler }),
  });
  machine.addDevice("rd0", diskDevice(options.disk ?? ramdisk(run, programs)));
  options.observe?.(machine);
  machine.boot(bootScript, [
    { name: "hurd/tmpfs.static", bytes: encodeImage("hurd/tmpfs") },
    { name: "/hurd/exec", bytes: encodeImage("hurd/exec") },
  ]);
  return machine;
}

function ramdisk(run: SystemOptions["run"], programs: NonNullable<SystemOptions["programs"]>): Uint8Array {
  const etc = run ? ([["run-command", 0o600, `${run.user}\n${run.commands}`]] as const) : [];
  return encodeRamdisk(rootTree({ etc, programs: programs.map(([path]) => [path, instructionName(path)] as const) }));
}
