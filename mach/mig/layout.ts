/**
 * The arguments of a request or reply as arrays: made once for a stub, so that a call looks up no names.
 *
 * Arguments are read into a copy of an object that has all names already: one shape for each routine.
 */
import type { Item } from "../ipc/message.ts";
import type { AnyKind } from "./kind.ts";
import type { Fields } from "./subsystem.ts";

type Args = Readonly<Record<string, unknown>>;

/** Of a routine without a reply. */
export const NO_FIELDS: Fields = Object.freeze({});

/** Layouts made so far, of requests and of replies: what a definition has looked up once, all stubs and servers of it use. */
const known = { request: new WeakMap<Fields, Layout>(), reply: new WeakMap<Fields, Layout>() };

/** The layout of `fields`. `reply`: what is read has `err` 0 besides. */
export function layoutOf(fields: Fields, kind: keyof typeof known): Layout {
  const made = known[kind].get(fields);
  if (made !== undefined) return made;
  const layout = new Layout(fields, kind === "reply");
  known[kind].set(fields, layout);
  return layout;
}

/** What is read when there is nothing to read. */
const NONE: Args = Object.freeze({});
const SUCCEEDED: Args = Object.freeze({ err: 0 });

export type { Layout };

class Layout {
  private readonly names: readonly string[];
  private readonly kinds: readonly AnyKind[];
  private readonly blank: Args;

  constructor(fields: Fields, reply: boolean) {
    this.names = Object.keys(fields);
    this.kinds = Object.values(fields);
    const blank: Record<string, unknown> = reply ? { err: 0 } : {};
    for (const name of this.names) blank[name] = undefined;
    this.blank = this.names.length > 0 ? blank : reply ? SUCCEEDED : NONE;
  }

  /** The items of a body; `before` stands first. */
  pack(args: Args, before?: Item): Item[] {
    switch (this.names.length) {
      case 0:
        return before === undefined ? [] : [before];
      case 1:
        return before === undefined ? [this.item(args, 0)] : [before, this.item(args, 0)];
      case 2:
        return before === undefined ? [this.item(args, 0), this.item(args, 1)] : [before, this.item(args, 0), this.item(args, 1)];
      default: {
        const items = this.kinds.map((kind, i) => kind.pack(args[this.names[i] as string]));
        return before === undefined ? items : [before, ...items];
      }
    }
  }

  private item(args: Args, i: number): Item {
    return (this.kinds[i] as AnyKind).pack(args[this.names[i] as string]);
  }

  /** The arguments in `items` from `first` on, or undefined when a shape or the count is wrong. */
  unpack(items: readonly Item[], first: number): Args | undefined {
    const { names, kinds } = this;
    if (items.length !== first + names.length) return undefined;
    if (names.length === 0) return this.blank;
    const out: Record<string, unknown> = { ...this.blank };
    for (let i = 0; i < names.length; i++) {
      const value = (kinds[i] as AnyKind).unpack(items[first + i] as Item);
      if (value === undefined) return undefined;
      out[names[i] as string] = value;
    }
    return out;
  }
}
