/** Call, wait and reply (genode-linux.md §4), with each era's mistakes where its knobs say so. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { errorName, Errno } from "../linux/errno.ts";
import { close, dup, recvmsg, sendmsg, socketpair, spin } from "../linux/libc.ts";
import type { RecvmsgTrap } from "../linux/traps.ts";
import { GenodeException, isValid, type Capability } from "./capability.ts";
import { MAX_CAPS_PER_MSG, Marshaller, Unmarshaller } from "./message.ts";
import type { Runtime } from "./runtime.ts";

/** The name of an entrypoint's socket. */
export const entrypointPath = (rpath: string, tid: number): string => `${rpath}/ep-${tid}`;

/** A request to `dst`: its object's name stands first. */
export const request = (rt: Runtime, dst: Capability, opcode: number): Marshaller => new Marshaller(rt.knobs).word(dst.localName).word(opcode);

/**
 * Calls `dst` and waits for the answer; undefined when `dst` is invalid and nothing was sent. Throws Ipc_error, Blocking_canceled, and what extraction throws.
 * In ca4f a failed sendmsg leads into an endless loop.
 */
export function* call(rt: Runtime, dst: Capability, message: Marshaller): Syscall<Unmarshaller | undefined> {
  if (!isValid(rt.knobs, dst)) return undefined;
  const pair = yield* socketpair(rt.knobs.closeOnExecAtCreate, "dgram", rt.knobs.replyCapOneShot);
  if (typeof pair === "number") throw new GenodeException("Ipc_error", pair);
  const [local, remote] = pair;
  const sent = yield* send(rt, dst, message, local, remote);
  if (sent < 0) yield* failed(rt, pair, sent, "sendmsg");
  const reply = yield* recvmsg(local, MAX_CAPS_PER_MSG, rt.knobs.cloexecOnReceive);
  if (typeof reply === "number") return yield* failed(rt, pair, reply, "recvmsg");
  const caps = yield* extract(rt, reply.fds);
  yield* close(local);
  yield* close(remote);
  rt.rpcs++;
  return answered(rt, reply, caps);
}

/** The answer behind its two first words. */
function answered(rt: Runtime, reply: RecvmsgTrap, caps: readonly number[]): Unmarshaller {
  const results = new Unmarshaller(rt.knobs, reply.data, caps);
  results.word();
  return results;
}

function* send(rt: Runtime, dst: Capability, message: Marshaller, local: number, remote: number): Syscall<number> {
  const fds = [remote];
  for (const cap of message.caps) fds.push(rt.knobs.dupBeforeSend ? yield* dup(cap) : cap);
  const control = controlOf(rt, fds);
  if (rt.knobs.destination === "tid") return yield* sendmsg(local, message.bytes, control, { to: entrypointPath(rt.knobs.rpath, dst.tid) });
  return yield* sendmsg(dst.socket, message.bytes, control);
}

/**
 * The control buffer has eight places, and right behind it stands the count. A ninth descriptor overwrites the count, which becomes its number + 1: too few are sent, or the count itself
 * and then whatever lies behind it.
 */
function controlOf(rt: Runtime, fds: readonly number[]): readonly number[] {
  const ninth = fds[MAX_CAPS_PER_MSG];
  if (ninth === undefined) return fds;
  rt.log.push("overrun");
  const count = ninth + 1;
  const memory = [...fds.slice(0, MAX_CAPS_PER_MSG), count];
  return Array.from({ length: count }, (_, i) => memory[i] ?? -1);
}

function* failed(rt: Runtime, pair: readonly [number, number], answer: number, what: string): Syscall<never> {
  rt.log.push(`${what} failed with ${answer} (${errorName(answer)}) in call`);
  if (rt.knobs.failedSend === "spin" && what === "sendmsg") yield* spin(`${what} ${errorName(answer)}`);
  if (rt.knobs.tidyCall) {
    yield* close(pair[0]);
    yield* close(pair[1]);
    if (answer === -Errno.EINTR) throw new GenodeException("Blocking_canceled");
  }
  throw new GenodeException("Ipc_error", answer);
}

/** What becomes of received descriptors: those of the capabilities, in order. ca4f closes them all and gives none. */
export function* extract(rt: Runtime, fds: readonly number[]): Syscall<readonly number[]> {
  const caps: number[] = [];
  for (const fd of fds) {
    if (rt.knobs.received === "closed") yield* close(fd);
    else if (rt.knobs.objectId === "perObjectSocket") caps.push(fd);
    else caps.push(yield* deduplicated(rt, fd));
  }
  return caps;
}

/** The descriptor to use for `fd`: one that leads to the same entrypoint, if there is one; then `fd` is closed. Throws Aliased_global_id and Limit_reached. */
function* deduplicated(rt: Runtime, fd: number): Syscall<number> {
  const id = yield* rt.identify(fd);
  if (rt.knobs.atomicAssociate) {
    const used = yield* rt.locked((r) => r.tryAssociate(fd, id));
    if (used !== fd) yield* close(fd);
    return used;
  }
  const existing = yield* rt.locked((r) => r.lookup(id));
  if (existing >= 0) {
    yield* close(fd);
    return existing;
  }
  yield* rt.locked((r) => r.associate(fd, id));
  return fd;
}

/** A request that has come. */
export interface Incoming {
  readonly replySocket: number;
  readonly localName: number;
  readonly opcode: number;
  readonly args: Unmarshaller;
}

/** Waits for a request at `server`. `before` is what stands in the slot of the reply socket when a message brings no descriptor. Throws Ipc_error, Blocking_canceled. */
export function* wait(rt: Runtime, server: number, before: number): Syscall<Incoming> {
  const message = yield* recvmsg(server, MAX_CAPS_PER_MSG, rt.knobs.cloexecOnReceive);
  if (typeof message === "number") throw new GenodeException(rt.knobs.tidyCall && message === -Errno.EINTR ? "Blocking_canceled" : "Ipc_error", message);
  const replySocket = message.fds[0] ?? before;
  const args = new Unmarshaller(rt.knobs, message.data, yield* extract(rt, message.fds.slice(1)));
  return { replySocket, localName: args.word(), opcode: args.word(), args };
}

/** The answer's two first words; results follow. */
export const answer = (rt: Runtime, exception = 0): Marshaller => new Marshaller(rt.knobs).word(-1).word(exception);

/** Sends the answer. Errors are only printed, from 91e6 on not even that; the reply socket is closed in any case. In ca4f capabilities of answers are left out. */
export function* reply(rt: Runtime, replySocket: number, message: Marshaller): Syscall<void> {
  const sent = yield* sendmsg(replySocket, message.bytes, rt.knobs.received === "closed" ? [] : message.caps);
  if (sent < 0 && !rt.knobs.tidyCall) rt.log.push(`sendmsg failed with ${sent} (${errorName(sent)}) in reply`);
  yield* close(replySocket);
}
