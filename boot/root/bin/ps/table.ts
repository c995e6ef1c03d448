/** Rows as ps prints them: what is too wide for its column takes the blanks of the next ones. */
import type { Field } from "./fields.ts";

/** One line; at most `width` characters, but always one of the last column. */
export function layOut(fields: readonly Pick<Field, "title" | "width" | "left">[], texts: readonly string[], width: number): string {
  let line = "";
  let end = 0;
  for (const [i, field] of fields.entries()) {
    const text = texts[i] ?? "";
    const start = i === 0 ? 0 : end + 1;
    end = start + field.width;
    if (i > 0) line += " ";
    if (i === fields.length - 1) return (line.padEnd(start) + text.slice(0, Math.max(1, width - Math.max(start, line.length)))).trimEnd();
    if (field.left) line = (line.padEnd(start) + text).padEnd(end);
    else line += text.padStart(Math.max(text.length, end - line.length));
  }
  return line.trimEnd();
}
