/** Argument blocks: strings one after the other, each ended by NUL, as UTF-8. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a string. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
/** The string of bytes. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

export const packArgz = (strings: readonly string[]): Uint8Array => utf8(strings.map((s) => `${s}\0`).join(""));

/** The strings in a block; a last one without NUL counts too. */
export function unpackArgz(block: Uint8Array): string[] {
  if (block.length === 0) return [];
  const text = fromUtf8(block);
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

/** "NAME=value" strings as a map; what has no "=" is left out, and of two definitions the first counts, as with getenv. */
export function parseEnvironment(strings: readonly string[]): Map<string, string> {
  const environ = new Map<string, string>();
  for (const s of strings) {
    const at = s.indexOf("=");
    if (at > 0 && !environ.has(s.slice(0, at))) environ.set(s.slice(0, at), s.slice(at + 1));
  }
  return environ;
}

export const environmentStrings = (environ: ReadonlyMap<string, string>): string[] => [...environ].map(([name, value]) => `${name}=${value}`);
