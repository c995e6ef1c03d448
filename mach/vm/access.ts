/**
 * What happens when memory is touched: loads, stores, `vm_read`, `vm_write`, `vm_copy`, and out-of-line data of messages.
 *
 * An access that fails has changed nothing. A page that only a pager has makes the access answer `Absent`; it is made again when the page
 * has come.
 */
import { Kern, type Failure } from "../kern/kern-return.ts";
import { VmCopy } from "./copy.ts";
import type { Entry } from "./entry.ts";
import type { VmMap } from "./map.ts";
import { VmObject, type Absent } from "./object.ts";
import { newPage, PAGE_SIZE, pageAligned, pageOf, Prot, roundPage, truncPage, type Page } from "./page.ts";

/** Why an access cannot be made: for good (`code`, at `address`), or until a pager has answered. */
export type Fault =
  | { readonly kind: "error"; readonly code: Failure; readonly address: number }
  | { readonly kind: "absent"; readonly absent: Absent; readonly access: number };

const error = (code: Failure, address: number): Fault => ({ kind: "error", code, address });

/** True for the failing answers of this file. */
export const isFault = (r: unknown): r is Fault => typeof r === "object" && r !== null && "kind" in r;

/** The entries of a range without holes that all permit `access`; INVALID_ADDRESS or PROTECTION_FAILURE at the first that does not. */
function covering(map: VmMap, address: number, size: number, access: number): readonly Entry[] | Fault {
  let at = address;
  const entries = map.list.within(truncPage(address), address + size);
  for (const e of entries) {
    if (e.start > at) return error(Kern.INVALID_ADDRESS, at);
    if ((e.protection & access) !== access) return error(Kern.PROTECTION_FAILURE, at);
    at = e.end;
  }
  return at < address + size ? error(Kern.INVALID_ADDRESS, at) : entries;
}

/** The first page of the range that cannot be accessed yet. */
function firstAbsent(entries: readonly Entry[], address: number, size: number, access: number): Fault | undefined {
  for (const e of entries) {
    if (e.object === null || (e.object.source === null && e.object.backing === null)) continue;
    for (let at = Math.max(truncPage(address), e.start); at < Math.min(e.end, address + size); at += PAGE_SIZE) {
      const held = e.object.lookup(e.page(at));
      if (held === undefined) continue;
      if ("object" in held) return { kind: "absent", absent: held, access };
      if (e.object.source !== null && (held.lock & access) !== 0) return { kind: "absent", absent: { object: e.object, page: e.page(at) }, access };
    }
  }
  return undefined;
}

/** Entries of a range, all there for `access`. */
function ready(map: VmMap, address: number, size: number, access: number): readonly Entry[] | Fault {
  const entries = covering(map, address, size, access);
  return isFault(entries) ? entries : (firstAbsent(entries, address, size, access) ?? entries);
}

/** Why the range cannot be read yet, or never; undefined when it can. */
export function unreadable(map: VmMap, address: number, size: number): Fault | undefined {
  const entries = ready(map, address, size, Prot.READ);
  return isFault(entries) ? entries : undefined;
}

/** Calls `visit` for each page piece of the range: the page (undefined: zeros), offset in it, length, offset in the range. */
function eachPiece(
  entries: readonly Entry[],
  address: number,
  size: number,
  visit: (entry: Entry, page: number, offset: number, length: number, at: number) => void,
): void {
  for (const e of entries) {
    for (let from = Math.max(address, e.start); from < Math.min(e.end, address + size); ) {
      const offset = from - truncPage(from);
      const length = Math.min(PAGE_SIZE - offset, address + size - from);
      visit(e, e.page(from), offset, length, from - address);
      from += length;
    }
  }
}

const held = (entry: Entry, page: number): Page | undefined => entry.object?.lookup(page) as Page | undefined;

/** `size` bytes at `address`, a copy. */
export function readMemory(map: VmMap, address: number, size: number, access: number = Prot.READ): Uint8Array | Fault {
  const entries = ready(map, address, size, access);
  if (isFault(entries)) return entries;
  const out = new Uint8Array(size);
  eachPiece(entries, address, size, (e, page, offset, length, at) => {
    const from = held(e, page);
    if (from !== undefined) out.set(from.bytes.subarray(offset, offset + length), at);
  });
  return out;
}

/** Stores `data` at `address`. */
export function writeMemory(map: VmMap, address: number, data: Uint8Array): Fault | undefined {
  const entries = ready(map, address, data.length, Prot.WRITE);
  if (isFault(entries)) return entries;
  eachPiece(entries, address, data.length, (e, page, offset, length, at) => {
    e.object ??= new VmObject();
    (e.object.own(page) as Page).bytes.set(data.subarray(at, at + length), offset);
  });
  return undefined;
}

/** The range as a copy in transit (`vm_map_copyin`); the source stays. */
export function copyin(map: VmMap, address: number, size: number): VmCopy | Fault {
  const entries = ready(map, address, size, Prot.READ);
  if (isFault(entries)) return entries;
  const start = truncPage(address);
  const end = roundPage(address + size);
  const whole = entries[0]?.start === start && entries[entries.length - 1]?.end === end;
  return VmCopy.ofObject(snapshot(whole ? entries : map.list.clip(start, end), start, size + (address - start)), address - start, size);
}

/** What the entries show from `start` on, as an object of its own. All of it is here. */
function snapshot(entries: readonly Entry[], start: number, size: number): VmObject {
  const [only, another] = entries;
  if (only !== undefined && another === undefined && only.object?.source === null && only.object.backing === null)
    return only.object.copy(only.page(start), pageOf(roundPage(size)));
  const all = new VmObject();
  eachPiece(entries, start, size, (e, page, _offset, _length, at) => {
    const p = held(e, page);
    if (p === undefined) return;
    p.refs++;
    all.put(pageOf(at), p);
  });
  return all;
}

/** Maps a copy at a free place (`vm_map_copyout`): the address of its first byte, or undefined when there is no room. Uses it up. */
export function copyout(map: VmMap, copy: VmCopy): number | undefined {
  if (copy.size === 0) return 0;
  const object = copy.toObject();
  const placed = map.enter(object, copy.mappedSize);
  if (placed.err) {
    object.release();
    return undefined;
  }
  return placed.address + copy.skip;
}

/** Puts a copy in place of what is mapped at `address` (`vm_map_copy_overwrite`): whole pages only. The copy is used up on success. */
export function overwrite(map: VmMap, address: number, copy: VmCopy): Fault | undefined {
  if (!pageAligned(address) || !pageAligned(copy.size) || copy.skip !== 0) return error(Kern.INVALID_ARGUMENT, address);
  const entries = covering(map, address, copy.size, Prot.WRITE);
  if (isFault(entries)) return entries;
  const data = copy.toObject();
  for (const e of map.list.clip(address, address + copy.size)) {
    if (e.shared || (e.object !== null && e.object.source !== null)) putInto(e, data, pageOf(e.start - address));
    else {
      e.object?.release();
      e.object = data.reference();
      e.offset = e.start - address;
    }
  }
  data.release();
  return undefined;
}

/** Copies pages of `data` from `first` on into what the entry shows, because others see that too. */
function putInto(e: Entry, data: VmObject, first: number): void {
  e.object ??= new VmObject();
  for (let at = e.start; at < e.end; at += PAGE_SIZE) {
    const from = data.resident(first + pageOf(at - e.start));
    const fresh = newPage();
    fresh.dirty = true;
    if (from !== undefined) fresh.bytes.set(from.bytes);
    e.object.put(e.page(at), fresh);
  }
}
