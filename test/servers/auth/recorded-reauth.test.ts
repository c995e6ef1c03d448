import { expect } from "chai";
import { copySend, copySends, makeSend, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { allocateReceive, deallocate, destroyReceive } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { O_CREAT, O_READ, O_TRUNC, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { deadName, Probe } from "../exec-probe.ts";
import { differences, hex, named, portType, recorded } from "../lib/recorded.ts";
import { probed } from "../probe.ts";

interface Lists {
  readonly euids: readonly number[];
  readonly auids: readonly number[];
}

/** probe.c's section "reauth". */
class ReauthProbe extends Probe {
  *handle(label: string, { euids, auids }: Lists): Syscall<MachPort> {
    const made = yield* authCall.auth_makeauth(this.libc.ports.auth, { other_handles: copySends([]), euids, auids, egids: euids, agids: auids });
    this.say(named(`makeauth ${label}`, made.err));
    return made.err ? MACH_PORT_NULL : made.newhandle;
  }

  *file(name: string, file: MachPort, who: string, handle: MachPort): Syscall<void> {
    const r = yield* allocateReceive();
    const asked = yield* ioCall.io_reauthenticate(file, { rendezvous2: makeSend(r) });
    const met = yield* authCall.auth_user_authenticate(handle, { rendezvous: makeSend(r) });
    const port = met.err ? MACH_PORT_NULL : met.newport;
    const modes = yield* ioCall.io_get_openmodes(port, {});
    const access = yield* fsCall.file_check_access(port, {});
    const place = yield* ioCall.io_seek(port, { offset: 0, whence: 1 });
    const said = [`openmodes=${hex(modes.err)}/${hex(modes.err ? -1 : modes.bits)}`, `access=${hex(access.err)}/${hex(access.err ? -1 : access.allowed)}`, `pos=${place.err ? -1 : place.newp}`];
    this.say(`reauth ${name} with ${who}: io_reauthenticate=${hex(asked.err)} user=${hex(met.err)} port=${yield* portType(port)} same=${port === file ? 1 : 0} ${said.join(" ")}`);
    if (name === "reauthf") {
      const wrote = yield* ioCall.io_write(port, { data: Uint8Array.of(122), offset: 0 });
      this.say(`io_write   write on it off=0 len=1 = ${hex(wrote.err)} amount=${wrote.err ? 0 : wrote.amount}`);
      yield* this.called("  chmod on it", fsCall.file_chmod(port, { new_mode: 0o644 }));
    }
    yield* destroyReceive(r);
  }

  /** proc_reauthenticate and the user's part of it. */
  *proc(): Syscall<readonly [MachPort, MachPort]> {
    const r = yield* allocateReceive();
    const { auth, proc } = this.libc.ports;
    let port = MACH_PORT_NULL;
    yield* this.called("proc_reauthenticate", procCall.proc_reauthenticate(proc, { rendezvous: makeSend(r) }));
    yield* this.tried(" user", function* () {
      const met = yield* authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r) });
      if (!met.err) port = met.newport;
      return met;
    });
    return [proc, port];
  }
}

function* files(p: ReauthProbe): Syscall<MachPort> {
  const f = yield* p.open("/etc/motd", O_READ);
  const w = yield* p.open("/tmp/reauthf", O_CREAT | O_WRITE | O_READ);
  yield* ioCall.io_seek(f, { offset: 7, whence: 0 });
  const user = yield* p.handle("1001", { euids: [1001], auids: [1001, 1001] });
  const none = yield* p.handle("empty", { euids: [], auids: [] });
  const available = yield* p.handle("eff{} avail{0,0}", { euids: [], auids: [0, 0] });
  const handles = [["own", p.libc.ports.auth], ["{1001}", user], ["{}", none], ["avail{0,0} only", available]] as const;
  for (const [name, file] of [["motd", f], ["reauthf", w], ["root", p.libc.ports.crdir]] as const) for (const [who, handle] of handles) yield* p.file(name, file, who, handle);
  yield* p.called("io_reauthenticate dead R (1-way)", ioCall.io_reauthenticate(f, { rendezvous2: copySend(yield* deadName()) }));
  yield* p.called("io_reauthenticate null R (1-way)", ioCall.io_reauthenticate(f, { rendezvous2: copySend(MACH_PORT_NULL) }));
  yield* p.libc.usleep(100_000);
  yield* p.called(" file still alive", ioCall.io_get_openmodes(f, {}));
  const r = yield* allocateReceive();
  yield* p.called("io_reauthenticate, nobody authenticates", ioCall.io_reauthenticate(f, { rendezvous2: makeSend(r) }));
  yield* p.tried(" other call on same port meanwhile", () => ioCall.io_get_openmodes(f, {}));
  yield* p.tried(" io_stat on same port meanwhile", () => ioCall.io_stat(f, {}));
  yield* destroyReceive(r);
  yield* p.tried(" after R destroyed", () => ioCall.io_get_openmodes(f, {}));
  return user;
}

