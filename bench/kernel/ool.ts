/**
 * Memory in messages, there and back, out of line.
 *
 * By address: the client sends a region of its memory, the server gets it mapped, sends its mapping on and loses it; the client gives back what it has got. Three traps.
 * From registers (`take`): bytes that have no address at either end, as if pages had been allocated, stored and moved.
 */
import { MachMsg, MsgOption, type Item, type OolAddress } from "../../mach/ipc/message.ts";
import { MsgType, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { mig_task_self } from "../../mach/mig/client.ts";
import { store, type Syscall } from "../../mach/kern/syscall.ts";
import { inTurn, kept, type Contestant } from "../contest.ts";
import { asking, bytes, check, depth1, echo, pairOf } from "./rpc.ts";

// no spread: V8 would make a class of its own for each such object
const region = (size: number, address: number, dealloc: boolean): Item => ({ type: MsgType.CHAR, bits: 8, number: size, inline: false, longform: true, dealloc, data: { address } });

function addressOf({ data }: Item): number {
  if (typeof data !== "object" || !("address" in data)) throw new Error("no memory came");
  return (data satisfies OolAddress).address;
}

function first(msg: MachMsg): Item {
  const [item] = msg.items;
  if (item === undefined) throw new Error("an empty message came");
  return item;
}

function* allocated(size: number): Syscall<number> {
  const self = yield* mig_task_self();
  const made = yield* machCall.vm_allocate(self, { address: 0, size, anywhere: true });
  if (made.err) throw new Error("no memory");
  yield* store(made.address, new Uint8Array(size).fill(7));
  return made.address;
}

const client = (size: number) =>
  function* (send: MachPort, reply: MachPort): Syscall<void> {
    const self = yield* mig_task_self();
    const body = [region(size, yield* allocated(size), false)];
    const msg = new MachMsg();
    for (;;) {
      msg.header(send, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, 1000, body);
      msg.option = MsgOption.SEND | MsgOption.RCV;
      msg.rcvName = reply;
      check(yield msg);
      const freed = yield* machCall.vm_deallocate(self, { address: addressOf(first(msg)), size });
      check(freed.err);
    }
  };

/** Sends the mapping that it got back, and has it no more. */
function* server(receive: MachPort): Syscall<void> {
  const msg = new MachMsg();
  msg.option = MsgOption.RCV;
  msg.rcvName = receive;
  check(yield msg);
  for (;;) {
    const item = first(msg);
    msg.header(msg.remotePort, msg.remoteType, 0 as MachPort, 0, msg.id + 100, [region(item.number, addressOf(item), true)]);
    msg.option = MsgOption.SEND | MsgOption.RCV;
    check(yield msg);
  }
}

const KIB = 1024;
const sizes: readonly (readonly [string, string, number])[] = [
  ["1k", "1 KiB", KIB],
  ["64k", "64 KiB", 64 * KIB],
  ["4m", "4 MiB", 4096 * KIB],
];

/** Traps of a round trip by address: the message and vm_deallocate at the client, the message at the server. */
const TRAPS = 3;

/** Round trips of one turn by address, and between two looks at the clock from registers, where bytes are copied. */
const TURN = 1_000;
const sliceOf = (size: number): number => Math.max(10, Math.min(5_000, (8_000 * KIB) / size));

export const oolContestants: readonly Contestant[] = [
  ...inTurn(
    sizes.map(([name, size, n]) => ({
      name: `ool-${name}`,
      what: `${size} out of line by address, there and back, given back`,
      make: () => pairOf({ client: client(n), server }, TRAPS, TURN),
    })),
    3,
  ),
  ...sizes.map(([name, size, n]) => kept(`ool-registers-${name}`, `${size} out of line from registers, there and back`, () => pairOf({ client: asking(bytes(n, false), depth1), server: echo }, undefined, sliceOf(n)))),
];
