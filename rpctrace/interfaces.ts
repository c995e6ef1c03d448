/** The interfaces that a trace is read with: the system's own, and foreign ones from `.defs` files and lists of message ids. */
import type { Routine, Subsystem } from "../mach/mig/subsystem.ts";
import { catalogue, msgidName, routineById, type CatalogueEntry } from "../servers/interfaces/catalogue.ts";
import { MsgIds } from "../servers/interfaces/msgids.ts";

/** What ids mean. Of two that know an id, the foreign one counts, and of two lists the later (rpctrace.md §4). */
export class Interfaces {
  private readonly foreign: readonly Subsystem[];
  private readonly lists: MsgIds;
  private readonly entries = new Map<number, CatalogueEntry>();

  constructor(foreign: readonly Subsystem[] = [], lists: MsgIds = new MsgIds()) {
    this.foreign = foreign;
    this.lists = lists;
    for (const subsystem of foreign)
      for (const [name, routine] of Object.entries(subsystem.routines)) this.entries.set(routine.id, { name, subsystem, routine });
  }

  /** The definition of the routine whose request has this id. */
  routine(id: number): Routine | undefined {
    return (this.entries.get(id) ?? routineById(id))?.routine;
  }

  /** What rpctrace prints for an id; undefined: the number. */
  known(id: number): string | undefined {
    const request = this.entries.get(id - 100);
    return this.lists.name(id) ?? this.entries.get(id)?.name ?? (request && `${request.name}-reply`) ?? msgidName(id);
  }

  /** What rpctrace prints for an id. */
  name(id: number): string {
    return this.known(id) ?? String(id);
  }

  /** By id or by either name: `io_read` and `io_read_request` are one. */
  isRoutine(id: number, word: string): boolean {
    return word === String(id) || word === this.known(id) || word === (this.entries.get(id) ?? routineById(id))?.name;
  }

  /** The interface that an id is of: `io`, `fs`, `mach_port`. */
  subsystem(id: number): string | undefined {
    return (this.entries.get(id) ?? routineById(id))?.subsystem.name;
  }

  /** Some routine is called that. */
  hasRoutine(word: string): boolean {
    return this.all.some((sub) => Object.values(sub.routines).some((r) => this.isRoutine(r.id, word))) || this.lists.has(word);
  }

  hasInterface(name: string): boolean {
    return this.all.some((sub) => sub.name === name);
  }

  private get all(): readonly Subsystem[] {
    return [...this.foreign, ...catalogue];
  }
}

/** The system's own. */
export const OWN_INTERFACES = new Interfaces();
