/** Field splitting (POSIX, "Field Splitting"). */

/** Characters of a field that are all quoted or all not. */
export interface Fragment {
  readonly text: string;
  readonly quoted: boolean;
}
export type Field = readonly Fragment[];

/** The fields of one word, as they grow. */
export class Fields {
  /** How many fragments were put in. */
  added = 0;
  readonly #white: string;
  readonly #other: string;
  readonly #done: Field[] = [];
  #current: Fragment[] = [];
  /** `ifs`: undefined is the default, "" never splits. */
  constructor(ifs = " \t\n") {
    this.#white = [...ifs].filter((c) => " \t\n".includes(c)).join("");
    this.#other = [...ifs].filter((c) => !" \t\n".includes(c)).join("");
  }
  /** Characters that are not split. Empty ones make a field only when they are quoted. */
  add(text: string, quoted: boolean, always = quoted): void {
    if (text === "" && !always) return;
    this.#current.push({ text, quoted });
    this.added++;
  }
  /** Ends the field; an empty one counts only when `always`. */
  end(always: boolean): void {
    if (this.#current.length > 0 || always) this.#done.push(this.#current);
    this.#current = [];
  }
  /** The unquoted result of an expansion. */
  split(text: string): void {
    for (let i = 0; i < text.length; ) {
      const start = i;
      while (i < text.length && !this.#separates(text.charAt(i))) i++;
      this.add(text.slice(start, i), false);
      if (i >= text.length) return;
      const delimiter = i;
      while (this.#isWhite(text.charAt(i))) i++;
      const hard = i < text.length && this.#other.includes(text.charAt(i));
      if (hard) {
        i++;
        while (this.#isWhite(text.charAt(i))) i++;
      }
      if (i > delimiter) this.end(hard);
    }
  }
  #isWhite(c: string): boolean {
    return c !== "" && this.#white.includes(c);
  }
  #separates(c: string): boolean {
    return this.#isWhite(c) || this.#other.includes(c);
  }
  finish(): readonly Field[] {
    this.end(false);
    return this.#done;
  }
}
