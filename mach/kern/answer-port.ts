/** Ports on which the kernel waits for an answer of a task: an exception server's, or the news that a pager has died. */
import { consumeDestination } from "../ipc/copyout.ts";
import type { Kmsg } from "../ipc/kmsg.ts";
import { Port } from "../ipc/port.ts";

/** A port that gives every message that comes to `receive`, which owns the message. The kernel holds the receive right until it destroys the port. */
export function answerPort(ids: { nextPort: number }, receive: (message: Kmsg) => void): Port {
  const port = new Port(ids.nextPort++);
  const receiver = {
    accept(message: Kmsg): boolean {
      port.taken();
      consumeDestination(message, port);
      port.receivers.push(receiver);
      receive(message);
      return true;
    },
    lost(): void {
      port.receivers.length = 0;
    },
  };
  port.receivers.push(receiver);
  return port;
}
