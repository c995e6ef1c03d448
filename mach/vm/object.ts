/**
 * A memory object in the kernel: pages by number, and where pages that are not here come from.
 *
 * Without pager and backing, a page that is not here is zero. With a pager it must be asked for. A private copy of a pager's object has that
 * object as backing: what was not resident when the copy was made is read from there, and never written there.
 * Invariant: a page with refs > 1 is not written, nor one in a table that several objects have. A page counts the tables that it stands in, and copies in transit.
 */
import { newPage, type Page } from "./page.ts";

/** Whoever supplies the pages of an object: a user's memory manager (pager.ts) or a device. */
export interface PageSource {
  /** Asks for a page that is not resident; `done` is called with 0 when it may be looked up again, else with a kernel error. */
  request(object: VmObject, page: number, access: number, done: (code: number) => void): void;
  /** Nobody maps the object any more. */
  unreferenced(object: VmObject): void;
}

/** The page that an access needs must come from a pager first. */
export interface Absent {
  readonly object: VmObject;
  readonly page: number;
}

/** Pages by number. Objects that are copies of each other have one table until one of them changes what stands in it. */
interface PageTable {
  readonly pages: Map<number, Page>;
  sharers: number;
}

export class VmObject {
  /** Null while there are none. */
  private table: PageTable | null = null;
  /** This object's page 0 in the table, and how many from there on are its own to see. */
  private first = 0;
  private limit = Infinity;
  /** Entries that map this object, objects backed by it, and copies in transit. */
  refs = 1;
  source: PageSource | null = null;
  backing: VmObject | null = null;
  /** Page number in `backing` of this object's page 0. */
  backingPage = 0;

  /** The object's own page, if it is here. */
  resident(page: number): Page | undefined {
    return this.table === null || page < 0 || page >= this.limit ? undefined : this.table.pages.get(page + this.first);
  }

  /** The numbers of the pages that are here, in the order of their coming. */
  *residents(): Generator<number> {
    for (const at of this.table?.pages.keys() ?? []) {
      const page = at - this.first;
      if (page >= 0 && page < this.limit) yield page;
    }
  }

  /** How many they are. */
  get residentCount(): number {
    if (this.first === 0 && this.limit === Infinity) return this.table?.pages.size ?? 0;
    let count = 0;
    for (const _ of this.residents()) count++;
    return count;
  }

  /** The page for reading; undefined is a page of zeros. */
  lookup(page: number): Page | Absent | undefined {
    const own = this.resident(page);
    if (own !== undefined) return own;
    if (this.backing !== null) return this.backing.lookup(page + this.backingPage);
    return this.source === null ? undefined : { object: this, page };
  }

  /** The page for writing: this object's own, held by nobody else. */
  own(page: number): Page | Absent {
    const held = this.lookup(page);
    if (held !== undefined && "object" in held) return held;
    const pages = this.ownTable();
    if (held !== undefined && held.refs === 1 && pages.get(page) === held) {
      held.dirty = true;
      return held;
    }
    const fresh = newPage();
    if (held !== undefined) fresh.bytes.set(held.bytes);
    if (this.source !== null && held !== undefined) fresh.lock = held.lock;
    fresh.dirty = true;
    this.put(page, fresh);
    return fresh;
  }

  /** The table for changing: this object's alone, by its own numbers. */
  private ownTable(): Map<number, Page> {
    const { table } = this;
    if (table !== null && table.sharers === 1 && this.first === 0 && this.limit === Infinity) return table.pages;
    const pages = new Map<number, Page>();
    for (const page of this.residents()) {
      const held = this.resident(page) as Page;
      held.refs++;
      pages.set(page, held);
    }
    this.leaveTable();
    this.table = { pages, sharers: 1 };
    this.first = 0;
    this.limit = Infinity;
    return pages;
  }

  /** The last one to leave gives up the pages. */
  private leaveTable(): void {
    const { table } = this;
    this.table = null;
    if (table === null || --table.sharers > 0) return;
    for (const page of table.pages.values()) page.refs--;
  }

  /** Installs `fresh`, whose reference this takes, in place of whatever stood there. */
  put(page: number, fresh: Page): void {
    this.drop(page);
    this.ownTable().set(page, fresh);
  }

  /** Forgets a page. */
  drop(page: number): void {
    if (this.resident(page) === undefined) return;
    const pages = this.ownTable();
    const old = pages.get(page);
    if (old === undefined) return;
    old.refs--;
    pages.delete(page);
  }

  reference(): VmObject {
    this.refs++;
    return this;
  }

  /** Gives up one reference; the last one frees the pages, or tells the pager. */
  release(): void {
    if (--this.refs > 0) return;
    if (this.source !== null) {
      this.source.unreferenced(this);
      return;
    }
    this.clear();
  }

  /** Frees all that the object holds. */
  clear(): void {
    this.leaveTable();
    this.backing?.release();
    this.backing = null;
  }

  /** A copy of `count` pages from `first` on, page 0 of the copy being `first`. Contents are shared until one side writes. */
  copy(first: number, count: number): VmObject {
    const copy = new VmObject();
    if (this.table !== null) {
      this.table.sharers++;
      copy.table = this.table;
      copy.first = this.first + first;
      copy.limit = Math.min(count, this.limit - first);
    }
    const backing = this.source === null ? this.backing : this;
    if (backing !== null) {
      copy.backing = backing.reference();
      copy.backingPage = first + (this.source === null ? this.backingPage : 0);
    }
    return copy;
  }
}
