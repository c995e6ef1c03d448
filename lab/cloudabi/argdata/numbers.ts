/** Numbers and text in bytes (cloudabi.md §3): minimal two's complement, big endian; strict UTF-8. */

export const NANOSECONDS = 1_000_000_000n;

/** The fewest bytes that hold `value`; none for 0. */
export function encodeMinimal(value: bigint): readonly number[] {
  const bytes: number[] = [];
  if (value === 0n) return bytes;
  let rest = value;
  do {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (rest !== ((bytes[0] ?? 0) >= 0x80 ? -1n : 0n));
  return bytes;
}

/** The number in `bytes`, which need not be the fewest. */
export function decodeSigned(bytes: Uint8Array): bigint {
  let value = (bytes[0] ?? 0) >= 0x80 ? -1n : 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Quotient rounded down. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/** UTF-8 of `text`; undefined when a surrogate stands alone. */
export const stringBytes = (text: string): Uint8Array | undefined => (/\p{Surrogate}/u.test(text) ? undefined : new TextEncoder().encode(text));

/** Largest code point that does with the given number of continuation bytes less one: shorter forms must be used. */
const SHORTEST = [0x7f, 0x7ff, 0xffff] as const;

/** Whether `bytes` are UTF-8 without surrogates, overlong forms and what is above U+10FFFF. */
export function validUtf8(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++] ?? 0;
    if (lead < 0x80) continue;
    const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (more === 0 || lead >= 0xf8) return false;
    let point = lead & (0x3f >> more);
    for (let n = 0; n < more; n++) {
      const byte = bytes[i++];
      if (byte === undefined || (byte & 0xc0) !== 0x80) return false;
      point = (point << 6) | (byte & 0x3f);
    }
    if (point <= (SHORTEST[more - 1] ?? 0) || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return false;
  }
  return true;
}
