/** A file's bytes in memory: an array that grows by doubling, so that appending costs what it should. */
const PAGE = 4096;

export class Contents {
  private bytes: Uint8Array;
  private length: number;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
    this.length = bytes.length;
  }
  get size(): number {
    return this.length;
  }
  /** Bytes of whole pages that the contents take: what is charged. */
  get room(): number {
    return Contents.roomFor(this.length);
  }
  static roomFor(size: number): number {
    return Math.ceil(size / PAGE) * PAGE;
  }
  /** A copy of what lies from `offset` on, short at the end. */
  read(offset: number, amount: number): Uint8Array {
    return this.bytes.slice(Math.min(offset, this.length), Math.min(offset + amount, this.length));
  }
  write(offset: number, data: Uint8Array): void {
    this.reserve(offset + data.length);
    this.bytes.set(data, offset);
    this.length = Math.max(this.length, offset + data.length);
  }
  /** Cuts, or fills up with zeros. */
  resize(size: number): void {
    if (size < this.length) this.bytes = this.bytes.slice(0, size);
    else this.reserve(size);
    this.length = size;
  }
  private reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const bigger = new Uint8Array(Math.max(size, this.bytes.length * 2, 64));
    bigger.set(this.bytes.subarray(0, this.length));
    this.bytes = bigger;
  }
}
