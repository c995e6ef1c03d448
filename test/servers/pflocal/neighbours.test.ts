/** Requests to local sockets beside the recorded ones: what pflocal answers by its source (pflocal/socket.c, io.c, sock.c). */
import { expect } from "chai";
import { copySends, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { socketCall } from "../../../servers/interfaces/socket.ts";
import { probed } from "../probe.ts";
import { translated } from "../lib/recorded.ts";

const SOL_SOCKET = 0xffff;
const SO_SNDBUF = 0x1001;
const SO_RCVBUF = 0x1002;
const SO_TYPE = 0x1008;
const STREAM = 1;
const DGRAM = 2;

const word = (n: number): Uint8Array => new Uint8Array(Int32Array.of(n).buffer);
function* errs(calls: readonly Syscall<{ readonly err: number }>[]): Syscall<readonly number[]> {
  const out: number[] = [];
  for (const call of calls) out.push((yield* call).err);
  return out;
}

/** What `body` comes to, given how sockets are made and the port that makes them. */
const asked = <T>(body: (make: (type?: number) => Syscall<MachPort>, node: MachPort) => Syscall<T>): T =>
  probed(function* (libc) {
    yield* translated(libc, "/servers/socket/1", 0o644, ["/hurd/pflocal"]);
    const node = yield* libc.file_name_lookup("/servers/socket/1", 0);
    return yield* body(function* (sock_type = STREAM) {
      const made = yield* socketCall.socket_create(node, { sock_type, protocol: 0 });
      return made.err ? MACH_PORT_NULL : made.sock;
    }, node);
  });

describe("requests to local sockets, beside the recorded ones", () => {
  it("a bound address must be one; queues have no negative length; kinds do not mix", () => {
    const got = asked(function* (make, node) {
      const [s, d] = [yield* make(), yield* make(DGRAM)];
      const address = yield* socketCall.socket_fabricate_address(node, { sockaddr_type: 1 });
      const addr = address.err ? MACH_PORT_NULL : address.addr;
      const told = yield* socketCall.socket_whatis_address(addr, {});
      const codes = yield* errs([
        socketCall.socket_bind(s, { addr: node }),
        socketCall.socket_listen(s, { queue_limit: -1 }),
        socketCall.socket_connect2(s, { sock2: d }),
        socketCall.socket_create_address(node, { sockaddr_type: 7, sockaddr: new Uint8Array(0) }),
        socketCall.socket_bind(d, { addr }),
        socketCall.socket_connect(yield* make(), { addr }),
      ]);
      return { codes, told: told.err ? [] : [...told.sockaddr] };
    });
    const { EADDRNOTAVAIL, EINVAL, EOPNOTSUPP, ECONNREFUSED } = Errno;
    expect(got).to.deep.equal({ codes: [EADDRNOTAVAIL, EINVAL, EOPNOTSUPP, EOPNOTSUPP, 0, ECONNREFUSED], told: [3, 1, 0] });
  });

  it("where there is nothing to read from or write to, nobody need wait; how much is there is ENOTCONN", () => {
    const got = asked(function* (make) {
      const [fresh, listening] = [yield* make(), yield* make()];
      yield* socketCall.socket_listen(listening, { queue_limit: 1 });
      const select = function* (port: MachPort, select_type: number): Syscall<number> {
        const r = yield* ioCall.io_select_timeout(port, { timeout: [0, 1_000_000], select_type });
        return r.err || r.select_type;
      };
      const room = yield* ioCall.io_pathconf(fresh, { name: 5 });
      const types = [yield* select(fresh, 3), yield* select(fresh, 4), yield* select(listening, 2), yield* select(listening, 1)];
      return { types, room: room.err || room.value, codes: yield* errs([ioCall.io_readable(fresh, {}), ioCall.io_server_version(fresh, {}), ioCall.io_map(fresh, {})]) };
    });
    expect(got).to.deep.equal({ types: [3, 0, 0, 0], room: 0, codes: [Errno.ENOTCONN, Errno.EOPNOTSUPP, Errno.EOPNOTSUPP] });
  });

  it("room is kept until there is a pipe; it is positive; a shut reading half has none", () => {
    const got = asked(function* (make) {
      const [a, b] = [yield* make(), yield* make()];
      const set = (port: MachPort, option: number, size: number): Syscall<{ readonly err: number }> => socketCall.socket_setopt(port, { level: SOL_SOCKET, option, optval: word(size) });
      const get = function* (option: number): Syscall<number> {
        const r = yield* socketCall.socket_getopt(a, { level: SOL_SOCKET, option });
        return r.err || new DataView(r.optval.buffer, r.optval.byteOffset).getInt32(0, true);
      };
      const codes = yield* errs([set(a, SO_SNDBUF, 0), set(a, SO_SNDBUF, 20000), set(a, SO_TYPE, 1)]);
      const before = yield* get(SO_SNDBUF);
      yield* socketCall.socket_connect2(a, { sock2: b });
      const after = yield* get(SO_SNDBUF);
      yield* socketCall.socket_shutdown(a, { direction: 0 });
      return { codes, before, after, shut: [yield* get(SO_RCVBUF), (yield* set(a, SO_RCVBUF, 5)).err, (yield* ioCall.io_readable(a, {})).err] };
    });
    expect(got).to.deep.equal({ codes: [Errno.EINVAL, 0, Errno.ENOPROTOOPT], before: 20000, after: 20000, shut: [Errno.ENOTCONN, Errno.ENOTCONN, 0] });
  });

  it("a port that is no address is as none; to another kind of socket is EINVAL, to a stream that nobody has connected ENOTCONN", () => {
    const got = asked(function* (make, node) {
      const [a, b, d, bound] = [yield* make(), yield* make(), yield* make(DGRAM), yield* make()];
      yield* socketCall.socket_connect2(a, { sock2: b });
      const address = yield* socketCall.socket_fabricate_address(node, { sockaddr_type: 1 });
      const addr = address.err ? MACH_PORT_NULL : address.addr;
      yield* socketCall.socket_bind(bound, { addr });
      const send = (port: MachPort, to: MachPort): Syscall<{ readonly err: number }> =>
        socketCall.socket_send(port, { addr: to, flags: 0, data: Uint8Array.of(1), ports: copySends([]), control: new Uint8Array(0) });
      return yield* errs([send(a, node), send(d, addr), send(a, addr), send(yield* make(DGRAM), node)]);
    });
    expect(got).to.deep.equal([0, Errno.EINVAL, Errno.ENOTCONN, Errno.EDESTADDRREQ]);
  });
});
