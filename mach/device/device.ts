/**
 * A device as the kernel's device interface drives it (`device.defs`). Reads and writes answer through `done`, at once or later: a read of the console
 * waits for a key.
 */
import { Dev, type Failure } from "../kern/kern-return.ts";
import type { VmObject } from "../vm/object.ts";

/** Bytes, or a D_… code. */
export type ReadResult = { readonly err: 0; readonly data: Uint8Array } | { readonly err: Failure };
/** How many bytes went out, or a D_… code. */
export type WriteResult = { readonly err: 0; readonly count: number } | { readonly err: Failure };
export type StatusResult = { readonly err: 0; readonly words: readonly number[] } | { readonly err: Failure };

/** Takes a read that was put off back; nothing happens when it has been answered. */
export interface PendingRead {
  cancel(): void;
}

export interface Device {
  /** `D_READ` etc. are ignored by all our devices. A D_… code when it cannot be opened. */
  open?(mode: number): Failure | 0;
  close?(): void;
  read?(recnum: number, wanted: number, done: (result: ReadResult) => void): PendingRead | undefined;
  /** Data that a read gave and that nobody was there to take. */
  unread?(data: Uint8Array): void;
  write?(recnum: number, data: Uint8Array): WriteResult;
  getStatus?(flavor: number): StatusResult;
  setStatus?(flavor: number, words: readonly number[]): Failure | 0;
  /** The object behind `device_map`. */
  map?(offset: number, size: number): VmObject | undefined;
}

/** What a device answers that has no such operation. */
export const invalidOperation = { err: Dev.INVALID_OPERATION } as const;
