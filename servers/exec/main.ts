/** /hurd/exec: started by the boot filesystem, or by anybody as a translator; serves (boot.md phases B, F). */
import { portValid } from "../../mach/ipc/names.ts";
import { UnixError } from "../../glibc-shim/errno.ts";
import type { Main } from "../../glibc-shim/libc.ts";
import { procCall } from "../interfaces/process.ts";
import { announce } from "../lib/control-handshake.ts";
import { NOBODY } from "../lib/iouser.ts";
import { Bucket } from "../lib/ports.ts";
import { Opens } from "./opens.ts";
import { execDemuxer } from "./serve.ts";
import { ExecServer } from "./server.ts";

export const main: Main = function* (libc) {
  const bucket = yield* Bucket.create(libc);
  const server = new ExecServer(bucket, () => libc.ports.proc);
  const opens = new Opens(bucket, libc);
  const control = yield* bucket.create(opens.controls, "control");
  const realnode = yield* announce(libc, bucket, control, 0);
  if (realnode.err !== 0) throw new UnixError("fsys_startup", realnode.err);
  opens.realnode = realnode.value;
  // A second exec server, started when there is a proc server already, asks for the standard data itself.
  if (portValid(libc.ports.proc)) {
    const made = yield* opens.open(NOBODY, 0, true);
    yield* procCall.proc_execdata_notify(libc.ports.proc, { notify: yield* bucket.getRight(made) });
  }
  yield* bucket.serveMultithread(execDemuxer(server, opens, libc));
  return 0;
};
