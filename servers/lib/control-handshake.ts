/** A translator's first words: `fsys_startup` on its bootstrap port (libtrivfs's and libdiskfs's startup; order as in the recorded settrans -a). */
import { copySend, MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { fsysCall, procCall } from "../../glibc-shim/stubs.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { Errno } from "../interfaces/errno.ts";
import { TASK_BOOTSTRAP_PORT } from "../interfaces/hurd-types.ts";
import type { Bucket, PortInfo } from "./ports.ts";

/** The port that whoever started us listens on; null: nobody did. */
export function* bootstrapPort(): Syscall<MachPort> {
  const got = yield* machCall.task_get_special_port(yield* taskSelf(), { which_port: TASK_BOOTSTRAP_PORT });
  return got.err ? MACH_PORT_NULL : got.special_port;
}

/** Hands out the control port and answers the node that we sit on, a send right. EINVAL when nobody started us as a translator. */
export function* announce(libc: Libc, bucket: Bucket, control: PortInfo<unknown>, openflags: number): Syscall<Result<MachPort>> {
  const bootstrap = yield* bootstrapPort();
  if (!portValid(bootstrap)) return { err: Errno.EINVAL };
  const right = yield* bucket.getSendRight(control);
  const started = yield* fsysCall.fsys_startup(bootstrap, { openflags, control_port: copySend(right) });
  yield* deallocate(right);
  yield* deallocate(bootstrap);
  if (started.err) return { err: started.err };
  const { proc } = libc.ports;
  if (portValid(proc)) yield* procCall.proc_mark_important(proc, {});
  return { err: 0, value: started.realnode };
}
