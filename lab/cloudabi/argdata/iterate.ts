/**
 * Iterators over sequences and maps (cloudabi.md §3). An iterator's index tells apart a proper end and a malformed element: what stands after that cannot be reached, what stands before it has been delivered.
 *
 * A quirk of upstream is kept: an iterator over a node in memory has the count as its index after the last element, END only one step later; an empty sequence in memory starts at 0, an empty map at END.
 */
import { getCString } from "./get.ts";
import { Tag, type Argdata, type BufferNode } from "./node.ts";
import { Subfields } from "./subfield.ts";

/** The index after the last element. */
export const ITERATOR_END = (1n << 64n) - 1n;
/** The index at a malformed element, or of something that cannot be iterated over. */
export const ITERATOR_INVALID = (1n << 64n) - 2n;

/** One element at a time: `get` until it gives undefined, `next` in between. */
export class ArgdataIterator<E> {
  private index_ = 0n;
  private current: E | undefined;
  /** Elements still to come from memory; from bytes, `read` gives them. */
  private memory: readonly E[] | undefined;
  private at = 0;
  private readonly fields: Subfields | undefined;
  private readonly read: (fields: Subfields) => E | undefined;

  constructor(memory: readonly E[] | undefined, fields: Subfields | undefined, read: (fields: Subfields) => E | undefined, atStart: bigint) {
    this.memory = memory;
    this.fields = fields;
    this.read = read;
    this.index_ = atStart;
    this.current = memory?.[0];
    if (fields !== undefined) this.fromBytes(fields, 0n);
  }

  /** Where it stands: 0, 1, …; ITERATOR_END; ITERATOR_INVALID. */
  get index(): bigint {
    return this.index_;
  }

  /** The element where it stands. */
  get(): E | undefined {
    return this.current;
  }

  next(): void {
    if (this.memory === undefined && this.fields !== undefined) this.fromBytes(this.fields, this.index_ + 1n);
    else if (this.memory !== undefined && this.at < this.memory.length) {
      this.at++;
      this.current = this.memory[this.at];
      this.index_++;
    } else this.index_ = ITERATOR_END;
  }

  private fromBytes(fields: Subfields, index: bigint): void {
    const ended = fields.done;
    this.current = ended ? undefined : this.read(fields);
    if (this.current !== undefined) this.index_ = index;
    else {
      this.index_ = ended ? ITERATOR_END : ITERATOR_INVALID;
      this.memory = [];
    }
  }
}

const takePair = (fields: Subfields): readonly [Argdata, Argdata] | undefined => {
  const key = fields.take();
  const value = key && fields.take();
  return key && value ? [key, value] : undefined;
};

const container = (ad: Argdata, tag: number): BufferNode | undefined => (ad.kind === "buffer" && ad.bytes[0] === tag ? ad : undefined);

/** Over the elements of a sequence. */
export function iterateSeq(ad: Argdata): ArgdataIterator<Argdata> {
  const take = (fields: Subfields): Argdata | undefined => fields.take();
  if (ad.kind === "seq") return new ArgdataIterator(ad.entries, undefined, take, 0n);
  const node = container(ad, Tag.SEQ);
  return node ? new ArgdataIterator(undefined, new Subfields(node, 1), take, 0n) : new ArgdataIterator<Argdata>([], undefined, take, ITERATOR_INVALID);
}

/** Over the pairs of a map. A pair counts only if both its key and its value can be parsed. */
export function iterateMap(ad: Argdata): ArgdataIterator<readonly [key: Argdata, value: Argdata]> {
  if (ad.kind === "map") return new ArgdataIterator(ad.entries, undefined, takePair, ad.entries.length > 0 ? 0n : ITERATOR_END);
  const node = container(ad, Tag.MAP);
  return node ? new ArgdataIterator(undefined, new Subfields(node, 1), takePair, 0n) : new ArgdataIterator([] as readonly (readonly [Argdata, Argdata])[], undefined, takePair, ITERATOR_INVALID);
}

/** What an iterator gives, and whether it came to a proper end. */
export function collect<E>(iterator: ArgdataIterator<E>): { readonly elements: readonly E[]; readonly valid: boolean } {
  const elements: E[] = [];
  for (let e = iterator.get(); e !== undefined; e = iterator.get()) {
    elements.push(e);
    iterator.next();
  }
  return { elements, valid: iterator.index !== ITERATOR_INVALID };
}

/** The value under the string `key` in a map, the first one if there are several. */
export const lookUp = (ad: Argdata, key: string): Argdata | undefined =>
  collect(iterateMap(ad)).elements.find(([k]) => {
    const name = getCString(k);
    return name.err === 0 && name.value === key;
  })?.[1];
