/** The end of the system, of which every filesystem wants to hear: everything is written, and nothing more will be (libdiskfs/init-startup.c). */
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../../mach/ipc/names.ts";
import type { MachMsg } from "../../../mach/ipc/message.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../../mach/mig/server.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { startupCall } from "../../interfaces/startup.ts";
import { startupNotify } from "../../interfaces/startup-notify.ts";
import { lookupStartup } from "../essential.ts";
import { PortClass } from "../ports.ts";
import type { Diskfs } from "./filesystem.ts";

export class Shutdown {
  private readonly fs: Diskfs;
  private readonly cls = new PortClass<Diskfs>("shutdown");
  constructor(fs: Diskfs) {
    this.fs = fs;
  }

  demuxer(): Demuxer {
    return serve(startupNotify, (request: MachMsg) => this.fs.bucket.lookup(this.cls, request.localPort)?.object, handlers);
  }

  /** Asks startup, whose port is borrowed, to be told. `program` and the filesystem's source are the name that the console will show. */
  *request(startup: MachPort, program: string): Syscall<void> {
    const { fs } = this;
    const port = yield* fs.bucket.create(this.cls, fs);
    yield* fs.bucket.getRight(port);
    const { err } = yield* startupCall.startup_request_notification(startup, { notify_port: makeSend(port.name), name: `${program} ${fs.store.source}` });
    if (err) yield* fs.bucket.destroyRight(port);
  }

  /** As `request`, of startup where it is found. Only root finds it. */
  *requestIfAllowed(program: string): Syscall<void> {
    const startup = yield* lookupStartup(this.fs.libc);
    if (startup === MACH_PORT_NULL) return;
    yield* this.request(startup, program);
    yield* deallocate(startup);
  }
}

const handlers: Partial<Handlers<typeof startupNotify.routines, Diskfs>> = {
  *startup_dosync(fs) {
    if (fs.settings.readonly) return { err: 0 };
    yield* fs.lock.with(() => fs.store.sync(true));
    fs.settings.readonly = true;
    yield* fs.lock.with(() => fs.store.finish());
    return { err: 0 };
  },
};
