import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, type Main } from "../../glibc-shim/libc.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { O_RDONLY } from "../../servers/interfaces/hurd-types.ts";
import { W_EXITCODE } from "../../servers/interfaces/wait-status.ts";

/** What each program found: whether 0 to 2 can be read and written, and the number of the next file. */
type Found = Record<string, readonly unknown[]>;

const looks = (found: Found): Main =>
  function* (libc, [, tag = ""]) {
    const uses: string[] = [];
    for (const fd of [0, 1, 2].map(asFd)) {
      const read = (yield* attempt(libc.read(fd, 1))).err === 0;
      const written = (yield* attempt(libc.write(fd, new Uint8Array([88])))).err === 0;
      uses.push(`${read ? "r" : ""}${written ? "w" : ""}`);
    }
    found[tag] = [...uses, yield* libc.open("/etc/motd", O_RDONLY)];
    return 0;
  };

/** As guest, runs the file `path` in a child with `closed` closed; answers its wait status. */
const closing = (statuses: Record<string, number>): Main =>
  function* (libc, [, path = "", tag = "", ...closed]) {
    const pid = yield* libc.fork(function* (child): Syscall<never> {
      yield* child.setuid(1000);
      for (const fd of closed) yield* child.close(asFd(Number(fd)));
      return yield* child.execve(path, ["looks", tag]);
    });
    statuses[tag] = (yield* libc.waitpid(pid)).status;
    return 0;
  };

describe("the standard descriptors of a secure program (glibc check_fds.c, the Hurd's)", function () {
  this.timeout(60_000);
  const found: Found = {};
  const statuses: Record<string, number> = {};
  before(() => {
    runCommands({
      commands: [
        "cp /bin/looks /bin/s-looks; chmod 4755 /bin/s-looks",
        "closing /bin/s-looks secure 0 1 2; closing /bin/s-looks one 1; closing /bin/looks plain 0 1 2",
        "mv /dev/null /dev/gone; closing /bin/s-looks nowhere 2",
      ].join("; "),
      programs: [["/bin/looks", looks(found)], ["/bin/closing", closing(statuses)]],
    });
  });

  it("those that are closed are /dev/null: 0 for reading, 1 and 2 for both; no file gets their numbers", () => {
    expect(found["secure"]).to.deep.equal(["r", "rw", "rw", 3]);
    expect(found["one"]).to.include.members([3]);
  });
  it("a plain program gets them as they are", () => {
    expect(found["plain"]).to.deep.equal(["", "", "", 0]);
  });
  it("a program for which it cannot be done crashes before main", () => {
    expect(found).to.not.have.property("nowhere");
    expect(statuses).to.include({ secure: W_EXITCODE(0, 0), plain: W_EXITCODE(0, 0) });
    expect(Number(statuses["nowhere"]) & 0x7f).to.not.equal(0);
  });
});
