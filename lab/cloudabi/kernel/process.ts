/** A process: a table of descriptors, memory, and nothing else that is authority (cloudabi.md §1). */
import type { Process } from "../../kernel/foreign-kernel.ts";
import type { Task } from "../../../mach/kern/task.ts";
import type { ProcessFile } from "./files.ts";
import type { FdTable, Slot } from "./table.ts";

/** Memory that is mapped. */
export interface Mapping {
  /** Bytes of an object, or private ones. */
  readonly memory: { content: Uint8Array };
  /** What an access touches (modelchecking.md §5.1). */
  readonly cell: string;
  readonly length: number;
  readonly read: boolean;
  readonly write: boolean;
}

/** A place in mapped memory. */
export interface Place {
  readonly mapping: Mapping;
  readonly offset: number;
}

export class CloudProcess implements Process {
  readonly task: Task;
  readonly name: string;
  /** What the scenario calls it now: an exec may give it another name. */
  label: string;
  readonly table: FdTable;
  /** AT_PID: new with each image. */
  uuid = new Uint8Array(16);
  ended: { readonly status: number } | { readonly signal: string } | undefined;
  /** What its parent's descriptor refers to. */
  processFile: ProcessFile | undefined;
  readonly mappings = new Map<number, Mapping>();
  /** References of `fd_pin` and `fd_move`. */
  readonly pins = new Map<number, Slot>();
  /** A process of the host system still: it may make the host's calls. */
  host = false;
  children = 0;
  private labels = 0;
  private nextAddress = 0x10000;
  private nextPin = 1;

  constructor(task: Task, name: string, table: FdTable) {
    this.task = task;
    this.name = name;
    this.label = name;
    this.table = table;
  }

  /** A name for something that no scenario has named: "socket:S:1". It does not depend on what other processes do. */
  newLabel(kind: string): string {
    return `${kind}:${this.name}:${++this.labels}`;
  }

  map(mapping: Mapping): number {
    const address = this.nextAddress;
    this.nextAddress += Math.ceil(Math.max(mapping.length, 1) / 4096) * 4096;
    this.mappings.set(address, mapping);
    return address;
  }

  /** Where `length` bytes at `address` are; undefined when they are not mapped, or the object has become shorter. */
  place(address: number, length: number): Place | undefined {
    for (const [start, mapping] of this.mappings) {
      const offset = address - start;
      if (offset >= 0 && offset + length <= Math.min(mapping.length, mapping.memory.content.length)) return { mapping, offset };
    }
    return undefined;
  }

  pin(slot: Slot): number {
    this.pins.set(this.nextPin, slot);
    return this.nextPin++;
  }

  /** Memory and references go: at exec and at the end. */
  dropImage(): void {
    this.mappings.clear();
    for (const slot of this.pins.values()) slot.file.release();
    this.pins.clear();
  }
}
