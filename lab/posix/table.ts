/**
 * A process's descriptors: numbers, and flags that belong to the number and not to what is open.
 *
 * Always: a new number is the lowest that is free, and dup and dup2 clear both flags of the new number, whatever the old one had (comparison.md §7, PX).
 */
import type { Description } from "./description.ts";
import type { ErrorName, Result } from "./errors.ts";

/** What a descriptor says besides what it refers to. */
export interface Flags {
  readonly closeOnExec: boolean;
  /** POSIX of 2024, from Solaris: not copied by fork. */
  readonly closeOnFork: boolean;
}

export const NO_FLAGS: Flags = { closeOnExec: false, closeOnFork: false };

export interface Descriptor extends Flags {
  readonly description: Description;
  /** Capsicum: the rights that are left. Undefined: all of the description's. */
  readonly limit: readonly string[] | undefined;
}

/** The rights that a descriptor gives: its description's, as far as it has not been limited. */
export const rightsOf = ({ description, limit }: Descriptor): readonly string[] => (limit === undefined ? description.rights : description.rights.filter((r) => limit.includes(r)));

/** RLIMIT_NOFILE's usual soft value. */
export const DESCRIPTORS_MAX = 1024;

export class DescriptorTable {
  private readonly slots = new Map<number, Descriptor>();
  /** RLIMIT_NOFILE. */
  limit: number;
  /** The last descriptor of `description` has gone. */
  private readonly closed: (description: Description) => void;

  constructor(closed: (description: Description) => void, limit = DESCRIPTORS_MAX) {
    this.closed = closed;
    this.limit = limit;
  }

  get(fd: number): Descriptor | undefined {
    return this.slots.get(fd);
  }

  /** Descriptors in ascending order. */
  get all(): readonly (readonly [fd: number, descriptor: Descriptor])[] {
    return [...this.slots].sort(([a], [b]) => a - b);
  }

  get size(): number {
    return this.slots.size;
  }

  /** The lowest free number from `from` on; EMFILE when it is beyond the limit. */
  lowest(from = 0): Result {
    let fd = from;
    while (this.slots.has(fd)) fd++;
    return fd < this.limit ? fd : "EMFILE";
  }

  /** Puts `description` at the lowest free number from `from` on. */
  add(description: Description, flags: Flags = NO_FLAGS, from = 0, limit?: readonly string[]): Result {
    const fd = this.lowest(from);
    if (typeof fd === "number") this.put(fd, { description, ...flags, limit });
    return fd;
  }

  /** Puts `descriptor` at `fd`; what stood there is closed. */
  put(fd: number, descriptor: Descriptor): void {
    descriptor.description.references++;
    const old = this.slots.get(fd);
    this.slots.set(fd, descriptor);
    if (old !== undefined) this.drop(old);
  }

  close(fd: number): 0 | "EBADF" {
    const old = this.slots.get(fd);
    if (old === undefined) return "EBADF";
    this.slots.delete(fd);
    this.drop(old);
    return 0;
  }

  /** dup, dup2, dup3: `to` undefined takes the lowest number from `from` on. dup2 of a number onto itself changes nothing, dup3 refuses it. A Capsicum limit goes along. */
  dup(fd: number, to: number | undefined, flags: Flags = NO_FLAGS, from = 0): Result {
    const old = this.slots.get(fd);
    if (old === undefined) return "EBADF";
    if (to === undefined) return this.add(old.description, flags, from, old.limit);
    if (to < 0 || to >= this.limit) return "EBADF";
    if (to === fd) return to;
    this.put(to, { ...old, ...flags });
    return to;
  }

  /** fcntl F_SETFD. */
  setFlags(fd: number, flags: Flags): 0 | ErrorName {
    const old = this.slots.get(fd);
    if (old === undefined) return "EBADF";
    this.slots.set(fd, { ...old, ...flags });
    return 0;
  }

  /** Capsicum: rights can only be taken away. */
  limitRights(fd: number, rights: readonly string[]): 0 | ErrorName {
    const old = this.slots.get(fd);
    if (old === undefined) return "EBADF";
    if (!rights.every((r) => rightsOf(old).includes(r))) return "ENOTCAPABLE";
    this.slots.set(fd, { ...old, limit: rights });
    return 0;
  }

  /** A copy whose descriptors refer to the same descriptions; those with close-on-fork are left out. */
  fork(): DescriptorTable {
    const copy = new DescriptorTable(this.closed, this.limit);
    for (const [fd, descriptor] of this.slots) if (!descriptor.closeOnFork) copy.put(fd, descriptor);
    return copy;
  }

  /** Exec: those with the flag go. Answers how many. */
  closeFlagged(): number {
    const flagged = this.all.filter(([, { closeOnExec }]) => closeOnExec);
    for (const [fd] of flagged) this.close(fd);
    return flagged.length;
  }

  closeAll(): void {
    for (const [fd] of this.all) this.close(fd);
  }

  private drop({ description }: Descriptor): void {
    if (--description.references === 0) this.closed(description);
  }
}
