/** Pipes and socket pairs: two sockets of the local domain's server, connected (fs-io.md §9). */
import type { MachPort } from "../mach/ipc/names.ts";
import { Mig, Msg } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { O_IGNORE_CTTY, PF_LOCAL, SOCK_STREAM } from "../servers/interfaces/hurd-types.ts";
import { S_IFIFO } from "../servers/interfaces/stat.ts";
import { close, internFd } from "./dtable.ts";
import { attempt, orThrow, UnixError } from "./errno.ts";
import type { Fd } from "./libc.ts";
import { lookupPort } from "./names.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { socketCall } from "./stubs.ts";

/** The server of a domain, looked up once; again after it has died. A borrowed port. */
function* socketServer(p: Process, domain: number, dead: boolean): Syscall<MachPort> {
  const known = p.socketServers.get(domain);
  if (known !== undefined && !dead) return known;
  if (known !== undefined) {
    p.socketServers.delete(domain);
    yield* deallocate(known);
  }
  const found = yield* attempt(lookupPort(p, `/servers/socket/${domain}`, 0, 0));
  if (found.err) throw new UnixError("socket", found.err === Errno.ENOENT ? Errno.EAFNOSUPPORT : found.err);
  p.socketServers.set(domain, found.value);
  return found.value;
}

function* socketCreate(p: Process, sock_type: number, protocol: number): Syscall<MachPort> {
  let made = yield* socketCall.socket_create(yield* socketServer(p, PF_LOCAL, false), { sock_type, protocol });
  if (made.err === Msg.SEND_INVALID_DEST || made.err === Mig.SERVER_DIED) {
    made = yield* socketCall.socket_create(yield* socketServer(p, PF_LOCAL, true), { sock_type, protocol });
  }
  if (made.err === Mig.BAD_ID || made.err === Errno.EOPNOTSUPP) throw new UnixError("socket", Errno.EAFNOSUPPORT);
  return orThrow("socket", made).sock;
}

export function* socketpair(p: Process, style: number, protocol: number): Syscall<readonly [Fd, Fd]> {
  const one = yield* socketCreate(p, style, protocol);
  const other = yield* attempt(socketCreate(p, style, protocol));
  if (other.err) {
    yield* deallocate(one);
    throw new UnixError("socketpair", other.err);
  }
  const joined = yield* socketCall.socket_connect2(one, { sock2: other.value });
  if (joined.err) {
    yield* deallocate(one);
    yield* deallocate(other.value);
    throw new UnixError("socketpair", joined.err);
  }
  return yield* internPair(p, one, other.value);
}

/** Descriptors for both or for none. */
function* internPair(p: Process, one: MachPort, other: MachPort): Syscall<readonly [Fd, Fd]> {
  const first = yield* attempt(internFd(p, one, O_IGNORE_CTTY, "socketpair"));
  if (first.err) {
    yield* deallocate(other);
    throw new UnixError("socketpair", first.err);
  }
  const second = yield* attempt(internFd(p, other, O_IGNORE_CTTY, "socketpair"));
  if (second.err === 0) return [first.value, second.value];
  yield* close(p, first.value);
  throw new UnixError("socketpair", second.err);
}

/** pipe(2): a socket pair that says it is a fifo. Both ends can do both. */
export const pipe = (p: Process): Syscall<readonly [Fd, Fd]> => socketpair(p, SOCK_STREAM, S_IFIFO);
