/**
 * An address space: what `vm_*` calls do to it, with GNU Mach's answers (`conformance/FORMAT.md` §5.5, vm.json).
 * Contents are access.ts's affair.
 */
import { Kern, type Failure, type KernReturn } from "../kern/kern-return.ts";
import { Entry } from "./entry.ts";
import { EntryList } from "./entry-list.ts";
import { VmObject } from "./object.ts";
import { Inherit, PAGE_SIZE, pageOf, Prot, roundPage, truncPage, VM_MAX_ADDRESS } from "./page.ts";

/** What `vm_map` asks for. */
export interface Mapping {
  readonly address: number;
  readonly size: number;
  /** Bits that must be zero in the address chosen. */
  readonly mask: number;
  readonly anywhere: boolean;
  /** Null: anonymous memory. The map takes a reference of its own. */
  readonly object: VmObject | null;
  readonly offset: number;
  /** A private copy instead of the object itself. */
  readonly copy: boolean;
  readonly protection: number;
  readonly maxProtection: number;
  readonly inheritance: number;
}

/** How many bytes an address space may have (`vm_set_size_limit`), and how many without the host's privileged port. 32-bit words, all ones for any number. */
export interface SizeLimit {
  readonly current: number;
  readonly maximum: number;
}
export const NO_SIZE_LIMIT: SizeLimit = { current: 0xffffffff, maximum: 0xffffffff };

/** An address, or why there is none. */
export type Placed = { readonly err: 0; readonly address: number } | { readonly err: Failure };

export class VmMap {
  readonly list = new EntryList();
  limit: SizeLimit = NO_SIZE_LIMIT;
  /** Is told that a range is gone: the task's text. */
  watcher: { unmapped(start: number, end: number): void } | null = null;

  /** Bytes mapped (`virtual_size`). */
  get size(): number {
    return this.list.mapped;
  }

  /** `vm_allocate`. Size 0 succeeds with address 0. */
  allocate(address: number, size: number, anywhere: boolean): Placed {
    if (size === 0) return { err: 0, address: 0 };
    return this.place(truncPage(address), roundPage(size), 0, anywhere, new Entry(0, 0, null, 0));
  }

  /** `vm_map` (object already found). */
  map(m: Mapping): Placed {
    const bits = (p: number): boolean => (p & ~(Prot.ALL | Prot.NOTIFY)) === 0;
    if (m.size === 0 || m.inheritance > Inherit.NONE || !bits(m.protection) || !bits(m.maxProtection)) return { err: Kern.INVALID_ARGUMENT };
    const size = roundPage(m.size);
    const offset = m.object === null ? 0 : truncPage(m.offset);
    const object = m.object === null ? null : m.copy ? m.object.copy(pageOf(offset), size / PAGE_SIZE) : m.object.reference();
    const entry = new Entry(0, 0, object, m.copy ? 0 : offset);
    entry.protection = m.protection;
    entry.maxProtection = m.maxProtection;
    entry.inheritance = m.inheritance;
    const placed = this.place(truncPage(m.address), size, m.mask, m.anywhere, entry);
    if (placed.err) object?.release();
    return placed;
  }

  /** Whether `more` bytes are within the limit. What may never be accessed, by its maximum protection, does not count. */
  private allows(more: number): boolean {
    const { current } = this.limit;
    if (this.size + more <= current) return true;
    const unusable = this.list.entries.reduce((sum, e) => (e.maxProtection === Prot.NONE ? sum + e.end - e.start : sum), 0);
    return this.size - unusable + more <= current;
  }

  /** Puts `entry` at `address`, or anywhere. INVALID_ADDRESS outside of user space, NO_SPACE when there is no room or the limit does not allow it. */
  private place(address: number, size: number, mask: number, anywhere: boolean, entry: Entry): Placed {
    const start = anywhere ? this.list.find(size, mask) : address;
    if (start === undefined) return { err: Kern.NO_SPACE };
    const end = start + size;
    if (!anywhere && end > VM_MAX_ADDRESS) return { err: Kern.INVALID_ADDRESS };
    if (!anywhere && (start % (mask + 1) !== 0 || !this.list.free(start, end))) return { err: Kern.NO_SPACE };
    if (entry.maxProtection !== Prot.NONE && !this.allows(size)) return { err: Kern.NO_SPACE };
    entry.start = start;
    entry.end = end;
    this.list.insert(entry);
    this.list.join([entry]);
    return { err: 0, address: start };
  }

