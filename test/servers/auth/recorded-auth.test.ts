import { expect } from "chai";
import { copySend, copySends, makeSend, makeSendOnce, MACH_PORT_DEAD, MACH_PORT_NULL, type MachPort, type PolyRight } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { allocateReceive, destroyReceive, taskSelf } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { deadName, newSend, Probe, shownIds } from "../exec-probe.ts";
import { differences, hex, portType, recorded } from "../lib/recorded.ts";
import { probed } from "../probe.ts";

/** The state of a call in another thread: probe.c's `done` and error, -1 before. */
interface Call<T> {
  done: boolean;
  err: number;
  result: T | undefined;
}

/** probe.c's section "auth". */
class AuthProbe extends Probe {
  get auth(): MachPort {
    return this.libc.ports.auth;
  }
  /** `mk`. */
  *make(label: string, euids: readonly number[], auids: readonly number[] = [], egids: readonly number[] = []): Syscall<void> {
    const made = yield* authCall.auth_makeauth(this.auth, { other_handles: copySends([]), euids, auids, egids, agids: [] });
    this.say(`makeauth ${label} = ${hex(made.err)}`);
    if (!made.err) yield* this.showIds("   ->", made.newhandle);
  }
  *start<T extends { readonly err: number }>(body: () => Syscall<T>): Syscall<Call<T>> {
    const call: Call<T> = { done: false, err: -1, result: undefined };
    yield* this.libc.thread(function* () {
      call.result = yield* body();
      call.err = call.result.err;
      call.done = true;
    });
    return call;
  }
  user(rendezvous: MachPort) {
    return authCall.auth_user_authenticate(this.auth, { rendezvous: makeSend(rendezvous) });
  }
  server(rendezvous: MachPort, newport: PolyRight) {
    return authCall.auth_server_authenticate(this.auth, { rendezvous: makeSend(rendezvous), newport });
  }
}

function* handles(p: AuthProbe): Syscall<void> {
  yield* p.showIds("own", p.auth);
  yield* p.make("no-others empty-lists", []);
  yield* p.make("no-others eu{0}", [0]);
  yield* p.make("no-others eu{1001}", [1001]);
  yield* p.make("no-others eu{1002}", [1002]);
  yield* p.make("no-others au{1002}", [], [1002]);
  yield* p.make("no-others eg{1002}", [], [], [1002]);
  yield* p.make("no-others eg{0}", [], [], [0]);
  yield* p.make("no-others eu{1001,1001}", [1001, 1001]);
  yield* p.make("no-others eu{0,0,1001} ", [0, 0, 1001]);
  yield* p.showIds("auth_getids on root dir", p.libc.ports.crdir);
  yield* p.showIds("auth_getids on task port", yield* taskSelf());
  yield* p.showIds("auth_getids on dead name", yield* deadName());
  yield* p.showIds("auth_getids on proc port", p.libc.ports.proc);
  const dead = yield* deadName();
  const given = copySend(yield* newSend());
  for (const [label, port] of [["null", MACH_PORT_NULL], ["deadname", dead], ["MACH_PORT_DEAD", MACH_PORT_DEAD]] as const)
    yield* p.tried(`user_authenticate rend=${label}`, () => authCall.auth_user_authenticate(p.auth, { rendezvous: copySend(port) }));
  for (const [label, port] of [["null", MACH_PORT_NULL], ["deadname", dead]] as const)
    yield* p.tried(`server_authenticate rend=${label}`, () => authCall.auth_server_authenticate(p.auth, { rendezvous: copySend(port), newport: given }));
}

const kinds = ["send", "null", "deadname", "send-once"] as const;

function* newport(kind: (typeof kinds)[number]): Syscall<readonly [MachPort, PolyRight]> {
  const port = yield* newSend();
  switch (kind) {
    case "send":
      return [port, copySend(port)];
    case "null":
      return [port, copySend(MACH_PORT_NULL)];
    case "deadname":
      return [port, copySend(yield* deadName())];
    case "send-once":
      return [port, makeSendOnce(port)];
  }
}

