/** Argument data over a stream, with its descriptors (cloudabi.md §3, "Stream framing"). */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { frame, Unframer, type Limits } from "../argdata/frame.ts";
import type { Argdata } from "../argdata/node.ts";
import { Errno, fail, ok, type Result } from "../errno.ts";
import { fdClose } from "./calls.ts";
import { read, recvmsg, sendmsg, write } from "./io.ts";

/** Writes one message; the descriptors go with the first bytes. */
export function* writeMessage(fd: number, ad: Argdata): Syscall<Result<undefined>> {
  const framed = frame(ad);
  if (framed.err !== 0) return framed;
  const { data, fds } = framed.value;
  const sent = fds.length > 0 ? yield* sendmsg(fd, data, fds) : yield* write(fd, data);
  return sent.err === 0 ? ok(undefined) : sent;
}

/** Reads messages one by one. The descriptors of a message are the reader's: it closes them at the next pull, except those that have been released to the caller. */
export class ArgdataReader {
  private readonly limits: Limits;
  private held: number[] = [];

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** The next message; undefined at a clean end. EMSGSIZE: more than the reader allows; EBADMSG: the end came inside of it. */
  *pull(fd: number): Syscall<Result<Argdata | undefined>> {
    for (const old of this.held) yield* fdClose(old);
    this.held = [];
    const unframer = new Unframer(this.limits);
    for (;;) {
      const { wanted } = unframer;
      if (wanted.err !== 0) return wanted;
      if (wanted.value === 0) return ok(unframer.message());
      const part = yield* this.part(fd, unframer, wanted.value);
      if (part.err !== 0) return part;
      if (part.value === "end") return unframer.end();
    }
  }

  private *part(fd: number, unframer: Unframer, wanted: number): Syscall<Result<"end" | "more">> {
    const withFds = unframer.wantedFds > 0 ? yield* recvmsg(fd, wanted, unframer.wantedFds) : fail(Errno.ENOTSOCK);
    const plain = withFds.err === Errno.ENOTSOCK ? yield* read(fd, wanted) : undefined;
    if (plain !== undefined && plain.err !== 0) return plain;
    if (plain === undefined && withFds.err !== 0) return withFds;
    const { data, fds, fdsTruncated } = withFds.err === 0 ? withFds.value : { data: plain?.value ?? new Uint8Array(0), fds: [], fdsTruncated: false };
    this.held.push(...fds);
    const put = unframer.put(data, fds, fdsTruncated);
    return put.err === 0 ? ok(data.length === 0 ? "end" : "more") : put;
  }

  /** The descriptor is the caller's from now on. */
  release(fd: number): void {
    this.held = this.held.filter((h) => h !== fd);
  }
}
