import { expect } from "chai";
import * as fc from "fast-check";
import { copySend, copySends, MACH_PORT_DEAD, MACH_PORT_NULL, makeSend, makeSendOnce, Right, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, deallocate, destroyReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { interruptCall } from "../../../servers/interfaces/interrupt.ts";
import { mayMake, type Ids } from "../../../servers/lib/auth-handle.ts";
import { probed } from "../probe.ts";

const ids = (euids: readonly number[], auids: readonly number[] = [], egids: readonly number[] = [], agids: readonly number[] = []): Ids => ({ euids, auids, egids, agids });

function* makeauth(auth: MachPort, wanted: Ids, others: readonly MachPort[] = []): Syscall<{ readonly err: number; readonly handle: MachPort }> {
  const made = yield* authCall.auth_makeauth(auth, { other_handles: copySends(others), ...wanted });
  return made.err ? { err: made.err, handle: MACH_PORT_NULL } : { err: 0, handle: made.newhandle };
}

/** What a thread got, once it is done. */
interface Later<T> {
  result: T | undefined;
}
function* later<T>(libc: Libc, body: () => Syscall<T>): Syscall<Later<T>> {
  const slot: Later<T> = { result: undefined };
  yield* libc.thread(function* () {
    slot.result = yield* body();
  });
  return slot;
}

describe("auth_makeauth", () => {
  it("gives root anything, in the order asked for, and nothing to be root by is nothing (recorded p-auth)", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const out: unknown[] = [];
      for (const wanted of [ids([]), ids([1001, 1001]), ids([0, 0, 1001]), ids([], [1002], [5], [6])]) {
        const { handle } = yield* makeauth(auth, wanted);
        out.push(yield* authCall.auth_getids(handle, {}));
      }
      return out;
    });
    expect(got).to.deep.equal([
      { err: 0, ...ids([]) },
      { err: 0, ...ids([1001, 1001]) },
      { err: 0, ...ids([0, 0, 1001]) },
      { err: 0, ...ids([], [1002], [5], [6]) },
    ]);
  });

  it("answers EPERM for ids that no handle has, and takes other handles' ids", () => {
    const got = probed(function* (libc) {
      const user = (yield* makeauth(libc.ports.auth, ids([1001], [1001], [7], [7]))).handle;
      const other = (yield* makeauth(libc.ports.auth, ids([1002]))).handle;
      return [
        (yield* makeauth(user, ids([0]))).err,
        (yield* makeauth(user, ids([1002]))).err,
        (yield* makeauth(user, ids([1001, 1002]), [other])).err,
        (yield* makeauth(user, ids([1001], [], [8]))).err,
        (yield* makeauth(user, ids([1001]), [MACH_PORT_NULL, MACH_PORT_DEAD])).err,
        (yield* makeauth(user, ids([1001]), [libc.ports.proc])).err,
      ];
    });
    expect(got).to.deep.equal([Errno.EPERM, Errno.EPERM, 0, Errno.EPERM, 0, Errno.EINVAL]);
  });

  it("leaves the caller's and the server's rights as they were", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const refs = function* (): Syscall<number> {
        const r = yield* machPortCall.mach_port_get_refs(yield* taskSelf(), { name: auth, right: Right.SEND });
        return r.err ? -1 : r.refs;
      };
      const before = yield* refs();
      const user = (yield* makeauth(auth, ids([1001]))).handle;
      for (let i = 0; i < 3; i++) yield* makeauth(user, ids([5]), [libc.ports.proc, auth]);
      for (let i = 0; i < 3; i++) yield* deallocate((yield* makeauth(user, ids([5]), [auth])).handle);
      return [before, yield* refs()];
    });
    expect(got[0]).to.equal(got[1]);
  });

  it("never gives a user id that is not held, unless root is", () => {
    const list = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    const some = fc.record({ euids: list, auids: list, egids: list, agids: list });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 3 }), some, (held, wanted) => {
        const uids = held.flatMap((h) => [...h.euids, ...h.auids]);
        const gids = held.flatMap((h) => [...h.egids, ...h.agids]);
        const lacking = [...wanted.euids, ...wanted.auids].some((u) => !uids.includes(u)) || [...wanted.egids, ...wanted.agids].some((g) => !gids.includes(g));
        expect(mayMake(held, wanted)).to.equal(uids.includes(0) || !lacking);
      }),
    );
  });
});

describe("ports that are no handles", () => {
  it("answer as recorded", () => {
    const got = probed(function* (libc) {
      const dead = yield* allocateReceive();
      yield* machPortCall.mach_port_insert_right(yield* taskSelf(), { name: dead, poly: makeSend(dead) });
      yield* destroyReceive(dead);
      const answers: number[] = [];
      for (const port of [libc.ports.crdir, yield* taskSelf(), dead, libc.ports.proc]) answers.push((yield* authCall.auth_getids(port, {})).err);
      return answers;
    });
    expect(got).to.deep.equal([Mig.BAD_ID, Mig.BAD_ID, Msg.SEND_INVALID_DEST, Mig.BAD_ID]);
  });
});

