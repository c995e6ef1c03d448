/** `readDefs`: the whole way from a file's text to an interface. */
import { parse } from "./parser.ts";
import { preprocess, type ReadOptions } from "./preprocess.ts";
import { resolve, type Interface } from "./resolve.ts";

/** Reads an interface file. `file` is what errors call it. Throws `DefsError`, one line `FILE:LINE: what`, at the first thing that is wrong. */
export function readDefs(file: string, text: string, options: ReadOptions = {}): Interface {
  const end = { file, line: Math.max(1, text.replace(/\n$/, "").split("\n").length) };
  return resolve(parse(preprocess(file, text, options), end), end);
}
