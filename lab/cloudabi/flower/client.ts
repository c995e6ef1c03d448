/** The other side of a connection to the switchboard. */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { ArgdataReader, writeMessage } from "../libc/stream.ts";
import { readAnswer, readConnection, writeRequest, type Answer, type Connection, type Request } from "./protocol.ts";

const LIMITS = { maxData: 4096, maxFds: 2 };

/** One call on the handle at `fd`. The descriptor in the answer is the caller's. */
export function* flowerCall(fd: number, request: Request): Syscall<Answer> {
  const sent = yield* writeMessage(fd, writeRequest(request));
  const reader = new ArgdataReader(LIMITS);
  const pulled = sent.err === 0 ? yield* reader.pull(fd) : undefined;
  if (pulled?.err !== 0 || pulled.value === undefined) return { status: "UNAVAILABLE" };
  const answer = readAnswer(pulled.value);
  if (answer.fd !== undefined) reader.release(answer.fd);
  return answer;
}

/** Waits for the next connection on a server's channel; undefined when the switchboard has gone. The descriptor is the caller's. */
export function* flowerAccept(channel: number): Syscall<Connection | undefined> {
  const reader = new ArgdataReader(LIMITS);
  const pulled = yield* reader.pull(channel);
  if (pulled.err !== 0 || pulled.value === undefined) return undefined;
  const connection = readConnection(pulled.value);
  if (connection.fd !== undefined) reader.release(connection.fd);
  return connection;
}
