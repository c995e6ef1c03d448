/** The table of entrypoints that a process knows, from f33c on: an identity for each descriptor (genode-linux.md §2). */
import { GenodeException } from "./capability.ts";

interface Entry {
  fd: number;
  id: number;
}

export class Registry {
  private readonly entries: Entry[];

  constructor(size: number) {
    this.entries = Array.from({ length: size }, () => ({ fd: -1, id: -1 }));
  }

  /** Entrypoints known. */
  get known(): readonly Readonly<Entry>[] {
    return this.entries.filter((e) => e.fd !== -1);
  }

  /** The descriptor that belongs to `id`, or -1. The id -1 meets free entries only, and so gives -1. */
  lookup(id: number): number {
    return this.entries.find((e) => e.id === id)?.fd ?? -1;
  }

  /** Throws Aliased_global_id when `id` is known, and Limit_reached when the table is full. What is no descriptor or no id is not entered. */
  associate(fd: number, id: number): void {
    if (fd === -1 || id === -1) return;
    if (this.entries.some((e) => e.id === id)) throw new GenodeException("Aliased_global_id");
    const free = this.entries.find((e) => e.fd === -1);
    if (free === undefined) throw new GenodeException("Limit_reached");
    free.fd = fd;
    free.id = id;
  }

  /** Lookup and association in one (91e6): the descriptor that is to be used. Throws Limit_reached. */
  tryAssociate(fd: number, id: number): number {
    const known = this.lookup(id);
    if (known >= 0) return known;
    this.associate(fd, id);
    return fd;
  }

  forget(fd: number): void {
    for (const entry of this.entries) if (entry.fd === fd) Object.assign(entry, { fd: -1, id: -1 });
  }
}
