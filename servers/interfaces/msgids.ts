/** Names of message ids, from the lists that MIG makes (rpctrace.md §4): "subsystem base routine ordinal request-id reply-id", a routine a line. */

/** The standard lists. */
export const MSGIDS_DIR = "/usr/share/msgids";
export const MSGIDS_SUFFIX = ".msgids";

const LINE = /^(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$/;

/** What ids are called. Of two entries for one id the later counts. */
export class MsgIds {
  private readonly byId = new Map<number, string>();

  /** Reads a list. Answers the numbers of the lines that are no entry; "#" begins a comment. */
  read(text: string): readonly number[] {
    const bad: number[] = [];
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const [i, line] of lines.entries()) {
      if (line.startsWith("#")) continue;
      const words = LINE.exec(line);
      if (words === null) bad.push(i + 1);
      else this.byId.set(Number(words[5]), words[3] ?? "");
    }
    return bad;
  }

  /** Some request is called that. */
  has(name: string): boolean {
    return [...this.byId.values()].includes(name);
  }

  /** The name of an id; of an answer whose request is known, that name and "-reply". */
  name(id: number): string | undefined {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const request = Math.floor(id / 100) % 2 === 1 ? this.byId.get(id - 100) : undefined;
    return request === undefined ? undefined : `${request}-reply`;
  }
}
