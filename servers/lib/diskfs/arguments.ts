/** What a filesystem's program is told by its words: options, and as the boot filesystem the ports of the boot script (libdiskfs/opts-std-startup.c). */
import { asPort, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { BootArguments } from "./boot.ts";

const D_READ_WRITE = 3;

/** What the words of the command line say. */
export interface Arguments {
  /** `argv[0]`. */
  readonly program: string;
  /** "--name=value" by name; -T is "store-type". */
  readonly named: ReadonlyMap<string, string>;
  /** Options that have no value, and --sync=N, which every filesystem has. */
  readonly standard: readonly string[];
  readonly operands: readonly string[];
}

/** Takes the words apart. `program` is the name of last resort. */
export function parseArguments(argv: readonly string[], program: string): Arguments {
  const named = new Map<string, string>();
  const standard: string[] = [];
  const operands: string[] = [];
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] ?? "";
    const m = /^--([a-z-]+)=(.*)$/s.exec(word);
    if (m !== null && m[1] !== "sync") named.set(m[1] ?? "", m[2] ?? "");
    else if (word === "-T") named.set("store-type", argv[++i] ?? "");
    else if (word.startsWith("-")) standard.push(word);
    else operands.push(word);
  }
  return { program: argv[0] ?? program, named, standard, operands };
}

/** True for the filesystem that the kernel's boot script starts. */
export const isBootFilesystem = ({ named }: Arguments): boolean => named.has("multiboot-command-line");

/** What the boot script says. The ports of its words are names of ours. */
export function bootArguments({ program, named }: Arguments): BootArguments {
  const port = (name: string): MachPort => asPort(Number(named.get(name) ?? 0));
  return {
    hostPriv: port("host-priv-port"),
    deviceMaster: port("device-master-port"),
    execTask: port("exec-server-task"),
    kernelTask: port("kernel-task"),
    commandLine: named.get("multiboot-command-line") ?? "",
    bootCommand: named.get("boot-command")?.split(" "),
    program: program.slice(program.lastIndexOf("/") + 1),
  };
}

/** A device of the kernel. Null: there is none of that name. */
export function* openDevice(master: MachPort, name: string): Syscall<MachPort> {
  const got = yield* deviceCall.device_open(master, { mode: D_READ_WRITE, name });
  return got.err ? MACH_PORT_NULL : got.device;
}

/** Prints on the kernel's console: the boot filesystem has no other place to. */
export function* printOn(console: MachPort, text: string): Syscall<void> {
  yield* deviceCall.device_write_inband(console, { mode: 0, recnum: 0, data: new TextEncoder().encode(text) });
}
