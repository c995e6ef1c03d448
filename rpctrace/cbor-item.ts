/**
 * Where items of a CBOR sequence end. A decoder alone cannot say for a sequence that was cut off, and keeps state from item to item; this looks only at the
 * initial bytes (RFC 8949 §3), so that each item is decoded by itself.
 */

/** Nesting that is followed; a kernel event needs five. */
const MAX_DEPTH = 32;

/** The argument's bytes that follow an initial byte, by its low five bits; undefined for reserved and indefinite lengths. */
function argument(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  const low = (bytes[at] ?? 0) & 31;
  if (low < 24) return { value: low, next: at + 1 };
  const width = low === 24 ? 1 : low === 25 ? 2 : low === 26 ? 4 : low === 27 ? 8 : 0;
  if (width === 0 || at + 1 + width > bytes.length) return undefined;
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + 1 + i] ?? 0);
  return { value, next: at + 1 + width };
}

/** The offset behind the item that begins at `at`; undefined when it is cut off or is none that our recorder writes. */
export function itemEnd(bytes: Uint8Array, at: number, depth = 0): number | undefined {
  if (at >= bytes.length || depth > MAX_DEPTH) return undefined;
  const arg = argument(bytes, at);
  if (arg === undefined) return undefined;
  switch ((bytes[at] ?? 0) >> 5) {
    case 2:
    case 3:
      return arg.next + arg.value <= bytes.length ? arg.next + arg.value : undefined;
    case 4:
      return skip(bytes, arg.next, arg.value, depth);
    case 5:
      return skip(bytes, arg.next, arg.value * 2, depth);
    case 6:
      return itemEnd(bytes, arg.next, depth + 1);
    default:
      return arg.next;
  }
}

function skip(bytes: Uint8Array, from: number, count: number, depth: number): number | undefined {
  let at: number | undefined = from;
  for (let i = 0; i < count && at !== undefined; i++) at = itemEnd(bytes, at, depth + 1);
  return at;
}
