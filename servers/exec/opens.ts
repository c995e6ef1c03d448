/** Opens of /servers/exec: what a translator on one node has to answer (libtrivfs's part of the exec server). */
import { decodeStat, encodeStat, S_IFCHR, S_IFMT, S_IROOT, S_ITRANS } from "../interfaces/stat.ts";
import { copySend, MACH_PORT_NULL, moveSend, type MachPort } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { firstOf, serve, type Demuxer } from "../../mach/mig/server.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import { fs } from "../interfaces/fs.ts";
import { fsys } from "../interfaces/fsys.ts";
import { FS_RETRY_NORMAL, FSYS_GOAWAY_FORCE, O_READ } from "../interfaces/hurd-types.ts";
import { io, ioCall } from "../interfaces/io.ts";
import { isRoot, NOBODY, restrict, type IoUser } from "../lib/iouser.ts";
import { PortClass, type Bucket, type PortInfo } from "../lib/ports.ts";
import { serverAuthenticate } from "../lib/reauth.ts";

/** Who has opened us. */
export interface Open {
  user: IoUser;
  readonly openmodes: number;
  /** Made by exec_init for the proc server alone: its underlying node is null (exec.md §7). */
  readonly internal: boolean;
}

export class Opens {
  readonly controls = new PortClass<"control">("exec control");
  readonly opens = new PortClass<Open>("exec open");
  readonly bucket: Bucket;
  readonly libc: Libc;
  /** The node that we sit on; null until the handshake is done. */
  realnode: MachPort = MACH_PORT_NULL;

  constructor(bucket: Bucket, libc: Libc) {
    this.bucket = bucket;
    this.libc = libc;
  }

  /** The open behind the port that a request came to. */
  readonly lookup = (request: MachMsg): Open | undefined => this.bucket.lookup(this.opens, request.localPort)?.object;

  open(user: IoUser, openmodes: number, internal = false): Syscall<PortInfo<Open>> {
    return this.bucket.create(this.opens, { user, openmodes, internal });
  }

  /** Root, or whoever this server runs as: may set us up. */
  mayControl({ user, internal }: Open): boolean {
    return internal || isRoot(user);
  }

  /** Serves control port and opens. */
  demuxer(): Demuxer {
    return firstOf(fsysDemuxer(this), ioDemuxer(this), fileDemuxer(this));
  }
}

function fsysDemuxer(opens: Opens): Demuxer {
  return serve(fsys, (request) => opens.bucket.lookup(opens.controls, request.localPort), {
    *fsys_getroot(_control, { dotdot_node, gen_uids, gen_gids, flags }) {
      const made = yield* opens.open({ uids: gen_uids, gids: gen_gids }, flags);
      const file = yield* opens.bucket.getRight(made);
      yield* deallocate(dotdot_node);
      return { err: 0, do_retry: FS_RETRY_NORMAL, retry_name: "", file };
    },
    *fsys_goaway(_control, { flags }) {
      if ((flags & FSYS_GOAWAY_FORCE) === 0) return { err: Errno.EBUSY };
      return yield* opens.libc.exit(0);
    },
    *fsys_syncfs() {
      return { err: 0 };
    },
  });
}

function ioDemuxer(opens: Opens): Demuxer {
  const { bucket } = opens;
  return serve(io, opens.lookup, {
    *io_reauthenticate(open, { rendezvous2 }) {
      const made = yield* bucket.createOutside(opens.opens, { ...open, user: NOBODY });
      const right = yield* bucket.getSendRight(made);
      made.object.user = yield* serverAuthenticate(opens.libc.ports.auth, rendezvous2, copySend(right));
      yield* bucket.serve(made);
      yield* deallocate(right);
      return { err: 0 };
    },
    *io_restrict_auth(open, { uids, gids }) {
      return { err: 0, new_object: yield* bucket.getRight(yield* opens.open(restrict(open.user, uids, gids), open.openmodes)) };
    },
    *io_duplicate(open) {
      return { err: 0, newport: yield* bucket.getRight(yield* opens.open(open.user, open.openmodes)) };
    },
    *io_stat() {
      const under = yield* ioCall.io_stat(opens.realnode, {});
      if (under.err) return under;
      const st = decodeStat(under.stat_info);
      return { err: 0, stat_info: encodeStat({ ...st, mode: (st.mode & ~(S_IFMT | S_ITRANS)) | S_IFCHR | S_IROOT, size: 0, blocks: 0 }) };
    },
    *io_get_openmodes({ openmodes }) {
      return { err: 0, bits: openmodes };
    },
    *io_identity() {
      const got = yield* ioCall.io_identity(opens.realnode, {});
      return got.err ? got : { err: 0, idport: moveSend(got.idport), fsidport: moveSend(got.fsidport), fileno: got.fileno };
    },
  });
}

function fileDemuxer(opens: Opens): Demuxer {
  return serve(fs, opens.lookup, {
    *file_check_access() {
      return { err: 0, allowed: O_READ };
    },
  });
}
