/**
 * Out-of-line data between two address spaces: pages by reference, or bytes that came from registers.
 * Each copy has one owner, who maps it, reads it, or releases it. All its pages are here: a sender's missing pages are fetched first.
 */
import { VmObject } from "./object.ts";
import { newPage, PAGE_SIZE, type Page } from "./page.ts";

export class VmCopy {
  readonly size: number;
  /** Offset of the first byte in the first page: mapped again, the data keep it. */
  readonly skip: number;
  private readonly pages: readonly (Page | null)[] | null;
  private readonly octets: Uint8Array | null;

  private constructor(size: number, skip: number, pages: readonly (Page | null)[] | null, octets: Uint8Array | null) {
    this.size = size;
    this.skip = skip;
    this.pages = pages;
    this.octets = octets;
  }

  /** Takes over a reference on each page; null is a page of zeros. */
  static ofPages(pages: readonly (Page | null)[], skip: number, size: number): VmCopy {
    return new VmCopy(size, skip, pages, null);
  }

  /** Takes a copy of `bytes`. */
  static ofBytes(bytes: Uint8Array): VmCopy {
    return new VmCopy(bytes.length, 0, null, bytes.slice());
  }

  /** The data; for the owner, who may keep the array. */
  bytes(): Uint8Array {
    if (this.octets !== null) return this.octets;
    const out = new Uint8Array(this.size);
    let at = -this.skip;
    for (const page of this.pages ?? []) {
      if (page !== null) {
        const from = Math.max(0, -at);
        out.set(page.bytes.subarray(from, Math.min(PAGE_SIZE, this.size - at)), at + from);
      }
      at += PAGE_SIZE;
    }
    return out;
  }

  /** Bytes of whole pages that a mapping of the data takes. */
  get mappedSize(): number {
    return Math.ceil((this.skip + this.size) / PAGE_SIZE) * PAGE_SIZE;
  }

  /** An object with the data; uses up the copy. */
  toObject(): VmObject {
    const object = new VmObject();
    if (this.octets !== null) putBytes(object, this.octets);
    else this.pages?.forEach((page, i) => page !== null && object.pages.set(i, page));
    return object;
  }

  /** Gives the pages back. */
  release(): void {
    for (const page of this.pages ?? []) if (page !== null) page.refs--;
  }
}

function putBytes(object: VmObject, octets: Uint8Array): void {
  for (let i = 0; i * PAGE_SIZE < octets.length; i++) {
    const page = newPage();
    page.bytes.set(octets.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE));
    object.pages.set(i, page);
  }
}
