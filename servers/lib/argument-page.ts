/** Argument vectors as they stand in a task's memory, where proc reads them: pointers, a null, and the strings (32-bit words). */

/** The bytes to store at `base`, and where the two vectors are then. */
export interface ArgumentPage {
  readonly bytes: Uint8Array;
  readonly argv: number;
  readonly envp: number;
}

export function argumentPage(base: number, argv: readonly string[], envp: readonly string[] = []): ArgumentPage {
  const utf8 = new TextEncoder();
  const texts = [...argv, ...envp].map((text) => utf8.encode(`${text}\0`));
  const vectors = 4 * (texts.length + 2);
  const bytes = new Uint8Array(vectors + texts.reduce((sum, text) => sum + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = vectors;
  for (const [i, text] of texts.entries()) {
    view.setUint32(4 * (i < argv.length ? i : i + 1), base + at, true);
    bytes.set(text, at);
    at += text.length;
  }
  return { bytes, argv: base, envp: base + 4 * (argv.length + 1) };
}
