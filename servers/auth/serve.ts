/** The auth server's routines (auth-proc.md §1.2–1.4). */
import { MACH_PORT_NULL, MsgType, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { Mig } from "../../mach/kern/kern-return.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { replyTo, serve, type Demuxer } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { auth } from "../interfaces/auth.ts";
import { Errno } from "../interfaces/errno.ts";
import { Thread } from "../lib/sync.ts";
import { PortClass, type Bucket, type PortInfo } from "../lib/ports.ts";
import { mayMake, type Handle, type Ids } from "../lib/auth-handle.ts";
import { RendezvousTable, type WatchDeath } from "./rendezvous.ts";

const reply = replyTo(auth);

export class AuthServer {
  readonly handles = new PortClass<Handle>("auth handle");
  readonly bucket: Bucket;
  private readonly meetings: RendezvousTable;

  constructor(bucket: Bucket) {
    this.bucket = bucket;
    this.meetings = new RendezvousTable(watchDeath(bucket));
  }

  /** A new handle. It lives while there are send rights to it. */
  makeHandle(ids: Ids): Syscall<PortInfo<Handle>> {
    return this.bucket.create(this.handles, { ids });
  }

  /** The handle behind a port name of ours. */
  lookup(name: MachPort): Handle | undefined {
    return this.bucket.lookup(this.handles, name)?.object;
  }

  /** The handles among `names`; undefined when a live port is none (our decision, DIFFERENCES.md). Null and dead names are skipped. */
  othersHandles(names: readonly MachPort[]): readonly Handle[] | undefined {
    const found = names.filter(portValid).map((name) => this.lookup(name));
    return found.every((h) => h !== undefined) ? found : undefined;
  }

  /** Serves the auth interface on all handles. */
  demuxer(): Demuxer {
    return authDemuxer(this, this.meetings);
  }
}

function authDemuxer(server: AuthServer, meetings: RendezvousTable): Demuxer {
  return serve(auth, (request) => server.lookup(request.localPort), {
    *auth_getids(handle) {
      return { err: 0, ...handle.ids };
    },
    *auth_makeauth(handle, { other_handles, euids, auids, egids, agids }) {
      const others = server.othersHandles(other_handles);
      if (others === undefined) return { err: Errno.EINVAL };
      const wanted: Ids = { euids, auids, egids, agids };
      if (!mayMake([handle, ...others].map((h) => h.ids), wanted)) return { err: Errno.EPERM };
      const made = yield* server.makeHandle(wanted);
      const { name } = yield* server.bucket.getRight(made);
      for (const other of other_handles) yield* deallocate(other);
      return { err: 0, newhandle: name };
    },
    *auth_user_authenticate(handle, { rendezvous }, request) {
      if (!portValid(rendezvous)) return { err: Errno.EINVAL };
      const outcome = yield* meetings.user(rendezvous, handle.ids);
      if (outcome === "lost") {
        yield* dropReply(request);
        yield* deallocate(rendezvous);
        return { err: Mig.NO_REPLY };
      }
      if (outcome.err === 0) yield* deallocate(rendezvous);
      return outcome;
    },
    *auth_server_authenticate(_handle, { rendezvous, newport }, request) {
      if (!portValid(rendezvous)) return { err: Errno.EINVAL };
      const outcome = yield* meetings.server(rendezvous, newport.name);
      if (outcome.err !== 0) return outcome;
      const { remotePort, remoteType } = request;
      request.remotePort = MACH_PORT_NULL;
      yield* reply.auth_server_authenticate(remotePort, { err: 0, ...outcome.ids }, remoteType);
      yield* outcome.releaseUser();
      yield* deallocate(rendezvous);
      return { err: Mig.NO_REPLY };
    },
  });
}

/** Gives the reply right back unused: the caller sees MIG_SERVER_DIED. */
function* dropReply(request: MachMsg): Syscall<void> {
  const { remotePort, remoteType } = request;
  request.remotePort = MACH_PORT_NULL;
  if (remoteType === MsgType.MOVE_SEND_ONCE || remoteType === MsgType.MOVE_SEND) yield* deallocate(remotePort);
}

/** `ports_interrupt_self_on_port_death`: the death of a rendezvous port cancels the thread that waits on it. */
function watchDeath(bucket: Bucket): WatchDeath {
  return function* (rendezvous, body) {
    const thread = Thread.self();
    let died = false;
    const hook = function* (): Syscall<void> {
      died = true;
      yield* thread.cancel();
    };
    yield* bucket.requestDeadName(rendezvous, hook);
    const value = yield* body();
    yield* bucket.cancelDeadName(rendezvous, hook);
    return { died, value };
  };
}
