/**
 * Where a user and a server meet to exchange identity for a port (auth-proc.md §1.4).
 *
 * Both bring a right to the same port R; the key is R's name in this task. The server gets the user's ids, and only after that answer has left is
 * the user given the new port. Nobody is asked anything: whoever comes first waits.
 */
import { MsgType, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { Condition, type Woken } from "../lib/sync.ts";
import type { Ids } from "../lib/auth-handle.ts";

/** A user who waits. */
interface User {
  readonly ids: Ids;
  readonly wakeup: Condition;
  /** Set when a server took this user out of the table. A second user on the same R displaces the first, who then gets nothing. */
  newport: PolyRight | undefined;
  /** The server has its answer. */
  released: boolean;
}

/** Lets a waiting request know that R died: while `body` runs, the death cancels the running thread. Answers whether R died. */
export type WatchDeath = <T>(rendezvous: MachPort, body: () => Syscall<T>) => Syscall<{ readonly died: boolean; readonly value: T }>;

/** What the user gets. "lost": a reply that cannot be sent, as the real server makes one for a user who was displaced (recorded p-auth). */
export type UserOutcome = { readonly err: 0; readonly newport: PolyRight } | { readonly err: Failure } | "lost";
export type ServerOutcome = { readonly err: 0; readonly ids: Ids; readonly releaseUser: () => Syscall<void> } | { readonly err: Failure };

/**
 * A port has one place for a user and one for a server. Who comes later takes the place; who is then cancelled empties it, whoever has it, as the real
 * server's tables do.
 */
export class RendezvousTable {
  private readonly users = new Map<MachPort, User>();
  private readonly servers = new Map<MachPort, Condition>();
  private readonly watchDeath: WatchDeath;

  constructor(watchDeath: WatchDeath) {
    this.watchDeath = watchDeath;
  }

  /** The user's half: waits for a server. EINTR: cancelled; EINVAL: R died. */
  *user(rendezvous: MachPort, ids: Ids): Syscall<UserOutcome> {
    const user: User = { ids, wakeup: new Condition(), newport: undefined, released: false };
    this.users.set(rendezvous, user);
    const server = this.servers.get(rendezvous);
    this.servers.delete(rendezvous);
    const { died, value } = yield* this.watchDeath(rendezvous, function* () {
      if (server !== undefined) yield* server.signal();
      return user.released ? "ok" : yield* user.wakeup.wait();
    });
    if (user.newport !== undefined) return { err: 0, newport: user.newport };
    return value === "cancelled" && this.users.delete(rendezvous) ? cutShort(died) : "lost";
  }

  /** The server's half. The caller answers the server and then calls `releaseUser`. EINTR also for a server that was displaced, when R dies. */
  *server(rendezvous: MachPort, newport: MachPort): Syscall<ServerOutcome> {
    if (!this.users.has(rendezvous)) {
      const { died, value } = yield* this.waitForUser(rendezvous);
      if (value === "cancelled" && this.servers.delete(rendezvous)) return cutShort(died);
    }
    const user = this.users.get(rendezvous);
    if (user === undefined) return { err: Errno.EINTR };
    this.users.delete(rendezvous);
    // Whatever kind of right came, the user's reply moves a send right: another kind cannot be sent (recorded p-auth).
    user.newport = { name: newport, disposition: MsgType.MOVE_SEND };
    return {
      err: 0,
      ids: user.ids,
      *releaseUser() {
        user.released = true;
        yield* user.wakeup.signal();
      },
    };
  }

  private *waitForUser(rendezvous: MachPort): Syscall<{ readonly died: boolean; readonly value: Woken }> {
    const wakeup = new Condition();
    const { users } = this;
    this.servers.set(rendezvous, wakeup);
    return yield* this.watchDeath(rendezvous, function* () {
      return users.has(rendezvous) ? "ok" : yield* wakeup.wait();
    });
  }
}

const cutShort = (died: boolean): { readonly err: Failure } => ({ err: died ? Errno.EINVAL : Errno.EINTR });