  /** Maps `object`, whose reference this takes, at any free place: out-of-line data arriving. */
  enter(object: VmObject, size: number): Placed {
    return this.place(0, size, 0, true, new Entry(0, 0, object, 0));
  }

  /** `vm_deallocate`: holes are no error. */
  deallocate(address: number, size: number): void {
    if (size === 0) return;
    const start = truncPage(address);
    const end = Math.min(roundPage(address + size), VM_MAX_ADDRESS);
    for (const entry of this.list.remove(start, end)) entry.object?.release();
    this.watcher?.unmapped(start, end);
  }

  /** `vm_protect`. PROTECTION_FAILURE above the maximum, and then nothing has changed; the maximum only shrinks, and takes the current along. */
  protect(address: number, size: number, setMaximum: boolean, protection: number): KernReturn {
    if ((protection & ~(Prot.ALL | Prot.NOTIFY)) !== 0) return Kern.INVALID_ARGUMENT;
    if (size === 0) return Kern.SUCCESS;
    const entries = this.list.clip(truncPage(address), roundPage(address + size));
    if (entries.some((e) => (protection & ~(e.maxProtection | Prot.NOTIFY)) !== 0)) return Kern.PROTECTION_FAILURE;
    for (const e of entries) {
      if (setMaximum) e.maxProtection = protection;
      e.protection = setMaximum ? e.protection & protection : protection;
    }
    this.list.join(entries);
    return Kern.SUCCESS;
  }

  /** `vm_inherit`. */
  inherit(address: number, size: number, inheritance: number): KernReturn {
    if (inheritance > Inherit.NONE) return Kern.INVALID_ARGUMENT;
    if (size === 0) return Kern.SUCCESS;
    const entries = this.list.clip(truncPage(address), roundPage(address + size));
    for (const e of entries) e.inheritance = inheritance;
    this.list.join(entries);
    return Kern.SUCCESS;
  }

  /** `vm_wire`: counts only, as nothing is ever paged out. */
  wire(address: number, size: number, access: number): KernReturn {
    const start = truncPage(address);
    const entries = this.list.clip(start, roundPage(address + size));
    let at = start;
    for (const e of entries) {
      if (e.start !== at) return Kern.INVALID_ADDRESS;
      at = e.end;
    }
    if (size > 0 && at < roundPage(address + size)) return Kern.INVALID_ADDRESS;
    if (entries.some((e) => (access & ~e.protection) !== 0)) return Kern.PROTECTION_FAILURE;
    for (const e of entries) e.wired = access === 0 ? 0 : 1;
    return Kern.SUCCESS;
  }

  /** `vm_region`: the entry at or after `address`. */
  region(address: number): Entry | undefined {
    return this.list.entries[this.list.indexAt(address)];
  }

  /** A child's map, by the inheritance of each entry (`task_create` with inherit_memory); the limit is the same, and not asked about the copies. */
  fork(): VmMap {
    const child = new VmMap();
    child.limit = this.limit;
    const copies = new Map<VmObject, VmObject>();
    for (const entry of this.list.entries) {
      if (entry.inheritance === Inherit.NONE) continue;
      child.list.insert(entry.inheritance === Inherit.SHARE ? sharePart(entry) : copyPart(entry, copies));
    }
    for (const copy of copies.values()) copy.release();
    return child;
  }

  /** The whole space goes away. */
  destroy(): void {
    this.deallocate(0, VM_MAX_ADDRESS);
  }
}

function sharePart(entry: Entry): Entry {
  entry.object ??= new VmObject();
  entry.shared = true;
  return entry.part(entry.start, entry.end);
}

/** A private copy of an entry. Entries of one object get one copy, at the same offsets. */
function copyPart(entry: Entry, copies: Map<VmObject, VmObject>): Entry {
  const child = new Entry(entry.start, entry.end, entry.object && copyOf(entry.object, copies).reference(), entry.offset);
  child.protection = entry.protection;
  child.maxProtection = entry.maxProtection;
  child.inheritance = entry.inheritance;
  return child;
}

function copyOf(object: VmObject, copies: Map<VmObject, VmObject>): VmObject {
  let copy = copies.get(object);
  if (copy === undefined) copies.set(object, (copy = object.copy(0, Infinity)));
  return copy;
}
