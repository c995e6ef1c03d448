/** Strings as bytes; argument blocks are in servers/interfaces/argz.ts. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The UTF-8 bytes of a string. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
/** The string of UTF-8 bytes. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The environment that "NAME=value" strings make; of two definitions the first counts, as with getenv. */
export function parseEnvironment(strings: readonly string[]): Map<string, string> {
  const environ = new Map<string, string>();
  for (const s of strings) {
    const at = s.indexOf("=");
    if (at > 0 && !environ.has(s.slice(0, at))) environ.set(s.slice(0, at), s.slice(at + 1));
  }
  return environ;
}
