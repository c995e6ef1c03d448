/**
 * A task: a name space, an address space with its text, threads, and a few ports that it inherits and can be asked for.
 *
 * A dead task has no threads, no names, no memory, and its port is dead; nothing brings it back. Every send right in `exceptionPort`, `bootstrapPort` and `registered`
 * is one that the task holds and that counts.
 */
import type { IpcMemory } from "../ipc/host.ts";
import type { PortRef } from "../ipc/kmsg.ts";
import { Space } from "../ipc/space.ts";
import { copyin, copyout, isFault } from "../vm/access.ts";
import type { VmCopy } from "../vm/copy.ts";
import { NO_SIZE_LIMIT, VmMap } from "../vm/map.ts";
import type { PortOwner } from "./kernel-ports.ts";
import { WithPort } from "./own-port.ts";
import type { Personality } from "./personality.ts";
import type { Entry } from "./syscall.ts";
import type { Thread } from "./thread.ts";

/** Slots of `mach_ports_register`. */
export const TASK_PORT_REGISTER_MAX = 4;

/** The registered ports of a task that has none. */
export const NO_REGISTERED: readonly PortRef[] = new Array<PortRef>(TASK_PORT_REGISTER_MAX).fill(null);

export class Task extends WithPort implements IpcMemory {
  readonly id: number;
  readonly parent: Task | null;
  private ownSpace: Space | null = null;
  private ownMap: VmMap | null = null;
  private ownText: Text | null = null;
  readonly threads: Thread[] = [];
  name: string;
  essential = false;
  /** Whose system calls its foreign traps are; the parent's at first. */
  personality: Personality | null = null;
  private suspended = 0;
  exceptionPort: PortRef = null;
  bootstrapPort: PortRef = null;
  registered: readonly PortRef[] = NO_REGISTERED;
  /** Microseconds used by threads that have ended. */
  deadThreadsTime = 0;
  readonly createdAt: number;

  /** `from`: whose memory and text it gets, by inheritance; null: none. */
  constructor(owner: PortOwner, id: number, parent: Task | null, name: string, from: Task | null, createdAt: number) {
    super(owner);
    this.id = id;
    this.parent = parent;
    this.name = name;
    this.createdAt = createdAt;
    if (from !== null) {
      if (from.ownMap !== null) this.watched(from.ownMap.fork());
      if (from.ownText !== null) this.ownText = from.ownText.copy();
    } else this.inheritSizeLimit(parent);
  }

  /** An empty address space, too, has its parent's limit from the start. */
  private inheritSizeLimit(parent: Task | null): void {
    const limit = parent?.ownMap?.limit ?? NO_SIZE_LIMIT;
    if (limit !== NO_SIZE_LIMIT) this.map.limit = limit;
  }

  get kind(): "task" {
    return "task";
  }

  /** None of its threads runs while this is not 0. */
  get suspendCount(): number {
    return this.suspended;
  }
  set suspendCount(count: number) {
    this.suspended = count;
    for (const thread of this.threads) thread.weigh();
  }

  /** Its names; made when first needed, as are memory and text. */
  get space(): Space {
    return (this.ownSpace ??= new Space(this.owner.ids, this.id));
  }

  get map(): VmMap {
    return this.ownMap ?? this.watched(new VmMap());
  }

  get text(): Text {
    return (this.ownText ??= new Text());
  }

  private watched(map: VmMap): VmMap {
    map.watcher = this;
    return (this.ownMap = map);
  }

  /** Memory from `start` up to `end` has been deallocated, and text that lay there goes. */
  unmapped(start: number, end: number): void {
    this.ownText?.unmapped(start, end);
  }

  // ---- its memory as ipc uses it

  copyin(address: number, size: number): VmCopy | undefined {
    const copy = copyin(this.map, address, size);
    return isFault(copy) ? undefined : copy;
  }
  copyout(copy: VmCopy): number | undefined {
    return copyout(this.map, copy);
  }
  deallocate(address: number, size: number): void {
    this.map.deallocate(address, size);
  }
}

/** Addresses of routines that have no bytes: closures registered with `code`. Above all that is ever mapped, below the end of user space. */
const TEXT_START = 0xb8000000;
const TEXT_STEP = 16;

/** The routines in a task's text that a linker would have placed. Copied with the address space, emptied with it. */
export class Text {
  private entries: Map<number, Entry> | null = null;
  private addresses: Map<Entry, number> | null = null;
  private next = TEXT_START;

  /** The address of `entry`, the same one each time. */
  add(entry: Entry): number {
    const known = this.addresses?.get(entry);
    if (known !== undefined) return known;
    const address = this.next;
    this.next += TEXT_STEP;
    this.put(address, entry);
    return address;
  }

  private put(address: number, entry: Entry): void {
    (this.entries ??= new Map<number, Entry>()).set(address, entry);
    (this.addresses ??= new Map<Entry, number>()).set(entry, address);
  }

  at(address: number): Entry | undefined {
    return this.entries?.get(address);
  }

  copy(): Text {
    const copy = new Text();
    copy.next = this.next;
    for (const [address, entry] of this.entries ?? []) copy.put(address, entry);
    return copy;
  }

  /** Memory from `start` up to `end` has been deallocated. */
  unmapped(start: number, end: number): void {
    if (end <= TEXT_START) return;
    for (const [address, entry] of [...(this.entries ?? [])]) {
      if (address < start || address >= end) continue;
      this.entries?.delete(address);
      this.addresses?.delete(entry);
    }
  }
}
