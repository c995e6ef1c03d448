/** Open files and tables of descriptors, as far as delegation needs them. */
import type { Socket } from "./socket.ts";

/** Something of the scenario behind a descriptor: a terminal, a file, a dataspace. */
export interface PlainFile {
  readonly kind: "file";
  readonly ino: number;
  /** Who it is in authority graphs. */
  readonly object: string;
  readonly rights: readonly string[];
}

/** An open file description. */
export interface OpenFile {
  readonly what: Socket | PlainFile;
  /** Descriptors that refer to it, in all tables. */
  fds: number;
  /** References to it in queues. */
  inFlight: number;
}

interface Slot {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

export class FdTable {
  /** RLIMIT_NOFILE. */
  limit: number;
  private readonly slots = new Map<number, Slot>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Descriptors in use, ascending. */
  get fds(): readonly number[] {
    return [...this.slots.keys()].sort((a, b) => a - b);
  }

  get size(): number {
    return this.slots.size;
  }

  at(fd: number): OpenFile | undefined {
    return this.slots.get(fd)?.file;
  }

  closesOnExec(fd: number): boolean {
    return this.slots.get(fd)?.closeOnExec ?? false;
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    const slot = this.slots.get(fd);
    if (slot !== undefined) slot.closeOnExec = closeOnExec;
  }

  /** The lowest free number; undefined: the limit is reached (EMFILE). */
  get lowest(): number | undefined {
    for (let fd = 0; fd < this.limit; fd++) if (!this.slots.has(fd)) return fd;
    return undefined;
  }

  /** Puts `file` at `fd`, where nothing stands. */
  put(fd: number, file: OpenFile, closeOnExec: boolean): void {
    file.fds++;
    this.slots.set(fd, { file, closeOnExec });
  }

  /** Empties `fd`: what stood there, whose reference is now gone. */
  take(fd: number): OpenFile | undefined {
    const slot = this.slots.get(fd);
    if (slot === undefined) return undefined;
    this.slots.delete(fd);
    slot.file.fds--;
    return slot.file;
  }

  /** What a child of `clone` starts with: the same files at the same numbers with the same flags. */
  copy(): FdTable {
    const copy = new FdTable(this.limit);
    for (const [fd, { file, closeOnExec }] of this.slots) copy.put(fd, file, closeOnExec);
    return copy;
  }
}
