/** A machine with this system in it, ready to run. */
import { diskDevice } from "../mach/device/disk.ts";
import { encodeImage } from "../mach/kern/image.ts";
import { Machine } from "../mach/kern/machine.ts";
import { RandomStream } from "../mach/kern/random.ts";
import { RandomStrategy, type Strategy } from "../mach/kern/scheduler.ts";
import type { Flaw } from "../servers/interfaces/holes.ts";
import { encodeRamdisk } from "../servers/tmpfs/ramdisk.ts";
import type { Main } from "../glibc-shim/libc.ts";
import { ramdiskWith, requestFile, type Ramdisks } from "./embedded.ts";
import { isExt2, withFile } from "./ext2-image.ts";
import { plainFile, rootTree } from "./image.ts";
import { instructionName, instructionSet } from "./instructions.ts";

/** A disk beside the root's, as device "hd1" or the like. */
export interface ExtraDisk {
  readonly name: string;
  /** The file that it came from. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

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
  /** A disk's bytes as root, instead of the embedded filesystem: a ramdisk is device rd0, an ext2 disk device hd0. What is written to it is not seen here. */
  readonly disk?: Uint8Array;
  /** The embedded filesystem made ahead; without it, it is made now. */
  readonly embedded?: Ramdisks | undefined;
  /** More disks; what is written to them is not seen here. */
  readonly disks?: readonly ExtraDisk[];
  /** Sees the machine before it starts: who listens from here on misses nothing. */
  readonly observe?: (machine: Machine) => void;
  /** Holes of 2021 that this system still has: all of it is built as it was before they were closed. */
  readonly holes?: readonly Flaw[];
  /** More programs in the image: path and body. */
  readonly programs?: readonly (readonly [path: string, main: Main])[];
}

/** The usual script (boot.md §1.6): the root filesystem and exec, the only tasks that the kernel starts. */
const bootScript = (filesystem: string): string => [
  `hurd/${filesystem}.static` + " --multiboot-command-line=${kernel-command-line} --host-priv-port=${host-port} --device-master-port=${device-port}" +
    " --exec-server-task=${exec-task} --kernel-task=${kernel-task} -T typed ${root} $(task-create) $(task-resume)",
  "/hurd/exec $(exec-task=task-create)",
].join("\n");

/** The script for a system with that disk. */
export const scriptFor = (disk: Uint8Array | undefined): string => bootScript(disk !== undefined && isExt2(disk) ? "ext2fs" : "tmpfs");

/** 24 November 2026, 00:00 UTC, in microseconds: a machine without a clock of its own starts here. */
const BOOT_TIME = 1_795_478_400_000_000;

function commandLine({ singleUser, run }: SystemOptions, device: string): string {
  return ["gnumach", `root=device:${device}`, "console=com0", ...(run ? ["init=/libexec/run-command"] : []), ...(singleUser ? ["-s"] : [])].join(" ");
}

function strategy({ scheduler = "default", seed = 0 }: SystemOptions): Strategy | undefined {
  if (typeof scheduler !== "string") return scheduler;
  return scheduler === "random" ? new RandomStrategy(new RandomStream(seed)) : undefined;
}

/** Builds the machine and loads the boot modules. `run` it to boot. */
export function buildSystem(options: SystemOptions = {}): Machine {
  const { seed = 0, programs = [], holes = [], bootScript = scriptFor(options.disk) } = options;
  const scheduler = strategy(options);
  const { device, bytes } = rootDisk(options);
  const machine = new Machine({
    seed,
    instructions: instructionSet(programs, new Set(holes)),
    commandLine: commandLine(options, device),
    bootTime: BOOT_TIME,
    ...(scheduler === undefined ? {} : { scheduler }),
  });
  machine.addDevice(device, diskDevice(bytes));
  for (const extra of options.disks ?? []) machine.addDevice(extra.name, diskDevice(extra.bytes.slice()));
  options.observe?.(machine);
  machine.boot(bootScript, [
    { name: "hurd/tmpfs.static", bytes: encodeImage("hurd/tmpfs") },
    { name: "hurd/ext2fs.static", bytes: encodeImage("hurd/ext2fs") },
    { name: "/hurd/exec", bytes: encodeImage("hurd/exec") },
  ]);
  return machine;
}

/** The device that the root filesystem lies on. A disk of the caller's is copied, and gets the file that says what to run. */
function rootDisk({ disk, run, embedded, programs = [] }: SystemOptions): { readonly device: string; readonly bytes: Uint8Array } {
  const request = run && requestFile(`${run.user}\n${run.commands}`);
  if (disk === undefined && embedded !== undefined && programs.length === 0) return { device: "rd0", bytes: ramdiskWith(embedded, request?.[2]) };
  if (disk === undefined) {
    const tree = rootTree({ etc: request ? [request] : [], programs: programs.map(([path]) => [path, instructionName(path)] as const) });
    return { device: "rd0", bytes: encodeRamdisk(tree) };
  }
  if (!isExt2(disk)) return { device: "rd0", bytes: disk.slice() };
  return { device: "hd0", bytes: request ? withFile(disk, "etc", request[0], plainFile(request[1], request[2])) : disk.slice() };
}
