/** A stream of choices from one seed: xorshift128, whose low bits are as good as its high ones (`performance.md` §4). */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number) {
    this.a = mixed(seed);
    this.b = mixed(seed + 1);
    this.c = mixed(seed + 2);
    this.d = mixed(seed + 3) | 1;
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

/** Spreads a small seed over 32 bits (splitmix32), as xorshift takes long to do that by itself. */
function mixed(seed: number): number {
  let z = Math.imul(seed + 1, 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
