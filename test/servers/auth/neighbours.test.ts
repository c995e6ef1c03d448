/** Requests to auth beside the recorded ones: what the real server answers by its source (auth.c, and libports where it says so). */
import { expect } from "chai";
import { copySend, copySends, MACH_PORT_DEAD, MACH_PORT_NULL, makeSend, moveSend, MsgType, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, deallocate, destroyReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno, errnoName } from "../../../servers/interfaces/errno.ts";
import { interruptCall } from "../../../servers/interfaces/interrupt.ts";
import { deadName, newSend } from "../exec-probe.ts";
import { probed } from "../probe.ts";

const { EINVAL, EPERM } = Errno;

interface Lists {
  readonly euids?: readonly number[];
  readonly auids?: readonly number[];
  readonly egids?: readonly number[];
  readonly agids?: readonly number[];
}
const lists = ({ euids = [], auids = [], egids = [], agids = [] }: Lists) => ({ euids, auids, egids, agids });

function* make(auth: MachPort, wanted: Lists, others: readonly MachPort[] = []): Syscall<{ readonly err: number; readonly handle: MachPort }> {
  const made = yield* authCall.auth_makeauth(auth, { other_handles: copySends(others), ...lists(wanted) });
  return made.err ? { err: made.err, handle: MACH_PORT_NULL } : { err: 0, handle: made.newhandle };
}

/** Send rights to a port of ours, in all. */
function* senders(port: MachPort): Syscall<number> {
  const got = yield* machPortCall.mach_port_get_receive_status(yield* taskSelf(), { name: port });
  return got.err ? -1 : (got.status[6] ?? -1);
}

/** A call in a thread of its own. `thread` is that thread's port. */
interface Call {
  readonly thread: MachPort;
  readonly answer: () => string;
  readonly newport: () => MachPort | undefined;
}

class Meeting {
  readonly libc: Libc;
  readonly r: MachPort;
  constructor(libc: Libc, r: MachPort) {
    this.libc = libc;
    this.r = r;
  }

  static *on(libc: Libc): Syscall<Meeting> {
    return new Meeting(libc, yield* allocateReceive());
  }

  *start(call: () => Syscall<{ readonly err: number; readonly newport?: MachPort }>): Syscall<Call> {
    let result: { readonly err: number; readonly newport?: MachPort } | undefined;
    const thread = yield* this.libc.thread(function* () {
      result = yield* call();
    });
    yield* this.settle();
    return { thread, answer: () => (result === undefined ? "waits" : result.err === 0 ? "ok" : errnoName(result.err)), newport: () => result?.newport };
  }

  user(auth: MachPort = this.libc.ports.auth): Syscall<Call> {
    return this.start(() => authCall.auth_user_authenticate(auth, { rendezvous: makeSend(this.r) }));
  }

  server(newport: PolyRight = copySend(MACH_PORT_NULL), auth: MachPort = this.libc.ports.auth): Syscall<Call> {
    return this.start(() => authCall.auth_server_authenticate(auth, { rendezvous: makeSend(this.r), newport }));
  }

  *settle(): Syscall<void> {
    yield* this.libc.usleep(10_000);
  }

  /** R dies. */
  *end(): Syscall<void> {
    yield* destroyReceive(this.r);
    yield* this.settle();
  }
}

const met = <T>(body: (m: Meeting) => Syscall<T>): T =>
  probed(function* (libc) {
    return yield* body(yield* Meeting.on(libc));
  });

