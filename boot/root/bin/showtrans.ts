/** showtrans: prints the passive translators of files (rpctrace.md §6). 0 when any of them has one, else 1. */
import { STDIN, type Main } from "../../../glibc-shim/libc.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall } from "../../../glibc-shim/stubs.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { decodeArgz } from "../../../servers/interfaces/argz.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { O_NOTRANS } from "../../../servers/interfaces/hurd-types.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { UsageError } from "../lib/options.ts";

/** The node of `name` (a new reference), "-" being standard input's; undefined: complained about. */
function* nodeOf(t: Tool, name: string): Syscall<MachPort | undefined> {
  if (name !== "-") return yield* t.try(name, t.libc.file_name_lookup(name, O_NOTRANS, 0));
  const port = yield* t.try("-", t.libc.fdPort(STDIN));
  if (port === undefined) return undefined;
  const linked = yield* fsCall.file_getlinknode(port, {});
  if (!linked.err) return linked.linknode;
  yield* t.complain(`-: ${strerror(linked.err)}`);
  return undefined;
}

/** Prints one file's record. True when it has one. */
function* show(t: Tool, name: string, prefix: boolean): Syscall<boolean> {
  const node = yield* nodeOf(t, name);
  if (node === undefined) return false;
  const got = yield* fsCall.file_get_translator(node, {});
  yield* deallocate(node);
  if (!got.err) {
    if (!t.has("s")) yield* t.out.line(`${prefix ? `${name}: ` : ""}${decodeArgz(got.translator).join(" ")}`);
    return true;
  }
  if (got.err !== Errno.EINVAL) yield* t.complain(`${name}: ${strerror(got.err)}`);
  else if (prefix && !t.has("s") && !t.has("t")) yield* t.out.line(name);
  return false;
}

export const main: Main = tool(
  {
    letters: "pPsqt",
    long: { prefix: "p", "no-prefix": "P", silent: "s", quiet: "s", translated: "t" },
    usage: "[OPTION...] FILE...",
    misuse: 64,
    prepare: (args) => args.map((arg) => (arg === "-q" ? "-s" : arg)),
  },
  function* (t) {
    if (t.operands.length === 0) throw new UsageError("No files given");
    const last = t.options.last("pP");
    const prefix = last === undefined ? t.operands.length > 1 : last === "p";
    let found = false;
    for (const name of t.operands) if (yield* show(t, name, prefix)) found = true;
    return found ? 0 : 1;
  },
);
