/** Starts /hurd/term on a node, as its active translator: what console-run does before there is any terminal. */
import { copySend, MACH_PORT_NULL, moveSend, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { mig_task_self } from "../../../mach/mig/client.ts";
import { attempt, orThrow, UnixError, type Result } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { FS_TRANS_EXCL, FS_TRANS_SET, O_EXEC, O_NOTRANS } from "../../../servers/interfaces/hurd-types.ts";
import { startTranslator } from "../../../servers/lib/start-translator.ts";

const TERM = "/hurd/term";
/** Milliseconds that a terminal has to begin. */
const PATIENCE = 60_000;

/** Gives a reference back. */
export function* deallocate(name: MachPort): Syscall<void> {
  if (name !== MACH_PORT_NULL) yield* machPortCall.mach_port_deallocate(yield* mig_task_self(), { name });
}

/** A terminal on the kernel's device `device`, at `path`. It is our child. Throws what went wrong. */
export function* startTerminal(libc: Libc, path: string, device: string): Syscall<void> {
  const node = yield* libc.file_name_lookup(path, O_NOTRANS);
  const executable = yield* libc.file_name_lookup(TERM, O_EXEC);
  const { cwdir, crdir, auth, proc } = libc.ports;
  const started = yield* startTranslator({
    ...{ executable, argv: [TERM, path, "device", device], fds: [], owner: 0, proc, reauth: MACH_PORT_NULL, timeout: PATIENCE },
    ports: [cwdir, crdir, auth, MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL],
    underlying: (flags) => underlying(libc, path, flags),
  });
  yield* deallocate(executable);
  if (started.err) throw new UnixError(TERM, started.err);
  const set = yield* fsCall.file_set_translator(node, {
    ...{ passive_flags: 0, active_flags: FS_TRANS_SET | FS_TRANS_EXCL, oldtrans_flags: 0, passive: new Uint8Array(0) },
    active: copySend(started.value),
  });
  yield* deallocate(started.value);
  yield* deallocate(node);
  orThrow("file_set_translator", set);
}

function* underlying(libc: Libc, path: string, flags: number): Syscall<Result<ReturnType<typeof moveSend>>> {
  const opened = yield* attempt(libc.file_name_lookup(path, flags | O_NOTRANS));
  return opened.err ? opened : { err: 0, value: moveSend(opened.value) };
}