describe("auth_makeauth, beside the recorded requests", () => {
  it("ids come from any list of their kind, of any handle: uids for uids, gids for gids; what nobody has is EPERM", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const a = (yield* make(auth, { euids: [1001], auids: [1002], egids: [11], agids: [12] })).handle;
      const b = (yield* make(auth, { auids: [1003], agids: [13] })).handle;
      const nobody = (yield* make(auth, {})).handle;
      const tries: readonly (readonly [MachPort, Lists, readonly MachPort[]])[] = [
        [a, { euids: [1002], auids: [1001], egids: [12], agids: [11] }, []],
        [a, { euids: [1002, 1002, 1001, 1002] }, []],
        [a, { euids: [11] }, []],
        [a, { egids: [1001] }, []],
        [a, { euids: [1001, 1003] }, []],
        [a, { euids: [1001, 1003], egids: [13, 11] }, [b]],
        [nobody, { euids: [1001, 1003] }, [b, a]],
        [nobody, { agids: [14] }, [b, a]],
        [nobody, {}, []],
        [nobody, { euids: [0] }, []],
        [nobody, { euids: [0], agids: [99] }, [b, auth]],
        [a, { euids: [0xffffffff] }, []],
        [auth, { euids: [0xffffffff, 0x80000000] }, []],
      ];
      const out: number[] = [];
      for (const [handle, wanted, others] of tries) out.push((yield* make(handle, wanted, others)).err);
      return out;
    });
    expect(got).to.deep.equal([0, 0, EPERM, EPERM, EPERM, 0, 0, EPERM, 0, EPERM, 0, EPERM, 0]);
  });

  it("null and dead other handles are none; a live port that is no handle is EINVAL (our decision), before EPERM; many are no matter", () => {
    const got = probed(function* (libc) {
      const { auth, proc, crdir } = libc.ports;
      const user = (yield* make(auth, { euids: [1001] })).handle;
      const dead = yield* deadName();
      const tries: readonly (readonly [Lists, readonly MachPort[]])[] = [
        [{ euids: [1001] }, [MACH_PORT_NULL, dead, MACH_PORT_DEAD]],
        [{ euids: [5] }, [MACH_PORT_NULL, dead]],
        [{ euids: [1001] }, [crdir]],
        [{ euids: [5] }, [proc]],
        [{ euids: [5] }, [yield* newSend(), auth]],
        [{ euids: [5] }, [yield* taskSelf(), user]],
        [{ euids: [5] }, new Array<MachPort>(1000).fill(auth)],
        [{ euids: Array.from({ length: 2000 }, () => 1001) }, [user, user]],
      ];
      const out: number[] = [];
      for (const [wanted, others] of tries) out.push((yield* make(user, wanted, others)).err);
      return out;
    });
    expect(got).to.deep.equal([0, EPERM, EINVAL, EINVAL, EINVAL, EINVAL, 0, 0]);
  });

  it("many ids come back in order, more than fit into a message's body", () => {
    const euids = Array.from({ length: 2000 }, (_, i) => 5000 - i);
    const got = probed(function* (libc) {
      const { handle } = yield* make(libc.ports.auth, { euids, agids: [7, 7, 8] });
      const ids = yield* authCall.auth_getids(handle, {});
      return ids.err ? ids.err : [[...ids.euids], [...ids.auids], [...ids.egids], [...ids.agids]];
    });
    expect(got).to.deep.equal([euids, [], [], [7, 7, 8]]);
  });

  it("a handle is one port however often it is got; its last right takes it along", () => {
    const got = probed(function* (libc) {
      const { handle } = yield* make(libc.ports.auth, { euids: [1001] });
      const again = (yield* make(handle, { euids: [1001] })).handle;
      yield* deallocate(handle);
      return [again === handle, (yield* authCall.auth_getids(again, {})).err, (yield* authCall.auth_getids(handle, {})).err];
    });
    expect(got).to.deep.equal([false, 0, Msg.SEND_INVALID_DEST]);
  });
});

