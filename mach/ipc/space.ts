/**
 * A task's names for its rights.
 *
 * Names are given out by the real kernel's rule (mach-ipc.md §1): from a last-in first-out list of at most 64 freed names; if that is empty, the
 * lowest number from 1 that is not in the table, where names on the list count as in the table. Freeing pushes on the list if it has room, else
 * takes the name out of the table. A name chosen explicitly is taken off the list. There are no generation numbers.
 *
 * All send and receive rights for one port share one name; send-once rights have one each. A right whose port has died is a dead name from that
 * moment on; the entry learns of it when it is next looked at, which nobody can tell apart.
 */
import { invariant } from "../kern/invariant.ts";
import { UNWATCHED, type Realm } from "./host.ts";
import type { MsgAccepted } from "./kmsg.ts";
import { PortType } from "./names.ts";
import type { Port } from "./port.ts";
import { Port as PortClass } from "./port.ts";
import type { PortSet } from "./port-set.ts";
import { SendNames } from "./send-names.ts";

/** User references of a send right stop at this number; a dead name can have one more. */
export const MAX_UREFS = 65534;
const FREE_LIST = 64;
/** A name from here on that is beyond the table's end was chosen by its task, and stands in a map. */
const SMALL = 1 << 16;

/** What a name stands for. */
export class Entry {
  /** PortType bits: SEND, RECEIVE, both, SEND_ONCE, PORT_SET or DEAD_NAME. */
  type: number;
  object: Port | PortSet | null;
  urefs: number;
  /** Slot of the dead-name request in the port's table; 0 is none. */
  request = 0;

  constructor(type: number, object: Port | PortSet | null, urefs: number) {
    this.type = type;
    this.object = object;
    this.urefs = urefs;
  }

  /** The port, of an entry that is known to have one. */
  get port(): Port {
    invariant(this.object !== null && this.type !== PortType.PORT_SET, "the entry names a port");
    return this.object as Port;
  }
}

/** Stands in the table for a freed name that is on the list. */
const LISTED = new Entry(0, null, 0);

export class Space {
  readonly realm: Realm;
  /** The number of its task. */
  readonly owner: number;
  active = true;
  private readonly table: (Entry | undefined)[] = [];
  /** Names beyond the table; null while there are none. */
  private big: Map<number, Entry> | null = null;
  private freed: number[] | null = null;
  private lowest = 1;
  /** Stood for a send-once right; type, references and requests are as those of a new one. */
  private spare: Entry | null = null;
  /** Messages sent with SEND_NOTIFY that have not been received yet, by the entry that they were sent from; null while there are none. */
  private accepts: Map<Entry, MsgAccepted> | null = null;
  /** Names of send rights for ports whose receive right is elsewhere. */
  private sendNames: SendNames | null = null;

  constructor(realm: Realm = UNWATCHED, owner = 0) {
    this.realm = realm;
    this.owner = owner;
  }

  /** Tells who watches rights that `name` stands for something else now, or for more or fewer references. */
  changed(name: number): void {
    const { rights } = this.realm;
    if (rights) rights.changed(this, name, this.peek(name));
  }

  /** The entry of a name in use as it stands, not brought up to date. For onlookers: nothing changes. */
  peek(name: number): Entry | undefined {
    const entry = this.slot(name);
    return entry === LISTED ? undefined : entry;
  }

  private slot(name: number): Entry | undefined {
    return name < this.table.length ? this.table[name] : this.big?.get(name);
  }

  private fill(name: number, entry: Entry | undefined): void {
    const { table } = this;
    if (name >= table.length && (name < SMALL || name === table.length)) this.grow(name + 1);
    if (name < table.length) table[name] = entry;
    else if (entry) (this.big ??= new Map<number, Entry>()).set(name, entry);
    else this.big?.delete(name);
  }

  /** Gives the table `size` slots; names that stood beyond its end move into it. */
  private grow(size: number): void {
    const { table, big } = this;
    while (table.length < size) {
      const name = table.length;
      table.push(big?.get(name));
      big?.delete(name);
    }
  }

  /** The entry of a name in use, brought up to date; undefined for any other number. */
  lookup(name: number): Entry | undefined {
    const entry = name < this.table.length ? this.table[name] : this.big?.get(name);
    if (entry === undefined || entry === LISTED) return undefined;
    const { object } = entry;
    if (object !== null && object.dead) this.becomeDead(entry);
    return entry;
  }

  /** A dead-name request that fired has left one more reference (mach-ipc.md rule 9). */
  private becomeDead(entry: Entry): void {
    const { object } = entry;
    if (object instanceof PortClass) {
      this.sendNames?.delete(object);
      if (entry.type === PortType.SEND_ONCE) object.sorights--;
      else object.srights--;
    }
    entry.type = PortType.DEAD_NAME;
    entry.object = null;
    if (this.accepts !== null) this.dropAccepting(entry);
    if (entry.request !== 0) {
      entry.urefs++;
      entry.request = 0;
    }
  }

