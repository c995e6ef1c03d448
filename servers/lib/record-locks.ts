/**
 * Locks on ranges of a file, and on all of it (`fcntl` and `flock`; libfshelp's rlock). The holder is the peropen: shared by dup and fork, gone with its last
 * reference (fs-io.md §4, file_record_lock).
 */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_SH, LOCK_UN } from "../interfaces/hurd-types.ts";
import { Condition } from "./sync.ts";

/** Whoever can hold a lock; compared by identity. */
export type LockHolder = object;

/** A locked range; `end` is exclusive, Infinity for "to the end". */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly type: typeof F_RDLCK | typeof F_WRLCK;
  readonly who: LockHolder;
}

export class RecordLocks {
  private ranges: readonly Range[] = [];
  private readonly changed = new Condition();

  /** All locks, by start. */
  get held(): readonly Range[] {
    return this.ranges;
  }

  /** LOCK_EX, LOCK_SH or LOCK_UN: the strongest that `who` holds, or anybody. */
  status(who?: LockHolder): number {
    const held = this.ranges.filter((r) => who === undefined || r.who === who);
    if (held.length === 0) return LOCK_UN;
    return held.some((r) => r.type === F_WRLCK) ? LOCK_EX : LOCK_SH;
  }

  /** Some lock of another holder that keeps `who` from locking so (`F_GETLK`). */
  conflict(who: LockHolder, start: number, end: number, type: number): Range | undefined {
    return this.ranges.find((r) => r.who !== who && r.start < end && start < r.end && (r.type === F_WRLCK || type === F_WRLCK));
  }

  /** Sets or clears. Own ranges are split and merged; a read lock takes nothing from one's own write lock (rlock-tweak.c). EAGAIN: conflict; with `wait` EINTR when the wait is cancelled. */
  *set(who: LockHolder, start: number, end: number, type: number, wait: boolean): Syscall<0 | Failure> {
    while (type !== F_UNLCK && this.conflict(who, start, end, type) !== undefined) {
      if (!wait) return Errno.EAGAIN;
      if ((yield* this.changed.wait()) === "cancelled") return Errno.EINTR;
    }
    this.ranges = replaced(this.ranges, who, start, end, type);
    yield* this.changed.broadcast();
    return 0;
  }

  /** The holder is gone. */
  *release(who: LockHolder): Syscall<void> {
    if (!this.ranges.some((r) => r.who === who)) return;
    this.ranges = this.ranges.filter((r) => r.who !== who);
    yield* this.changed.broadcast();
  }
}

/** `ranges` with `who`'s from `start` to `end` as `type` says. */
function replaced(ranges: readonly Range[], who: LockHolder, start: number, end: number, type: number): readonly Range[] {
  const others = ranges.filter((r) => r.who !== who);
  const kept = type === F_RDLCK ? ranges.filter((r) => r.who === who && r.type === F_WRLCK && r.start < end && start < r.end) : [];
  const own: Range[] = [];
  for (const r of ranges) {
    if (r.who !== who) continue;
    if (r.start < start) own.push({ ...r, end: Math.min(r.end, start) });
    if (r.end > end) own.push({ ...r, start: Math.max(r.start, end) });
  }
  if (type === F_WRLCK) own.push({ start, end, type, who });
  if (type === F_RDLCK) own.push(...around(kept, { start, end, type, who }));
  own.sort((a, b) => a.start - b.start);
  return [...others, ...merged(own)].sort((a, b) => a.start - b.start);
}

/** `range` in pieces, with `holes` (by start) in their place. */
function around(holes: readonly Range[], range: Range): readonly Range[] {
  const out: Range[] = [];
  let { start } = range;
  for (const hole of holes) {
    if (hole.start > start) out.push({ ...range, start, end: hole.start });
    out.push({ ...hole, start: Math.max(hole.start, range.start), end: Math.min(hole.end, range.end) });
    start = hole.end;
  }
  return start < range.end ? [...out, { ...range, start }] : out;
}

function merged(own: readonly Range[]): readonly Range[] {
  const out: Range[] = [];
  for (const r of own) {
    const last = out.at(-1);
    if (last !== undefined && last.type === r.type && last.end >= r.start) out[out.length - 1] = { ...last, end: Math.max(last.end, r.end) };
    else out.push(r);
  }
  return out;
}