describe("the rendezvous", () => {
  type Kind = "send" | "null" | "dead" | "send-once";

  function* newport(kind: Kind): Syscall<{ readonly right: PolyRight; readonly name: MachPort }> {
    const port = yield* allocateReceive();
    switch (kind) {
      case "send":
        return { right: makeSend(port), name: port };
      case "send-once":
        return { right: makeSendOnce(port), name: port };
      case "null":
        return { right: copySend(MACH_PORT_NULL), name: port };
      case "dead":
        yield* machPortCall.mach_port_insert_right(yield* taskSelf(), { name: port, poly: makeSend(port) });
        yield* destroyReceive(port);
        return { right: copySend(port), name: port };
    }
  }

  for (const first of ["user", "server"] as const) {
    for (const kind of ["send", "null", "dead", "send-once"] as const) {
      it(`works with the ${first} first and a ${kind} right as new port`, () => {
        const got = probed(function* (libc) {
          const { auth } = libc.ports;
          const r = yield* allocateReceive();
          const { right, name } = yield* newport(kind);
          const user = function* () {
            return yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r) });
          };
          const server = function* () {
            return yield* authCall.auth_server_authenticate(auth, { rendezvous: makeSend(r), newport: right });
          };
          const u = first === "user" ? yield* later(libc, user) : undefined;
          const s = first === "user" ? undefined : yield* later(libc, server);
          yield* libc.usleep(1000);
          const own = first === "user" ? yield* server() : yield* user();
          yield* libc.usleep(1000);
          const [theirs, answer] = first === "user" ? [u?.result, own] : [own, s?.result];
          return { user: theirs, server: answer, same: theirs !== undefined && "newport" in theirs && theirs.newport === name };
        });
        expect(got.server).to.deep.equal({ err: 0, ...ids([0], [0, 0], [0], [0, 0]) });
        switch (kind) {
          case "send":
            expect(got.user?.err).to.equal(0);
            expect(got.same).to.equal(true);
            break;
          case "null":
            expect(got.user).to.deep.equal({ err: 0, newport: MACH_PORT_NULL });
            break;
          case "dead":
            expect(got.user).to.deep.equal({ err: 0, newport: MACH_PORT_DEAD });
            break;
          case "send-once":
            expect(got.user?.err).to.equal(Mig.SERVER_DIED);
            break;
        }
      });
    }
  }

  it("answers EINVAL for a null or dead rendezvous", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const dead = (yield* newport("dead")).name;
      const answers: number[] = [];
      for (const name of [MACH_PORT_NULL, dead]) {
        answers.push((yield* authCall.auth_user_authenticate(auth, { rendezvous: copySend(name) })).err);
        answers.push((yield* authCall.auth_server_authenticate(auth, { rendezvous: copySend(name), newport: copySend(MACH_PORT_NULL) })).err);
      }
      return answers;
    });
    expect(got).to.deep.equal([Errno.EINVAL, Errno.EINVAL, Errno.EINVAL, Errno.EINVAL]);
  });

  it("ends with EINVAL for those who wait when the rendezvous port dies", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const [r1, r2] = [yield* allocateReceive(), yield* allocateReceive()];
      const user = yield* later(libc, () => authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r1) }));
      const server = yield* later(libc, () => authCall.auth_server_authenticate(auth, { rendezvous: makeSend(r2), newport: copySend(MACH_PORT_NULL) }));
      yield* libc.usleep(1000);
      const before = [user.result, server.result];
      yield* destroyReceive(r1);
      yield* destroyReceive(r2);
      yield* libc.usleep(1000);
      return [...before, user.result, server.result];
    });
    expect(got).to.deep.equal([undefined, undefined, { err: Errno.EINVAL }, { err: Errno.EINVAL }]);
  });

  it("ends with EINTR when the handle is interrupted", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const r = yield* allocateReceive();
      const user = yield* later(libc, () => authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r) }));
      yield* libc.usleep(1000);
      yield* interruptCall.interrupt_operation(auth, {});
      yield* libc.usleep(1000);
      return user.result;
    });
    expect(got).to.deep.equal({ err: Errno.EINTR });
  });

  it("lets a second user displace the first, who gets nothing but MIG_SERVER_DIED when the port dies (recorded p-auth)", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const [r, p1] = [yield* allocateReceive(), yield* allocateReceive()];
      const user = (): Syscall<unknown> => authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r) });
      const u1 = yield* later(libc, user);
      yield* libc.usleep(1000);
      const u2 = yield* later(libc, user);
      yield* libc.usleep(1000);
      const s1 = yield* authCall.auth_server_authenticate(auth, { rendezvous: makeSend(r), newport: makeSend(p1) });
      yield* libc.usleep(1000);
      const middle = [u1.result, u2.result];
      const s2 = yield* later(libc, () => authCall.auth_server_authenticate(auth, { rendezvous: makeSend(r), newport: makeSend(p1) }));
      yield* libc.usleep(1000);
      const blocked = s2.result;
      yield* destroyReceive(r);
      yield* libc.usleep(1000);
      return { s1: s1.err, middle, p1, blocked, u1: u1.result, s2: s2.result };
    });
    expect(got.s1).to.equal(0);
    expect(got.middle).to.deep.equal([undefined, { err: 0, newport: got.p1 }]);
    expect(got.blocked).to.equal(undefined);
    expect(got.u1).to.deep.equal({ err: Mig.SERVER_DIED });
    expect(got.s2).to.deep.equal({ err: Errno.EINVAL });
  });
});
