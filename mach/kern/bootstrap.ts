/**
 * From the boot loader's modules to the first tasks (boot.md §1.4): a script line each, images loaded, argument strings on the stack.
 *
 * The stack of a loaded task, from `sp` upwards, 32-bit little-endian: argc, argc pointers, 0, 0 (an empty environment), then the strings, each ended by a zero byte.
 */
import { writeMemory } from "../vm/access.ts";
import { VmObject } from "../vm/object.ts";
import { PAGE_SIZE, pageWith, Prot, roundPage, truncPage, VM_MAX_ADDRESS } from "../vm/page.ts";
import type { PortRef } from "../ipc/kmsg.ts";
import { BootScript, BootScriptError, type BootActions } from "./boot-script.ts";
import { decodeImage, type ProgramImage, type Segment } from "./image.ts";
import type { Machine } from "./machine.ts";
import { KERNEL_VERSION } from "./serve-host.ts";
import { insertRight } from "./special-ports.ts";
import { threadState } from "./syscall.ts";
import type { Task } from "./task.ts";

/** A file that the boot loader has put into memory, by its path in the script. */
export interface BootModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes of a boot task's stack. */
export const BOOT_STACK_SIZE = 128 * 1024;

/** Runs the script. What is wrong with it or with an image is a panic. */
export function bootModules(machine: Machine, script: string, modules: readonly BootModule[]): void {
  const lines = script.split("\n").filter((line) => /^[ \t]*[^# \t]/.test(line));
  machine.print(`${KERNEL_VERSION}\n`);
  lines.forEach((line, i) => machine.print(`module ${i}: ${line.trim()}\n`));
  machine.print(`${lines.length} multiboot modules\n`);
  const boot = new BootScript<PortRef, Task>(actions(machine, modules));
  defineSymbols(machine, boot);
  try {
    lines.forEach((line) => boot.parse(line));
    const [only, ...others] = boot.lines;
    if (only?.bare && others.length === 0) bootCompatibly(machine, modules, only.path);
    else boot.execute();
  } catch (e) {
    if (!(e instanceof BootScriptError || e instanceof BadModule)) throw e;
    machine.panic(`cannot use the boot script: ${e.message}`);
  }
}

/** A module is missing, or no program image. */
class BadModule extends Error {}

/** The flag letters of the command line, "-x" if there are none (boot.md §1.3). */
function bootFlags(words: readonly string[]): string {
  const letters = words.filter((w) => w.startsWith("-")).map((w) => w.slice(1)).join("");
  return `-${letters === "" ? "x" : letters}`;
}

function rootDevice(words: readonly string[]): string {
  return words.find((w) => w.startsWith("root="))?.slice(5).replace(/^\/dev\//, "") ?? "UNKNOWN";
}

function defineSymbols(machine: Machine, boot: BootScript<PortRef, Task>): void {
  const words = machine.commandLine.split(/[ \t]+/).filter((w) => w !== "");
  boot.define("host-port", { type: "port", port: machine.hostPorts.of("host-priv") });
  boot.define("device-port", { type: "port", port: machine.hostPorts.of("device-master") });
  boot.define("kernel-task", { type: "port", port: machine.kernelTask.selfPort });
  boot.define("kernel-command-line", { type: "string", text: machine.commandLine });
  boot.define("boot-args", { type: "string", text: bootFlags(words) });
  boot.define("root-device", { type: "string", text: rootDevice(words) });
  for (const word of words) {
    const at = word.indexOf("=");
    if (at > 0) boot.define(word.slice(0, at), { type: "string", text: word.slice(at + 1) });
  }
}

function actions(machine: Machine, modules: readonly BootModule[]): BootActions<PortRef, Task> {
  return {
    createTask: (path) => machine.createTask(null, path, false),
    insertRight: (task, value) => insertRight(task.space, value.type === "port" ? value.port : value.task.selfPort),
    load(task, path, argv) {
      loadTask(machine, task, imageOf(modules, path), argv);
      machine.print(`task loaded: ${argv.join(" ")}\n`);
    },
    resume(task, path) {
      machine.print(`\nstart ${path}: `);
      resume(machine, task);
    },
    promptResume(task, path) {
      machine.print(`\nstart ${path} (no prompt without a keyboard): `);
      resume(machine, task);
    },
  };
}

function resume(machine: Machine, task: Task): void {
  task.suspendCount--;
  for (const thread of task.threads) machine.makeRunnable(thread);
}

/** One bare module: a task `bootstrap` with flags, ports and root as its arguments (boot.md §1.5). */
function bootCompatibly(machine: Machine, modules: readonly BootModule[], path: string): void {
  const words = machine.commandLine.split(/[ \t]+/).filter((w) => w !== "");
  const task = machine.createTask(null, "bootstrap", false);
  const ports = [machine.hostPorts.of("host-priv"), machine.hostPorts.of("device-master")].map((port) => String(insertRight(task.space, port)));
  const environment = machine.commandLine === "" ? [] : [`MULTIBOOT_CMDLINE=${machine.commandLine}`];
  loadTask(machine, task, imageOf(modules, path), ["bootstrap", bootFlags(words), ...ports, rootDevice(words)], environment);
  resume(machine, task);
}

interface Loaded {
  readonly image: ProgramImage;
  readonly bytes: Uint8Array;
}

function imageOf(modules: readonly BootModule[], path: string): Loaded {
  const module = modules.find((m) => m.name === path);
  if (module === undefined) throw new BadModule(`no module ${path}`);
  const decoded = decodeImage(module.bytes);
  if (!decoded.ok) throw new BadModule(`module ${path}: ${decoded.why}`);
  return { image: decoded.image, bytes: module.bytes };
}

/** Loads an image with its arguments and one thread; the task waits with suspend count 1. */
export function loadTask(machine: Machine, task: Task, { image, bytes }: Loaded, argv: readonly string[], environment: readonly string[] = []): void {
  for (const segment of image.segments) mapSegment(task, segment, bytes);
  const sp = pushArguments(task, argv, environment);
  const thread = machine.createThread(task);
  thread.setState(threadState({ pc: image.entry, sp, arg: 0 }));
  thread.suspendCount = 0;
  task.suspendCount++;
}

function mapSegment(task: Task, s: Segment, bytes: Uint8Array): void {
  const object = new VmObject();
  const start = truncPage(s.address);
  const skip = s.address - start;
  const data = new Uint8Array(skip + s.size);
  data.set(bytes.subarray(s.offset, s.offset + s.size), skip);
  for (let at = 0; at < data.length; at += PAGE_SIZE) object.put(at / PAGE_SIZE, pageWith(data.subarray(at, at + PAGE_SIZE)));
  const size = roundPage(skip + s.memory);
  const placed = task.map.map({ address: start, size, mask: 0, anywhere: false, object, offset: 0, copy: false, protection: s.protection, maxProtection: Prot.ALL, inheritance: 1 });
  object.release();
  if (placed.err) throw new BadModule(`a segment at 0x${s.address.toString(16)} cannot be mapped`);
}

function pushArguments(task: Task, argv: readonly string[], environment: readonly string[]): number {
  const strings = [...argv, ...environment].map((s) => new TextEncoder().encode(`${s}\0`));
  const pointers = 4 * (argv.length + environment.length + 3);
  const size = (pointers + strings.reduce((n, s) => n + s.length, 0) + 15) & ~15;
  const sp = VM_MAX_ADDRESS - size;
  const frame = new Uint8Array(size);
  const view = new DataView(frame.buffer);
  view.setUint32(0, argv.length, true);
  let word = 4;
  let at = pointers;
  strings.forEach((s, i) => {
    if (i === argv.length) word += 4;
    view.setUint32(word, sp + at, true);
    frame.set(s, at);
    word += 4;
    at += s.length;
  });
  const stack = Math.max(BOOT_STACK_SIZE, roundPage(size));
  task.map.allocate(VM_MAX_ADDRESS - stack, stack, false);
  writeMemory(task.map, sp, frame);
  return sp;
}
