/** Bytes of what the kernel keeps: measured in a Node of its own, whose heap is collected before and after so many of a kind have been made. */
import { copyout } from "../../mach/ipc/right.ts";
import { portOf } from "../../mach/ipc/kernel-port.ts";
import { MACH_PORT_NULL, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Task } from "../../mach/kern/task.ts";
import type { Contestant } from "../contest.ts";
import { inChild } from "../place.ts";
import { depth1, depth6 } from "./rpc.ts";
import { emptyMachine, newTask, receiveRight, start } from "./scene.ts";

/** Bytes of one, by kind. */
export interface Bytes {
  readonly task: number;
  readonly port: number;
  readonly right: number;
  readonly thread: number;
  readonly threadDeep: number;
}

/** Ports of a task, and send rights that it has for ports of others. */
const PORTS = 10;
const RIGHTS = 20;

function used(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("needs node --expose-gc");
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes of each of `count` that `make` makes. */
function each(count: number, make: () => void): number {
  const before = used();
  make();
  return (used() - before) / count;
}

function* waiting(receive: MachPort, trap: (msg: MachMsg) => Syscall<number>): Syscall<void> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV;
  msg.rcvName = receive;
  yield* trap(msg);
}

function sendRights(tasks: readonly Task[], names: readonly (readonly MachPort[])[]): void {
  for (const [i, task] of tasks.entries())
    for (let r = 0; r < RIGHTS; r++) {
      const owner = (i + 1 + (r % 7)) % tasks.length;
      const space = tasks[owner]?.space;
      const port = space && portOf(space, names[owner]?.[(r + i) % PORTS] ?? MACH_PORT_NULL);
      if (port) copyout(task.space, port.makeSend(), MsgType.MOVE_SEND);
    }
}

/** One thread of each task, suspended in a receive. */
function suspended(machine: Machine, tasks: readonly Task[], names: readonly (readonly MachPort[])[], trap: (msg: MachMsg) => Syscall<number>, port: number): void {
  for (const [i, task] of tasks.entries()) {
    const receive = names[i]?.[port] ?? MACH_PORT_NULL;
    start(machine, task, () => waiting(receive, trap));
  }
  machine.run();
}

/** Measures `count` tasks, ten ports and twenty send rights for each, and a thread in half of them. Wants --expose-gc. */
export function bytesOfEach(count: number): Bytes {
  const machine = emptyMachine();
  const tasks: Task[] = new Array<Task>(count);
  const names: MachPort[][] = Array.from({ length: count }, () => new Array<MachPort>(PORTS).fill(MACH_PORT_NULL));
  const task = each(count, () => {
    for (let i = 0; i < count; i++) tasks[i] = newTask(machine, "task");
  });
  const port = each(count * PORTS, () => {
    for (const [i, t] of tasks.entries()) for (let p = 0; p < PORTS; p++) (names[i] ?? [])[p] = receiveRight(machine, t);
  });
  const right = each(count * RIGHTS, () => sendRights(tasks, names));
  const half = count >> 1;
  const thread = each(half, () => suspended(machine, tasks.slice(0, half), names, depth1, 0));
  const threadDeep = each(half, () => suspended(machine, tasks.slice(half), names.slice(half), depth6, 0));
  return { task, port, right, thread, threadDeep };
}

/** Sizes do not vary: one measurement of each size serves all rounds. */
function memory(): readonly Contestant[] {
  const known = new Map<boolean, Bytes>();
  const of = (quick: boolean): Bytes => {
    const bytes = known.get(quick) ?? (inChild(quick ? "memory-10000" : "memory-100000", ["--expose-gc", "--max-old-space-size=4096"]) as Bytes);
    known.set(quick, bytes);
    return bytes;
  };
  const row = (name: string, what: string, kind: keyof Bytes): Contestant => ({ name, what, unit: "bytes", sample: (quick) => of(quick)[kind] });
  return [
    row("bytes-task", "an empty task", "task"),
    row("bytes-port", "a port with its receive right", "port"),
    row("bytes-right", "a send right", "right"),
    row("bytes-thread", "a thread suspended in a receive, one call deep, with its generator", "thread"),
    row("bytes-thread-deep", "the same six calls deep", "threadDeep"),
  ];
}

export const memoryContestants = memory();
