/** /hurd/pflocal: the local sockets of this machine, made by `socket_create` on the node that it sits on, `/servers/socket/1`. */
import type { Main, Program } from "../../glibc-shim/libc.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSTYPE_SOCKET, FSYS_GOAWAY_FORCE, O_EXEC, O_READ, O_WRITE } from "../interfaces/hurd-types.ts";
import { io } from "../interfaces/io.ts";
import { ioDefaults } from "../lib/trivfs/io.ts";
import { nothing, Trivfs } from "../lib/trivfs/trivfs.ts";
import { serveIo } from "./serve-io.ts";
import { serveSocket } from "./serve-socket.ts";
import { SocketServer } from "./server.ts";

type SocketFs = Trivfs<undefined>;

export const main: Main = function* (libc, argv): Program {
  const servers: SocketServer[] = [];
  const trivfs = yield* Trivfs.create<undefined>(libc, argv, {
    allowOpen: O_READ | O_WRITE | O_EXEC,
    open: nothing,
    modifyStat: (st) => ({ ...st, fstype: FSTYPE_SOCKET }),
    *goaway(flags) {
      const busy = servers.some((s) => s.users.count > 0);
      return busy && !(flags & FSYS_GOAWAY_FORCE) ? Errno.EBUSY : 0;
    },
    demuxers: (fs) => servers.flatMap((server) => demuxers(fs, server)),
  });
  servers.push(new SocketServer(trivfs.bucket, libc.getpid(), libc.ports.auth));
  return yield* trivfs.run();
};

/** Sockets and the node answer the same interface, io, each in its own way: the port decides. */
function demuxers(trivfs: SocketFs, server: SocketServer): readonly Demuxer[] {
  const sockets = serveIo(server);
  const node = serve(io, (request) => trivfs.protidOf(request.localPort), ioDefaults(trivfs));
  const either: Demuxer = {
    handles: (id) => sockets.handles(id),
    find: (request) => (server.lookup(request) === undefined ? node : sockets).find(request),
  };
  return [serveSocket(server, (request) => trivfs.protidOf(request.localPort) !== undefined), either];
}