describe("requests to auth of the wrong kind", () => {
  it("are MIG_BAD_ID outside the interface, MIG_BAD_ARGUMENTS with another body, whatever the arguments are worth", () => {
    const got = probed(function* (libc) {
      const { auth } = libc.ports;
      const codes: number[] = [];
      for (const id of [24999, 25004, 21001, 25000, 25001, 25002, 25003]) {
        const reply = yield* allocateReceive();
        const msg = new MachMsg();
        msg.header(auth, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, id, [{ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data: 1 }]);
        msg.option = MsgOption.SEND | MsgOption.RCV;
        msg.rcvName = reply;
        yield msg;
        codes.push(Number(msg.items[0]?.data ?? -1) >>> 0);
      }
      return codes;
    });
    expect(got).to.deep.equal([Mig.BAD_ID, Mig.BAD_ID, Mig.BAD_ID, ...new Array<number>(4).fill(Mig.BAD_ARGUMENTS)]);
  });
});

describe("the rendezvous, beside the recorded requests", function () {
  this.timeout(60_000);

  it("leaves no right to R, and one to the new port with the user", () => {
    const got = met(function* (m) {
      const given = yield* allocateReceive();
      const u = yield* m.user();
      const waiting = yield* senders(m.r);
      const s = yield* m.server(makeSend(given));
      const after = [yield* senders(m.r), yield* senders(given)];
      yield* deallocate(u.newport() ?? MACH_PORT_NULL);
      return { answers: [u.answer(), s.answer()], waiting, after, last: yield* senders(given) };
    });
    expect(got).to.deep.equal({ answers: ["ok", "ok"], waiting: 1, after: [0, 1], last: 0 });
  });

  it("that fails leaves no right to anything with auth: cut short, R or the new port dead, the user gone", () => {
    const got = met(function* (m) {
      const given = yield* allocateReceive();
      const s = yield* m.server(makeSend(given));
      yield* interruptCall.interrupt_operation(m.libc.ports.auth, {});
      yield* m.settle();
      const first = [s.answer(), yield* senders(m.r), yield* senders(given)];
      const codes: number[] = [];
      for (const rendezvous of [MACH_PORT_NULL, MACH_PORT_DEAD, yield* deadName()]) {
        codes.push((yield* authCall.auth_server_authenticate(m.libc.ports.auth, { rendezvous: copySend(rendezvous), newport: makeSend(given) })).err);
      }
      return { first, codes, left: yield* senders(given) };
    });
    expect(got).to.deep.equal({ first: ["EINTR", 0, 0], codes: [EINVAL, EINVAL, EINVAL], left: 0 });
  });

  it("works between any two handles, and tells the user's ids as they are, none too", () => {
    const got = met(function* (m) {
      const nobody = (yield* make(m.libc.ports.auth, {})).handle;
      const user = (yield* make(m.libc.ports.auth, { euids: [3, 3], agids: [4] })).handle;
      const out: unknown[] = [];
      for (const [u, s] of [[user, nobody], [nobody, user], [user, user]] as const) {
        const waiting = yield* m.user(u);
        const told = yield* authCall.auth_server_authenticate(s, { rendezvous: makeSend(m.r), newport: copySend(MACH_PORT_NULL) });
        yield* m.settle();
        out.push(waiting.answer(), told.err ? told.err : [[...told.euids], [...told.auids], [...told.egids], [...told.agids]]);
      }
      return out;
    });
    expect(got).to.deep.equal(["ok", [[3, 3], [], [], [4]], "ok", [[], [], [], []], "ok", [[3, 3], [], [], [4]]]);
  });

  it("two servers on one R: the second gets the user, the first waits until R dies, and is told EINTR", () => {
    const got = met(function* (m) {
      const [p1, p2] = [yield* newSend(), yield* newSend()];
      const s1 = yield* m.server(copySend(p1));
      const s2 = yield* m.server(copySend(p2));
      const u1 = yield* m.user();
      const middle = [s1.answer(), s2.answer(), u1.answer(), u1.newport() === p2];
      const u2 = yield* m.user();
      yield* m.end();
      return { middle, last: [s1.answer(), u2.answer()] };
    });
    expect(got).to.deep.equal({ middle: ["waits", "ok", "ok", true], last: ["EINTR", "EINVAL"] });
  });

  it("when R dies the last to come is told so: of two servers the other has EINTR, of two users the other nothing", () => {
    const servers = met(function* (m) {
      const calls = [yield* m.server(), yield* m.server()];
      yield* m.end();
      return calls.map((c) => c.answer());
    });
    const users = met(function* (m) {
      const calls = [yield* m.user(), yield* m.user()];
      yield* m.end();
      return calls.map((c) => c.answer());
    });
    expect({ servers, users }).to.deep.equal({ servers: ["EINTR", "EINVAL"], users: ["MIG_SERVER_DIED", "EINVAL"] });
  });

  it("interrupt_operation ends what is asked on that handle only; a place in the table is lost to whoever has it then", () => {
    const got = met(function* (m) {
      const other = (yield* make(m.libc.ports.auth, { euids: [7] })).handle;
      const s1 = yield* m.server(copySend(MACH_PORT_NULL), other);
      yield* interruptCall.interrupt_operation(m.libc.ports.auth, {});
      yield* m.settle();
      const untouched = s1.answer();
      const s2 = yield* m.server();
      yield* interruptCall.interrupt_operation(other, {});
      yield* m.settle();
      const u = yield* m.user(other);
      const after = [s1.answer(), s2.answer(), u.answer()];
      // s2 is in no table now: only when it is interrupted it looks, and finds the user
      yield* interruptCall.interrupt_operation(m.libc.ports.auth, {});
      yield* m.settle();
      return { untouched, after, last: [s2.answer(), u.answer()] };
    });
    expect(got).to.deep.equal({ untouched: "waits", after: ["EINTR", "waits", "waits"], last: ["ok", "ok"] });
  });

  it("interrupt_operation cancels the last request first (libports)", () => {
    const got = met(function* (m) {
      const calls = [yield* m.user(), yield* m.user()];
      yield* interruptCall.interrupt_operation(m.libc.ports.auth, {});
      yield* m.settle();
      return calls.map((c) => c.answer());
    });
    expect(got).to.deep.equal(["MIG_SERVER_DIED", "EINTR"]);
  });

  it("a handle whose last right was in the request goes with it: EINTR at once for who would wait (libports)", () => {
    const got = met(function* (m) {
      const answers: string[] = [];
      for (const id of [25002, 25003]) {
        const { handle } = yield* make(m.libc.ports.auth, { euids: [7] });
        const reply = yield* allocateReceive();
        const msg = new MachMsg();
        const port = (right: PolyRight) => ({ type: right.disposition, bits: 32, number: 1, inline: true, longform: false, dealloc: false, data: right.name });
        msg.header(handle, MsgType.MOVE_SEND, reply, MsgType.MAKE_SEND_ONCE, id, id === 25002 ? [port(makeSend(m.r))] : [port(makeSend(m.r)), port(copySend(MACH_PORT_NULL))]);
        msg.option = MsgOption.SEND | MsgOption.RCV | MsgOption.RCV_TIMEOUT;
        msg.timeout = 1000;
        msg.rcvName = reply;
        const code = yield msg;
        answers.push(code === 0 ? errnoName(Number(msg.items[0]?.data) >>> 0) : `no answer ${code.toString(16)}`);
      }
      return answers;
    });
    expect(got).to.deep.equal(["EINTR", "EINTR"]);
  });

  it("a caller that gives up is waited for all the same: his place is taken by the next, and his answer goes nowhere", () => {
    const got = met(function* (m) {
      const u1 = yield* m.user();
      yield* machCall.thread_terminate(u1.thread, {});
      yield* m.settle();
      const s1 = yield* m.server(yield* given());
      const u2 = yield* m.user();
      const s2 = yield* m.server();
      return [u1.answer(), s1.answer(), u2.answer(), s2.answer()];
    });
    expect(got).to.deep.equal(["waits", "ok", "ok", "ok"]);
  });
});

function* given(): Syscall<PolyRight> {
  return moveSend(yield* newSend());
}