function* rendezvous(p: AuthProbe): Syscall<void> {
  for (const first of ["user", "server"] as const)
    for (const kind of kinds) {
      const r = yield* allocateReceive();
      const [port, right] = yield* newport(kind);
      const early = first === "user" ? yield* p.start(() => p.user(r)) : undefined;
      const s = yield* p.start(() => p.server(r, right));
      yield* p.libc.usleep(100_000);
      const u = early ?? (yield* p.start(() => p.user(r)));
      for (let i = 0; i < 150 && !(u.done && s.done); i++) yield* p.libc.usleep(10_000);
      const got = u.result?.err === 0 ? u.result.newport : undefined;
      const ids = s.result?.err === 0 ? ` ${shownIds(s.result)}` : "";
      const shown = got === undefined ? "invalid" : got === MACH_PORT_DEAD ? "DEAD" : yield* portType(got);
      p.say(`rendezvous ${first}-first newport=${kind}: user=${hex(u.err)} newport=${shown} same=${got === port ? 1 : 0}; server=${hex(s.err)}${ids}`);
      yield* destroyReceive(r);
      yield* p.libc.usleep(100_000);
    }
}

function* cancelled(p: AuthProbe): Syscall<void> {
  const told = (c: Call<unknown>): string => `done=${c.done ? 1 : 0} err=${hex(c.err)} ${strerror(c.err)}`;
  const r1 = yield* allocateReceive();
  const u = yield* p.start(() => p.user(r1));
  yield* p.libc.usleep(200_000);
  p.say(`user waiting: done=${u.done ? 1 : 0}`);
  yield* destroyReceive(r1);
  yield* p.libc.usleep(10_000);
  p.say(`user waiting, R destroyed: ${told(u)}`);
  const r2 = yield* allocateReceive();
  const given = yield* newSend();
  const s = yield* p.start(() => p.server(r2, copySend(given)));
  yield* p.libc.usleep(200_000);
  yield* destroyReceive(r2);
  yield* p.libc.usleep(10_000);
  p.say(`server waiting, R destroyed: ${told(s)}`);
}

function* displaced(p: AuthProbe): Syscall<void> {
  const r = yield* allocateReceive();
  const [p1, p2] = [yield* newSend(), yield* newSend()];
  const u1 = yield* p.start(() => p.user(r));
  yield* p.libc.usleep(100_000);
  const u2 = yield* p.start(() => p.user(r));
  yield* p.libc.usleep(200_000);
  const told = (c: Call<{ readonly err: number; readonly newport?: MachPort }>, port = false): string =>
    `done=${c.done ? 1 : 0} ${hex(c.err)}${port ? ` port=P1:${c.result?.newport === p1 ? 1 : 0}` : ""}`;
  p.say(`two users on one R: first ${told(u1)} second ${told(u2)}`);
  yield* p.tried("  server call 1", () => p.server(r, copySend(p1)));
  yield* p.libc.usleep(100_000);
  p.say(`  after server 1: u1 ${told(u1, true)}; u2 ${told(u2, true)}`);
  yield* p.tried("  server call 2", () => p.server(r, copySend(p2)));
  yield* p.libc.usleep(100_000);
  p.say(`  after server 2: u1 ${told(u1)}; u2 ${told(u2)}`);
  yield* destroyReceive(r);
  yield* p.libc.usleep(200_000);
  p.say(`  after R destroyed: u1 ${told(u1)}; u2 ${told(u2)}`);
}

describe("auth asked directly", function () {
  this.timeout(60_000);

  it("answers as recorded (p-auth)", () => {
    const ours = probed(function* (libc) {
      const p = new AuthProbe(libc);
      for (const part of [handles, rendezvous, cancelled, displaced]) yield* part(p);
      return p.lines;
    });
    /** The line about interrupt_operation went through a stub that sends an interrupted call again. */
    const real = recorded("p-auth-root").filter((line) => !/^PROBE|^$|interrupt_operation/.test(line));
    expect(differences(real, ours)).to.deep.equal([]);
  });
});
