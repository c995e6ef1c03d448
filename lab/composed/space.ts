/**
 * A program's authority, in the two layers that systems mix in different ways: names of capabilities, which are authority itself, and descriptors, which are bookkeeping about some of the names.
 */
import type { Want } from "../model/authority.ts";

/** What a name denotes. */
export interface Capability {
  readonly object: string;
  readonly kind: string;
  readonly rights: readonly string[];
  readonly yields: readonly Want[];
}

/** A descriptor: a number for a name, with the flag. */
export interface Entry {
  readonly name: number;
  readonly closeOnExec: boolean;
}

/** What has been chosen for the next program: descriptors, and names that go because their descriptors were not chosen. Names that nobody has thought of are in neither. */
export interface Selection {
  readonly fds: ReadonlyMap<number, Entry>;
  readonly going: readonly number[];
}

export class Space {
  readonly names = new Map<number, Capability>();
  readonly fds = new Map<number, Entry>();
  private next = 1000;

  /** Names from another space may be used again here, but no new one meets them. */
  add(capability: Capability): number {
    const name = this.next++;
    this.names.set(name, capability);
    return name;
  }

  /** The lowest free descriptor. */
  addFd(name: number, closeOnExec: boolean): number {
    let fd = 0;
    while (this.fds.has(fd)) fd++;
    this.fds.set(fd, { name, closeOnExec });
    return fd;
  }

  capabilityAt(fd: number): Capability | undefined {
    const entry = this.fds.get(fd);
    return entry === undefined ? undefined : this.names.get(entry.name);
  }

  /** A descriptor goes, and its name when no other descriptor has it. False: there was none. */
  close(fd: number): boolean {
    const entry = this.fds.get(fd);
    if (entry === undefined) return false;
    this.fds.delete(fd);
    if (![...this.fds.values()].some((e) => e.name === entry.name)) this.names.delete(entry.name);
    return true;
  }

  /** What this space holds becomes what `other` holds. */
  become(other: Space): void {
    this.names.clear();
    this.fds.clear();
    for (const [name, capability] of other.names) this.names.set(name, capability);
    for (const [fd, entry] of other.fds) this.fds.set(fd, entry);
    this.next = Math.max(this.next, other.next);
  }

  /** A text that two equal spaces share. */
  get fingerprint(): string {
    return [...this.fds].sort(([a], [b]) => a - b).map(([fd, e]) => `${fd}:${this.names.get(e.name)?.object ?? "?"}`).join(" ") + " | " + [...this.names.values()].map((c) => `${c.object}{${c.rights.join(",")}}`).sort().join(" ");
  }
}
