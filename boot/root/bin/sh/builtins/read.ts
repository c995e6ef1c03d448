/** read (POSIX, "read"): a line into variables, byte by byte so that what follows stays for others. */
import { attempt, UnixError } from "../../../../../glibc-shim/errno.ts";
import { STDERR, STDIN } from "../../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../../mach/kern/syscall.ts";
import { decode } from "../../../lib/output.ts";
import { ShellError } from "../control.ts";
import type { Shell } from "../shell.ts";

/** A character of the line, and whether a backslash made it ordinary. */
interface Character {
  readonly text: string;
  readonly quoted: boolean;
}

export function* read(shell: Shell, argv: readonly string[]): Syscall<number> {
  const args = argv.slice(1);
  let raw = false;
  while (/^-[rp]/.test(args[0] ?? "")) {
    const option = args.shift() ?? "";
    if (option.startsWith("-r")) raw = true;
    else {
      const prompt = option.length > 2 ? option.slice(2) : (args.shift() ?? "");
      if (yield* shell.libc.isatty(STDIN)) yield* shell.libc.writeAll(STDERR, prompt);
    }
  }
  if (args[0] === "--") args.shift();
  if (args.length === 0) throw new ShellError("arg count");
  const [line, ended] = yield* readLine(shell, raw);
  const values = splitLine(line, shell.variables.get("IFS") ?? " \t\n", args.length);
  for (const [i, name] of args.entries()) {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new ShellError(`${name}: bad variable name`);
    shell.assign(name, values[i] ?? "");
  }
  return ended ? 0 : 1;
}

function* readLine(shell: Shell, raw: boolean): Syscall<readonly [readonly Character[], boolean]> {
  const bytes: number[] = [];
  const quoted = new Set<number>();
  for (let escaped = false; ; ) {
    const byte = yield* readByte(shell);
    if (byte === undefined) return [characters(bytes, quoted), false];
    if (escaped) {
      escaped = false;
      if (byte === 10) continue;
      quoted.add(bytes.length);
    } else if (byte === 10) return [characters(bytes, quoted), true];
    else if (byte === 92 && !raw) {
      escaped = true;
      continue;
    }
    if (byte !== 0) bytes.push(byte);
  }
}

/** A byte of standard input; undefined at its end. A signal that is trapped ends the reading. */
function* readByte(shell: Shell): Syscall<number | undefined> {
  for (;;) {
    const got = yield* attempt(shell.libc.read(STDIN, 1));
    if (got.err === 0) return got.value[0];
    if (shell.traps.pending === undefined) throw new UnixError("read", got.err);
    return undefined;
  }
}

/** Decodes UTF-8 with the marks kept. */
function characters(bytes: readonly number[], quoted: ReadonlySet<number>): readonly Character[] {
  const found: Character[] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] ?? 0;
    const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    found.push({ text: decode(Uint8Array.from(bytes.slice(i, i + size))), quoted: quoted.has(i) });
    i += size;
  }
  return found;
}

/** Fields by IFS; the last of `count` takes the rest of the line. */
export function splitLine(line: readonly Character[], ifs: string, count: number): readonly string[] {
  const separates = (c: Character | undefined): boolean => c !== undefined && !c.quoted && ifs.includes(c.text);
  const white = (c: Character | undefined): boolean => separates(c) && " \t\n".includes(c?.text ?? "x");
  let start = 0;
  let end = line.length;
  while (white(line[start])) start++;
  while (end > start && white(line[end - 1])) end--;
  const fields: string[] = [];
  for (let i = start; i < end; ) {
    if (fields.length === count - 1) return [...fields, lastField(line.slice(i, end), separates)];
    let text = "";
    while (i < end && !separates(line[i])) text += line[i++]?.text ?? "";
    fields.push(text);
    while (i < end && white(line[i])) i++;
    if (i < end && separates(line[i])) i++;
    while (i < end && white(line[i])) i++;
  }
  return fields;
}

/** One separator at the end of the last field is none of it, when it is the only one. */
function lastField(rest: readonly Character[], separates: (c: Character | undefined) => boolean): string {
  const only = rest.filter((c) => separates(c)).length === 1 && separates(rest.at(-1));
  return (only ? rest.slice(0, -1) : rest).map((c) => c.text).join("");
}
