/**
 * Handles that anybody may have (utils/fakeauth.c): asked who they are, they tell what they were made to tell; when an identity is really exchanged, the
 * handle of the user who started fakeauth goes in their place, and the answer comes from the real auth server straight to who asked.
 */
import { copySend, MACH_PORT_DEAD, MACH_PORT_NULL, moveSend, MsgType, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { MachMsg, MsgOption, type Item } from "../../mach/ipc/message.ts";
import { asFailure, Mig, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { packFields } from "../../mach/mig/client.ts";
import { firstOf, machMsgServer, serve, type Demuxer } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { auth } from "../interfaces/auth.ts";
import { Errno } from "../interfaces/errno.ts";
import { interrupt, interruptCall } from "../interfaces/interrupt.ts";
import { mayMake, type Handle, type Ids } from "../lib/auth-handle.ts";
import { portsDemuxer } from "../lib/notifications.ts";
import { PortClass, type Bucket, type PortInfo } from "../lib/ports.ts";

const { auth_user_authenticate, auth_server_authenticate } = auth.routines;

export class FakeHandles {
  private readonly handles = new PortClass<Handle>("fake auth handle");
  private readonly bucket: Bucket;
  /** The real handle, borrowed. */
  private readonly real: MachPort;

  constructor(bucket: Bucket, real: MachPort) {
    this.bucket = bucket;
    this.real = real;
  }

  /** A new handle that says it is `ids`. It lives while there are send rights to it. */
  make(ids: Ids): Syscall<PortInfo<Handle>> {
    return this.bucket.create(this.handles, { ids });
  }

  /** Serves with the caller's thread alone: nothing here waits for anybody but the real auth server's queue. */
  *serve(): Syscall<void> {
    yield* machMsgServer(this.bucket.portSet, firstOf(this.authDemuxer(), this.interruptDemuxer(), portsDemuxer(this.bucket)));
  }

  private lookup(name: MachPort): Handle | undefined {
    return this.bucket.lookup(this.handles, name)?.object;
  }

  /** The rule of auth_makeauth is auth's own; a port that is no handle of ours counts for nothing (here as upstream). */
  private authDemuxer(): Demuxer {
    const lookup = (name: MachPort): Handle | undefined => this.lookup(name);
    const grant = (wanted: Ids): Syscall<PolyRight> => this.grant(wanted);
    const forward = (request: MachMsg, rendezvous: MachPort, items: readonly Item[]): Syscall<{ readonly err: Failure }> => this.forward(request, rendezvous, items);
    return serve(auth, (request) => this.lookup(request.localPort), {
      *auth_getids(handle) {
        return { err: 0, ...handle.ids };
      },
      *auth_makeauth(handle, { other_handles, euids, auids, egids, agids }) {
        const others = other_handles.filter(portValid).flatMap((name) => lookup(name) ?? []);
        const wanted: Ids = { euids, auids, egids, agids };
        if (!mayMake([handle, ...others].map((h) => h.ids), wanted)) return { err: Errno.EPERM };
        const { name } = yield* grant(wanted);
        for (const other of other_handles) yield* deallocate(other);
        return { err: 0, newhandle: name };
      },
      *auth_user_authenticate(_handle, { rendezvous }, request) {
        return yield* forward(request, rendezvous, packFields(auth_user_authenticate.in, { rendezvous: moved(rendezvous) }));
      },
      *auth_server_authenticate(_handle, { rendezvous, newport }, request) {
        return yield* forward(request, rendezvous, packFields(auth_server_authenticate.in, { rendezvous: moved(rendezvous), newport }));
      },
    });
  }

  private *grant(ids: Ids): Syscall<PolyRight> {
    return yield* this.bucket.getRight(yield* this.make(ids));
  }

  /** Sends the request on to the real handle with the client's own reply right. EINVAL: the rendezvous died on its way here. */
  private *forward(request: MachMsg, rendezvous: MachPort, items: readonly Item[]): Syscall<{ readonly err: Failure }> {
    if (rendezvous === MACH_PORT_DEAD) return { err: Errno.EINVAL };
    const msg = new MachMsg();
    msg.header(this.real, MsgType.COPY_SEND, request.remotePort, request.remoteType, request.id, items);
    msg.option = MsgOption.SEND;
    const code = yield msg;
    if (code !== 0) return { err: asFailure(code) };
    request.remotePort = MACH_PORT_NULL;
    return { err: Mig.NO_REPLY };
  }

  /** All that waits on our behalf waits at the one real handle, so everybody's call is interrupted (upstream too). */
  private interruptDemuxer(): Demuxer {
    return serve(interrupt, (request) => this.lookup(request.localPort), {
      interrupt_operation: () => interruptCall.interrupt_operation(this.real, {}),
    });
  }
}

const moved = (name: MachPort): PolyRight => (portValid(name) ? moveSend(name) : copySend(name));