function* others(p: ReauthProbe, user: MachPort): Syscall<void> {
  const { auth, proc } = p.libc.ports;
  const r = yield* allocateReceive();
  let port = MACH_PORT_NULL;
  yield* p.called("io_reauthenticate on /dev/null", ioCall.io_reauthenticate(yield* p.open("/dev/null", O_READ), { rendezvous2: makeSend(r) }));
  yield* p.tried(" user", function* () {
    const met = yield* authCall.auth_user_authenticate(user, { rendezvous: makeSend(r) });
    if (!met.err) port = met.newport;
    return met;
  });
  const access = yield* fsCall.file_check_access(port, {});
  p.say(named(" access", access.err));
  p.say(` allowed=${hex(access.err ? -1 : access.allowed)}`);
  const r2 = yield* allocateReceive();
  yield* p.called("io_reauthenticate on proc port", ioCall.io_reauthenticate(proc, { rendezvous2: makeSend(r2) }));
  yield* p.tried(" user (nobody serves)", () => authCall.auth_user_authenticate(auth, { rendezvous: makeSend(r2) }));
}

function* process(p: ReauthProbe): Syscall<void> {
  const r = yield* allocateReceive();
  const { proc } = p.libc.ports;
  yield* p.called("proc_reauthenticate, nobody authenticates", procCall.proc_reauthenticate(proc, { rendezvous: makeSend(r) }));
  yield* p.tried(" proc_getpids meanwhile", () => procCall.proc_getpids(proc, {}));
  yield* destroyReceive(r);
  yield* p.tried(" proc_getpids after R destroyed", () => procCall.proc_getpids(proc, {}));
  const [old, dropped] = yield* p.proc();
  p.say(` new=${yield* portType(dropped)}`);
  yield* deallocate(dropped);
  yield* p.libc.usleep(100_000);
  yield* p.tried(" new port dropped without complete: old proc_getpids", () => procCall.proc_getpids(old, {}));
  p.say(` old=${yield* portType(old)}`);
  const [, wrong] = yield* p.proc();
  yield* p.tried(" wrong first message on new port (proc_getpids)", () => procCall.proc_getpids(wrong, {}));
  yield* p.libc.usleep(100_000);
  p.say(` new=${yield* portType(wrong)} old=${yield* portType(old)}`);
  yield* p.tried(" old proc_getpids", () => procCall.proc_getpids(old, {}));
}

describe("reauthentication asked for directly", function () {
  this.timeout(60_000);

  it("gives files and processes what was recorded (p-reauth)", () => {
    const ours = probed(function* (libc) {
      yield* libc.umask(0);
      // The recorded system's null had no write permission for others.
      yield* libc.chmod("/dev/null", 0o644);
      const fd = yield* libc.open("/etc/motd", O_WRITE | O_TRUNC | O_CREAT, 0o644);
      yield* libc.writeAll(fd, "Welcome to the recorded Hurd.\n");
      yield* libc.close(fd);
      const p = new ReauthProbe(libc);
      yield* others(p, yield* files(p));
      yield* process(p);
      return p.lines.map((line) => line.trimEnd());
    });
    const real = recorded("p-reauth-root").filter((line) => !/^PROBE|^\s*$/.test(line)).map((line) => line.trimEnd());
    expect(differences(real, ours)).to.deep.equal([]);
  });
});
