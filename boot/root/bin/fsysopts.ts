/** fsysopts: shows or changes the options of a running filesystem or translator (rpctrace.md §6). */
import type { Main } from "../../../glibc-shim/libc.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall, fsysCall } from "../../../glibc-shim/stubs.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { decodeArgz, encodeArgz } from "../../../servers/interfaces/argz.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_NOLINK } from "../../../servers/interfaces/hurd-types.ts";
import { UsageError } from "../lib/options.ts";
import { tool, type Tool } from "../lib/tool.ts";

const OPEN_FAILED = 1;
const GET_FAILED = 5;
const CONTROL_FAILED = 6;
const SET_FAILED = 5;

function* show(t: Tool, name: string, node: MachPort): Syscall<number> {
  const got = yield* fsCall.file_get_fs_options(node, {});
  if (got.err) {
    yield* t.complain(`${name}: ${strerror(got.err)}`);
    return GET_FAILED;
  }
  yield* t.out.line(decodeArgz(got.options).join(" "));
  return 0;
}

function* change(t: Tool, name: string, node: MachPort, options: readonly string[]): Syscall<number> {
  const got = yield* fsCall.file_getcontrol(node, {});
  if (got.err) {
    yield* t.complain(`${name}: ${strerror(got.err)}`);
    return CONTROL_FAILED;
  }
  const { err } = yield* fsysCall.fsys_set_options(got.control, { options: encodeArgz(options), do_children: t.has("R") ? 1 : 0 });
  yield* deallocate(got.control);
  if (!err) return 0;
  yield* t.complain(`${[name, ...options].join(" ")}: ${strerror(err)}`);
  return SET_FAILED;
}

export const main: Main = tool(
  { letters: "+LR", long: { dereference: "L", recursive: "R" }, usage: "[OPTION...] FILESYS [FS_OPTION...]", misuse: 64 },
  function* (t) {
    const [name, ...options] = t.operands;
    if (name === undefined) throw new UsageError("No filesystem given");
    const node = yield* t.try(name, t.libc.file_name_lookup(name, t.has("L") ? 0 : O_NOLINK, 0), OPEN_FAILED);
    if (node === undefined) return OPEN_FAILED;
    const status = options.length === 0 ? yield* show(t, name, node) : yield* change(t, name, node, options);
    yield* deallocate(node);
    return status;
  },
);
