/** /hurd/auth: makes the first handle, gives it to startup, becomes a process, serves (boot.md steps 21, 28). */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { asFailure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { orThrow, UnixError } from "../../glibc-shim/errno.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { INIT_PORT_BOOTSTRAP, INIT_PORT_PROC } from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import { startupCall } from "../interfaces/startup.ts";
import { lookupStartup, registerEssential } from "../lib/essential.ts";
import { Bucket } from "../lib/ports.ts";
import { ROOT_IDS } from "../lib/auth-handle.ts";
import { AuthServer } from "./serve.ts";

const HURD_VERSION = "0.9";

export const main: Main = function* (libc) {
  const bucket = yield* Bucket.create(libc);
  const server = new AuthServer(bucket);
  const root = yield* server.makeHandle(ROOT_IDS);
  const { proc } = orThrow("startup_authinit", yield* startupCall.startup_authinit(libc.ports.bootstrap, { auth: yield* bucket.getRight(root) }));
  yield* becomeProcess(libc, proc);
  yield* bucket.serveMultithread(server.demuxer());
  return 0;
};

function* becomeProcess(libc: Libc, proc: MachPort): Syscall<void> {
  const { host_priv, device_master } = orThrow("proc_getprivports", yield* procCall.proc_getprivports(proc, {}));
  yield* procCall.proc_register_version(proc, { credential: host_priv, name: "auth", release: HURD_VERSION, version: HURD_VERSION });
  yield* deallocate(device_master);
  yield* libc.hurdInit(new Map([[INIT_PORT_PROC, proc]]));
  const startup = yield* lookupStartup(libc);
  const code = yield* registerEssential(portValid(startup) ? startup : libc.ports.bootstrap, "auth", host_priv);
  if (code !== 0) throw new UnixError("startup_essential_task", asFailure(code));
  yield* deallocate(startup);
  yield* deallocate(host_priv);
  if (libc.ports.bootstrap !== MACH_PORT_NULL) yield* libc.setInitPort(INIT_PORT_BOOTSTRAP, MACH_PORT_NULL);
}
