/**
 * The mix: forty clients, eight servers that are eight different programs, five kinds of body, typed stubs at the clients and a real server's demultiplexer.
 * A pair of tasks that exchange one message over and over shows three to five times of what a system reaches (performance.md §1); this shows what a system is like.
 */
import { moveSend, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import { copyout } from "../../mach/ipc/right.ts";
import { portOf } from "../../mach/ipc/kernel-port.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { machMsgServer } from "../../mach/mig/server.ts";
import { authCall } from "../../servers/interfaces/auth.ts";
import { fsCall } from "../../servers/interfaces/fs.ts";
import { ioCall } from "../../servers/interfaces/io.ts";
import { kept, type Contestant } from "../contest.ts";
import { mixServers } from "./mix-servers.ts";
import { emptyMachine, newTask, receiveRight, sendRight, start } from "./scene.ts";

const KINDS = 5;
const SLICE = 20_000;

function done(r: { readonly err: 0 | Failure }): void {
  if (r.err) throw new Error(`the mix failed: 0x${r.err.toString(16)}`);
}

/** One client: all five kinds in turn, beginning with another one than its neighbours. */
function* client(server: MachPort, right: MachPort, first: number, counts: { calls: number }): Syscall<void> {
  const data = new Uint8Array(1024).fill(7);
  for (let i = first; ; i++) {
    switch (i % KINDS) {
      case 0:
        done(yield* ioCall.io_readable(server, {}));
        break;
      case 1:
        done(yield* ioCall.io_seek(server, { offset: i & 0xffff, whence: 0 }));
        break;
      case 2:
        done(yield* fsCall.dir_unlink(server, { name: "a-file-of-this-name" }));
        break;
      case 3:
        done(yield* ioCall.io_write(server, { data, offset: -1 }));
        break;
      default:
        done(yield* authCall.auth_user_authenticate(server, { rendezvous: moveSend(right) }));
    }
    counts.calls++;
  }
}

/** Work for `rate`: one machine with so many clients. */
export function mix(clients: number): () => number {
  const machine = emptyMachine();
  const counts = { calls: 0 };
  const servers = mixServers.map((demuxer, i) => {
    const task = newTask(machine, `server ${i}`);
    const receive = receiveRight(machine, task);
    start(machine, task, function* () {
      yield* machMsgServer(receive, demuxer(receive));
    });
    return { task, receive };
  });
  for (let i = 0; i < clients; i++) {
    const server = servers[i % servers.length];
    if (server === undefined) throw new Error("no servers");
    const task = newTask(machine, `client ${i}`);
    const send = sendRight(server.task, server.receive, task);
    // two references on a right of its own: one travels, and the name stays
    const own = receiveRight(machine, task);
    const port = portOf(task.space, own);
    if (port === null) throw new Error("no port");
    copyout(task.space, port.makeSend(), MsgType.MOVE_SEND);
    copyout(task.space, port.makeSend(), MsgType.MOVE_SEND);
    start(machine, task, () => client(send, own, i, counts));
  }
  return () => {
    const before = counts.calls;
    machine.run({ steps: SLICE });
    return counts.calls - before;
  };
}

export const mixContestants: readonly Contestant[] = [
  kept("mix", "40 clients, 8 servers, 5 kinds of body, typed stubs, real demultiplexers", () => mix(40)),
  kept("mix-400", "the same with 400 clients", () => mix(400)),
  kept("mix-4k", "the same with 4,000 clients", () => mix(4000)),
];
