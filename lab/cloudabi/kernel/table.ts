/**
 * Tables of descriptors, and the three steps by which exec makes a new one (cloudabi.md §2.1): copy, remapped; install; or free what was copied.
 *
 * The rights belong to the descriptor, everything else to the description that it refers to. A new number is the lowest that is free, as on FreeBSD (the ABI does not promise it).
 */
import { Errno, fail, ok, type Result } from "../errno.ts";
import type { Rights, RightsPair } from "../rights.ts";
import type { OpenFile } from "./files.ts";

/** A descriptor: what it refers to, and what it may be used for. */
export interface Slot extends RightsPair {
  readonly file: OpenFile;
}

/** Another descriptor for the same description; the rights are copied unchanged. */
export const share = ({ file, base, inheriting }: Slot): Slot => ({ file: file.refer(), base, inheriting });

/** Descriptors that one table can have. */
export const MAX_FDS = 1024;

export class FdTable {
  private slots = new Map<number, Slot>();
  /** Numbers that the host's exec closes; CloudABI itself knows no such flag. */
  readonly closeOnExec = new Set<number>();

  get size(): number {
    return this.slots.size;
  }

  /** By ascending number. */
  get all(): readonly (readonly [fd: number, slot: Slot])[] {
    return [...this.slots].sort(([a], [b]) => a - b);
  }

  get(fd: number): Slot | undefined {
    return this.slots.get(fd);
  }

  /** The number that `install` takes next. */
  get lowestFree(): number {
    let fd = 0;
    while (this.slots.has(fd)) fd++;
    return fd;
  }

  /** Takes the lowest free number. EMFILE: there is none; the slot stays the caller's then. */
  install(slot: Slot): Result<number> {
    const fd = this.lowestFree;
    if (fd >= MAX_FDS) return fail(Errno.EMFILE);
    this.slots.set(fd, slot);
    return ok(fd);
  }

  /** Puts `slot` at `fd`; what was there is closed afterwards. */
  put(fd: number, slot: Slot): void {
    const old = this.slots.get(fd);
    this.slots.set(fd, slot);
    this.closeOnExec.delete(fd);
    old?.file.release();
  }

  /** Fewer rights for the descriptor at `fd`. */
  narrow(fd: number, base: Rights, inheriting: Rights): void {
    const slot = this.slots.get(fd);
    if (slot !== undefined) this.slots.set(fd, { file: slot.file, base, inheriting });
  }

  /** Takes the descriptor out of the table; the reference is the caller's. */
  take(fd: number): Slot | undefined {
    const slot = this.slots.get(fd);
    this.slots.delete(fd);
    this.closeOnExec.delete(fd);
    return slot;
  }

  /** Closes everything: the process ends. */
  clear(): void {
    for (const [fd] of this.all) this.take(fd)?.file.release();
  }

  /** The host's exec: what is flagged goes. */
  closeFlagged(): void {
    for (const fd of [...this.closeOnExec].sort((a, b) => a - b)) this.take(fd)?.file.release();
  }

  /** A table for a child: everything, with the rights as they are. */
  copy(): FdTable {
    const table = new FdTable();
    for (const [fd, slot] of this.slots) table.slots.set(fd, share(slot));
    for (const fd of this.closeOnExec) table.closeOnExec.add(fd);
    return table;
  }

  /**
   * `fdcopy_remapped`: a new table whose slot i is what stands at `fds[i]`. E2BIG: it would be larger than this one (highest number in use + 1), though by nothing but duplicates; EBADF: one of the numbers is
   * negative or closed. On an error nothing has been referred to.
   */
  copyRemapped(fds: readonly number[]): Result<FdTable> {
    if (fds.length > Math.max(-1, ...this.slots.keys()) + 1) return fail(Errno.E2BIG);
    const table = new FdTable();
    for (const [i, fd] of fds.entries()) {
      const slot = this.slots.get(fd);
      if (slot === undefined) {
        table.clear();
        return fail(Errno.EBADF);
      }
      table.slots.set(i, share(slot));
    }
    return ok(table);
  }

  /** `fdinstall_remapped`: this table's content is that of `other` from now on; everything else is closed. */
  installRemapped(other: FdTable): void {
    const old = this.slots;
    this.slots = other.slots;
    this.closeOnExec.clear();
    for (const [, slot] of [...old].sort(([a], [b]) => a - b)) slot.file.release();
  }

  /** `fdescfree_remapped`: the copied table is not going to be used. */
  free(): void {
    this.clear();
  }

  /** Dense, from 0 on, of references that are the table's now. Ours, for E4. */
  static of(slots: readonly Slot[]): FdTable {
    const table = new FdTable();
    for (const [i, slot] of slots.entries()) table.slots.set(i, slot);
    return table;
  }
}
