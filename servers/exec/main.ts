/**
 * /hurd/exec: started by the boot filesystem, or by anybody as a translator; serves (boot.md phases B, F). The standard data come after exec_init only: a second
 * server has none, and answers EIEIO to who needs them (recorded p-exec).
 */
import { UnixError } from "../../glibc-shim/errno.ts";
import type { Main } from "../../glibc-shim/libc.ts";
import { announce } from "../lib/control-handshake.ts";
import { Bucket } from "../lib/ports.ts";
import { Opens } from "./opens.ts";
import { execDemuxer } from "./serve.ts";
import { ExecServer } from "./server.ts";

export const main: Main = function* (libc) {
  const bucket = yield* Bucket.create(libc);
  const server = new ExecServer(bucket, () => libc.ports.proc, libc.holes);
  const opens = new Opens(bucket, libc);
  const control = yield* bucket.create(opens.controls, "control");
  const realnode = yield* announce(libc, bucket, control, 0);
  if (realnode.err !== 0) throw new UnixError("fsys_startup", realnode.err);
  opens.realnode = realnode.value;
  yield* bucket.serveMultithread(execDemuxer(server, opens, libc));
  return 0;
};
