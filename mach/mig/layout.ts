/**
 * The arguments of a request or reply as arrays: made once for a stub, so that a call looks up no names.
 *
 * Most arguments are single numbers in line: those are made and read without a call of their kind.
 */
import type { Item } from "../ipc/message.ts";
import { numberItem, readNumber, type AnyKind } from "./kind.ts";
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
const NO_OUTS: Args = Object.freeze({ err: 0 });

export type { Layout };

class Layout {
  private readonly names: readonly string[];
  private readonly kinds: readonly AnyKind[];
  private readonly reply: boolean;

  constructor(fields: Fields, reply: boolean) {
    this.names = Object.keys(fields);
    this.kinds = Object.values(fields);
    this.reply = reply;
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
        const items = this.kinds.map((_, i) => this.item(args, i));
        return before === undefined ? items : [before, ...items];
      }
    }
  }

  private item(args: Args, i: number): Item {
    const kind = this.kinds[i] as AnyKind;
    const value = args[this.names[i] as string];
    return kind.number ? numberItem(kind.shape, value as number) : kind.pack(value);
  }

  /** The arguments in `items` from `first` on, or undefined when a shape or the count is wrong. */
  unpack(items: readonly Item[], first: number): Args | undefined {
    const { names, kinds } = this;
    if (items.length !== first + names.length) return undefined;
    if (names.length === 0) return this.reply ? NO_OUTS : NONE;
    // names are set one after the other: much faster than a copy of an object that has them, for V8
    const out: Record<string, unknown> = this.reply ? { err: 0 } : {};
    for (let i = 0; i < names.length; i++) {
      const kind = kinds[i] as AnyKind;
      const item = items[first + i] as Item;
      const value = kind.number ? readNumber(kind.shape, item) : kind.unpack(item);
      if (value === undefined) return undefined;
      out[names[i] as string] = value;
    }
    return out;
  }
}
