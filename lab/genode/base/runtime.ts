/** What one Genode process has of its library: switches, registry, entrypoints, its parent. Made by its program when it starts; threads of the process share it. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { abort, atomic, fstat, getpeername } from "../linux/libc.ts";
import { GenodeException, type Capability } from "./capability.ts";
import type { Knobs } from "./knobs.ts";
import { Registry } from "./registry.ts";

/** What all processes of a system have in common besides the kernel: numbers of objects come from core's one counter. */
export interface IdSource {
  next(): number;
}

/** An entrypoint's two descriptors. */
export interface EntrypointSockets {
  readonly server: number;
  readonly client: number;
}

export class Runtime {
  readonly knobs: Knobs;
  readonly ids: IdSource;
  readonly registry: Registry;
  /** Calls that have come back. */
  rpcs = 0;
  /** What the code prints or would better print: failed replies, overruns. */
  readonly log: string[] = [];
  /** Own sockets of the 2020 design, by the local end's number: the remote end and its inode. */
  readonly own = new Map<number, { readonly remote: number; readonly ino: number }>();
  /** Where entrypoints get their sockets from, when they do not make them (aee0). */
  sockets: ((tid: number) => Syscall<EntrypointSockets>) | undefined;
  /** Capabilities that have been received, for those who look. */
  readonly received: Capability[] = [];

  constructor(knobs: Knobs, ids: IdSource) {
    this.knobs = knobs;
    this.ids = ids;
    this.registry = new Registry(knobs.registrySize);
  }

  /** An operation of the registry under its lock: others may come before it, none into it. */
  *locked<T>(operation: (registry: Registry) => T): Syscall<T> {
    yield* atomic("registry");
    return operation(this.registry);
  }

  /** The identity of the entrypoint behind `fd`; -1: it has none. */
  *identify(fd: number): Syscall<number> {
    if (this.knobs.dedup === "none") return -1;
    return yield* this.knobs.dedup === "inode" ? fstat(fd) : idOfPeer(this.knobs.rpath, fd);
  }
}

/** The number behind `RPATH/ep-` in the name of the peer. Of the part before it only the length is looked at. */
function* idOfPeer(rpath: string, fd: number): Syscall<number> {
  const name = yield* getpeername(fd);
  const prefix = `${rpath}/ep-`.length;
  if (typeof name === "number" || name.length <= prefix) return -1;
  const digits = /^\d+/.exec(name.slice(prefix));
  return digits === null ? -1 : Number(digits[0]);
}

/** Runs `body`; an exception that nobody catches ends the process. */
export function* guarded<T>(body: () => Syscall<T>): Syscall<T | undefined> {
  try {
    return yield* body();
  } catch (e) {
    if (!(e instanceof GenodeException)) throw e;
    yield* abort(e.message);
    return undefined;
  }
}
