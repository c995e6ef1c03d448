/** A stream of choices from one seed: xorshift128, whose low bits are as good as its high ones (`performance.md` §4). */
export class RandomStream {
  private a: number;
  private b = 0x9e3779b9;
  private c = 0x243f6a88;
  private d = 0xb7e15162;

  constructor(seed: number) {
    this.a = seed | 0;
    for (let i = 0; i < 16; i++) this.next();
  }

  /** An integer of 32 bits. */
  next(): number {
    let t = this.d;
    const s = this.a;
    this.d = this.c;
    this.c = this.b;
    this.b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.a = t ^ s ^ (s >>> 19);
    return this.a >>> 0;
  }

  /** An integer from 0 up to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x100000000) * limit);
  }
}
