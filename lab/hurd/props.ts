/** What S holds before the launch, made for real: a terminal, files, directories, a socket that listens, rights in no table. */
import { asPort, makeSend, moveReceive, type MachPort } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt, orThrow } from "../../glibc-shim/errno.ts";
import { asFd, type Fd, type Libc } from "../../glibc-shim/libc.ts";
import { allocateReceive, deallocate, insertSend } from "../../glibc-shim/rights.ts";
import { O_CREAT, O_READ, O_WRITE, SOCK_STREAM } from "../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../servers/interfaces/process.ts";
import { socketCall } from "../../servers/interfaces/socket.ts";
import type { Held } from "../model/launch.ts";
import type { Stage } from "./stage.ts";

/** Where the scenario's files lie. */
export const PLACE = "/tmp/scene";
/** Names that the peer has for the other ends of raw rights begin here: out of the way of those that the kernel gives. */
const PEER_NAMES = 0x20000;
/** The peer's name for the other end of the `index`-th thing that S holds, if that is a raw right. */
export const peerName = (index: number): MachPort => asPort(PEER_NAMES + index);
/** Descriptors of a scenario are below this number; from here on they are nobody's, until all have their numbers. */
const DESCRIPTORS = 512;
/** So many closed ones in a row, and there are no more. */
const GAP = 48;

const openFlags = (rights: readonly string[]): number => (rights.includes("r") ? O_READ : 0) | (rights.includes("w") ? O_WRITE : 0);
/** The scenario's "dir/one" is one in the directory of dir. */
const pathOf = (object: string): string => `${PLACE}/${object.replaceAll("/", "-")}`;
export const entryOf = (object: string): string => object.slice(object.lastIndexOf("/") + 1);

/** True for what stands in no table of descriptors. */
export const isRaw = ({ kind, at }: Held): boolean => at.length === 0 || kind === "send-right" || kind === "receive-right";

/** A new right of S for `held`, which takes no descriptor. A process is the peer. */
function* make(libc: Libc, held: Held, peer: MachPort): Syscall<MachPort> {
  const path = pathOf(held.object);
  switch (held.kind) {
    case "tty":
      return yield* libc.file_name_lookup("/dev/console", openFlags(held.rights));
    case "process":
      return orThrow("proc_task2proc", yield* procCall.proc_task2proc(libc.ports.proc, { task: peer })).proc;
    case "log":
    case "file":
      return yield* libc.file_name_lookup(path, openFlags(held.rights) | O_CREAT, 0o644);
    case "directory":
      return yield* directory(libc, path, held);
    case "listener":
    case "socket":
      return yield* socket(libc, held.kind === "listener");
    case "send-right":
    case "receive-right":
      return yield* allocateReceive();
  }
}

function* directory(libc: Libc, path: string, { yields = [] }: Held): Syscall<MachPort> {
  yield* libc.mkdir(path, 0o755);
  for (const { object } of yields) {
    const fd = yield* libc.open(`${path}/${entryOf(object)}`, O_WRITE | O_CREAT, 0o644);
    yield* libc.writeAll(fd, object);
    yield* libc.close(fd);
  }
  return yield* libc.file_name_lookup(path, O_READ);
}

function* socket(libc: Libc, listens: boolean): Syscall<MachPort> {
  const server = yield* libc.file_name_lookup("/servers/socket/1", 0);
  const { sock } = orThrow("socket_create", yield* socketCall.socket_create(server, { sock_type: SOCK_STREAM, protocol: 0 }));
  if (listens) {
    const { addr } = orThrow("socket_fabricate_address", yield* socketCall.socket_fabricate_address(server, { sockaddr_type: 1 }));
    orThrow("socket_bind", yield* socketCall.socket_bind(sock, { addr }));
    orThrow("socket_listen", yield* socketCall.socket_listen(sock, { queue_limit: 5 }));
    yield* deallocate(addr);
  }
  yield* deallocate(server);
  return sock;
}

/** Raw rights: the other end goes to `peer`'s task. S keeps a send right, or the receive right. */
function* share(right: MachPort, held: Held, peer: MachPort, index: number): Syscall<void> {
  const name = peerName(index);
  if (held.kind === "send-right") yield* insertSend(right);
  const poly = held.kind === "send-right" ? moveReceive(right) : makeSend(right);
  orThrow("mach_port_insert_right", yield* machPortCall.mach_port_insert_right(peer, { name, poly }));
}

/** The open descriptors of the calling program and their ports (borrowed). */
export function* openDescriptors(libc: Libc): Syscall<ReadonlyMap<number, MachPort>> {
  const found = new Map<number, MachPort>();
  for (let fd = 0, closed = 0; fd < DESCRIPTORS && closed < GAP; fd++) {
    const port = yield* attempt(libc.fdPort(asFd(fd)));
    closed = port.err === 0 ? 0 : closed + 1;
    if (port.err === 0) found.set(fd, port.value);
  }
  return found;
}

/** S's things, and where they are in S. */
export class Props {
  private readonly raw = new Map<string, MachPort>();
  private readonly places = new Map<string, Fd>();
  private readonly libc: Libc;
  private readonly holds: readonly Held[];

  constructor(libc: Libc, holds: readonly Held[]) {
    this.libc = libc;
    this.holds = holds;
  }

  /** Makes all of them. Descriptors get their numbers last, so that it does not matter in which order they are listed. */
  *make(peer: MachPort): Syscall<void> {
    const { libc } = this;
    const aside = new Map<Held, Fd>();
    for (const [i, held] of this.holds.entries()) {
      const right = yield* make(libc, held, peer);
      if (!isRaw(held)) {
        const fd = yield* libc.openport(right, 0);
        aside.set(held, yield* libc.dupfd(fd, DESCRIPTORS));
        yield* libc.close(fd);
        continue;
      }
      this.raw.set(held.object, right);
      if (held.kind === "send-right" || held.kind === "receive-right") yield* share(right, held, peer, i);
    }
    for (const [held, fd] of aside) {
      for (const at of held.at) this.places.set(held.object, yield* libc.dup2(fd, asFd(at)));
      for (const at of held.at) yield* libc.setCloexec(asFd(at), held.closeOnExec);
      yield* libc.close(fd);
    }
  }

  /** S's name for an object. */
  *port(object: string): Syscall<MachPort | undefined> {
    const fd = this.places.get(object);
    return fd === undefined ? this.raw.get(object) : yield* this.libc.fdPort(fd);
  }

  /** Names of raw rights that are not among `but`. */
  rawNames(but: readonly string[] = []): readonly MachPort[] {
    return [...this.raw].filter(([object]) => !but.includes(object)).map(([, port]) => port);
  }

  /** Tells the eye what is what, by the ports as they are now. */
  *introduce({ eye }: Stage): Syscall<void> {
    for (const { object } of this.holds) {
      const port = yield* this.port(object);
      if (port !== undefined) eye.name(object, port);
    }
  }
}
