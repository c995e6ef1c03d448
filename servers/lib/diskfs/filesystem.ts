/** A running filesystem: what its requests share, and how ports on its files come and go. */
import { MACH_PORT_NULL, portValid, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { addSendRef, deallocate, destroyReceive } from "../../../glibc-shim/rights.ts";
import { O_CREAT, O_EXCL, O_EXLOCK, O_NOLINK, O_NONBLOCK, O_NOTRANS, O_SHLOCK } from "../../interfaces/hurd-types.ts";
import type { Timespec } from "../../interfaces/stat.ts";
import { ActiveTranslators } from "../active-translators.ts";
import { identityRight, newIdentity } from "../identity-port.ts";
import type { IoUser } from "../iouser.ts";
import { PortClass, type Bucket, type PortInfo } from "../ports.ts";
import { Mutex } from "../sync.ts";
import type { Node, Store } from "./node.ts";
import { NO_PLACE, Peropen, Protid, type Place } from "./peropen.ts";

/** Bits that matter only while opening. */
const OPEN_ONLY = O_CREAT | O_EXCL | O_NOLINK | O_NOTRANS | O_NONBLOCK | O_EXLOCK | O_SHLOCK;

/** Settings that `fsys_set_options` changes. */
export interface Settings {
  readonly: boolean;
  noexec: boolean;
  nosuid: boolean;
  noatime: boolean;
  /** Access times only when they are older than the others (not after a day as well, which the real one looks at, too). */
  relatime: boolean;
  /** New files have their directory's group, else their creator's (unless the directory is set-gid). */
  inheritGroup: boolean;
  /** Seconds between writes; 0 never, "always" with each change. */
  sync: number | "always";
}

export class Diskfs {
  readonly libc: Libc;
  readonly bucket: Bucket;
  readonly store: Store;
  readonly settings: Settings = { readonly: false, noexec: false, nosuid: false, noatime: false, relatime: true, inheritGroup: true, sync: 5 };
  /** One lock for all nodes. Never held while another task is called that could call back: translators, auth, exec. */
  readonly lock = new Mutex();
  /** Lets one directory move at a time. */
  readonly renameLock = new Mutex();
  readonly translators = new ActiveTranslators();
  readonly protids: PortClass<Protid>;
  readonly controls: PortClass<Diskfs>;
  /** The control port, while there is one. */
  control: PortInfo<Diskfs> | undefined = undefined;
  /** The exec server, once looked up; null: look it up. */
  exec: MachPort = MACH_PORT_NULL;
  /** Only the boot filesystem can say who it is by itself: it starts with no ports. Others have libc's. */
  authPort: MachPort = MACH_PORT_NULL;
  constructor(libc: Libc, bucket: Bucket, store: Store) {
    this.libc = libc;
    this.bucket = bucket;
    this.store = store;
    this.protids = new PortClass<Protid>("protid", (port) => this.closed(port.object));
    this.controls = new PortClass<Diskfs>("control");
  }

  /** The filesystem's own authority. */
  get auth(): MachPort {
    return portValid(this.authPort) ? this.authPort : this.libc.ports.auth;
  }

  // ---- opening

  /** A new open of `node`. `place` gives its "..": references are taken. */
  *open(node: Node, flags: number, place: Place): Syscall<Peropen> {
    node.opens++;
    const po = new Peropen(node, flags & ~OPEN_ONLY, place);
    yield* addSendRef(place.rootParent);
    yield* addSendRef(place.shadowRootParent);
    return po;
  }

  /** A port on `po` for `user`. */
  *protid(po: Peropen, user: IoUser): Syscall<PortInfo<Protid>> {
    po.refs++;
    return yield* this.bucket.create(this.protids, new Protid(po, user));
  }

  /** A right, to be sent, on a new port on `po`. */
  *port(po: Peropen, user: IoUser): Syscall<PolyRight> {
    return yield* this.bucket.getRight(yield* this.protid(po, user));
  }

  /** A right, to be sent, on a new open of `node`. */
  *openPort(node: Node, flags: number, place: Place, user: IoUser): Syscall<PolyRight> {
    return yield* this.port(yield* this.open(node, flags, place), user);
  }

  /** As `openPort`, but a send right of our own. Give it back. */
  *ownPort(node: Node, flags: number, place: Place, user: IoUser): Syscall<MachPort> {
    return yield* this.bucket.getSendRight(yield* this.protid(yield* this.open(node, flags, place), user));
  }

  /** The root as the filesystem itself has it. */
  *rootPort(flags: number, user: IoUser): Syscall<MachPort> {
    return yield* this.ownPort(this.store.root, flags, NO_PLACE, user);
  }

  /** What `name` is, if it is a port on one of our files. */
  protidOf(name: MachPort): Protid | undefined {
    return this.bucket.lookup(this.protids, name)?.object;
  }

  private *closed({ po }: Protid): Syscall<void> {
    if (--po.refs > 0) return;
    yield* po.node.records.release(po);
    yield* deallocate(po.place.rootParent);
    yield* deallocate(po.place.shadowRootParent);
    po.node.opens--;
    yield* this.released(po.node);
  }

  /** Frees a node that nobody has open and nothing names: once, though its last name and its last open may go at the same time. */
  *released(node: Node): Syscall<void> {
    if (node.opens > 0 || node.st.nlink > 0 || this.freed.has(node)) return;
    this.freed.add(node);
    if (portValid(node.identity)) yield* destroyReceive(node.identity);
    node.identity = MACH_PORT_NULL;
    yield* deallocate(node.sockaddr);
    node.sockaddr = MACH_PORT_NULL;
    yield* this.lock.with(() => node.free());
  }
  private readonly freed = new WeakSet<Node>();

  // ---- times

  /** The time now, by the machine's clock. */
  *now(): Syscall<Timespec> {
    const { sec, usec } = yield* this.libc.gettimeofday();
    return { sec, nsec: usec * 1000 };
  }

  /** Contents changed: modification and change times. */
  *touchContents(node: Node): Syscall<void> {
    node.st.mtim = node.st.ctim = yield* this.now();
    yield* this.changed(node, node.st.ctim);
  }

  /** The status changed. */
  *touchStatus(node: Node): Syscall<void> {
    node.st.ctim = yield* this.now();
    yield* this.changed(node, node.st.ctim);
  }

  /** With the filesystem locked. What has been changed is written when the last time is as long ago as the settings say. */
  private *changed(node: Node, { sec }: Timespec): Syscall<void> {
    yield* node.update();
    const { sync } = this.settings;
    this.written ??= sec;
    if (sync === 0 || (sync !== "always" && sec - this.written < sync)) return;
    this.written = sec;
    yield* this.store.sync(sync === "always");
  }
  /** When the filesystem was last written, in seconds; the first change counts as if it had been then. */
  private written: number | undefined = undefined;

  /** Contents were read. */
  *touchAccess(node: Node): Syscall<void> {
    if (this.settings.readonly || this.settings.noatime) return;
    const { atim, mtim, ctim } = node.st;
    if (this.settings.relatime && later(atim, mtim) && later(atim, ctim)) return;
    node.st.atim = yield* this.now();
    yield* node.update();
  }

  /** The right that stands for the filesystem in `io_identity`: no file's. */
  identity(): Syscall<PolyRight> {
    return identityRight(this.own);
  }
  private readonly own = newIdentity();

  /** The right that stands for the file in `io_identity`. */
  identityOf(node: Node): Syscall<PolyRight> {
    return identityRight(node);
  }
}

const later = (a: Timespec, b: Timespec): boolean => a.sec > b.sec || (a.sec === b.sec && a.nsec >= b.nsec);
