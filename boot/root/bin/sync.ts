/** sync [-f] [FILE ...]: has everything written that is kept back, of all filesystems, of FILEs, or with -f of the filesystems that FILEs are on. */
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { KernReturn } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall } from "../../../glibc-shim/stubs.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { tool } from "../lib/tool.ts";

/** Of the filesystem behind the file, and of those below it. */
function* syncfs(file: MachPort): Syscall<KernReturn> {
  return (yield* fsCall.file_syncfs(file, { wait: 1, do_children: 1 })).err;
}

function* syncFile(file: MachPort): Syscall<KernReturn> {
  return (yield* fsCall.file_sync(file, { wait: 1, omit_metadata: 0 })).err;
}

export const main = tool({ letters: "f", long: { "file-system": "f" }, usage: "[-f] [FILE]..." }, function* (t) {
  const files = t.operands.length === 0 ? ["/"] : t.operands;
  const sync = t.operands.length === 0 || t.has("f") ? syncfs : syncFile;
  for (const name of files) {
    const file = yield* t.try(`error opening '${name}'`, t.libc.file_name_lookup(name, 0));
    if (file === undefined) continue;
    const err = yield* sync(file);
    yield* deallocate(file);
    if (err) yield* t.complain(`error syncing '${name}': ${strerror(err)}`);
  }
});
