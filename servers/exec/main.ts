/**
 * /hurd/exec: started by the boot filesystem, or by anybody as a translator; serves (boot.md phases B, F). The standard data come after exec_init only: a second
 * server has none, and answers EIEIO to who needs them (recorded p-exec). Opens of /servers/exec are a trivial translator's, with exec's routines beside.
 */
import type { Main } from "../../glibc-shim/libc.ts";
import { nothing, Trivfs, whileUnused } from "../lib/trivfs/trivfs.ts";
import { execDemuxers } from "./serve.ts";
import { ExecServer } from "./server.ts";

export const main: Main = function* (libc, argv) {
  const servers: ExecServer[] = [];
  const trivfs = yield* Trivfs.create<undefined>(libc, argv, {
    allowOpen: 0,
    open: nothing,
    goaway: whileUnused,
    demuxers: (opens) => servers.flatMap((server) => execDemuxers(server, opens)),
  });
  servers.push(new ExecServer(trivfs.bucket, () => libc.ports.proc, libc.holes));
  return yield* trivfs.run();
};
