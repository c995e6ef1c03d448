/** Foreign interfaces from files of the host: `--defs FILE`, with `-I DIR` for what it includes, and `--rpc-list FILE`. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineFrom } from "../mach/mig/defs/define.ts";
import type { Files } from "../mach/mig/defs/preprocess.ts";
import { MsgIds } from "../servers/interfaces/msgids.ts";
import { Interfaces } from "./interfaces.ts";

/** What a command line names. */
export interface ForeignFiles {
  /** Interface files. */
  readonly defs: readonly string[];
  /** Lists of message ids (`*.msgids`). */
  readonly lists: readonly string[];
  /** Where included files are looked for besides. */
  readonly dirs: readonly string[];
}

/** A file's text; undefined when there is none. Throws one line for what cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code ?? String(e);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw new Error(`cannot read ${path}: ${code}`);
  }
}

/** Included files: beside the one that includes, for the form with quotes; then in each directory. */
export const filesIn = (dirs: readonly string[]): Files => ({
  find(name, from) {
    for (const dir of from === undefined ? dirs : [dirname(from), ...dirs]) {
      const file = join(dir, name);
      const text = textOf(file);
      if (text !== undefined) return { file, text };
    }
    return undefined;
  },
});

function needed(path: string): string {
  const text = textOf(path);
  if (text === undefined) throw new Error(`cannot read ${path}: no such file`);
  return text;
}

/** The interfaces with those of the files. `warn` is told of lines of lists that are no entry, as rpctrace tells. Throws one line. */
export function foreignInterfaces({ defs, lists, dirs }: ForeignFiles, warn: (line: string) => void): Interfaces {
  const subsystems = defs.map((file) => defineFrom(file, needed(file), { files: filesIn(dirs) }));
  const ids = new MsgIds();
  for (const file of lists) for (const line of ids.read(needed(file))) warn(`${file}:${line}: invalid format in RPC list file`);
  return new Interfaces(subsystems, ids);
}
