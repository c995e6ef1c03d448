/** The standard ports and ints, which secure execs and translators get (exec.md §7). Readers may take long: a change waits for them. */
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Condition } from "../lib/sync.ts";

export interface StdData {
  readonly ports: readonly MachPort[];
  readonly ints: readonly number[];
}

export class StdDataCell {
  private data: StdData | undefined = undefined;
  private readers = 0;
  private writing = false;
  private readonly changed = new Condition();

  /** True once the proc server has told. */
  get known(): boolean {
    return this.data !== undefined;
  }

  /** Runs `body` with the data, which stay as they are meanwhile. */
  *read<T>(body: (data: StdData | undefined) => Syscall<T>): Syscall<T> {
    while (this.writing) yield* this.changed.wait();
    this.readers++;
    const result = yield* body(this.data);
    if (--this.readers === 0) yield* this.changed.broadcast();
    return result;
  }

  /** Takes the references in `data`, and drops the old ones. */
  *replace(data: StdData): Syscall<void> {
    while (this.writing || this.readers > 0) yield* this.changed.wait();
    this.writing = true;
    const old = this.data;
    this.data = data;
    this.writing = false;
    yield* this.changed.broadcast();
    for (const port of old?.ports ?? []) yield* deallocate(port);
  }
}
