/** /etc/ttys: which terminals get a login, by what command, of what type (ttys(5) of BSD). */

/** One line. */
export interface Tty {
  readonly name: string;
  /** The command that serves it, as words; the terminal's name is added. */
  readonly command: readonly string[];
  readonly type: string;
  readonly on: boolean;
}

/** Words of a line; double quotes keep blanks together. */
const words = (line: string): readonly string[] => [...line.matchAll(/"([^"]*)"|([^\s"]+)/g)].map((m) => m[1] ?? m[2] ?? "");

/** The terminals in the file's text. Lines that make no sense are left out. */
export function parseTtys(text: string): readonly Tty[] {
  const lines = text.split("\n").map((line) => words(line.replace(/#.*/, "")));
  return lines.flatMap(([name, command, type, ...status]) =>
    name === undefined || command === undefined || type === undefined
      ? []
      : [{ name, command: command.split(/\s+/).filter((w) => w !== ""), type, on: status.includes("on") }],
  );
}
