/** The text of a line and the cursor in it. Pure. */
import type { Key } from "./keys.ts";

export class LineBuffer {
  #text: string;
  #at: number;
  constructor(text = "") {
    this.#text = text;
    this.#at = text.length;
  }
  get text(): string {
    return this.#text;
  }
  /** The cursor: an index into `text`. */
  get at(): number {
    return this.#at;
  }
  insert(text: string): void {
    this.#text = this.#text.slice(0, this.#at) + text + this.#text.slice(this.#at);
    this.#at += text.length;
  }
  replace(text: string): void {
    this.#text = text;
    this.#at = text.length;
  }
  deleteForward(): void {
    this.#remove(this.#at, this.#right());
  }
  /** Carries out an editing key; answers what it killed, if it is one that kills. */
  key(key: Key): string | undefined {
    if (typeof key === "object") this.insert(key.text);
    switch (key) {
      case "left":
      case "C-b":
        this.#at = this.#left();
        break;
      case "right":
      case "C-f":
        this.#at = this.#right();
        break;
      case "home":
      case "C-a":
        this.#at = 0;
        break;
      case "end":
      case "C-e":
        this.#at = this.#text.length;
        break;
      case "M-b":
        this.#at = this.#wordLeft(/[\p{L}\p{N}_]/u);
        break;
      case "M-f":
        this.#at = this.#wordRight();
        break;
      case "backspace":
        this.#remove(this.#left(), this.#at);
        break;
      case "delete":
        this.deleteForward();
        break;
      case "C-t":
        this.#transpose();
        break;
      case "C-k":
        return this.#remove(this.#at, this.#text.length);
      case "C-u":
        return this.#remove(0, this.#at);
      case "C-w":
        return this.#remove(this.#wordLeft(/\S/), this.#at);
      case "M-backspace":
        return this.#remove(this.#wordLeft(/[\p{L}\p{N}_]/u), this.#at);
      case "M-d":
        return this.#remove(this.#at, this.#wordRight());
    }
    return undefined;
  }
  #remove(from: number, to: number): string {
    const removed = this.#text.slice(from, to);
    this.#text = this.#text.slice(0, from) + this.#text.slice(to);
    this.#at = from;
    return removed;
  }
  /** One character to the left; a pair of surrogates is one. */
  #left(): number {
    return Math.max(0, this.#at - (/[\udc00-\udfff]/.test(this.#text.charAt(this.#at - 1)) ? 2 : 1));
  }
  #right(): number {
    return Math.min(this.#text.length, this.#at + (/[\ud800-\udbff]/.test(this.#text.charAt(this.#at)) ? 2 : 1));
  }
  #wordLeft(member: RegExp): number {
    let at = this.#at;
    while (at > 0 && !member.test(this.#text.charAt(at - 1))) at--;
    while (at > 0 && member.test(this.#text.charAt(at - 1))) at--;
    return at;
  }
  #wordRight(): number {
    const member = /[\p{L}\p{N}_]/u;
    let at = this.#at;
    while (at < this.#text.length && !member.test(this.#text.charAt(at))) at++;
    while (at < this.#text.length && member.test(this.#text.charAt(at))) at++;
    return at;
  }
  #transpose(): void {
    if (this.#text.length < 2 || this.#at === 0) return;
    const at = Math.min(this.#at, this.#text.length - 1);
    this.#text = this.#text.slice(0, at - 1) + this.#text.charAt(at) + this.#text.charAt(at - 1) + this.#text.slice(at + 1);
    this.#at = at + 1;
  }
}
