/** A filesystem's requests, all together, and how it starts as a translator and ends (libdiskfs's start-up). */
import { MsgType, portValid, type MachPort } from "../../../mach/ipc/names.ts";
import type { MachMsg } from "../../../mach/ipc/message.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { firstOf, replyTo, serve, type Demuxer } from "../../../mach/mig/server.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fs as fsInterface } from "../../interfaces/fs.ts";
import { fsys } from "../../interfaces/fsys.ts";
import { io } from "../../interfaces/io.ts";
import { announce } from "../control-handshake.ts";
import type { Diskfs } from "./filesystem.ts";
import { fsHandlers } from "./fs-routines.ts";
import { fsysHandlers } from "./fsys.ts";
import { ifsockDemuxer } from "./ifsock.ts";
import { ioHandlers } from "./io.ts";
import { PagerPorts } from "./pager.ts";
import type { Protid } from "./peropen.ts";
import { Shutdown } from "./shutdown.ts";

/** Everything that a client of the filesystem can ask. */
export function diskfsDemuxer(fs: Diskfs): Demuxer {
  const pagers = new PagerPorts(fs);
  const file = (request: MachMsg): Protid | undefined => fs.protidOf(request.localPort);
  const control = (request: MachMsg): Diskfs | undefined => fs.bucket.lookup(fs.controls, request.localPort)?.object;
  return firstOf(
    serve(fsInterface, file, fsHandlers(fs, pagers)),
    serve(io, file, ioHandlers(fs, pagers)),
    ifsockDemuxer(fs, file),
    serve(fsys, control, fsysHandlers(pagers, leave)),
    pagers.demuxer(),
  );
}

/** Answers the goaway first, then ends: the reply must not die with us (fs-io.md §6). */
function* leave(fs: Diskfs, { reply }: { readonly reply: MachPort }): Syscall<never> {
  if (portValid(reply)) yield* replyTo(fsys).fsys_goaway(reply, { err: 0 }, MsgType.MOVE_SEND_ONCE);
  return yield* fs.libc.exit(0);
}

/** Tells whoever started us of our control port, lets `prepare` see the node we sit on, and serves for ever. 1: nobody started us. */
export function* serveAsTranslator(fs: Diskfs, prepare: (node: MachPort) => Syscall<void>): Syscall<number> {
  fs.control = yield* fs.bucket.create(fs.controls, fs);
  const shutdown = new Shutdown(fs);
  const demuxer = firstOf(shutdown.demuxer(), diskfsDemuxer(fs));
  const answer = yield* announce(fs.libc, fs.bucket, fs.control, 0);
  if (answer.err) {
    yield* fs.libc.warn("must be started as a translator", undefined);
    return 1;
  }
  yield* prepare(answer.value);
  yield* deallocate(answer.value);
  const { program } = fs.store;
  yield* shutdown.requestIfAllowed(program.slice(program.lastIndexOf("/") + 1));
  yield* fs.bucket.serveMultithread(demuxer);
  return 0;
}