  /** A fresh name for `entry`. */
  allocate(entry: Entry): number {
    const { freed, table } = this;
    const name = freed !== null && freed.length > 0 ? (freed.pop() as number) : this.lowestUnused();
    if (name < table.length) table[name] = entry;
    else this.fill(name, entry);
    return name;
  }

  private lowestUnused(): number {
    while (this.slot(this.lowest) !== undefined) this.lowest++;
    return this.lowest;
  }

  /** Gives `entry` the name `name`, which is not in use; takes it off the list. */
  allocateNamed(name: number, entry: Entry): void {
    const old = this.slot(name);
    invariant(old === undefined || old === LISTED, "a chosen name is not in use", name);
    if (old === LISTED) this.freed?.splice(this.freed.indexOf(name), 1);
    this.fill(name, entry);
  }

  /** Frees a name. */
  free(name: number): void {
    const { table } = this;
    const entry = this.slot(name);
    if (entry !== undefined) this.gone(name, entry);
    const freed = (this.freed ??= []);
    if (freed.length < FREE_LIST) {
      freed.push(name);
      if (name < table.length) table[name] = LISTED;
      else this.fill(name, LISTED);
      return;
    }
    this.fill(name, undefined);
    if (name < this.lowest) this.lowest = name;
  }

  /** `name` stands for `entry` no more. */
  private gone(name: number, entry: Entry): void {
    if (this.accepts !== null) this.dropAccepting(entry);
    const { rights } = this.realm;
    if (rights && entry.type !== 0) rights.changed(this, name, undefined);
  }

  /** An entry for a send-once right: the one of the last that went, or a new one. */
  onceEntry(port: Port): Entry {
    const { spare } = this;
    if (spare === null) return new Entry(PortType.SEND_ONCE, port, 1);
    this.spare = null;
    spare.object = port;
    return spare;
  }

  /** The entry of a send-once right that has travelled on; nobody looks at it again. */
  reuse(entry: Entry): void {
    entry.object = null;
    this.spare = entry;
  }

  /** Who is to be told that a message sent from `entry` has been received; one at a time. */
  accepting(entry: Entry): MsgAccepted | undefined {
    return this.accepts?.get(entry);
  }
  setAccepting(entry: Entry, told: MsgAccepted | undefined): void {
    if (told !== undefined) (this.accepts ??= new Map<Entry, MsgAccepted>()).set(entry, told);
    else this.accepts?.delete(entry);
    if (this.accepts?.size === 0) this.accepts = null;
  }

  /** The name is gone, or dead: the message-accepted notification will say null. */
  private dropAccepting(entry: Entry): void {
    const told = this.accepting(entry);
    if (told === undefined) return;
    told.name = 0;
    this.setAccepting(entry, undefined);
  }

  /** `entry` gets the unused name `to` instead of `from`. */
  rename(from: number, to: number, entry: Entry): void {
    this.allocateNamed(to, entry);
    this.changed(to);
    this.fill(from, LISTED);
    this.free(from);
    this.changed(from);
  }

  /** The name under which this space holds send or receive rights for `port`. */
  nameOf(port: Port): number | undefined {
    return port.receiver === this ? port.receiverName : this.sendNames?.get(port);
  }

  /** Records, or forgets, where the send right for a port is whose receive right is elsewhere. */
  rememberSend(port: Port, name: number): void {
    (this.sendNames ??= new SendNames(this)).set(port, name);
  }
  forgetSend(port: Port): void {
    this.sendNames?.delete(port);
  }

  /** The names of rights for `port`, for onlookers: the send right's first, then send-once rights' in ascending order. */
  holding(port: Port): readonly (readonly [name: number, entry: Entry])[] {
    const send = this.nameOf(port);
    const entry = send === undefined ? undefined : this.peek(send);
    const found: [number, Entry][] = send === undefined || entry === undefined ? [] : [[send, entry]];
    if (port.sorights === 0) return found;
    for (const [name, e] of [...this.table.entries(), ...(this.big ?? [])]) if (e?.object === port && e.type === PortType.SEND_ONCE) found.push([name, e]);
    return found;
  }

  /** Every name in use, in ascending order. */
  names(): readonly number[] {
    const small: number[] = [];
    this.table.forEach((entry, name) => {
      if (entry !== undefined && entry !== LISTED) small.push(name);
    });
    return [...small, ...[...(this.big ?? [])].filter(([, e]) => e !== LISTED).map(([name]) => name).sort((a, b) => a - b)];
  }

  /** The space is gone: nothing can be looked up any more. */
  clear(): void {
    this.active = false;
    this.table.length = 0;
    this.big = null;
    this.freed = null;
    this.sendNames = null;
  }
}
