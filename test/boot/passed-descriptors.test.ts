/** A descriptor that travels over a socket pair to a process of other ids (feature-table.md §7 scenario 6). */
import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import { STDOUT, type Fd, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { announced } from "../../glibc-shim/sendmsg.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { O_READ, SOCK_STREAM } from "../../servers/interfaces/hurd-types.ts";
import { outcome } from "../glibc-shim/probe.ts";

const bytes = new TextEncoder().encode("x");

/** What somebody can do with a descriptor that he was given. */
function* attempts(libc: Libc, fd: Fd): Syscall<string> {
  const read = yield* outcome(libc.read(fd, 100), (data) => `read ${data.length}`);
  return `uid ${yield* libc.geteuid()}: ${read}, write ${yield* outcome(libc.write(fd, bytes))}, fchmod ${yield* outcome(libc.fchmod(fd, 0o600))}`;
}

/** pass SENDER RECEIVER FILE: opens FILE for reading as SENDER, hands it over to RECEIVER, who tries what he can, and then SENDER does. Run by root. */
const pass: Main = function* (libc, [, sender = "", receiver = "", file = ""]) {
  const [mine, his] = yield* libc.socketpair(SOCK_STREAM, 0);
  const child = yield* libc.fork(function* (c) {
    yield* c.setuid(Number(receiver));
    const { data, fds } = yield* c.recvmsg(his, 100);
    for (const fd of fds) yield* c.writeAll(STDOUT, `${data.length} byte, ${yield* attempts(c, fd)}\n`);
    return fds.length;
  });
  const fd = yield* libc.open(file, O_READ);
  yield* libc.setuid(Number(sender));
  yield* libc.sendmsg(mine, bytes, [fd]);
  const { status } = yield* libc.waitpid(child);
  yield* libc.writeAll(STDOUT, `${status >> 8} passed, ${yield* attempts(libc, fd)}\n`);
  return 0;
};

const run = (commands: string): readonly string[] => runCommands({ commands, programs: [["/bin/pass", pass]] }).output.split("\n").filter((l) => l !== "");

describe("scenario 6: a descriptor sent to a process of other ids", () => {
  it("is judged by the receiver's ids in what asks for them; what it was opened for it keeps, its offset too", () => {
    expect(run("echo secret > /tmp/f; chmod 600 /tmp/f; pass 0 1000 /tmp/f")).to.deep.equal([
      "1 byte, uid 1000: read 7, write EBADF, fchmod EPERM",
      "1 passed, uid 0: read 0, write EBADF, fchmod ok",
    ]);
    expect(run("echo open > /tmp/f; chmod 644 /tmp/f; pass 1000 0 /tmp/f"), "the receiver has more").to.deep.equal([
      "1 byte, uid 0: read 5, write EBADF, fchmod ok",
      "1 passed, uid 1000: read 0, write EBADF, fchmod EPERM",
    ]);
  });

  it("control data that is none announces nothing", () => {
    for (const words of [[], [12, 0xffff, 2], [8, 0xffff, 1], [400, 0xffff, 1, 0], [16, 1, 1, 0]]) expect(announced(new Uint8Array(Uint32Array.from(words).buffer))).to.equal(0);
    expect(announced(new Uint8Array(Uint32Array.from([16, 0xffff, 2, 0, 20, 0xffff, 1, 0, 0]).buffer))).to.equal(2);
  });
});
