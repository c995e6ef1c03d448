/**
 * What a fakeroot answers on its files (trans/fakeroot.c). Everything is done with the translator's own rights, whoever asks; owners and modes are pretended. A request
 * that needs nothing of this goes on to the node underneath with the client's own reply right.
 */
import { copySend, MACH_PORT_NULL, MsgType, portValid, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { asFailure, Mig, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer, type Service } from "../../mach/mig/server.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { fs } from "../interfaces/fs.ts";
import {
  FS_RETRY_MAGICAL, FS_RETRY_NORMAL, FS_RETRY_REAUTH, HONORED_STATE_MODES, O_APPEND, O_CREAT, O_EXCL, O_EXEC, O_NOLINK, O_NONBLOCK, O_NOTRANS, O_RDWR, O_READ, O_WRITE, SEEK_CUR, SEEK_SET,
} from "../interfaces/hurd-types.ts";
import { io } from "../interfaces/io.ts";
import { encodeStat, S_IFMT, S_ISDIR } from "../interfaces/stat.ts";
import { normal, type LookupAnswer } from "../lib/lookup-answer.ts";
import { PortClass, type Bucket } from "../lib/ports.ts";
import { reauthenticate, serverAuthenticate } from "../lib/reauth.ts";
import type { Faked, FakeNode, FakeNodes } from "./nodes.ts";

const ACCESS = O_RDWR | O_EXEC;
/** What is asked of the filesystem underneath; the rest is between the client and us. */
const PASSED = O_NOTRANS | O_NOLINK | ACCESS | O_CREAT | O_EXCL | O_NONBLOCK;
const OPEN_ONLY = O_CREAT | O_EXCL | O_NOLINK | O_NOTRANS | O_NONBLOCK;
/** A node that nobody has chowned is root's. */
export const ROOTS: Faked = { uid: 0, gid: 0 };
const EXECUTES = new Set<number>([fs.routines.file_exec.id, fs.routines.file_exec_paths.id]);

/** One open: what its ports share. */
interface Peropen {
  readonly node: FakeNode;
  openstat: number;
  offset: number;
}

/** The mode that the real file gets: we must always be able to open it again, and to run it if anybody may. */
const realMode = (mode: number): number => mode | 0o600 | (((mode << 3) | (mode << 6)) & 0o100);

export class FakeFiles {
  readonly ports: PortClass<Peropen>;
  private readonly libc: Libc;
  private readonly bucket: Bucket;
  private readonly nodes: FakeNodes;

  /** `idle`: a port has gone. */
  constructor(libc: Libc, bucket: Bucket, nodes: FakeNodes, idle: () => Syscall<void>) {
    this.libc = libc;
    this.bucket = bucket;
    this.nodes = nodes;
    this.ports = new PortClass<Peropen>("protid", function* (port) {
      yield* nodes.release(port.object.node);
      yield* idle();
    });
  }

  /** A right on a new open of `node`, to be sent; the node has been counted for it. */
  *open(node: FakeNode, flags: number): Syscall<PolyRight> {
    return yield* this.port({ node, openstat: flags & ~OPEN_ONLY, offset: 0 });
  }

  /** The same for a node that somebody has open. */
  *openAgain(node: FakeNode, flags: number): Syscall<PolyRight> {
    node.ports++;
    return yield* this.open(node, flags);
  }

  private *another(po: Peropen): Syscall<PolyRight> {
    po.node.ports++;
    return yield* this.port(po);
  }

  private *port(po: Peropen): Syscall<PolyRight> {
    return yield* this.bucket.getRight(yield* this.bucket.create(this.ports, po));
  }

  demuxers(): readonly Demuxer[] {
    const file = (request: MachMsg): Peropen | undefined => this.bucket.lookup(this.ports, request.localPort)?.object;
    const ours = [serve(io, file, { ...this.status(), ...this.data() }), serve(fs, file, { ...this.attributes(), ...this.names() })];
    return [...ours.map((demuxer) => only(demuxer, handled)), this.rest(file)];
  }

  /** Everything else: as it came, to the node underneath. */
  private rest(file: (request: MachMsg) => Peropen | undefined): Demuxer {
    const passOn: Service = {
      *run(request) {
        const po = file(request);
        if (po === undefined) return { err: Errno.EOPNOTSUPP };
        const err = EXECUTES.has(request.id) ? yield* po.node.openFor(O_EXEC) : 0;
        if (err) return { err };
        const msg = new MachMsg();
        msg.header(po.node.file, MsgType.COPY_SEND, request.remotePort, request.remoteType, request.id, request.items);
        msg.option = MsgOption.SEND;
        const code = yield msg;
        if (code !== 0) return { err: asFailure(code) };
        request.remotePort = MACH_PORT_NULL;
        return { err: Mig.NO_REPLY };
      },
      reply: () => [],
    };
    return { handles: (id) => id >= fs.base, find: () => passOn };
  }

  private status(): Partial<Handlers<typeof io.routines, Peropen>> {
    const { libc, bucket, ports } = this;
    const another = (po: Peropen): Syscall<PolyRight> => this.another(po);
    return {
      *io_stat({ node }) {
        const st = yield* node.stat();
        return st.err ? st : { err: 0, stat_info: encodeStat(st.value) };
      },
      *io_server_version() {
        return { err: 0, server_name: "fakeroot", server_major_version: 0, server_minor_version: 9, server_edit_level: 0 };
      },
      *io_duplicate(po) {
        return { err: 0, newport: yield* another(po) };
      },
      *io_restrict_auth(po) {
        return { err: 0, new_object: yield* another(po) };
      },
      *io_reauthenticate(po, { rendezvous2 }) {
        po.node.ports++;
        const port = yield* bucket.createOutside(ports, po);
        // Whoever it is has what this open has.
        yield* serverAuthenticate(bucket, port, { auth: libc.ports.auth, rendezvous: rendezvous2 }, function* () {});
        return { err: 0 };
      },
      *io_get_openmodes({ openstat }) {
        return { err: 0, bits: openstat };
      },
      *io_set_all_openmodes(po, { newbits }) {
        po.openstat = (po.openstat & ~HONORED_STATE_MODES) | (newbits & HONORED_STATE_MODES);
        return { err: 0 };
      },
      *io_set_some_openmodes(po, { bits_to_set }) {
        po.openstat |= bits_to_set & HONORED_STATE_MODES;
        return { err: 0 };
      },
      *io_clear_some_openmodes(po, { bits_to_clear }) {
        po.openstat &= ~(bits_to_clear & HONORED_STATE_MODES);
        return { err: 0 };
      },
    };
  }

  /** The place in the file is ours: the port underneath serves all opens. */
  private data(): Partial<Handlers<typeof io.routines, Peropen>> {
    return {
      *io_read(po, { offset, amount }) {
        if ((po.openstat & O_READ) === 0) return { err: Errno.EBADF };
        const got = yield* ioCall.io_read(po.node.file, { offset: offset === -1 ? po.offset : offset, amount });
        if (!got.err && offset === -1) po.offset += got.data.length;
        return got;
      },
      *io_write(po, { data, offset }) {
        if ((po.openstat & O_WRITE) === 0) return { err: Errno.EBADF };
        const st = offset === -1 && (po.openstat & O_APPEND) !== 0 ? yield* po.node.stat() : undefined;
        if (st?.err === 0) po.offset = st.value.size;
        const got = yield* ioCall.io_write(po.node.file, { data, offset: offset === -1 ? po.offset : offset });
        if (!got.err && offset === -1) po.offset += got.amount;
        return got;
      },
      *io_seek(po, { offset, whence }) {
        const st = yield* po.node.stat();
        if (st.err) return st;
        const to = offset + (whence === SEEK_SET ? 0 : whence === SEEK_CUR ? po.offset : st.value.size);
        if (to < 0) return { err: Errno.EINVAL };
        po.offset = to;
        return { err: 0, newp: to };
      },
    };
  }

  /** What only owners and root may do succeeds, as far as anybody sees. */
  private attributes(): Partial<Handlers<typeof fs.routines, Peropen>> {
    return {
      *file_chown({ node }, { new_owner, new_group }) {
        node.pretend({ ...((new_owner | 0) === -1 ? {} : { uid: new_owner }), ...((new_group | 0) === -1 ? {} : { gid: new_group }) });
        return { err: 0 };
      },
      *file_chauthor({ node }, { new_author }) {
        node.pretend({ author: new_author });
        return { err: 0 };
      },
      *file_chmod({ node }, { new_mode }) {
        const st = yield* node.stat();
        if (st.err) return st;
        const type = new_mode & S_IFMT;
        if (type !== 0 && type !== (st.value.mode & S_IFMT)) return { err: Errno.EOPNOTSUPP };
        const executable = S_ISDIR(st.value.mode) || (node.openmodes & O_EXEC) !== 0;
        yield* fsCall.file_chmod(node.file, { new_mode: new_mode | 0o600 | (executable ? 0o100 : 0) });
        node.pretend({ mode: new_mode & ~S_IFMT });
        return { err: 0 };
      },
    };
  }

  private names(): Partial<Handlers<typeof fs.routines, Peropen>> {
    const { bucket, ports, nodes } = this;
    const real = (name: MachPort): MachPort | undefined => bucket.lookup(ports, name)?.object.node.file;
    const open = (node: FakeNode, flags: number): Syscall<PolyRight> => this.open(node, flags);
    const openAgain = (node: FakeNode, flags: number): Syscall<PolyRight> => this.openAgain(node, flags);
    const lookup = (po: Peropen, name: string, flags: number, mode: number): Syscall<LookupAnswer | { readonly err: Failure }> => this.lookup(po, name, flags, mode);
    return {
      *dir_lookup(po, { file_name, flags, mode }) {
        const got = yield* lookup(po, file_name, flags, mode);
        return got.err ? got : { err: 0, do_retry: got.do_retry, retry_name: got.retry_name, result: got.right };
      },
      *dir_mkdir({ node }, { name, mode }) {
        return yield* fsCall.dir_mkdir(node.file, { name, mode: mode | 0o700 });
      },
      *file_getlinknode({ node }) {
        return { err: 0, linknode: yield* openAgain(node, 0) };
      },
      *dir_link({ node }, { file, name, excl }) {
        const target = real(file);
        if (target === undefined) return { err: Errno.EXDEV };
        const done = yield* fsCall.dir_link(node.file, { file: target, name, excl });
        if (!done.err) yield* deallocate(file);
        return done;
      },
      *dir_rename({ node }, { oldname, newdirectory, newname, excl }) {
        const to = real(newdirectory);
        if (to === undefined) return { err: Errno.EXDEV };
        const done = yield* fsCall.dir_rename(node.file, { oldname, newdirectory: to, newname, excl });
        if (!done.err) yield* deallocate(newdirectory);
        return done;
      },
      *dir_mkfile({ node }, { flags, mode }) {
        const made = yield* fsCall.dir_mkfile(node.file, { flags: ACCESS, mode: realMode(mode) });
        if (made.err) return made;
        const got = yield* nodes.of(made.newnode, ACCESS, ROOTS);
        if (got.err) return got;
        if (realMode(mode) !== mode) got.value.pretend({ mode });
        return { err: 0, newnode: yield* open(got.value, flags) };
      },
    };
  }

  /** Goes all the way underneath, with our own identity where that is asked for; what is found becomes a node of ours. */
  private *lookup(po: Peropen, path: string, flags: number, mode: number): Syscall<LookupAnswer | { readonly err: Failure }> {
    let step: Step = { err: 0, dir: po.node.file, name: path, own: false };
    for (;;) {
      const got = yield* fsCall.dir_lookup(step.dir, { file_name: step.name, flags: flags & PASSED, mode: realMode(mode) });
      if (step.own) yield* deallocate(step.dir);
      if (got.err) return got;
      if (got.do_retry === FS_RETRY_MAGICAL && !portValid(got.result)) return { err: 0, do_retry: got.do_retry, retry_name: got.retry_name, right: copySend(MACH_PORT_NULL) };
      if (got.do_retry === FS_RETRY_NORMAL && got.retry_name === "") return yield* this.found(got.result, flags);
      const next = yield* this.further(got.do_retry, got.result, got.retry_name);
      if (next.err) return next;
      step = next;
    }
  }

  private *further(retry: number, port: MachPort, name: string): Syscall<Step | { readonly err: Failure }> {
    if (retry === FS_RETRY_NORMAL) return { err: 0, dir: port, name, own: true };
    const made: Result<MachPort> = retry === FS_RETRY_REAUTH ? yield* reauthenticate(this.libc.ports.auth, port) : { err: Errno.EOPNOTSUPP };
    yield* deallocate(port);
    return made.err ? made : { err: 0, dir: made.value, name, own: true };
  }

  private *found(file: MachPort, flags: number): Syscall<LookupAnswer | { readonly err: Failure }> {
    const node = yield* this.nodes.of(file, flags & ACCESS, ROOTS);
    return node.err ? node : normal(yield* this.open(node.value, flags));
  }
}

/** Where a lookup goes on. `own`: the port is ours to give back. */
interface Step {
  readonly err: 0;
  readonly dir: MachPort;
  readonly name: string;
  readonly own: boolean;
}

/** The requests that are not simply passed on. */
const { io_stat, io_server_version, io_duplicate, io_restrict_auth, io_reauthenticate, io_get_openmodes, io_set_all_openmodes, io_set_some_openmodes, io_clear_some_openmodes } = io.routines;
const { file_chown, file_chauthor, file_chmod, dir_lookup, dir_mkdir, file_getlinknode, dir_link, dir_rename, dir_mkfile } = fs.routines;
const handled = new Set<number>(
  [
    ...[io_stat, io_server_version, io_duplicate, io_restrict_auth, io_reauthenticate, io_get_openmodes, io_set_all_openmodes, io_set_some_openmodes, io_clear_some_openmodes],
    ...[io.routines.io_read, io.routines.io_write, io.routines.io_seek, file_chown, file_chauthor, file_chmod, dir_lookup, dir_mkdir, file_getlinknode, dir_link, dir_rename, dir_mkfile],
  ].map((routine) => routine.id),
);

/** `demuxer` for some ids alone. */
const only = (demuxer: Demuxer, ids: ReadonlySet<number>): Demuxer => ({ handles: (id) => ids.has(id) && demuxer.handles(id), find: (request) => demuxer.find(request) });
