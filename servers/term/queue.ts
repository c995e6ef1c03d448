/** Characters in a terminal's queues: a byte, and whether it was typed after VLNEXT and so has no special meaning. */

/** Set in an element that was quoted. */
export const QUOTED = 0x100;

/** A queue of characters. Its front is dropped in bulk, so that long queues stay cheap. */
export class CharQueue {
  private items: number[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  put(char: number): void {
    this.items.push(char);
  }

  /** Takes the first; undefined when empty. */
  take(): number | undefined {
    if (this.head >= this.items.length) return undefined;
    const char = this.items[this.head++];
    if (this.head > 1024) this.compact();
    return char;
  }

  /** Takes the last back; undefined when empty. */
  unput(): number | undefined {
    return this.size === 0 ? undefined : this.items.pop();
  }

  /** The last, which stays; undefined when empty. */
  last(): number | undefined {
    return this.size === 0 ? undefined : this.items[this.items.length - 1];
  }

  /** All in order; the queue stays. */
  all(): readonly number[] {
    return this.items.slice(this.head);
  }

  /** All in order; the queue is empty after. */
  drain(): readonly number[] {
    const all = this.all();
    this.clear();
    return all;
  }

  clear(): void {
    this.items = [];
    this.head = 0;
  }

  private compact(): void {
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}
