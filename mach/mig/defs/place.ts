/** Where something stands in a `.defs` file, and what is said when it is wrong. */

/** A line of a file. Lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** `FILE:LINE`, as compilers write it. */
export const placeName = (place: Place): string => `${place.file}:${place.line}`;

/** The text of a `.defs` file is wrong: `message` is one line, `FILE:LINE: what`. Reading ends at the first. */
export class DefsError extends Error {
  override readonly name = "DefsError";
  readonly place: Place;
  constructor(place: Place, what: string) {
    super(`${placeName(place)}: ${what}`);
    this.place = place;
  }
}

/** How deep anything may be nested: what is deeper is an error and not an overflow of our own stack. */
export const MAX_DEPTH = 100;
