/** Round trips: one client, one server, messages of several sizes and contents, at several depths of the call stack. */
import { intItem, isComplex, MachMsg, MsgOption, type Item } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import { subsystem, routine } from "../../mach/mig/subsystem.ts";
import { t } from "../../mach/mig/kind.ts";
import { client } from "../../mach/mig/client.ts";
import { machMsgServer, serve } from "../../mach/mig/server.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { KernReturn } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { kept, type Contestant } from "../contest.ts";
import { emptyMachine, newTask, operations, receiveRight, sendRight, start } from "./scene.ts";

/** Traps of one round trip: one at either end. */
const TRAPS = 2;
const SLICE = 20_000;

/** Two generators that take turns, no kernel: what nothing can be faster than. */
function floor(): () => number {
  function* turn(): Generator<number, void, number> {
    for (;;) yield 1;
  }
  const [a, b] = [turn(), turn()];
  return () => {
    for (let i = 0; i < SLICE; i++) {
      a.next(1);
      b.next(1);
    }
    return SLICE;
  };
}

/** What a client and a server do over and over; `send` and `reply` are the client's names, `receive` the server's. */
export interface Pair {
  client(send: MachPort, reply: MachPort): Syscall<void>;
  server(receive: MachPort): Syscall<void>;
}

/** A machine with one client and one server. */
export function machineOf({ client: clientBody, server: serverBody }: Pair): Machine {
  const machine = emptyMachine();
  const [serverTask, clientTask] = [newTask(machine, "server"), newTask(machine, "client")];
  const receive = receiveRight(machine, serverTask);
  const send = sendRight(serverTask, receive, clientTask);
  const reply = receiveRight(machine, clientTask);
  start(machine, serverTask, () => serverBody(receive));
  start(machine, clientTask, () => clientBody(send, reply));
  return machine;
}

/** The same as work for `rate`; `traps` are those of a round trip, `slice` round trips are made at a time. */
export const pairOf = (pair: Pair, traps = TRAPS, slice = SLICE): (() => number) => operations(machineOf(pair), slice * traps, traps);

/** Throws when a message failed. */
export function check(code: KernReturn): void {
  if (code !== 0) throw new Error(`the message failed: 0x${code.toString(16)}`);
}

/** A server that sends back the items that it got. */
export function* echo(receive: MachPort): Syscall<void> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV;
  msg.rcvName = receive;
  msg.take = true;
  check(yield msg);
  for (;;) {
    msg.header(msg.remotePort, msg.remoteType, MACH_PORT_NULL, 0, msg.id + 100, msg.items);
    msg.option = MsgOption.SEND | MsgOption.RCV;
    check(yield msg);
  }
}

/** A server that answers a code alone. */
export function* answer(receive: MachPort): Syscall<void> {
  const msg = new MachMsg();
  const items = [intItem(0)];
  msg.option = MsgOption.RCV;
  msg.rcvName = receive;
  check(yield msg);
  for (;;) {
    msg.header(msg.remotePort, msg.remoteType, MACH_PORT_NULL, 0, msg.id + 100, items);
    msg.option = MsgOption.SEND | MsgOption.RCV;
    check(yield msg);
  }
}

/** A client that sends `items` over and over, `trap` deep in calls. */
export const asking = (items: (send: MachPort) => readonly Item[], trap: (msg: MachMsg) => Syscall<KernReturn>) =>
  function* (send: MachPort, reply: MachPort): Syscall<void> {
    const msg = new MachMsg();
    const body = items(send);
    msg.complex = isComplex(body);
    for (;;) {
      msg.header(send, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, 1000, body);
      msg.option = MsgOption.SEND | MsgOption.RCV;
      msg.rcvName = reply;
      msg.take = true;
      check(yield* trap(msg));
    }
  };

/** The trap one call deep; those below go deeper. */
export function* depth1(msg: MachMsg): Syscall<KernReturn> {
  return yield msg;
}
function* depth2(msg: MachMsg): Syscall<KernReturn> {
  return yield* depth1(msg);
}
function* depth3(msg: MachMsg): Syscall<KernReturn> {
  return yield* depth2(msg);
}
function* depth4(msg: MachMsg): Syscall<KernReturn> {
  return yield* depth3(msg);
}
function* depth5(msg: MachMsg): Syscall<KernReturn> {
  return yield* depth4(msg);
}
/** The trap six calls deep. */
export function* depth6(msg: MachMsg): Syscall<KernReturn> {
  return yield* depth5(msg);
}

/** The client that yields its trap itself, `calls` times. */
export function* flatCalls(send: MachPort, reply: MachPort, calls: number): Syscall<void> {
  const msg = new MachMsg();
  const body = [intItem(7), intItem(8)];
  for (let i = 0; i < calls; i++) {
    msg.header(send, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, 1000, body);
    msg.option = MsgOption.SEND | MsgOption.RCV;
    msg.rcvName = reply;
    check(yield msg);
  }
}

/** The same without end. */
export const flat = (send: MachPort, reply: MachPort): Syscall<void> => flatCalls(send, reply, Infinity);

const ints = (): readonly Item[] => [intItem(7), intItem(8)];
const rights = (n: number) => (send: MachPort): readonly Item[] => [
  { type: MsgType.COPY_SEND, bits: 32, number: n, inline: true, longform: false, dealloc: false, data: n === 1 ? send : new Array<number>(n).fill(send) },
];
/** So many bytes, in line or out of line from registers. */
export const bytes = (size: number, inline: boolean) => (): readonly Item[] => [
  { type: MsgType.CHAR, bits: 8, number: size, inline, longform: true, dealloc: !inline, data: new Uint8Array(size) },
];

const pingSystem = subsystem("ping", 1000, { ping: routine(1000, { a: t.int, b: t.int }, { sum: t.int }) });
const pingCall = client(pingSystem);

/** Typed stubs at both ends, and a server's demultiplexer. */
const stubs: Pair = {
  *client(send) {
    for (;;) {
      const r = yield* pingCall.ping(send, { a: 7, b: 8 });
      if (r.err) check(r.err);
    }
  },
  *server(receive) {
    yield* machMsgServer(receive, serve(pingSystem, () => true, {
      *ping(_self, { a, b }) {
        return { err: 0, sum: a + b };
      },
    }));
  },
};

export const rpcContestants: readonly Contestant[] = [
  kept("floor", "two generators that take turns", floor),
  kept("rpc-null", "null RPC by raw mach_msg, one pair", () => pairOf({ client: flat, server: answer })),
  kept("rpc-deep", "null RPC, yield* six deep", () => pairOf({ client: asking(ints, depth6), server: answer })),
  kept("rpc-stubs", "null RPC by typed stubs and demultiplexer", () => pairOf(stubs)),
  kept("rpc-right", "an RPC that carries a send right, there and back", () => pairOf({ client: asking(rights(1), depth1), server: echo })),
  kept("rpc-rights-16", "an RPC that carries 16 send rights", () => pairOf({ client: asking(rights(16), depth1), server: echo })),
  kept("rpc-1k-inline", "1 KiB in line, there and back", () => pairOf({ client: asking(bytes(1024, true), depth1), server: echo })),
];
