/**
 * The console: bytes to the host's screen, bytes from its keyboard, and the size of its window. No line discipline: that is the terminal server's.
 */
import { Dev } from "../kern/kern-return.ts";
import type { Device, PendingRead, ReadResult, StatusResult, WriteResult } from "./device.ts";

/** Writes that are kept for the first screen. */
const MAX_EARLY = 1024;

type Done = (result: ReadResult) => void;

/** The most that is kept of input that nobody reads; more is lost, as on a real keyboard. */
const MAX_PENDING = 65536;

/** Reads that wait, first come first served. */
class Waiting {
  private readonly reads: { wanted: number; done: Done }[] = [];

  add(wanted: number, done: Done): PendingRead {
    const read = { wanted, done };
    this.reads.push(read);
    return {
      cancel: () => {
        const i = this.reads.indexOf(read);
        if (i >= 0) this.reads.splice(i, 1);
      },
    };
  }

  take(): { wanted: number; done: Done } | undefined {
    return this.reads.shift();
  }
}

/** Is told before anything comes of it. */
export interface ConsoleWatch {
  output(bytes: Uint8Array): void;
  input(bytes: Uint8Array): void;
  resized(rows: number, columns: number): void;
}

/** The host's side of the console, and the devices "console" and "console-size". */
export class Console {
  private readonly listeners: ((bytes: Uint8Array) => void)[] = [];
  /** Written before the first listener came. */
  private readonly early: Uint8Array[] = [];
  /** The machine's own eye on what passes. */
  watch: ConsoleWatch | null = null;
  private pending = new Uint8Array(0);
  private readonly reads = new Waiting();
  private readonly sizeReads = new Waiting();
  private rows = 24;
  private columns = 80;

  /** Bytes typed at the keyboard. */
  input(bytes: Uint8Array): void {
    this.watch?.input(bytes);
    this.arrive(bytes);
  }

  private arrive(bytes: Uint8Array): void {
    const all = new Uint8Array(this.pending.length + bytes.length);
    all.set(this.pending);
    all.set(bytes, this.pending.length);
    this.pending = all.slice(0, MAX_PENDING);
    while (this.pending.length > 0) {
      const read = this.reads.take();
      if (read === undefined) return;
      read.done({ err: 0, data: this.take(read.wanted) });
    }
  }

  private take(wanted: number): Uint8Array {
    const data = this.pending.slice(0, wanted);
    this.pending = this.pending.slice(wanted);
    return data;
  }

  /** `listener` gets all that is written from now on, and before that what the kernel wrote while no screen was there. */
  onOutput(listener: (bytes: Uint8Array) => void): void {
    for (const bytes of this.early) listener(bytes);
    this.listeners.push(listener);
  }

  /** The kernel's own messages and the device's output. */
  write(bytes: Uint8Array): void {
    this.watch?.output(bytes);
    if (this.listeners.length === 0 && this.early.length < MAX_EARLY) this.early.push(bytes);
    for (const listener of this.listeners) listener(bytes);
  }

  /** The window has another size now. */
  resize(rows: number, columns: number): void {
    if (rows === this.rows && columns === this.columns) return;
    this.watch?.resized(rows, columns);
    this.rows = rows;
    this.columns = columns;
    for (let read = this.sizeReads.take(); read !== undefined; read = this.sizeReads.take()) read.done({ err: 0, data: this.sizeBytes(read.wanted) });
  }

  private sizeBytes(wanted: number): Uint8Array {
    return Uint8Array.of(this.rows & 0xff, this.rows >> 8, this.columns & 0xff, this.columns >> 8, 0, 0, 0, 0).slice(0, wanted);
  }

  /** "console": a read waits for input and gives what is there. */
  readonly device: Device = {
    read: (_recnum, wanted, done) => {
      if (wanted < 0) return void done({ err: Dev.INVALID_SIZE });
      if (this.pending.length === 0) return this.reads.add(wanted, done);
      done({ err: 0, data: this.take(wanted) });
      return undefined;
    },
    unread: (data) => {
      const rest = this.pending;
      this.pending = new Uint8Array(0);
      this.arrive(new Uint8Array([...data, ...rest]));
    },
    write: (_recnum, data): WriteResult => {
      this.write(data);
      return { err: 0, count: data.length };
    },
  };

  /** "console-size": a read waits until the size changes and gives rows, columns, 0, 0 as 16-bit numbers; the status gives the present size. */
  readonly sizeDevice: Device = {
    read: (_recnum, wanted, done) => this.sizeReads.add(wanted, done),
    getStatus: (): StatusResult => ({ err: 0, words: [this.rows, this.columns, 0, 0] }),
  };
}

/** "debug-exit": what the guest writes is told to the host, as QEMU's isa-debug-exit does. */
export class DebugExit {
  private readonly listeners: ((bytes: Uint8Array) => void)[] = [];

  onWrite(listener: (bytes: Uint8Array) => void): void {
    this.listeners.push(listener);
  }

  readonly device: Device = {
    write: (_recnum, data): WriteResult => {
      for (const listener of this.listeners) listener(data);
      return { err: 0, count: data.length };
    },
  };
}
