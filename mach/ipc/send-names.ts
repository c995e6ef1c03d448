/**
 * Under which name a space holds the send right for a port: an index of names, hashed by the port's number. A name is looked up in the space to see which port it stands for, so
 * the index takes four bytes a slot; a name that stands for something else by now is as good as none.
 */
import { PortType } from "./names.ts";
import type { Port } from "./port.ts";
import type { Space } from "./space.ts";

const EMPTY = 0;
const GONE = 0xffffffff;
const FIRST_SIZE = 8;

export class SendNames {
  /** A power of two of them. */
  private slots = new Uint32Array(FIRST_SIZE);
  /** Slots that are not empty. */
  private used = 0;
  private readonly space: Space;

  constructor(space: Space) {
    this.space = space;
  }

  private static hash(port: Port): number {
    const mixed = Math.imul(port.id, 0x9e3779b1);
    return mixed ^ (mixed >>> 15);
  }

  /** Where `port`'s name stands; -1: nowhere. */
  private find(port: Port): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let i = SendNames.hash(port) & mask; ; i = (i + 1) & mask) {
      const name = slots[i] as number;
      if (name === EMPTY) return -1;
      if (name !== GONE && this.space.peek(name)?.object === port) return i;
    }
  }

  get(port: Port): number | undefined {
    const at = this.find(port);
    return at < 0 ? undefined : this.slots[at];
  }

  set(port: Port, name: number): void {
    const at = this.find(port);
    if (at >= 0) {
      this.slots[at] = name;
      return;
    }
    if ((this.used + 1) * 2 > this.slots.length) this.rebuild();
    this.put(port, name);
  }

  private put(port: Port, name: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let i = SendNames.hash(port) & mask;
    while (slots[i] !== EMPTY) i = (i + 1) & mask;
    slots[i] = name;
    this.used++;
  }

  delete(port: Port): void {
    const at = this.find(port);
    if (at >= 0) this.slots[at] = GONE;
  }

  /** Drops what is gone, and makes room for as many again. */
  private rebuild(): void {
    const live: (readonly [Port, number])[] = [];
    for (const name of this.slots) {
      const entry = name === EMPTY || name === GONE ? undefined : this.space.peek(name);
      if (entry !== undefined && (entry.type & PortType.SEND) !== 0) live.push([entry.port, name]);
    }
    let size = FIRST_SIZE;
    while (size < (live.length + 1) * 3) size *= 2;
    this.slots = new Uint32Array(size);
    this.used = 0;
    for (const [port, name] of live) this.put(port, name);
  }
}
