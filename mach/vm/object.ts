/**
 * A memory object in the kernel: pages by number, and where pages that are not here come from.
 *
 * Without pager and backing, a page that is not here is zero. With a pager it must be asked for. A private copy of a pager's object has that
 * object as backing: what was not resident when the copy was made is read from there, and never written there.
 * Invariant: a page with refs > 1 is not written.
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

export class VmObject {
  readonly pages = new Map<number, Page>();
  /** Entries that map this object, objects backed by it, and copies in transit. */
  refs = 1;
  source: PageSource | null = null;
  backing: VmObject | null = null;
  /** Page number in `backing` of this object's page 0. */
  backingPage = 0;

  /** The page for reading; undefined is a page of zeros. */
  lookup(page: number): Page | Absent | undefined {
    const own = this.pages.get(page);
    if (own !== undefined) return own;
    if (this.backing !== null) return this.backing.lookup(page + this.backingPage);
    return this.source === null ? undefined : { object: this, page };
  }

  /** The page for writing: this object's own, held by nobody else. */
  own(page: number): Page | Absent {
    const held = this.lookup(page);
    if (held !== undefined && "object" in held) return held;
    if (held !== undefined && held.refs === 1 && this.pages.get(page) === held) {
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

  /** Installs `fresh`, whose reference this takes, in place of whatever stood there. */
  put(page: number, fresh: Page): void {
    this.drop(page);
    this.pages.set(page, fresh);
  }

  /** Forgets a page. */
  drop(page: number): void {
    const old = this.pages.get(page);
    if (old === undefined) return;
    old.refs--;
    this.pages.delete(page);
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
    for (const page of this.pages.values()) page.refs--;
    this.pages.clear();
    this.backing?.release();
    this.backing = null;
  }

  /** A copy of `count` pages from `first` on, page 0 of the copy being `first`. Contents are shared until one side writes. */
  copy(first: number, count: number): VmObject {
    const copy = new VmObject();
    if (count < this.pages.size) for (let i = 0; i < count; i++) this.share(first + i, copy, i);
    else for (const page of this.pages.keys()) if (page >= first && page < first + count) this.share(page, copy, page - first);
    const backing = this.source === null ? this.backing : this;
    if (backing !== null) {
      copy.backing = backing.reference();
      copy.backingPage = first + (this.source === null ? this.backingPage : 0);
    }
    return copy;
  }

  private share(from: number, copy: VmObject, to: number): void {
    const page = this.pages.get(from);
    if (page === undefined) return;
    page.refs++;
    copy.pages.set(to, page);
  }
}
