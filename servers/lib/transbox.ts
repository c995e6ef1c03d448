/**
 * What a node knows of its translator: the control port of the active one, and whether one is being started (libfshelp's transbox, fs-io.md §6).
 *
 * Any number of lookups may want the translator at once: one starts it, the others wait; when the start fails each of them tries itself.
 */
import { copySend, MACH_PORT_NULL, portValid, Right, type MachPort } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { Kern, Mig, Msg, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { fsysCall } from "../../glibc-shim/stubs.ts";
import { moveSend } from "../../mach/ipc/names.ts";
import { Errno } from "../interfaces/errno.ts";
import type { IoUser } from "./iouser.ts";
import type { LookupAnswer } from "./lookup-answer.ts";
import { Condition } from "./sync.ts";

/** A lookup that has come to a translated node. */
export interface FetchRoot {
  /** Starts the passive translator; ENOENT when there is none. A new send right on its control port. */
  readonly start: () => Syscall<Result<MachPort>>;
  /** Port on the directory, without ids: where ".." will lead. Borrowed. */
  readonly dotdot: MachPort;
  readonly user: IoUser;
  readonly flags: number;
}

/** Codes that say that the other side of a control port is gone. */
export const serverDead = (err: number): boolean => err === Msg.SEND_INVALID_DEST || err === Mig.SERVER_DIED;

export class Transbox {
  /** The control right; MACH_PORT_DEAD when a dead one was set. */
  private active: MachPort = MACH_PORT_NULL;
  private starting = false;
  private readonly settled = new Condition();

  /** True when a control port is set; a translator that is only starting does not count. */
  get translated(): boolean {
    return this.active !== MACH_PORT_NULL;
  }

  /** A new reference on the control port; null when there is none. KERN_INVALID_NAME when a dead one was set. */
  *fetchControl(): Syscall<Result<MachPort>> {
    const { active } = this;
    if (active === MACH_PORT_NULL) return { err: 0, value: active };
    if (!portValid(active)) return { err: Kern.INVALID_NAME };
    const { err } = yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name: active, right: Right.SEND, delta: 1 });
    if (err === Kern.INVALID_RIGHT) {
      const dead = yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name: active, right: Right.DEAD_NAME, delta: 1 });
      return dead.err ? { err: dead.err } : { err: 0, value: active };
    }
    return err ? { err } : { err: 0, value: active };
  }

  /** Stores a control port (consumed; null detaches). With `exclusive` EBUSY when one is active or starting; without, waits for a start to end. */
  *set(control: MachPort, exclusive: boolean): Syscall<0 | Failure> {
    while (this.starting) {
      if (exclusive) return Errno.EBUSY;
      if ((yield* this.settled.wait()) === "cancelled") return Errno.EINTR;
    }
    if (exclusive && this.translated) return Errno.EBUSY;
    const old = this.active;
    this.active = control;
    yield* deallocate(old);
    return 0;
  }

  /** Forgets `control` if it is still the active one. */
  *drop(control: MachPort): Syscall<void> {
    if (this.active !== control) return;
    this.active = MACH_PORT_NULL;
    yield* deallocate(control);
  }

  /** The translator's root, from the running one or one that is started for it. Call with the node unlocked. */
  *fetchRoot(ask: FetchRoot): Syscall<LookupAnswer | { readonly err: Failure }> {
    for (;;) {
      const ready = yield* this.ensure(ask);
      if (ready) return { err: ready };
      const held = yield* this.fetchControl();
      if (held.err) return held;
      const control = held.value;
      if (control === MACH_PORT_NULL) continue;
      const got = yield* fsysCall.fsys_getroot(control, {
        dotdot_node: copySend(ask.dotdot),
        gen_uids: ask.user.uids,
        gen_gids: ask.user.gids,
        flags: ask.flags,
      });
      if (serverDead(got.err)) yield* this.drop(control);
      yield* deallocate(control);
      if (serverDead(got.err)) continue;
      if (got.err) return { err: got.err };
      return { err: 0, do_retry: got.do_retry, retry_name: got.retry_name, right: moveSend(got.file) };
    }
  }

  /** Sees to it that one is active; 0, or why there is none. */
  private *ensure(ask: FetchRoot): Syscall<0 | Failure> {
    while (!this.translated) {
      if (this.starting) {
        if ((yield* this.settled.wait()) === "cancelled") return Errno.EINTR;
        continue;
      }
      this.starting = true;
      const started = yield* ask.start();
      this.starting = false;
      if (!started.err) this.active = started.value;
      yield* this.settled.broadcast();
      if (started.err) return started.err;
    }
    return 0;
  }
}
