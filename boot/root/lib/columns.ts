/** Names in columns as wide as each needs, as many as fit. */

/** Lines of at most `total` characters; read downwards, or `across`. */
export function inColumns(names: readonly string[], total: number, across = false): readonly string[] {
  if (names.length === 0) return [];
  const length = (s: string): number => [...s].length;
  for (let rows = 1; ; rows++) {
    const count = Math.ceil(names.length / rows);
    const at = (row: number, column: number): string | undefined => names[across ? row * count + column : column * rows + row];
    const widths = Array.from({ length: count }, (_, c) => Math.max(0, ...Array.from({ length: rows }, (_row, r) => length(at(r, c) ?? ""))) + 2);
    if (rows < names.length && widths.reduce((a, b) => a + b, -2) > total) continue;
    return Array.from({ length: rows }, (_, r) => widths.map((w, c) => (at(r, c) ?? "").padEnd(w)).join("").trimEnd());
  }
}
