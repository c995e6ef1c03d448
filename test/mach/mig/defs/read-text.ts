/** Reads an interface from text, for the tests here. */
import type { Files } from "../../../../mach/mig/defs/preprocess.ts";
import { describe as describeInterface, type Json } from "../../../../mach/mig/defs/describe.ts";
import { readDefs } from "../../../../mach/mig/defs/read.ts";
import type { Interface } from "../../../../mach/mig/defs/resolve.ts";

/** Files by name, for `#include`. */
export const filesOf = (texts: Readonly<Record<string, string>>): Files => ({
  find: (name) => (Object.hasOwn(texts, name) ? { file: name, text: texts[name] ?? "" } : undefined),
});

/** `text` as the file `a.defs`. */
export const read = (text: string, texts: Readonly<Record<string, string>> = {}, defines: Readonly<Record<string, string>> = {}): Interface =>
  readDefs("a.defs", text, { files: filesOf(texts), defines: new Map(Object.entries(defines)) });

/** An argument's JSON. */
export type Described = Readonly<Record<string, Json>>;

/** Declarations, and one routine with these arguments after the port: its arguments as JSON. */
export function argumentsOf(declarations: string, args: string): readonly Described[] {
  const text = `subsystem s 1000;\ntype port_t = MACH_MSG_TYPE_COPY_SEND;\n${declarations}\nroutine r(port: port_t${args === "" ? "" : `; ${args}`});`;
  const json = describeInterface(read(text), "file", "a.defs") as { readonly routines: readonly { readonly args: readonly Described[] }[] };
  return json.routines[0]?.args ?? [];
}

/** What is said of a wrong text. */
export function complaint(text: string, texts: Readonly<Record<string, string>> = {}): string {
  try {
    read(text, texts);
  } catch (e) {
    if (e instanceof Error && e.name === "DefsError") return e.message;
    throw e;
  }
  return "nothing is wrong";
}
