/** `io_*` as every trivial translator answers them. Reading, writing, seeking and waiting are the translator's own: EOPNOTSUPP without. */
import { MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import { addSendRef } from "../../../glibc-shim/rights.ts";
import { ioCall } from "../../../glibc-shim/stubs.ts";
import { Errno } from "../../interfaces/errno.ts";
import { FSTYPE_MISC, O_WRITE } from "../../interfaces/hurd-types.ts";
import type { io } from "../../interfaces/io.ts";
import { decodeStat, encodeStat, S_IFCHR, S_IFMT, S_IROOT, S_ITRANS } from "../../interfaces/stat.ts";
import { identityRight } from "../identity-port.ts";
import { isOwner, NOBODY, restrict } from "../iouser.ts";
import { serverAuthenticate } from "../reauth.ts";
import { TrivProtid, type Trivfs } from "./trivfs.ts";

type Defaults<H> = Partial<Handlers<typeof io.routines, TrivProtid<H>>>;

export const ioDefaults = <H>(trivfs: Trivfs<H>): Defaults<H> => ({ ...status(trivfs), ...modes<H>(), ...ports(trivfs) });

const status = <H>(trivfs: Trivfs<H>): Defaults<H> => ({
  *io_stat(self) {
    const under = yield* ioCall.io_stat(self.realnode, {});
    if (under.err) return under;
    const st = decodeStat(under.stat_info);
    const { modifyStat, fstype = FSTYPE_MISC } = trivfs.description;
    const device = { ...st, fstype, fsid: trivfs.libc.getpid(), mode: (st.mode & ~(S_IFMT | S_ITRANS)) | S_IFCHR | S_IROOT };
    return { err: 0, stat_info: encodeStat(modifyStat === undefined ? device : modifyStat(device, self)) };
  },

  *io_identity(self) {
    const under = yield* ioCall.io_stat(self.realnode, {});
    if (under.err) return under;
    const st = decodeStat(under.stat_info);
    const { control } = self.po;
    const { ino } = trivfs.description.modifyStat?.(st, self) ?? st;
    return { err: 0, idport: yield* identityRight(control.file), fsidport: yield* identityRight(control.filesys), fileno: ino };
  },
  io_pathconf: ({ realnode }, { name }) => ioCall.io_pathconf(realnode, { name }),
  /** None of them writes: what may not be opened for writing is not open for writing. */
  *io_write() {
    return { err: trivfs.description.allowOpen & O_WRITE ? Errno.EOPNOTSUPP : Errno.EBADF };
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

/** The bits of the open: shown, and not to be changed. */
const modes = <H>(): Defaults<H> => ({
  *io_get_openmodes({ po }) {
    return { err: 0, bits: po.openmodes };
  },
});

const nothingDone = function* (): Syscall<{ readonly err: 0 }> {
  return { err: 0 };
};
/** What null, fifo and their like do about bits and owners: changing the bits succeeds and changes nothing; nobody owns it, and nobody can. */
export const unchangeable = {
  io_set_all_openmodes: nothingDone,
  io_set_some_openmodes: nothingDone,
  io_clear_some_openmodes: nothingDone,
  *io_get_owner(): Syscall<{ readonly err: 0; readonly owner: number }> {
    return { err: 0, owner: 0 };
  },
  *io_mod_owner(): Syscall<{ readonly err: typeof Errno.EINVAL }> {
    return { err: Errno.EINVAL };
  },
};

/** More ports on the same open. */
const ports = <H>(trivfs: Trivfs<H>): Defaults<H> => ({
  *io_duplicate({ po, user, realnode }) {
    yield* addSendRef(realnode);
    return { err: 0, newport: yield* trivfs.port(po, user, realnode) };
  },
  *io_restrict_auth({ po, user, realnode }, { uids, gids }) {
    const kept = (yield* trivfs.privileged(user)) ? { uids: [...uids], gids: [...gids] } : restrict(user, uids, gids);
    const node = yield* ioCall.io_restrict_auth(realnode, { uids: kept.uids, gids: kept.gids });
    if (node.err) return node;
    return { err: 0, new_object: yield* trivfs.port(po, kept, node.new_object) };
  },
  *io_reauthenticate({ po }, { rendezvous2 }) {
    po.refs++;
    const protid = new TrivProtid(po, NOBODY, MACH_PORT_NULL);
    const port = yield* trivfs.bucket.createOutside(trivfs.protids, protid);
    yield* serverAuthenticate(trivfs.bucket, port, { auth: trivfs.libc.ports.auth, rendezvous: rendezvous2 }, function* (user) {
      protid.user = user;
      const node = yield* trivfs.restricted(po.control.underlying, user);
      if (!node.err) protid.realnode = node.value;
    });
    return { err: 0 };
  },
});
