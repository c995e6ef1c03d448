/** `io_*` on the files of a filesystem (fs-io.md §4; recorded p-io). */
import { copySend, MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import { failure } from "../../../mach/mig/server.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../interfaces/errno.ts";
import {
  FILE_CHANGED_EXTEND, FILE_CHANGED_WRITE, HONORED_STATE_MODES, O_APPEND, O_FSYNC, O_NOATIME, O_READ, O_WRITE, SEEK_CUR, SEEK_END, SEEK_SET, SELECT_URG,
} from "../../interfaces/hurd-types.ts";
import type { io } from "../../interfaces/io.ts";
import { encodeStat, S_IATRANS, S_IROOT, S_ISDIR } from "../../interfaces/stat.ts";
import { isOwner, restrict } from "../iouser.ts";
import { pathconf } from "../pathconf.ts";
import { serverAuthenticate } from "../reauth.ts";
import type { Diskfs } from "./filesystem.ts";
import { Protid } from "./peropen.ts";
import type { PagerPorts } from "./pager.ts";

type IoHandlers = Partial<Handlers<typeof io.routines, Protid>>;

/** Longest piece that one `io_read` gives. */
const MAX_READ = 0x1000000;
/** Nothing beyond what a task could map: EFBIG. */
const MAX_OFFSET = 2 ** 32;

export const ioHandlers = (fs: Diskfs, pagers: PagerPorts): IoHandlers => ({ ...transfer(fs, pagers), ...modes, ...ports(fs, pagers), ...status(fs), ...sharedPage(fs) });

const transfer = (fs: Diskfs, pagers: PagerPorts): IoHandlers => ({
  *io_read(self, { offset, amount }) {
    const { po, node } = self;
    if (!(po.openstat & O_READ)) return { err: Errno.EBADF };
    if (offset < -1) return { err: Errno.EINVAL };
    const start = offset === -1 ? po.offset : offset;
    const wanted = amount < 0 ? MAX_READ : Math.min(amount, MAX_READ);
    const got = yield* fs.lock.with(() => (S_ISDIR(node.st.mode) ? node.readDirectory(start, wanted) : node.read(start, wanted)));
    if (got.err) return got;
    if (got.value.length > 0 && !(po.openstat & O_NOATIME)) yield* fs.touchAccess(node);
    if (offset === -1) po.offset = start + got.value.length;
    return { err: 0, data: got.value };
  },

  *io_write(self, { data, offset }) {
    if (fs.settings.readonly) return { err: Errno.EROFS };
    const { po } = self;
    if (!(po.openstat & O_WRITE)) return { err: Errno.EBADF };
    if (offset < -1) return { err: Errno.EINVAL };
    const err = yield* fs.lock.with(() => write(fs, self, data, offset));
    if (err) return { err };
    yield* pagers.changed(self.node);
    if (po.openstat & O_FSYNC) yield* fs.lock.with(() => fs.store.sync(true));
    return { err: 0, amount: data.length };
  },

  *io_seek(self, { offset, whence }) {
    const { po, node } = self;
    const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? po.offset : whence === SEEK_END ? node.st.size : -Infinity;
    const to = base + offset;
    if (to > MAX_OFFSET) return { err: Errno.EFBIG };
    if (to < 0) return { err: Errno.EINVAL };
    po.offset = to;
    return { err: 0, newp: to };
  },

  *io_readable(self) {
    if (!(self.po.openstat & O_READ)) return { err: Errno.EINVAL };
    return { err: 0, amount: Math.max(0, self.node.st.size - self.po.offset) };
  },
});

/**
 * With the filesystem locked. O_APPEND moves the pointer to the end first; an explicit offset ignores both. No bytes at all, beyond the end, still
 * make the file so long (libdiskfs/io-write.c grows it before it looks).
 */
function* write(fs: Diskfs, { po, node }: Protid, data: Uint8Array, offset: number): Syscall<0 | Failure> {
  if (S_ISDIR(node.st.mode)) return Errno.EISDIR;
  if (offset === -1 && po.openstat & O_APPEND) po.offset = node.st.size;
  const start = offset === -1 ? po.offset : offset;
  const end = start + data.length;
  if (end > MAX_OFFSET) return Errno.EFBIG;
  const extends_ = end > node.allocated;
  const err = data.length > 0 ? yield* node.write(start, data) : end > node.st.size ? yield* node.setSize(end) : 0;
  if (err) return err;
  if (offset === -1) po.offset = end;
  if (data.length > 0) yield* fs.touchContents(node);
  if (extends_) yield* node.fileNotices.fileChanged(FILE_CHANGED_EXTEND, 0, end);
  yield* node.fileNotices.fileChanged(FILE_CHANGED_WRITE, start, end);
  return 0;
}

const modes: IoHandlers = {
  *io_get_openmodes({ po }) {
    return { err: 0, bits: po.openstat };
  },
  *io_set_all_openmodes({ po }, { newbits }) {
    po.openstat = (po.openstat & ~HONORED_STATE_MODES) | (newbits & HONORED_STATE_MODES);
    return { err: 0 };
  },
  *io_set_some_openmodes({ po }, { bits_to_set }) {
    po.openstat |= bits_to_set & HONORED_STATE_MODES;
    return { err: 0 };
  },
  *io_clear_some_openmodes({ po }, { bits_to_clear }) {
    po.openstat &= ~(bits_to_clear & HONORED_STATE_MODES);
    return { err: 0 };
  },
  *io_mod_owner({ node }, { owner }) {
    node.owner = owner;
    return { err: 0 };
  },
  *io_get_owner({ node }) {
    return { err: 0, owner: node.owner };
  },
};

const ports = (fs: Diskfs, pagers: PagerPorts): IoHandlers => ({
  *io_duplicate({ po, user }) {
    return { err: 0, newport: yield* fs.port(po, user) };
  },
  *io_restrict_auth({ po, user }, { uids, gids }) {
    return { err: 0, new_object: yield* fs.port(po, restrict(user, uids, gids)) };
  },
  *io_reauthenticate({ po }, { rendezvous2 }) {
    po.refs++;
    const user = { uids: [] as readonly number[], gids: [] as readonly number[] };
    const port = yield* fs.bucket.createOutside(fs.protids, new Protid(po, user));
    yield* serverAuthenticate(fs.bucket, port, { auth: fs.auth, rendezvous: rendezvous2 }, function* ({ uids, gids }) {
      user.uids = uids;
      user.gids = gids;
    });
    return { err: 0 };
  },
  *io_identity({ po, node }) {
    const { shadowRoot: top } = po.place;
    const fsidport = top === undefined || top === fs.store.root ? yield* fs.identity() : yield* fs.identityOf(top);
    return { err: 0, idport: yield* fs.identityOf(node), fsidport, fileno: node.ino };
  },
  *io_map(self) {
    return yield* pagers.map(self);
  },
  *io_revoke(self, _args, request) {
    const { node } = self;
    const err = isOwner(node.st, self.user);
    if (err) return { err };
    for (const port of fs.bucket.all(fs.protids)) {
      if (port.object.node === node && port.name !== request.localPort) yield* fs.bucket.destroyRight(port);
    }
    return { err: 0 };
  },
});

const status = (fs: Diskfs): IoHandlers => ({
  *io_stat({ po, node }) {
    const { st } = node;
    const root = node === fs.store.root || po.atRoot;
    const mode = st.mode | (node.transbox.translated ? S_IATRANS : 0) | (root ? S_IROOT : 0);
    const fixed = { fstype: fs.store.fstype, fsid: fs.store.fsid, ino: node.ino, blksize: fs.store.blockSize, blocks: node.blocks };
    return { err: 0, stat_info: encodeStat({ ...fixed, ...st, mode }) };
  },
  *io_select(_self, { select_type }) {
    return { err: 0, select_type: select_type & ~SELECT_URG };
  },
  *io_select_timeout(_self, { select_type }) {
    return { err: 0, select_type: select_type & ~SELECT_URG };
  },
  *io_pathconf(_self, { name }) {
    const value = pathconf(name, fs.store.linkMax);
    return value === undefined ? failure(Errno.EINVAL) : { err: 0, value };
  },
  *io_server_version() {
    const [major, minor, edit] = fs.store.serverVersion.split(".").map(Number);
    return { err: 0, server_name: `${fs.store.serverName} ${fs.store.serverVersion}`, server_major_version: major ?? 0, server_minor_version: minor ?? 0, server_edit_level: edit ?? 0 };
  },
  /** There is no such port, and that is no failure (recorded p-io). */
  *io_get_icky_async_id() {
    return { err: 0, icky_async_id_port: copySend(MACH_PORT_NULL) };
  },
});

/** The shared-page protocol: its notices do nothing here, and succeed; its page nobody has. */
const sharedPage = (fs: Diskfs): IoHandlers => ({
  *io_eofnotify() {
    return { err: 0 };
  },
  *io_postnotify() {
    return { err: 0 };
  },
  *io_readnotify() {
    return { err: 0 };
  },
  *io_readsleep() {
    return { err: 0 };
  },
  *io_sigio() {
    return { err: 0 };
  },
  /** Nobody has mapped the shared page: there is no `io_map_cntl`. */
  *io_get_conch() {
    return { err: Errno.EINVAL };
  },
  *io_release_conch() {
    return { err: Errno.EINVAL };
  },
  *io_prenotify() {
    return { err: fs.settings.readonly ? Errno.EROFS : Errno.EINVAL };
  },
});
