/** Rows as ps prints them: what is too wide for its column takes the blanks of the next ones (libps/write.c). */
import { utf8 } from "../../../../glibc-shim/text.ts";

/** What a terminal might take as a command is written visibly: control characters with a caret, other bytes than ASCII's in octal. */
const visible = (text: string): readonly string[] =>
  [...text].map((c) => {
    const code = c.charCodeAt(0);
    if (code >= 32 && code < 127) return c;
    return code < 32 ? `^${String.fromCharCode(code + 65)}` : [...utf8(c)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  });

/** A line in the making. Blanks are owed until something follows them; a field that is too wide runs into debt. */
export class Line {
  private done = "";
  private owed = 0;

  /** The line so far, without blanks at its end. */
  get text(): string {
    return this.done;
  }

  write(text: string): void {
    if (text === "") return;
    if (this.owed > 0) {
      this.done += " ".repeat(this.owed);
      this.owed = 0;
    }
    this.done += visible(text).join("");
  }

  /** `text` in a column of `width`, from the right when negative; 0 is as wide as it is. `limit`: what does not fit is cut, and a debt is paid of it. */
  field(text: string, width: number, limit?: number): void {
    let shown = "";
    const room = limit === undefined ? Infinity : limit + Math.min(0, this.owed);
    for (const part of visible(text.trimStart())) {
      if (room > 0 && shown.length + part.length > room) break;
      shown += part;
    }
    if (width < 0) this.owed += -width - shown.length;
    this.put(shown);
    if (width > 0) this.owed += width - shown.length;
  }

  private put(shown: string): void {
    if (shown === "") return;
    if (this.owed > 0) {
      this.done += " ".repeat(this.owed);
      this.owed = 0;
    }
    this.done += shown;
  }
}

/** One line of columns with a blank between them; the last one gets what is left of `width`, but always one character. */
export function layOut(fields: readonly { readonly width: number; readonly left: boolean }[], texts: readonly string[], width: number): string {
  const line = new Line();
  const before = fields.slice(0, -1).reduce((sum, field) => sum + field.width + 1, 0);
  const room = Math.max(1, width - before);
  for (const [i, field] of fields.entries()) {
    if (i > 0) line.write(" ");
    const text = texts[i] ?? "";
    if (i < fields.length - 1) line.field(text, field.left ? field.width : -field.width);
    else line.field(text.slice(0, room), 0, room);
  }
  return line.text;
}
