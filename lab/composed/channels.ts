/** Requests to servers: a queue for each channel, an answer for each request, and an error for those who wait when a server dies. */
import type { BLOCKED } from "../../mach/ipc/host.ts";
import type { Thread } from "../../mach/kern/thread.ts";
import type { Meter } from "../kernel/meter.ts";
import { WaitQueue } from "../kernel/waits.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { FAILED, type Gives } from "./calls.ts";

interface Request {
  readonly token: number;
  readonly from: Thread;
  readonly text: string;
  readonly rights: number;
  readonly done: WaitQueue;
  state: "queued" | "taken" | "answered" | "died";
  answer: string;
}

interface Channel {
  readonly owner: string;
  readonly queue: Request[];
  readonly waiting: WaitQueue;
  readonly open: Map<number, Request>;
  dead: boolean;
}

export class Channels {
  private readonly channels = new Map<string, Channel>();
  private readonly machine: Machine;
  private readonly meter: Meter;
  private nextToken = 1;

  constructor(machine: Machine, meter: Meter) {
    this.machine = machine;
    this.meter = meter;
  }

  /** A channel whose receiving end is `owner`'s. */
  make(name: string, owner: string): void {
    this.channels.set(name, { owner, queue: [], waiting: new WaitQueue(this.machine), open: new Map(), dead: false });
  }

  call(thread: Thread, { channel: name, request: text, rights = 0, bytes = 0 }: { readonly channel: string; readonly request: string; readonly rights?: number; readonly bytes?: number }, gives: Gives): number {
    const channel = this.channels.get(name);
    if (channel === undefined || channel.dead) return this.died(gives);
    const request: Request = { token: this.nextToken++, from: thread, text, rights, done: new WaitQueue(this.machine), state: "queued", answer: "" };
    channel.queue.push(request);
    this.meter.message(rights, bytes + text.length);
    channel.waiting.wakeOne();
    return request.done.wait(thread, () => {
      if (request.state !== "answered") return this.died(gives);
      gives.text = request.answer;
      return 0;
    });
  }

  receive(thread: Thread, name: string, gives: Gives): number | typeof BLOCKED {
    const channel = this.channels.get(name);
    const request = channel?.queue.shift();
    if (channel === undefined) return this.died(gives);
    if (request === undefined) return channel.waiting.wait(thread, () => this.receive(thread, name, gives));
    request.state = "taken";
    channel.open.set(request.token, request);
    this.meter.arrived(request.rights);
    gives.text = request.text;
    gives.token = request.token;
    return 0;
  }

  /** An answer to somebody who is gone is lost. */
  reply(token: number, answer: string, rights: number): number {
    for (const channel of this.channels.values()) {
      const request = channel.open.get(token);
      if (request === undefined) continue;
      channel.open.delete(token);
      request.state = "answered";
      request.answer = answer;
      this.meter.message(rights, answer.length);
      this.meter.arrived(rights);
      this.meter.rpc();
      request.done.wakeAll();
    }
    return 0;
  }

  /** All channels of a process that has ended: whoever waits for it is told. */
  ownerDied(owner: string): void {
    for (const channel of this.channels.values()) {
      if (channel.owner !== owner || channel.dead) continue;
      channel.dead = true;
      for (const request of [...channel.queue, ...channel.open.values()]) {
        request.state = "died";
        request.done.wakeAll();
      }
      channel.queue.length = 0;
      channel.open.clear();
    }
  }

  private died(gives: Gives): number {
    gives.errno = "EDIED";
    return FAILED;
  }
}
