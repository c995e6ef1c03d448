/**
 * A page is 4096 bytes that one or more objects hold. A page that several hold is never written: the writer gets a copy of its own
 * (copy-on-write by reference counts).
 */

/** Bytes of a page; also `vm_page_size` of every message that says it. */
export const PAGE_SIZE = 4096;
const PAGE_MASK = PAGE_SIZE - 1;

/** User addresses are 0 … VM_MAX_ADDRESS - 1 (`conformance/FORMAT.md` §5.5). */
export const VM_MAX_ADDRESS = 0xc0000000;

/** Down to the start of the page. Works above 2^31, where bit operators do not. */
export const truncPage = (address: number): number => address - (address & PAGE_MASK);
/** Up to a page boundary; may reach 2^32. */
export const roundPage = (address: number): number => truncPage(address + PAGE_MASK);
/** Page number of a byte offset. */
export const pageOf = (offset: number): number => Math.floor(offset / PAGE_SIZE);
export const pageAligned = (address: number): boolean => (address & PAGE_MASK) === 0;

/** Protection bits (`mach/vm_prot.h`). */
export const Prot = { NONE: 0, READ: 1, WRITE: 2, EXECUTE: 4, ALL: 7, NOTIFY: 0x10 } as const;

/** What a child gets of an entry (`mach/vm_inherit.h`). */
export const Inherit = { SHARE: 0, COPY: 1, NONE: 2 } as const;

/** Contents of a page. `refs`: how many objects and copies in transit hold it. */
export interface Page {
  readonly bytes: Uint8Array;
  refs: number;
  /** Written since a pager supplied it. */
  dirty: boolean;
  /** Accesses that the pager forbids (`lock_value`). */
  lock: number;
}

/** A page of zeros. */
export const newPage = (): Page => ({ bytes: new Uint8Array(PAGE_SIZE), refs: 1, dirty: false, lock: 0 });

/** A page with `bytes`, which are copied; the rest is zero. */
export function pageWith(bytes: Uint8Array): Page {
  const page = newPage();
  page.bytes.set(bytes);
  return page;
}
