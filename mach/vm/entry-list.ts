/**
 * The entries of an address space in address order, and GNU Mach's way of finding room among them.
 *
 * Room is looked for behind the free-space hint first, then in the smallest gap that is large enough, of equal ones the latest; the gap in
 * front of the first entry counts only while the map is empty (`kern/vm_map.c`; observed: vm-map-anonymous).
 */
import type { Entry } from "./entry.ts";
import { PAGE_SIZE, VM_MAX_ADDRESS } from "./page.ts";

export class EntryList {
  readonly entries: Entry[] = [];
  /** Bytes that they cover together. */
  mapped = 0;
  /** Everything below the end of this entry was once full; null is the start of the map. */
  private firstFree: Entry | null = null;
  private gaps = 0;

  /** Index of the entry that holds `address`, or of the first one above it; `entries.length` if there is none. */
  indexAt(address: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as Entry).end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The entry that holds `address`. */
  at(address: number): Entry | undefined {
    const entry = this.entries[this.indexAt(address)];
    return entry !== undefined && entry.start <= address ? entry : undefined;
  }

  /** True when nothing is mapped from `start` up to `end`. */
  free(start: number, end: number): boolean {
    const next = this.entries[this.indexAt(start)];
    return next === undefined || next.start >= end;
  }

  private gapAfter(i: number): number {
    return (this.entries[i + 1]?.start ?? VM_MAX_ADDRESS) - (this.entries[i] as Entry).end;
  }

  private gapChanged(i: number): void {
    const entry = this.entry(i);
    if (entry !== undefined) entry.gapOrder = ++this.gaps;
  }

  /** The `i`th entry. Not `entries[-1]`: to V8 that is a property of an odd name, which it looks for the slow way. */
  private entry(i: number): Entry | undefined {
    return i < 0 ? undefined : this.entries[i];
  }

  /** A place for `size` bytes at a multiple of `mask` + 1, or undefined. */
  find(size: number, mask: number): number | undefined {
    if (this.entries.length === 0) return size <= VM_MAX_ADDRESS ? 0 : undefined;
    if (this.firstFree !== null) {
      const start = aligned(this.firstFree.end, mask);
      if (start + size <= this.firstFree.end + this.gapAfter(this.entries.indexOf(this.firstFree))) return start;
    }
    const behind = this.bestGap(size + mask);
    return behind === undefined ? undefined : aligned(behind.end, mask);
  }

  private bestGap(size: number): Entry | undefined {
    let best: Entry | undefined;
    let bestGap = Infinity;
    for (const [i, entry] of this.entries.entries()) {
      const gap = this.gapAfter(i);
      if (gap < size || gap > bestGap || (gap === bestGap && best !== undefined && best.gapOrder > entry.gapOrder)) continue;
      best = entry;
      bestGap = gap;
    }
    return best;
  }

  /** Puts `entry` where it belongs. Its range is free. */
  insert(entry: Entry): void {
    const i = this.indexAt(entry.start);
    const before = i > 0 ? (this.entries[i - 1] as Entry) : null;
    this.entries.splice(i, 0, entry);
    this.mapped += entry.end - entry.start;
    this.gapChanged(i - 1);
    this.gapChanged(i);
    if (this.firstFree === before && (before?.end ?? 0) >= entry.start) this.firstFree = entry;
  }

  /** Cuts the entry that holds `address`, so that one entry starts there. */
  clipStart(address: number): void {
    const i = this.indexAt(address);
    const entry = this.entries[i];
    if (entry === undefined || entry.start >= address) return;
    this.entries.splice(i, 0, entry.part(entry.start, address));
    entry.offset += address - entry.start;
    entry.start = address;
    this.gapChanged(i - 1);
  }

  /** Cuts the entry that holds `address`, so that one entry ends there. */
  clipEnd(address: number): void {
    const i = this.indexAt(address);
    const entry = this.entries[i];
    if (entry === undefined || entry.start >= address) return;
    this.entries.splice(i + 1, 0, entry.part(address, entry.end));
    entry.end = address;
    this.gapChanged(i + 1);
  }

  /** Cuts at both ends and answers the entries between, in order; a snapshot. */
  clip(start: number, end: number): readonly Entry[] {
    this.clipStart(start);
    this.clipEnd(end);
    return this.within(start, end);
  }

  /** The entries that have a part in the range, in order; a snapshot. */
  within(start: number, end: number): readonly Entry[] {
    const from = this.indexAt(start);
    let to = from;
    while (to < this.entries.length && (this.entries[to] as Entry).start < end) to++;
    return this.entries.slice(from, to);
  }

  /** Makes one entry of `entry` and the one before it, when they continue each other (`vm_map_coalesce_entry`). */
  private joinWithPrevious(entry: Entry): Entry {
    const i = this.entries.indexOf(entry);
    const before = this.entry(i - 1);
    if (before === undefined || !continues(before, entry)) return entry;
    if (before.object !== null && before.object === entry.object) entry.object.release();
    else if (before.object !== null) for (let at = entry.start; at < entry.end; at += PAGE_SIZE) before.object.drop(before.page(at));
    before.end = entry.end;
    this.entries.splice(i, 1);
    if (this.firstFree === entry) this.firstFree = before;
    this.gapChanged(i - 1);
    return before;
  }

  /** Joins neighbours that continue each other, among `entries` and with those beside them. */
  join(entries: readonly Entry[]): void {
    let last: Entry | undefined;
    for (const entry of entries) last = this.joinWithPrevious(entry);
    if (last === undefined) return;
    const next = this.entries[this.entries.indexOf(last) + 1];
    if (next !== undefined) this.joinWithPrevious(next);
  }

  /** Removes all entries in the range, cut to it, and answers them; the caller has their references now. */
  remove(start: number, end: number): readonly Entry[] {
    const gone = this.clip(start, end);
    if (gone.length === 0) return gone;
    const i = this.entries.indexOf(gone[0] as Entry);
    if (this.firstFree !== null && this.firstFree.start >= start) this.firstFree = this.entry(i - 1) ?? null;
    this.entries.splice(i, gone.length);
    for (const entry of gone) this.mapped -= entry.end - entry.start;
    this.gapChanged(i - 1);
    return gone;
  }
}

/** Whether `next` could have been part of `entry` from the start: same rights, and more of the same object or fresh memory behind an object that nobody shares. */
function continues(entry: Entry, next: Entry): boolean {
  if (entry.end !== next.start || entry.shared || next.shared || entry.wired !== next.wired) return false;
  if (entry.protection !== next.protection || entry.maxProtection !== next.maxProtection || entry.inheritance !== next.inheritance) return false;
  const { object } = entry;
  if (object !== null && object === next.object) return entry.offset + (entry.end - entry.start) === next.offset;
  if (next.object !== null) return false;
  return object === null || (object.refs === 1 && object.source === null && object.backing === null);
}

const aligned = (address: number, mask: number): number => {
  const unit = mask + 1;
  return Math.ceil(address / unit) * unit;
};
