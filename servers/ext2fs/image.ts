/**
 * A disk's bytes in memory, block by block: which blocks are here, and which have been changed and must go back.
 *
 * Everything that works on the disk is an ordinary function. Where one comes to a block that is not here it throws `Absent`; whoever called it brings the block
 * and calls again, as a page fault would. So nothing may be changed before everything that the change needs is here.
 */
import type { Failure } from "../../mach/kern/kern-return.ts";
import { Errno } from "../interfaces/errno.ts";

/** The block is on the disk only: bring it, and begin again. */
export class Absent extends Error {
  override readonly name = "Absent";
  readonly block: number;
  constructor(block: number) {
    super(`block ${block} is not in memory`);
    this.block = block;
  }
}

/** What the disk says cannot be, or there is no room: the answer to the request, in words where they help. */
export class DiskError extends Error {
  override readonly name = "DiskError";
  readonly code: Failure;
  constructor(code: Failure, message = "") {
    super(message);
    this.code = code;
  }
}

/** The disk is damaged. EIO. */
export const damaged = (what: string): DiskError => new DiskError(Errno.EIO, what);

/** A disk lies in memory as a whole, if not all of it is brought: larger ones are refused. */
export const MOST_BYTES = 2 ** 31;

const PRESENT = 1;
const DIRTY = 2;

export class Image {
  readonly bytes: Uint8Array;
  readonly blockSize: number;
  readonly blocks: number;
  private readonly view: DataView;
  private readonly state: Uint8Array;
  private changed = 0;

  /** `present`: all of `bytes` is what the disk holds; else nothing is yet. */
  constructor(bytes: Uint8Array, blockSize: number, present: boolean) {
    this.bytes = bytes;
    this.blockSize = blockSize;
    this.blocks = Math.floor(bytes.length / blockSize);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.state = new Uint8Array(this.blocks).fill(present ? PRESENT : 0);
  }

  /** Where the block's bytes begin. Throws Absent. */
  at(block: number): number {
    if (((this.state[block] ?? 0) & PRESENT) === 0) throw new Absent(block);
    return block * this.blockSize;
  }

  /** As `at`, of a block that is about to be written as a whole: what the disk holds does not matter any more. */
  own(block: number): number {
    this.state[block] = (this.state[block] ?? 0) | PRESENT;
    return block * this.blockSize;
  }

  isPresent(block: number): boolean {
    return ((this.state[block] ?? PRESENT) & PRESENT) !== 0;
  }

  /** Takes what the disk holds from `block` on; what is here already is newer. */
  bring(block: number, data: Uint8Array): void {
    const { blockSize } = this;
    for (let i = 0; (i + 1) * blockSize <= data.length; i++) {
      if (this.isPresent(block + i)) continue;
      this.bytes.set(data.subarray(i * blockSize, (i + 1) * blockSize), (block + i) * blockSize);
      this.state[block + i] = PRESENT;
    }
  }

  // ---- numbers, at places in blocks that are here
  u8(at: number): number {
    return this.view.getUint8(at);
  }
  u16(at: number): number {
    return this.view.getUint16(at, true);
  }
  u32(at: number): number {
    return this.view.getUint32(at, true);
  }
  set8(at: number, value: number): void {
    if (this.view.getUint8(at) === (value & 0xff)) return;
    this.view.setUint8(at, value);
    this.touch(at);
  }
  set16(at: number, value: number): void {
    if (this.view.getUint16(at, true) === (value & 0xffff)) return;
    this.view.setUint16(at, value, true);
    this.touch(at);
  }
  set32(at: number, value: number): void {
    if (this.view.getUint32(at, true) === value >>> 0) return;
    this.view.setUint32(at, value, true);
    this.touch(at);
  }

  /** Puts bytes into one block. */
  put(at: number, data: Uint8Array): void {
    this.bytes.set(data, at);
    this.touch(at);
  }

  /** Makes the block zeros. */
  clear(block: number): void {
    const at = this.own(block);
    this.bytes.fill(0, at, at + this.blockSize);
    this.touch(at);
  }

  /** The block of that place has been changed. */
  touch(at: number): void {
    const block = Math.floor(at / this.blockSize);
    const state = this.state[block] ?? 0;
    if (state & DIRTY) return;
    this.state[block] = state | DIRTY;
    this.changed++;
  }

  /** True when there is something to write back. */
  get dirty(): boolean {
    return this.changed > 0;
  }

  /** Runs of changed blocks, at most `limit` blocks each, in the disk's order. */
  *runs(limit: number): Generator<{ readonly block: number; readonly count: number }> {
    for (let block = this.state.indexOf(PRESENT | DIRTY); block >= 0; block = this.state.indexOf(PRESENT | DIRTY, block)) {
      let count = 1;
      while (count < limit && this.state[block + count] === (PRESENT | DIRTY)) count++;
      yield { block, count };
      block += count;
    }
  }

  /** A copy of a run's bytes, to be written: what is changed from now on is changed again. */
  take(block: number, count: number): Uint8Array {
    for (let b = block; b < block + count; b++) {
      if (this.state[b] === (PRESENT | DIRTY)) this.changed--;
      this.state[b] = PRESENT;
    }
    return this.bytes.slice(block * this.blockSize, (block + count) * this.blockSize);
  }
  /** A run could not be written. */
  untake(block: number, count: number): void {
    for (let b = block; b < block + count; b++) this.touch(b * this.blockSize);
  }
}
