/**
 * A receive right with the object behind it, the classes of such objects, and the requests in progress on them (libports' `port_info`,
 * `port_class`, `rpc_info`).
 */
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Thread } from "./sync.ts";

/** What happens to objects of one kind. `T` is the object. */
export class PortClass<T> {
  /** Phantom: makes classes of different objects different types. */
  declare readonly "~object": T;
  readonly name: string;
  /** The object's last port right is gone and no request uses it: give up what it holds. */
  clean?(port: PortInfo<T>): Syscall<void>;
  /** Ports of this class now. */
  count = 0;
  /** Who keeps new requests on ports of this class waiting. */
  inhibitor: Thread | undefined = undefined;
  constructor(name: string, clean?: (port: PortInfo<T>) => Syscall<void>) {
    this.name = name;
    if (clean !== undefined) this.clean = clean;
  }
}

/** One request that a thread is serving. */
export interface Rpc {
  readonly thread: Thread;
  readonly id: number;
}

/** A port of ours and its object. Made by `Bucket.create` and `Bucket.import`. */
export class PortInfo<T> {
  readonly class: PortClass<T>;
  readonly object: T;
  /** The receive right; null after `destroyRight`. */
  name: MachPort;
  /** How many send rights we made: what the kernel's make-send count will be when all that we handed out are made. */
  mscount: number;
  /** A no-senders notification is on order. */
  hasSendRights = false;
  /** Requests on this port that are being served. */
  readonly rpcs = new Set<Rpc>();
  /** Reasons beside send rights and requests to keep the object (`ports_port_ref`). */
  refs = 0;
  inhibitor: Thread | undefined = undefined;
  /** `clean` has been called. */
  finished = false;
  constructor(cls: PortClass<T>, object: T, name: MachPort, mscount: number) {
    this.class = cls;
    this.object = object;
    this.name = name;
    this.mscount = mscount;
  }

  /** True when nothing keeps the object alive. */
  get idle(): boolean {
    return !this.hasSendRights && this.refs === 0 && this.rpcs.size === 0;
  }
}

/** A port of whatever class. Objects are seen only through `lookup`, which knows the class. */
export type AnyPort = PortInfo<unknown>;

/** What keeps the inhibitor from going on: requests of other threads. */
export function* othersIn(ports: Iterable<AnyPort>, self: Thread): Generator<Rpc> {
  for (const port of ports) for (const rpc of port.rpcs) if (rpc.thread !== self) yield rpc;
}
