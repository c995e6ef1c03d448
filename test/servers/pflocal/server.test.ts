import { expect } from "chai";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { asPort, copySends, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { firstOf } from "../../../mach/mig/server.ts";
import { deallocate, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { socketCall } from "../../../servers/interfaces/socket.ts";
import { interruptCall } from "../../../servers/interfaces/interrupt.ts";
import { Bucket, PortClass } from "../../../servers/lib/ports.ts";
import { serveIo } from "../../../servers/pflocal/serve-io.ts";
import { serveSocket } from "../../../servers/pflocal/serve-socket.ts";
import { SocketServer } from "../../../servers/pflocal/server.ts";
import { runTask, thread } from "../task.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const show = (d: Uint8Array): string => new TextDecoder().decode(d);
function ok<T extends { readonly err: number }>(r: T): Extract<T, { readonly err: 0 }> {
  if (r.err !== 0) throw new Error(`err 0x${r.err.toString(16)}`);
  return r as Extract<T, { readonly err: 0 }>;
}

/** A socket server in the same task, and a right to the node on which sockets are made. */
function* server(): Syscall<{ node: MachPort; server: SocketServer }> {
  const bucket = yield* Bucket.create({ thread });
  const made = new SocketServer(bucket, 9, MACH_PORT_NULL);
  const nodes = new PortClass<undefined>("node");
  const node = yield* bucket.create(nodes, undefined);
  const demuxer = firstOf(serveIo(made), serveSocket(made, (request) => bucket.lookup(nodes, request.localPort) !== undefined));
  yield* thread(() => bucket.serveMultithread(demuxer));
  return { node: yield* bucket.getSendRight(node), server: made };
}

function* pair(node: MachPort, type = 1, protocol = 0o10000): Syscall<readonly [MachPort, MachPort]> {
  const a = ok(yield* socketCall.socket_create(node, { sock_type: type, protocol })).sock;
  const b = ok(yield* socketCall.socket_create(node, { sock_type: type, protocol })).sock;
  ok(yield* socketCall.socket_connect2(a, { sock2: b }));
  return [a, b];
}
const write = (port: MachPort, s: string) => ioCall.io_write(port, { data: text(s), offset: -1 });
const read = (port: MachPort, amount = 64) => ioCall.io_read(port, { offset: -1, amount });

/** Runs `body` against a fresh server. Fails unless it comes to its end. */
function session(body: (node: MachPort, server: SocketServer) => Syscall<void>): void {
  const { finished, machine } = runTask(function* () {
    const s = yield* server();
    yield* body(s.node, s.server);
  });
  expect(finished, machine.haltReason ?? "it hangs").to.equal(true);
}

describe("pflocal", () => {
  it("makes pipes of which both ends read and write, and says so (F_GETFL 0x103, mode 010000)", () => {
    session(function* (node) {
      const [a, b] = yield* pair(node);
      expect(ok(yield* ioCall.io_get_openmodes(a, {})).bits).to.equal(0x103);
      expect(ok(yield* ioCall.io_stat(a, {})).stat_info[7]).to.equal(0o10000);
      ok(yield* write(a, "ab"));
      ok(yield* write(b, "cd"));
      expect([show(ok(yield* read(b)).data), show(ok(yield* read(a)).data)]).to.deep.equal(["ab", "cd"]);
    });
  });
  it("tests the protocol before the type", () => {
    session(function* (node) {
      const create = (sock_type: number, protocol: number) => socketCall.socket_create(node, { sock_type, protocol });
      expect((yield* create(99, 7)).err).to.equal(Errno.EPROTONOSUPPORT);
      expect((yield* create(99, 0)).err).to.equal(Errno.EPROTOTYPE);
    });
  });
  it("lets a reader wait for data, and wakes it", () => {
    session(function* (node) {
      const [a, b] = yield* pair(node);
      yield* thread(function* () {
        yield* write(a, "late");
      });
      expect(show(ok(yield* read(b)).data)).to.equal("late");
    });
  });
  it("ends a read when the last right to the other end is gone, and answers EPIPE to a write", () => {
    session(function* (node) {
      const [a, b] = yield* pair(node);
      ok(yield* write(a, "x"));
      yield* deallocate(a);
      expect(show(ok(yield* read(b)).data)).to.equal("x");
      expect(ok(yield* read(b)).data.length).to.equal(0);
      expect((yield* write(b, "y")).err).to.equal(Errno.EPIPE);
    });
  });
  it("gives a waiting read EINTR on interrupt_operation", () => {
    session(function* (node) {
      const [, b] = yield* pair(node);
      yield* thread(function* () {
        yield* interruptCall.interrupt_operation(b, {});
      });
      expect((yield* read(b)).err).to.equal(Errno.EINTR);
    });
  });
  it("answers EWOULDBLOCK to whoever will not wait; O_NONBLOCK is the socket's", () => {
    session(function* (node) {
      const [a] = yield* pair(node);
      ok(yield* ioCall.io_set_some_openmodes(a, { bits_to_set: 8 }));
      const other = ok(yield* ioCall.io_duplicate(a, {})).newport;
      expect((yield* read(other)).err).to.equal(Errno.EAGAIN);
      expect(ok(yield* ioCall.io_get_openmodes(other, {})).bits).to.equal(0x10b);
    });
  });
  it("passes ports with data, once, and loses them to a plain read", () => {
    session(function* (node, { bucket }) {
      const [a, b] = yield* pair(node, 1, 0);
      const own = yield* bucket.getSendRight(yield* bucket.create(new PortClass<undefined>("own"), undefined));
      const send = (ports: readonly MachPort[]) =>
        socketCall.socket_send(b, { addr: MACH_PORT_NULL, flags: 0, data: text("PQ"), ports: copySends(ports), control: text("ctl") });
      ok(yield* send([own, MACH_PORT_NULL]));
      ok(yield* write(b, "RS"));
      const got = ok(yield* socketCall.socket_recv(a, { flags: 0, amount: 100 }));
      expect([show(got.data), show(got.control), [...got.ports], got.addr]).to.deep.equal(["PQRS", "ctl", [own, MACH_PORT_NULL], MACH_PORT_NULL]);
      const refs = function* (): Syscall<number> {
        return ok(yield* machPortCall.mach_port_get_refs(yield* taskSelf(), { name: own, right: 0 })).refs;
      };
      const before = yield* refs();
      ok(yield* send([own]));
      expect(show(ok(yield* read(a)).data)).to.equal("PQ");
      expect(yield* refs()).to.equal(before);
    });
  });
  it("connects by address ports: bind, listen, connect, accept", () => {
    session(function* (node) {
      const make = function* (): Syscall<MachPort> {
        return ok(yield* socketCall.socket_create(node, { sock_type: 1, protocol: 0 })).sock;
      };
      const listener = yield* make();
      const client = yield* make();
      const address = ok(yield* socketCall.socket_fabricate_address(node, { sockaddr_type: 1 })).addr;
      expect((yield* socketCall.socket_connect(client, { addr: address })).err).to.equal(Errno.ECONNREFUSED);
      ok(yield* socketCall.socket_bind(listener, { addr: address }));
      expect((yield* socketCall.socket_bind(listener, { addr: address })).err).to.equal(Errno.EINVAL);
      expect((yield* socketCall.socket_connect(client, { addr: address })).err).to.equal(Errno.ECONNREFUSED);
      ok(yield* socketCall.socket_listen(listener, { queue_limit: 3 }));
      expect((yield* read(client)).err).to.equal(Errno.ENOTCONN);
      ok(yield* socketCall.socket_connect(client, { addr: address }));
      expect((yield* socketCall.socket_connect(client, { addr: address })).err).to.equal(Errno.EISCONN);
      ok(yield* write(client, "early"));
      const served = ok(yield* socketCall.socket_accept(listener, {})).conn_sock;
      expect(show(ok(yield* read(served)).data)).to.equal("early");
      yield* deallocate(served);
      expect(ok(yield* read(client)).data.length).to.equal(0);
    });
  });
  it("refuses a connection to a socket that is gone", () => {
    session(function* (node) {
      const listener = ok(yield* socketCall.socket_create(node, { sock_type: 1, protocol: 0 })).sock;
      const address = ok(yield* socketCall.socket_name(listener, {})).addr;
      ok(yield* socketCall.socket_listen(listener, { queue_limit: 3 }));
      yield* deallocate(listener);
      const client = ok(yield* socketCall.socket_create(node, { sock_type: 1, protocol: 0 })).sock;
      expect((yield* socketCall.socket_connect(client, { addr: address })).err).to.equal(Errno.ECONNREFUSED);
    });
  });
  it("select: a timeout of 0 says what is ready, EPIPE counts as an error", () => {
    session(function* (node) {
      const [a, b] = yield* pair(node);
      const select = (port: MachPort, types: number) => ioCall.io_select_timeout(port, { timeout: [0, 0], select_type: types });
      expect([1, 2, 4, 7].length).to.equal(4);
      expect(ok(yield* select(a, 1)).select_type).to.equal(0);
      expect(ok(yield* select(a, 7)).select_type).to.equal(2);
      ok(yield* write(b, "x"));
      expect(ok(yield* select(a, 7)).select_type).to.equal(3);
      yield* deallocate(b);
      expect((yield* select(a, 7)).err).to.equal(Errno.EPIPE);
      expect(ok(yield* select(a, 1)).select_type).to.equal(1);
    });
  });
  it("leaves nothing behind: the name space is as before when all ends are closed", () => {
    session(function* (node) {
      const names = function* (): Syscall<number> {
        return ok(yield* machPortCall.mach_port_names(yield* taskSelf(), {})).names.length;
      };
      const once = function* (): Syscall<void> {
        const [a, b] = yield* pair(node);
        ok(yield* ioCall.io_stat(a, {}));
        ok(yield* write(a, "unread"));
        yield* deallocate(a);
        yield* deallocate(b);
        expect((yield* read(asPort(a))).err).to.not.equal(0);
      };
      yield* once();
      yield* once();
      const before = yield* names();
      for (let i = 0; i < 20; i++) yield* once();
      expect(yield* names()).to.be.at.most(before + 1);
    });
  });
});
