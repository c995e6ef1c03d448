/**
 * A translator of one node, without the work (libtrivfs): whoever writes one says what differs from a character device that cannot do
 * anything. /hurd/null is the shortest complete example.
 *
 * Three levels as in every filesystem: the control port (the translator), a peropen (one open, with a `hook` of the translator's own), a protid (a port for one
 * user), which also holds the node underneath as that user may use it.
 */
import { MACH_PORT_NULL, portValid, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { MachMsg } from "../../../mach/ipc/message.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { firstOf, serve, type Demuxer } from "../../../mach/mig/server.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import { attempt, type Result } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { ioCall } from "../../../glibc-shim/stubs.ts";
import { Errno } from "../../interfaces/errno.ts";
import { fs } from "../../interfaces/fs.ts";
import { fsys } from "../../interfaces/fsys.ts";
import { FSYS_GOAWAY_FORCE, O_CREAT, O_EXCL, O_EXLOCK, O_NOLINK, O_NOTRANS, O_SHLOCK } from "../../interfaces/hurd-types.ts";
import { io } from "../../interfaces/io.ts";
import type { StatFields } from "../../interfaces/stat.ts";
import { announce } from "../control-handshake.ts";
import { newIdentity, type Identified } from "../identity-port.ts";
import { isRoot, type IoUser } from "../iouser.ts";
import type { LookupAnswer } from "../lookup-answer.ts";
import { Bucket, PortClass, type PortInfo } from "../ports.ts";
import { fsDefaults } from "./fs.ts";
import { fsysDefaults } from "./fsys.ts";
import { ioDefaults } from "./io.ts";

/** Bits that matter only while opening. */
const OPEN_ONLY = O_CREAT | O_EXCL | O_NOLINK | O_NOTRANS | O_EXLOCK | O_SHLOCK;

/** One place where the translator sits: a control port, and the node underneath. A pty has two. */
export interface Control {
  /** The underlying node, as its owner has it. */
  underlying: MachPort;
  /** For translators with several: which. */
  readonly kind: string;
  /** What stands in `io_identity` for the file, and for it as a filesystem. */
  readonly file: Identified;
  readonly filesys: Identified;
}

export class TrivPeropen<H> {
  readonly control: Control;
  openmodes: number;
  /** The translator's own data about this open. */
  readonly hook: H;
  refs = 0;
  constructor(control: Control, openmodes: number, hook: H) {
    this.control = control;
    this.openmodes = openmodes;
    this.hook = hook;
  }
}

export class TrivProtid<H> {
  readonly po: TrivPeropen<H>;
  user: IoUser;
  /** The node underneath, restricted to `user`. A reference of our own. */
  realnode: MachPort;
  constructor(po: TrivPeropen<H>, user: IoUser, realnode: MachPort) {
    this.po = po;
    this.user = user;
    this.realnode = realnode;
  }
}

/** What `fsys_getroot` was asked. `dotdot` is borrowed. */
export interface RootRequest {
  readonly control: Control;
  readonly dotdot: MachPort;
  readonly user: IoUser;
  readonly flags: number;
}

/** What makes a translator this one and no other. All that is left out is as libtrivfs has it. */
export interface TrivfsDescription<H> {
  /** `st_fstype`; FSTYPE_MISC. */
  readonly fstype?: number;
  /** The accesses that an open may ask for: O_READ | O_WRITE | O_EXEC. Another one is EROFS (write) or EACCES. */
  readonly allowOpen: number;
  /** What an open keeps; a code refuses it. */
  open(request: RootRequest): Syscall<Result<H>>;
  /** The last port of an open is gone. */
  close?(po: TrivPeropen<H>): Syscall<void>;
  /** Answers `fsys_getroot` itself; undefined: go on as usual. */
  getroot?(request: RootRequest): Syscall<LookupAnswer | { readonly err: Failure } | undefined>;
  /** The status, from that of a character device. */
  modifyStat?(st: StatFields, self: TrivProtid<H>): StatFields;
  /** May the translator go, with `open` ports on it? 0 ends it without a reply; else why not. Left out: it goes, whoever is using it (recorded p-goaway). */
  goaway?(flags: number, open: number): Syscall<0 | Failure>;
  /** `fsys_get_source`; EOPNOTSUPP without. */
  readonly source?: string;
  /** Words of `fsysopts` after the program. */
  options?(): readonly string[];
  /** `fsys_set_options`. EINVAL for those it does not know. */
  setOptions?(options: readonly string[]): Syscall<0 | Failure>;
  readonly io?: Partial<Handlers<typeof io.routines, TrivProtid<H>>>;
  readonly fs?: Partial<Handlers<typeof fs.routines, TrivProtid<H>>>;
  /** Other interfaces; before the files'. */
  demuxers?(trivfs: Trivfs<H>): readonly Demuxer[];
}

export class Trivfs<H> {
  readonly libc: Libc;
  readonly argv: readonly string[];
  readonly bucket: Bucket;
  readonly description: TrivfsDescription<H>;
  readonly protids: PortClass<TrivProtid<H>>;
  readonly controls = new PortClass<Control>("control");

  private constructor(libc: Libc, argv: readonly string[], bucket: Bucket, description: TrivfsDescription<H>) {
    this.libc = libc;
    this.argv = argv;
    this.bucket = bucket;
    this.description = description;
    this.protids = new PortClass<TrivProtid<H>>("protid", (port) => this.closed(port.object));
  }

  static *create<H>(libc: Libc, argv: readonly string[], description: TrivfsDescription<H>): Syscall<Trivfs<H>> {
    return new Trivfs(libc, argv, yield* Bucket.create(libc), description);
  }

  /** Another control port. Tell somebody of it, and set `underlying`. */
  *newControl(kind: string): Syscall<PortInfo<Control>> {
    return yield* this.bucket.create(this.controls, { underlying: MACH_PORT_NULL, kind, file: newIdentity(), filesys: newIdentity() });
  }

  /** A translator's whole life after its arguments are read: handshake, then requests. The exit status: 1 if nobody started it as a translator. */
  *run(openflags = 0): Syscall<number> {
    const control = yield* this.newControl("node");
    const started = yield* announce(this.libc, this.bucket, control, openflags);
    if (started.err) {
      yield* this.libc.warn("must be started as a translator", undefined);
      return 1;
    }
    control.object.underlying = started.value;
    yield* this.bucket.serveMultithread(this.demuxer());
    return 0;
  }

  /** All requests that come to ports of this translator. */
  demuxer(): Demuxer {
    const { description: d } = this;
    const file = (request: MachMsg): TrivProtid<H> | undefined => this.protidOf(request.localPort);
    const control = (request: MachMsg): PortInfo<Control> | undefined => this.bucket.lookup(this.controls, request.localPort);
    return firstOf(
      ...(d.demuxers?.(this) ?? []),
      serve(io, file, { ...ioDefaults(this), ...d.io }),
      serve(fs, file, { ...fsDefaults(this), ...d.fs }),
      serve(fsys, control, fsysDefaults(this)),
    );
  }

  protidOf(name: MachPort): TrivProtid<H> | undefined {
    return this.bucket.lookup(this.protids, name)?.object;
  }

  // ---- ports

  /** A new open. `realnode` is consumed on success. */
  *open(request: RootRequest, realnode: MachPort): Syscall<Result<PolyRight>> {
    const hook = yield* this.description.open(request);
    if (hook.err) return hook;
    const po = new TrivPeropen(request.control, request.flags & ~OPEN_ONLY, hook.value);
    return { err: 0, value: yield* this.port(po, request.user, realnode) };
  }

  /** A right, to be sent, on a new port on `po`. `realnode` is consumed. */
  *port(po: TrivPeropen<H>, user: IoUser, realnode: MachPort): Syscall<PolyRight> {
    po.refs++;
    return yield* this.bucket.getRight(yield* this.bucket.create(this.protids, new TrivProtid(po, user, realnode)));
  }

  /** True for root, and for whom the translator itself is (`isroot`): they have all its rights. One without ids is nobody. */
  *privileged(user: IoUser): Syscall<boolean> {
    if (isRoot(user)) return true;
    const self = yield* attempt(this.libc.getuid());
    return self.err === 0 && user.uids.includes(self.value);
  }

  /** The underlying node as `user` may use it: a new reference. */
  *restricted(underlying: MachPort, user: IoUser): Syscall<Result<MachPort>> {
    if (!portValid(underlying)) return { err: 0, value: underlying };
    if (yield* this.privileged(user)) {
      const copy = yield* ioCall.io_duplicate(underlying, {});
      return copy.err ? copy : { err: 0, value: copy.newport };
    }
    const made = yield* ioCall.io_restrict_auth(underlying, { uids: user.uids, gids: user.gids });
    return made.err ? made : { err: 0, value: made.new_object };
  }

  private *closed({ po, realnode }: TrivProtid<H>): Syscall<void> {
    yield* deallocate(realnode);
    if (--po.refs === 0 && this.description.close !== undefined) yield* this.description.close(po);
  }
}

/** A description's `goaway` for translators that stay while somebody uses them: EBUSY, unless forced. */
export function* whileUnused(flags: number, open: number): Syscall<0 | Failure> {
  return open > 0 && !(flags & FSYS_GOAWAY_FORCE) ? Errno.EBUSY : 0;
}

/** A description's `open` for translators that keep nothing. */
export function* nothing(): Syscall<Result<undefined>> {
  return { err: 0, value: undefined };
}

