/** One mapping: a range of addresses, what it shows, and what may be done to it. Ranges are whole pages and never overlap. */
import type { VmObject } from "./object.ts";
import { Inherit, pageOf, Prot } from "./page.ts";

export class Entry {
  start: number;
  end: number;
  /** Null until the first touch of anonymous memory. */
  object: VmObject | null;
  /** Byte offset of `start` in `object`. */
  offset: number;
  protection: number = Prot.READ | Prot.WRITE;
  maxProtection: number = Prot.ALL;
  inheritance: number = Inherit.COPY;
  /** Other maps see writes to this entry (share inheritance). */
  shared = false;
  wired = 0;
  /** Order in which the gap behind this entry came to be, for `SpaceFinder`. */
  gapOrder = 0;

  constructor(start: number, end: number, object: VmObject | null, offset: number) {
    this.start = start;
    this.end = end;
    this.object = object;
    this.offset = offset;
  }

  /** Page number in the object of the page at `address`. */
  page(address: number): number {
    return pageOf(this.offset + address - this.start);
  }

  /** The same mapping of another range of the same object, with a reference of its own. */
  part(start: number, end: number): Entry {
    const part = new Entry(start, end, this.object?.reference() ?? null, this.offset + start - this.start);
    part.protection = this.protection;
    part.maxProtection = this.maxProtection;
    part.inheritance = this.inheritance;
    part.shared = this.shared;
    part.wired = this.wired;
    return part;
  }
}
