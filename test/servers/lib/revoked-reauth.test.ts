import { expect } from "chai";
import { MACH_PORT_NULL, makeSend, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { client } from "../../../mach/mig/client.ts";
import { allocateReceive } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { O_CREAT, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { interrupt } from "../../../servers/interfaces/interrupt.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { onEachRoot } from "../probe.ts";

const interruptCall = client(interrupt);
const ROUNDS = 6;

/** A reauthentication whose new port is taken away while it waits for the user; then it is broken off, and asks again. What the user gets. */
function* revoked(libc: Libc, path: string): Syscall<number> {
  const file = yield* libc.file_name_lookup(path, O_READ | O_WRITE | O_CREAT, 0o666);
  const rendezvous = yield* allocateReceive();
  yield* ioCall.io_reauthenticate(file, { rendezvous2: makeSend(rendezvous) });
  yield* libc.sleep(1);
  yield* ioCall.io_revoke(file, {});
  // Whoever comes now may get the name that has become free.
  yield* libc.file_name_lookup("/etc/motd", O_READ);
  yield* interruptCall.interrupt_operation(file, {});
  yield* libc.sleep(1);
  const met = yield* authCall.auth_user_authenticate(libc.ports.auth, { rendezvous: makeSend(rendezvous) });
  return met.err === 0 ? met.newport : met.err;
}

onEachRoot("a port that is revoked while its user is awaited", (probed) => {
  for (const path of ["/tmp/revoked", "/dev/null"]) {
    it(`is none for him when the server asks again, and nothing else of ${path}'s server either, which goes on`, () => {
      const got = probed(function* (libc) {
        const ports: MachPort[] = [];
        for (let n = 0; n < ROUNDS; n++) ports.push((yield* revoked(libc, path)) as MachPort);
        const errors: number[] = [];
        for (let n = 0; n < 20; n++) {
          const file = yield* libc.file_name_lookup(path, O_READ);
          errors.push((yield* ioCall.io_stat(file, {})).err, (yield* fsCall.file_check_access(file, {})).err);
        }
        return { ports, errors: errors.filter((err) => err !== 0) };
      });
      expect(got).to.deep.equal({ ports: new Array<MachPort>(ROUNDS).fill(MACH_PORT_NULL), errors: [] });
    });
  }
});
