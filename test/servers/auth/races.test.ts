/** The rendezvous in any order in which auth's threads may run. */
import { expect } from "chai";
import { copySend, MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import { Mig } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive, deallocate, destroyReceive, insertSend } from "../../../glibc-shim/rights.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { probed } from "../probe.ts";

const ROUNDS = 12;
const SEEDS = [1, 2, 3, 4, 28, 38, 40, 43, 83, 93];

/** Two users and a server, each of them twice, over a port that dies after `delay`; what they were told, and how many were told nothing. */
function* meeting(libc: Libc, delay: number): Syscall<{ readonly told: readonly number[]; readonly waiting: number }> {
  const { auth } = libc.ports;
  const rendezvous = yield* allocateReceive();
  yield* insertSend(rendezvous);
  const told: number[] = [];
  let waiting = 0;
  const user = () => authCall.auth_user_authenticate(auth, { rendezvous: copySend(rendezvous) });
  const server = () => authCall.auth_server_authenticate(auth, { rendezvous: copySend(rendezvous), newport: copySend(MACH_PORT_NULL) });
  for (const call of [user, user, server]) {
    waiting++;
    yield* libc.thread(function* () {
      for (let i = 0; i < 2; i++) told.push((yield* call()).err);
      waiting--;
    });
  }
  yield* libc.usleep(delay);
  yield* destroyReceive(rendezvous);
  for (let i = 0; i < 50 && waiting > 0; i++) yield* libc.usleep(1000);
  yield* deallocate(rendezvous);
  return { told, waiting };
}

describe("the rendezvous, whoever runs when", function () {
  this.timeout(120_000);
  it("ends for everybody when its port dies, with an answer that there is", () => {
    for (const seed of SEEDS) {
      const got = probed(
        function* (libc) {
          const codes = new Set<number>();
          let left = 0;
          for (let round = 0; round < ROUNDS; round++) {
            const { told, waiting } = yield* meeting(libc, 300 + 50 * round);
            for (const code of told) codes.add(code);
            left += waiting;
          }
          return { left, odd: [...codes].filter((code) => ![0, Errno.EINVAL, Errno.EINTR, Mig.SERVER_DIED].includes(code)) };
        },
        { seed, scheduler: "random" },
      );
      expect(got, `seed ${seed}`).to.deep.equal({ left: 0, odd: [] });
    }
  });
});
