/**
 * An entrypoint: a thread that serves objects, and the sockets by which it is reached (genode-linux.md §4; §8 for a socket pair an object).
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { bind, close, cloneThread, connect, fstat, futexWake, poll, recvmsg, sendmsg, socket, socketpair, tgkill, unlink, waitWhile } from "../linux/libc.ts";
import type { Word } from "../linux/traps.ts";
import { GenodeException, type Capability } from "./capability.ts";
import { answer, call, entrypointPath, reply, request, wait, type Incoming } from "./ipc.ts";
import type { Marshaller, Unmarshaller } from "./message.ts";
import { guarded, type EntrypointSockets, type Runtime } from "./runtime.ts";

/** A served object. */
export interface RpcObject {
  /** Does `opcode`, writes results; answers the exception's number, 0 for none. */
  dispatch(opcode: number, args: Unmarshaller, out: Marshaller): Syscall<number>;
}

/** The answer for a name that no object of the entrypoint has. */
export const ERR_INVALID_OBJECT = -1;

export class Entrypoint {
  readonly name: string;
  tid = 0;
  /** Bound; only received on. */
  serverSd = -1;
  /** What is delegated; in ca4f the same as `serverSd`. */
  clientSd = -1;
  /** By their names; in the 2020 design by the local end's descriptor. */
  readonly objects = new Map<number, RpcObject>();
  private readonly rt: Runtime;
  private readonly ready: Word = { value: 0 };
  private readonly active: Word;
  private control: readonly [number, number] = [-1, -1];
  private destroyed = false;
  /** What stands where the next message's reply socket will stand. */
  private slot = -1;

  private constructor(rt: Runtime, name: string, active: boolean) {
    this.rt = rt;
    this.name = name;
    this.active = { value: active ? 1 : 0 };
  }

  /** A thread that serves, with its sockets made; with `active` false it serves only after `activate`, and requests wait. An error in making the sockets ends the process. */
  static *create(rt: Runtime, name: string, active = true): Syscall<Entrypoint> {
    const ep = new Entrypoint(rt, name, active);
    ep.tid = yield* cloneThread(name, () => ep.main());
    yield* waitWhile(ep.ready, 0);
    return ep;
  }

  /** Begins to serve. */
  *activate(): Syscall<void> {
    this.active.value = 1;
    yield* futexWake(this.active);
  }

  private *main(): Syscall<void> {
    yield* guarded(() => this.serve());
  }

  private *serve(): Syscall<void> {
    yield* this.makeSockets();
    this.ready.value = 1;
    yield* futexWake(this.ready);
    yield* waitWhile(this.active, 0);
    for (;;) {
      try {
        yield* this.one();
      } catch (e) {
        if (!(e instanceof GenodeException && (e.what === "Blocking_canceled" || this.destroyed))) throw e;
      }
      if (this.destroyed) return;
    }
  }

  private *makeSockets(): Syscall<void> {
    const { knobs, sockets } = this.rt;
    if (knobs.objectId === "payload") {
      const { server, client } = yield* sockets === undefined ? makeSockets(this.rt, this.tid) : sockets(this.tid);
      this.serverSd = server;
      this.clientSd = client;
      return;
    }
    const pair = yield* socketpair(knobs.closeOnExecAtCreate);
    if (typeof pair === "number") throw new GenodeException("Server_socket_failed", pair);
    this.control = pair;
  }

  /** Serves one request. */
  private *one(): Syscall<void> {
    const byPayload = this.rt.knobs.objectId === "payload";
    const at = byPayload ? this.serverSd : yield* poll([this.control[0], ...this.objects.keys()]);
    if (!byPayload && at === this.control[0]) {
      yield* recvmsg(at, 0, false);
      return;
    }
    const incoming = yield* wait(this.rt, at, this.slot);
    this.slot = incoming.replySocket;
    const name = byPayload ? incoming.localName : at;
    yield* reply(this.rt, incoming.replySocket, yield* this.dispatch(this.objects.get(name), incoming));
  }

  private *dispatch(object: RpcObject | undefined, { opcode, args }: Incoming): Syscall<Marshaller> {
    if (object === undefined) return answer(this.rt, ERR_INVALID_OBJECT);
    const results = answer(this.rt);
    const exception = yield* object.dispatch(opcode, args, results);
    return exception === 0 ? results : answer(this.rt, exception);
  }

