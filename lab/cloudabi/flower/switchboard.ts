/**
 * The switchboard: a CloudABI program that holds handles' connections and servers' channels, and joins what matches (cloudabi.md §8).
 *
 * One thread serves all connections in turn, where upstream has a worker for each; an egress is waited for inside of a request.
 */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { fdClose, poll } from "../libc/calls.ts";
import { socketpair } from "../libc/io.ts";
import { ArgdataReader, writeMessage } from "../libc/stream.ts";
import { constrain, Directory, isRefusal, needRights, withLabels, type Handle, type Target } from "./directory.ts";
import type { Labels } from "./labels.ts";
import { FLOWER_RIGHTS, readConnection, readRequest, writeAnswer, writeConnection, type Answer, type FlowerRight, type Request } from "./protocol.ts";

const LIMITS = { maxData: 4096, maxFds: 2 };

/** What the first connection may do: everything. */
export const rootHandle: Handle = { rights: FLOWER_RIGHTS, inLabels: new Map(), outLabels: new Map() };

/** An answer, and descriptors that are closed once it has been sent. */
interface Reply {
  readonly answer: Answer;
  readonly close?: readonly number[];
}
const reply = (answer: Answer, ...close: readonly number[]): Reply => ({ answer, close });

const RIGHT_OF: Readonly<Record<Exclude<Request["call"], "Constrain">, FlowerRight>> = {
  ClientConnect: "CLIENT_CONNECT",
  EgressStart: "EGRESS_START",
  IngressConnect: "INGRESS_CONNECT",
  List: "LIST",
  ServerStart: "SERVER_START",
};

export class Switchboard {
  private readonly directory: Directory;
  private readonly handles = new Map<number, { readonly handle: Handle; readonly reader: ArgdataReader }>();

  constructor(directory = new Directory()) {
    this.directory = directory;
  }

  /** A connection at `fd` may do what `handle` says. */
  add(fd: number, handle: Handle): void {
    this.handles.set(fd, { handle, reader: new ArgdataReader(LIMITS) });
  }

  /** Serves until the last connection has gone. */
  *serve(): Syscall<void> {
    while (this.handles.size > 0) {
      const events = yield* poll([...this.handles.keys()].map((fd) => ({ event: "fd_read", fd, userdata: fd })));
      if (events.err !== 0) return;
      for (const { userdata } of events.value) yield* this.turn(userdata);
    }
  }

  private *turn(fd: number): Syscall<void> {
    const connection = this.handles.get(fd);
    const pulled = connection === undefined ? undefined : yield* connection.reader.pull(fd);
    if (connection === undefined || pulled?.err !== 0 || pulled.value === undefined) {
      this.handles.delete(fd);
      yield* fdClose(fd);
      return;
    }
    yield* this.prune();
    const request = readRequest(pulled.value);
    const { answer, close = [] } = request === undefined ? reply({ status: "INVALID_ARGUMENT" }) : yield* this.answer(connection.handle, request);
    yield* writeMessage(fd, writeAnswer(answer));
    for (const done of close) yield* fdClose(done);
  }

  /** Targets whose other end has gone are forgotten. */
  private *prune(): Syscall<void> {
    const { all } = this.directory;
    if (all.length === 0) return;
    const events = yield* poll([...all.map((t) => ({ event: "fd_read" as const, fd: t.channel, userdata: t.channel })), { event: "clock", after: 0, userdata: -1 }]);
    for (const { userdata, hangup } of events.err === 0 ? events.value : [])
      if (hangup === true) {
        this.directory.remove(userdata);
        yield* fdClose(userdata);
      }
  }

  private *answer(handle: Handle, request: Request): Syscall<Reply> {
    if (request.call === "Constrain") return yield* this.constrained(constrain(handle, request.rights, request.inLabels, request.outLabels));
    const lacking = needRights(handle, [RIGHT_OF[request.call]]);
    if (lacking !== undefined) return reply(lacking);
    const labels = "inLabels" in request ? withLabels(handle, "inLabels", request.inLabels) : withLabels(handle, "outLabels", request.outLabels);
    if (isRefusal(labels)) return reply(labels);
    switch (request.call) {
      case "ServerStart":
        return yield* this.started("server", labels.labels);
      case "EgressStart":
        return yield* this.started("egress", labels.labels);
      case "List":
        return reply({ status: "OK", listed: this.directory.matching(labels.labels).map((t) => t.labels) });
      case "ClientConnect":
        return yield* this.connect(labels.labels);
      case "IngressConnect":
        return yield* this.hand(labels.labels, request.fd);
    }
  }

  private *constrained(handle: ReturnType<typeof constrain>): Syscall<Reply> {
    if (isRefusal(handle)) return reply(handle);
    const pair = yield* socketpair();
    if (pair.err !== 0) return reply({ status: "UNAVAILABLE" });
    const [theirs, ours] = pair.value;
    this.add(ours, handle);
    return reply({ status: "OK", fd: theirs }, theirs);
  }

  private *started(kind: Target["kind"], labels: Labels): Syscall<Reply> {
    const pair = yield* socketpair();
    if (pair.err !== 0) return reply({ status: "UNAVAILABLE" });
    const [channel, theirs] = pair.value;
    const refused = this.directory.register({ labels, kind, channel });
    return refused === undefined ? reply({ status: "OK", fd: theirs }, theirs) : reply(refused, channel, theirs);
  }

  /** A client gets one end of a new pair, the server the other; an egress gives the socket itself. */
  private *connect(out: Labels): Syscall<Reply> {
    const found = this.directory.lookUp(out);
    if (isRefusal(found)) return reply(found);
    const { target, labels } = found;
    if (target.kind === "egress") return yield* this.byEgress(target, labels);
    const pair = yield* socketpair();
    if (pair.err !== 0) return reply({ status: "UNAVAILABLE" });
    const [client, server] = pair.value;
    const told = yield* writeMessage(target.channel, writeConnection({ labels, fd: server }));
    return reply(told.err === 0 ? { status: "OK", fd: client, labels } : { status: "UNAVAILABLE" }, client, server);
  }

  private *byEgress({ channel }: Target, labels: Labels): Syscall<Reply> {
    const told = yield* writeMessage(channel, writeConnection({ labels, fd: undefined }));
    const reader = new ArgdataReader(LIMITS);
    const pulled = told.err === 0 ? yield* reader.pull(channel) : undefined;
    const fd = pulled?.err === 0 && pulled.value !== undefined ? readConnection(pulled.value).fd : undefined;
    if (fd === undefined) return reply({ status: "UNAVAILABLE" });
    reader.release(fd);
    return reply({ status: "OK", fd, labels }, fd);
  }

  /** An ingress brings the socket along. To an egress it cannot go: both would give one. */
  private *hand(out: Labels, fd: number): Syscall<Reply> {
    const found = this.directory.lookUp(out);
    if (isRefusal(found)) return reply(found);
    const { target, labels } = found;
    if (target.kind === "egress") return reply({ status: "INVALID_ARGUMENT", message: "Egresses take no sockets" });
    const told = yield* writeMessage(target.channel, writeConnection({ labels, fd }));
    return reply(told.err === 0 ? { status: "OK", labels } : { status: "UNAVAILABLE" });
  }
}
