/** Vectors of strings in one run of bytes, each ended by NUL (`argz.h`): argv, envp, passive translators, filesystem options. UTF-8. */

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The bytes of `words`. */
export const encodeArgz = (words: readonly string[]): Uint8Array => utf8.encode(words.map((w) => `${w}\0`).join(""));

/** The strings in `bytes`. A last one without NUL counts too. */
export function decodeArgz(bytes: Uint8Array): readonly string[] {
  const words = text.decode(bytes).split("\0");
  if (words.at(-1) === "") words.pop();
  return words;
}

/** `NAME=VALUE` strings as a map; the first of a name counts, a string without `=` is left out. */
export function decodeEnvz(bytes: Uint8Array): Map<string, string> {
  const env = new Map<string, string>();
  for (const word of decodeArgz(bytes)) {
    const at = word.indexOf("=");
    if (at >= 0 && !env.has(word.slice(0, at))) env.set(word.slice(0, at), word.slice(at + 1));
  }
  return env;
}

/** The environment as `NAME=VALUE` strings. */
export const encodeEnvz = (env: ReadonlyMap<string, string>): Uint8Array => encodeArgz([...env].map(([name, value]) => `${name}=${value}`));
