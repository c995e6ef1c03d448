/** Argument data on a stream: 8 bytes of length, big endian, then the data; all descriptors travel with the first bytes (cloudabi.md §3, "Stream framing"). */
import { Errno, fail, ok, type Result } from "../errno.ts";
import { fromBuffer, type Argdata } from "./node.ts";
import { serialise, type Serialised } from "./serialise.ts";

export const HEADER_SIZE = 8;

/** A message as it is written: bytes, and the descriptors of the first write. E2BIG: too deep. */
export function frame(ad: Argdata): Result<Serialised> {
  const serialised = serialise(ad);
  if (serialised.err !== 0) return serialised;
  const { data, fds } = serialised.value;
  const bytes = new Uint8Array(HEADER_SIZE + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(data.length));
  bytes.set(data, HEADER_SIZE);
  return ok({ data: bytes, fds });
}

/** What a reader puts up with. */
export interface Limits {
  readonly maxData: number;
  readonly maxFds: number;
}

/** Bytes and descriptors of one message as they come; it says what to ask for next. */
export class Unframer {
  private readonly bytes: number[] = [];
  private readonly fds: number[] = [];
  private readonly limits: Limits;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Bytes that are still wanted; 0: the message is whole. EMSGSIZE when it is longer than the reader allows. */
  get wanted(): Result<number> {
    if (this.bytes.length < HEADER_SIZE) return ok(HEADER_SIZE - this.bytes.length);
    const length = new DataView(Uint8Array.from(this.bytes).buffer).getBigUint64(0);
    if (length > BigInt(this.limits.maxData)) return fail(Errno.EMSGSIZE);
    return ok(HEADER_SIZE + Number(length) - this.bytes.length);
  }

  /** Descriptors that the next read may bring: with the first bytes only. */
  get wantedFds(): number {
    return this.bytes.length === 0 ? this.limits.maxFds : 0;
  }

  /** Descriptors that came with it; the reader's own. */
  get received(): readonly number[] {
    return this.fds;
  }

  /** No bytes came: a clean end (no message) between messages, EBADMSG inside of one. */
  end(): Result<undefined> {
    return this.bytes.length === 0 ? ok(undefined) : fail(Errno.EBADMSG);
  }

  /** What a read brought. EMSGSIZE when there were more descriptors than the reader allows. */
  put(data: Uint8Array, fds: readonly number[], truncated: boolean): Result<undefined> {
    for (const byte of data) this.bytes.push(byte);
    this.fds.push(...fds);
    return truncated ? fail(Errno.EMSGSIZE) : ok(undefined);
  }

  /** The message. A raw number is an index into the descriptors that came along. */
  message(): Argdata {
    return fromBuffer(Uint8Array.from(this.bytes.slice(HEADER_SIZE)), (raw) => this.fds[raw] ?? -1);
  }
}
