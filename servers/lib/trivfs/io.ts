/** `io_*` as every trivial translator answers them. Reading, writing, seeking and waiting are the translator's own: EOPNOTSUPP without. */
import { MACH_PORT_NULL, moveSend } from "../../../mach/ipc/names.ts";
import { failure } from "../../../mach/mig/server.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import { addSendRef } from "../../../glibc-shim/rights.ts";
import { ioCall } from "../../../glibc-shim/stubs.ts";
import { Errno } from "../../interfaces/errno.ts";
import { HONORED_STATE_MODES } from "../../interfaces/hurd-types.ts";
import type { io } from "../../interfaces/io.ts";
import { decodeStat, encodeStat, S_IFCHR, S_IFMT, S_IROOT, S_ITRANS } from "../../interfaces/stat.ts";
import { isOwner, NOBODY, restrict } from "../iouser.ts";
import { pathconf } from "../pathconf.ts";
import { serverAuthenticate } from "../reauth.ts";
import { TrivProtid, type Trivfs } from "./trivfs.ts";

type Defaults<H> = Partial<Handlers<typeof io.routines, TrivProtid<H>>>;

export const ioDefaults = <H>(trivfs: Trivfs<H>): Defaults<H> => ({ ...status(trivfs), ...modes<H>(), ...ports(trivfs) });

const status = <H>(trivfs: Trivfs<H>): Defaults<H> => ({
  *io_stat(self) {
    const under = yield* ioCall.io_stat(self.realnode, {});
    if (under.err) return under;
    const st = decodeStat(under.stat_info);
    const device = { ...st, mode: (st.mode & ~(S_IFMT | S_ITRANS)) | S_IFCHR | S_IROOT, fsid: trivfs.libc.getpid(), size: 0, blocks: 0 };
    const { modifyStat } = trivfs.description;
    return { err: 0, stat_info: encodeStat(modifyStat === undefined ? device : modifyStat(device, self)) };
  },

  *io_identity({ realnode }) {
    const got = yield* ioCall.io_identity(realnode, {});
    if (got.err) return got;
    return { err: 0, idport: moveSend(got.idport), fsidport: moveSend(got.fsidport), fileno: got.fileno };
  },
  *io_pathconf(_self, { name }) {
    const value = pathconf(name, 1);
    return value === undefined ? failure(Errno.EINVAL) : { err: 0, value };
  },
  *io_server_version() {
    return { err: 0, server_name: trivfs.description.serverName, server_major_version: 0, server_minor_version: 9, server_edit_level: 0 };
  },
  /** Only this translator's ports: what waits on them ends; the node underneath, which the translator itself uses, stays. EPERM for all but its owner. */
  *io_revoke(self, _args, request) {
    const under = yield* ioCall.io_stat(self.realnode, {});
    if (under.err) return under;
    const err = isOwner(decodeStat(under.stat_info), self.user);
    if (err) return { err };
    for (const port of trivfs.bucket.all(trivfs.protids)) {
      if (port.object.po.control !== self.po.control || port.name === request.localPort) continue;
      yield* trivfs.bucket.interruptRpcs(port);
      yield* trivfs.bucket.destroyRight(port);
    }
    return { err: 0 };
  },
});

/** The bits that an open can change later. */
const modes = <H>(): Defaults<H> => ({
  *io_get_openmodes({ po }) {
    return { err: 0, bits: po.openmodes };
  },
  *io_set_all_openmodes({ po }, { newbits }) {
    po.openmodes = (po.openmodes & ~HONORED_STATE_MODES) | (newbits & HONORED_STATE_MODES);
    return { err: 0 };
  },
  *io_set_some_openmodes({ po }, { bits_to_set }) {
    po.openmodes |= bits_to_set & HONORED_STATE_MODES;
    return { err: 0 };
  },
  *io_clear_some_openmodes({ po }, { bits_to_clear }) {
    po.openmodes &= ~(bits_to_clear & HONORED_STATE_MODES);
    return { err: 0 };
  },
});

/** More ports on the same open. */
const ports = <H>(trivfs: Trivfs<H>): Defaults<H> => ({
  *io_duplicate({ po, user, realnode }) {
    yield* addSendRef(realnode);
    return { err: 0, newport: yield* trivfs.port(po, user, realnode) };
  },
  *io_restrict_auth({ po, user, realnode }, { uids, gids }) {
    const node = yield* ioCall.io_restrict_auth(realnode, { uids, gids });
    if (node.err) return node;
    return { err: 0, new_object: yield* trivfs.port(po, restrict(user, uids, gids), node.new_object) };
  },
  *io_reauthenticate({ po }, { rendezvous2 }) {
    po.refs++;
    const protid = new TrivProtid(po, NOBODY, MACH_PORT_NULL);
    const port = yield* trivfs.bucket.createOutside(trivfs.protids, protid);
    protid.user = yield* serverAuthenticate(trivfs.libc.ports.auth, rendezvous2, yield* trivfs.bucket.getRight(port));
    const node = yield* trivfs.restricted(po.control.underlying, protid.user);
    if (!node.err) protid.realnode = node.value;
    yield* trivfs.bucket.serve(port);
    return { err: 0 };
  },
});
