/**
 * Out-of-line data between two address spaces: pages by reference, or bytes that came from registers.
 * Each copy has one owner, who maps it, reads it, or releases it. All its pages are here: a sender's missing pages are fetched first.
 */
import { VmObject } from "./object.ts";
import { newPage, PAGE_SIZE } from "./page.ts";

export class VmCopy {
  readonly size: number;
  /** Offset of the first byte in the first page: mapped again, the data keep it. */
  readonly skip: number;
  private readonly object: VmObject | null;
  private readonly octets: Uint8Array | null;

  private constructor(size: number, skip: number, object: VmObject | null, octets: Uint8Array | null) {
    this.size = size;
    this.skip = skip;
    this.object = object;
    this.octets = octets;
  }

  /** Takes over a reference on `object`, whose page 0 is the first one. */
  static ofObject(object: VmObject, skip: number, size: number): VmCopy {
    return new VmCopy(size, skip, object, null);
  }

  /** Takes a copy of `bytes`. */
  static ofBytes(bytes: Uint8Array): VmCopy {
    return new VmCopy(bytes.length, 0, null, bytes.slice());
  }

  /** The data; for the owner, who may keep the array. */
  bytes(): Uint8Array {
    if (this.octets !== null) return this.octets;
    const out = new Uint8Array(this.size);
    for (const n of this.object?.residents() ?? []) {
      const at = n * PAGE_SIZE - this.skip;
      const bytes = this.object?.resident(n)?.bytes;
      if (bytes === undefined || at >= this.size) continue;
      const from = Math.max(0, -at);
      out.set(bytes.subarray(from, Math.min(PAGE_SIZE, this.size - at)), at + from);
    }
    return out;
  }

  /** Bytes of whole pages that a mapping of the data takes. */
  get mappedSize(): number {
    return Math.ceil((this.skip + this.size) / PAGE_SIZE) * PAGE_SIZE;
  }

  /** An object with the data; uses up the copy. */
  toObject(): VmObject {
    return this.object ?? objectOf(this.octets ?? new Uint8Array(0));
  }

  /** Gives the pages back. */
  release(): void {
    this.object?.release();
  }
}

function objectOf(octets: Uint8Array): VmObject {
  const object = new VmObject();
  for (let i = 0; i * PAGE_SIZE < octets.length; i++) {
    const page = newPage();
    page.bytes.set(octets.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE));
    object.put(i, page);
  }
  return object;
}
