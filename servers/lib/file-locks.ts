/** Whole-file locks (`flock`, libfshelp's lock box). The holder is the peropen: shared by dup and fork, gone with its last reference. */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN } from "../interfaces/hurd-types.ts";
import { Condition } from "./sync.ts";

/** Whoever can hold a lock; compared by identity. */
export type LockHolder = object;

export class FileLocks {
  private readonly shared = new Set<LockHolder>();
  private exclusive: LockHolder | undefined = undefined;
  private readonly changed = new Condition();

  /** LOCK_SH, LOCK_EX or LOCK_UN (none held), of `who`. */
  held(who: LockHolder): number {
    return this.exclusive === who ? LOCK_EX : this.shared.has(who) ? LOCK_SH : LOCK_UN;
  }

  /** The strongest lock that anybody holds. */
  get strongest(): number {
    return this.exclusive !== undefined ? LOCK_EX : this.shared.size > 0 ? LOCK_SH : LOCK_UN;
  }

  /** `file_lock`. EINVAL: no command; EAGAIN: conflict with LOCK_NB; EINTR: the wait was cancelled. */
  *acquire(who: LockHolder, flags: number): Syscall<0 | Failure> {
    const wanted = flags & LOCK_UN ? LOCK_UN : flags & LOCK_SH ? LOCK_SH : flags & LOCK_EX ? LOCK_EX : 0;
    if (wanted === 0) return Errno.EINVAL;
    if (wanted === LOCK_UN) {
      yield* this.release(who);
      return 0;
    }
    while (this.conflicts(who, wanted)) {
      if (flags & LOCK_NB) return Errno.EAGAIN;
      if (this.held(who) !== LOCK_UN) yield* this.release(who);
      if ((yield* this.changed.wait()) === "cancelled") return Errno.EINTR;
    }
    const downgraded = this.exclusive === who && wanted === LOCK_SH;
    this.drop(who);
    if (wanted === LOCK_EX) this.exclusive = who;
    else this.shared.add(who);
    if (downgraded) yield* this.changed.broadcast();
    return 0;
  }

  /** Gives up what `who` holds. */
  *release(who: LockHolder): Syscall<void> {
    if (this.drop(who)) yield* this.changed.broadcast();
  }

  private drop(who: LockHolder): boolean {
    if (this.exclusive === who) {
      this.exclusive = undefined;
      return true;
    }
    return this.shared.delete(who);
  }

  private conflicts(who: LockHolder, wanted: number): boolean {
    if (this.exclusive !== undefined && this.exclusive !== who) return true;
    return wanted === LOCK_EX && [...this.shared].some((holder) => holder !== who);
  }
}
