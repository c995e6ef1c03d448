/** `ifsock_getsockaddr` on nodes of type socket: the address port that the local socket server made for the node when it was first asked for (libdiskfs/ifsock.c). */
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { MachMsg } from "../../../mach/ipc/message.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../../mach/mig/server.ts";
import { attempt, type Result } from "../../../glibc-shim/errno.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../interfaces/errno.ts";
import { PF_LOCAL } from "../../interfaces/hurd-types.ts";
import { ifsock } from "../../interfaces/ifsock.ts";
import { socketCall } from "../../interfaces/socket.ts";
import { S_ISSOCK, S_IWRITE } from "../../interfaces/stat.ts";
import { access } from "../iouser.ts";
import { serverDead } from "../transbox.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node } from "./node.ts";
import type { Protid } from "./peropen.ts";

const SERVER = `/servers/socket/${PF_LOCAL}`;

class SocketAddresses {
  private readonly fs: Diskfs;
  /** The local socket server, once it was looked up. */
  private server: MachPort = MACH_PORT_NULL;
  constructor(fs: Diskfs) {
    this.fs = fs;
  }

  /** EOPNOTSUPP: not a socket; EACCES: who may not write may not connect; EIEIO: the socket server is not to be had. */
  *addressOf({ node, user }: Protid): Syscall<Result<MachPort>> {
    if (!S_ISSOCK(node.st.mode)) return { err: Errno.EOPNOTSUPP };
    const err = access(node.st, S_IWRITE, user);
    if (err) return { err };
    if (node.sockaddr === MACH_PORT_NULL) {
      const made = yield* this.fabricate();
      if (made.err) return { err: Errno.EIEIO };
      if (node.sockaddr === MACH_PORT_NULL) yield* this.keep(node, made.value);
      else yield* deallocate(made.value);
    }
    return { err: 0, value: node.sockaddr };
  }

  /** A new address; a server that is gone is looked up once more. */
  private *fabricate(): Syscall<Result<MachPort>> {
    for (let again = true; ; again = false) {
      if (this.server === MACH_PORT_NULL) {
        const found = yield* attempt(this.fs.libc.file_name_lookup(SERVER, 0));
        if (found.err) return found;
        this.server = found.value;
      }
      const made = yield* socketCall.socket_fabricate_address(this.server, { sockaddr_type: PF_LOCAL });
      if (!made.err) return { err: 0, value: made.addr };
      if (!again || !serverDead(made.err)) return { err: made.err };
      yield* deallocate(this.server);
      this.server = MACH_PORT_NULL;
    }
  }

  /** The node has this address until it dies. */
  private *keep(node: Node, address: MachPort): Syscall<void> {
    node.sockaddr = address;
    yield* this.fs.bucket.requestDeadName(address, function* () {
      if (node.sockaddr !== address) return;
      node.sockaddr = MACH_PORT_NULL;
      yield* deallocate(address);
    });
  }
}

/** Serves ifsock on all files. */
export function ifsockDemuxer(fs: Diskfs, file: (request: MachMsg) => Protid | undefined): Demuxer {
  const addresses = new SocketAddresses(fs);
  return serve(ifsock, file, {
    *ifsock_getsockaddr(self) {
      const got = yield* addresses.addressOf(self);
      return got.err ? got : { err: 0, sockaddr: got.value };
    },
  });
}