  /** Begins to serve `object`: its capability. */
  *manage(object: RpcObject): Syscall<Capability> {
    if (this.rt.knobs.objectId === "perObjectSocket") return yield* this.manageByPair(object);
    const localName = this.rt.ids.next();
    this.objects.set(localName, object);
    return { tid: this.rt.knobs.destination === "tid" ? this.tid : 0, socket: this.clientSd, localName };
  }

  private *manageByPair(object: RpcObject): Syscall<Capability> {
    const pair = yield* socketpair(this.rt.knobs.closeOnExecAtCreate);
    if (typeof pair === "number") throw new GenodeException("Client_socket_failed", pair);
    const [local, remote] = pair;
    this.rt.own.set(local, { remote, ino: yield* fstat(remote) });
    this.objects.set(local, object);
    yield* this.wakeUp();
    return { tid: 0, socket: remote, localName: local };
  }

  /** The entrypoint looks at its list of sockets again. */
  private readonly wakeUp = (): Syscall<number> => sendmsg(this.control[1], new Uint8Array(1), []);

  /** The object is served no more. */
  *dissolve({ localName }: Capability): Syscall<void> {
    this.objects.delete(localName);
    const own = this.rt.own.get(localName);
    if (own === undefined || this.rt.knobs.objectId === "payload") return;
    this.rt.own.delete(localName);
    yield* close(own.remote);
    yield* close(localName);
    yield* this.wakeUp();
  }

  /** The thread ends. Its sockets go with it only from 2995011b34 on. */
  *destroy(): Syscall<void> {
    this.destroyed = true;
    yield* tgkill(this.tid);
    if (!this.rt.knobs.closesOnDestruction) return;
    yield* this.rt.locked((r) => r.forget(this.clientSd));
    for (const fd of new Set([this.serverSd, this.clientSd, ...this.control])) if (fd >= 0) yield* close(fd);
  }
}

/** The sockets of an entrypoint whose thread is `tid`; in ca4f one for both. Throws what stands for each step. */
export function* makeSockets(rt: Runtime, tid: number): Syscall<EntrypointSockets> {
  const { knobs } = rt;
  const path = entrypointPath(knobs.rpath, tid);
  const server = yield* checked("Server_socket_failed", socket(knobs.closeOnExecAtCreate));
  yield* unlink(path);
  yield* checked("Bind_failed", bind(server, path));
  if (knobs.socketDelegated === "server") return { server, client: server };
  const client = yield* checked("Client_socket_failed", socket(knobs.closeOnExecAtCreate));
  yield* checked("Connect_failed", connect(client, path));
  if (knobs.unlinkAfterConnect) yield* unlink(path);
  const id = yield* rt.identify(client);
  yield* rt.locked((r) => r.associate(client, id));
  return { server, client };
}

/** The answer of a call that must not fail. */
function* checked(what: GenodeException["what"], made: Syscall<number>): Syscall<number> {
  const number = yield* made;
  if (number < 0) throw new GenodeException(what, number);
  return number;
}

/** What an invocation gave. */
export interface Invoked {
  readonly exception: number;
  readonly results: Unmarshaller;
}

/** Calls `opcode` of `cap` with the arguments that `fill` writes. Undefined when the capability is invalid. Throws as `call` does. */
export function* invoke(rt: Runtime, cap: Capability, opcode: number, fill: (args: Marshaller) => void = () => undefined): Syscall<Invoked | undefined> {
  const message = request(rt, cap, opcode);
  fill(message);
  const results = yield* call(rt, cap, message);
  return results === undefined ? undefined : { exception: results.word(), results };
}

/**
 * Reads a capability. In the 2020 design one that comes home is known by its hint and by the inode of what came: then the own end is used and the copy closed; anything else is foreign and keeps its
 * descriptor.
 */
export function* readCap(rt: Runtime, from: Unmarshaller): Syscall<Capability> {
  const cap = yield* home(rt, from.cap());
  rt.received.push(cap);
  return cap;
}

function* home(rt: Runtime, cap: Capability): Syscall<Capability> {
  if (rt.knobs.objectId === "payload" || cap.socket < 0) return cap;
  const ino = yield* fstat(cap.socket);
  const own = rt.own.get(cap.localName);
  if (own?.ino !== ino) return cap;
  yield* close(cap.socket);
  return { ...cap, socket: own.remote };
}
