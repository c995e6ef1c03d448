/** The same round trip with many: clients of one server, pairs of tasks that take turns, rights in the space of the one that calls. */
import type { Machine } from "../../mach/kern/machine.ts";
import { kept, type Contestant } from "../contest.ts";
import { answer, flat } from "./rpc.ts";
import { emptyMachine, newTask, operations, receiveRight, sendRight, start } from "./scene.ts";

const TRAPS = 2;
const SLICE = 20_000;

/** `count` clients, each a task, of one server. */
function oneServer(count: number): Machine {
  const machine = emptyMachine();
  const server = newTask(machine, "server");
  const receive = receiveRight(machine, server);
  start(machine, server, () => answer(receive));
  for (let i = 0; i < count; i++) {
    const task = newTask(machine, "client");
    const [send, reply] = [sendRight(server, receive, task), receiveRight(machine, task)];
    start(machine, task, () => flat(send, reply));
  }
  return machine;
}

/** `count` tasks: pairs of a client and a server. */
function pairs(count: number): Machine {
  const machine = emptyMachine();
  for (let i = 0; i < count; i += 2) {
    const [server, client] = [newTask(machine, "server"), newTask(machine, "client")];
    const receive = receiveRight(machine, server);
    const [send, reply] = [sendRight(server, receive, client), receiveRight(machine, client)];
    start(machine, server, () => answer(receive));
    start(machine, client, () => flat(send, reply));
  }
  return machine;
}

/** One pair, and the client has `count` more receive rights. */
function rightful(count: number): Machine {
  const machine = emptyMachine();
  const [server, client] = [newTask(machine, "server"), newTask(machine, "client")];
  const receive = receiveRight(machine, server);
  for (let i = 0; i < count; i++) receiveRight(machine, client);
  const [send, reply] = [sendRight(server, receive, client), receiveRight(machine, client)];
  start(machine, server, () => answer(receive));
  start(machine, client, () => flat(send, reply));
  return machine;
}

/** Each thread has had two turns before the clock starts. */
function warm(machine: Machine, count: number): () => number {
  machine.run({ steps: Math.min(count, 100_000) * 2 * TRAPS });
  return operations(machine, SLICE * TRAPS, TRAPS);
}

const of = (name: string, what: string, count: number, build: (count: number) => Machine): Contestant => kept(name, what, () => warm(build(count), count));

export const manyContestants: readonly Contestant[] = [
  of("clients-10", "one server, 10 clients", 10, oneServer),
  of("clients-1k", "one server, 1,000 clients", 1_000, oneServer),
  of("clients-100k", "one server, 100,000 clients", 100_000, oneServer),
  of("tasks-2", "2 tasks: one pair", 2, pairs),
  of("tasks-10k", "10,000 tasks in pairs that take turns", 10_000, pairs),
  of("tasks-100k", "100,000 tasks in pairs that take turns", 100_000, pairs),
  of("names-1k", "one pair, the client has 1,000 more rights", 1_000, rightful),
  of("names-100k", "one pair, the client has 100,000 more rights", 100_000, rightful),
];
