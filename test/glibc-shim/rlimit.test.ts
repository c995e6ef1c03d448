import { expect } from "chai";
import { asFd, STDIN, STDOUT, type Fd, type FileAction, type Libc, type Main, type Rlimit } from "../../glibc-shim/libc.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { load, store, type Syscall } from "../../mach/kern/syscall.ts";
import { O_CREAT, O_READ, O_WRITE, SOCK_STREAM } from "../../servers/interfaces/hurd-types.ts";
import { RLIM_INFINITY, RLIM_NLIMITS, RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC } from "../../servers/interfaces/resource.ts";
import { outcome, probe, say } from "./probe.ts";

const MIB = 1 << 20;
const PAGE = 4096;

const both = (limit: number): Rlimit => ({ current: limit, maximum: limit });
const words = (n: number): string => (n === RLIM_INFINITY ? "none" : String(n));
const shown = ({ current, maximum }: Rlimit): string => `${words(current)}/${words(maximum)}`;

/** What a program says line by line. */
const asked = (body: (libc: Libc) => Syscall<void>, user?: string): readonly string[] =>
  probe(
    function* (libc) {
      yield* body(libc);
      return 0;
    },
    [["/bin/limits", limitsMain]],
    "probe",
    user,
  );
const limitsMain: Main = function* (libc) {
  yield* say(libc, yield* limits(libc, [RLIMIT_NOFILE, RLIMIT_DATA, RLIMIT_AS]));
  return 0;
};
function* limits(libc: Libc, which: readonly number[]): Syscall<string> {
  const lines: string[] = [];
  for (const resource of which) lines.push(shown(yield* libc.getrlimit(resource)));
  return lines.join(" ");
}
/** Answers of calls, in words. */
function* tell(libc: Libc, ...calls: readonly Syscall<unknown>[]): Syscall<void> {
  const answers: string[] = [];
  for (const call of calls) answers.push(yield* outcome(call as Syscall<Fd>, (fd) => (fd === undefined ? "ok" : String(fd))));
  yield* say(libc, answers.join(" "));
}
function* inChild(libc: Libc, body: (child: Libc) => Syscall<void>): Syscall<void> {
  const pid = yield* libc.fork(function* (child) {
    yield* body(child);
    return 0;
  });
  yield* libc.waitpid(pid);
}
function* names(): Syscall<number> {
  const got = yield* machPortCall.mach_port_names(yield* taskSelf(), {});
  return got.err ? -1 : got.names.length;
}

describe("getrlimit and setrlimit", function () {
  this.timeout(60_000);

  it("begin with no limits but 1024 descriptors; a resource that there is not is EINVAL", () => {
    const lines = asked(function* (libc) {
      for (let resource = -1; resource <= RLIM_NLIMITS; resource++) {
        yield* say(libc, `${yield* outcome(libc.getrlimit(resource), shown)} ${yield* outcome(libc.setrlimit(resource, both(RLIM_INFINITY)))}`);
      }
    });
    const none = "none/none ok";
    expect(lines).to.deep.equal(["EINVAL EINVAL", none, none, none, none, none, none, none, none, "1024/none ok", none, none, "EINVAL EINVAL"]);
  });

  it("let anybody raise a hard limit, RLIMIT_AS apart, and cut a soft limit to the hard one", () => {
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_CPU, both(10));
      yield* libc.setrlimit(RLIMIT_CPU, { current: 30, maximum: 20 });
      yield* say(libc, yield* limits(libc, [RLIMIT_CPU]));
      yield* libc.setrlimit(RLIMIT_AS, { current: 300 * MIB, maximum: 200 * MIB });
      yield* say(libc, yield* limits(libc, [RLIMIT_AS]));
      const raise = libc.setrlimit(RLIMIT_AS, both(400 * MIB));
      const lower = libc.setrlimit(RLIMIT_AS, { current: 50 * MIB, maximum: 100 * MIB });
      const again = libc.setrlimit(RLIMIT_AS, both(100 * MIB));
      const over = libc.setrlimit(RLIMIT_AS, { current: 50 * MIB, maximum: RLIM_INFINITY });
      yield* tell(libc, raise, lower, again, over);
      yield* say(libc, yield* limits(libc, [RLIMIT_AS]));
    }, "guest");
    expect(lines).to.deep.equal(["20/20", `${200 * MIB}/${200 * MIB}`, "EPERM ok ok EPERM", `${100 * MIB}/${100 * MIB}`]);
  });

  it("root raises RLIMIT_AS, with the host's privileged port, and keeps no right to it", () => {
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_AS, both(100 * MIB));
      const before = yield* names();
      yield* tell(libc, libc.setrlimit(RLIMIT_AS, both(200 * MIB)), libc.setrlimit(RLIMIT_AS, both(RLIM_INFINITY)));
      yield* say(libc, `${(yield* names()) - before} ${yield* limits(libc, [RLIMIT_AS])}`);
    });
    expect(lines).to.deep.equal(["ok ok", "0 none/none"]);
  });

  it("a fork's child has its parent's; of a new program's only RLIMIT_AS is as it was", () => {
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_NOFILE, both(20));
      yield* libc.setrlimit(RLIMIT_DATA, both(MIB));
      yield* libc.setrlimit(RLIMIT_AS, both(100 * MIB));
      yield* inChild(libc, function* (child) {
        yield* limitsMain(child, []);
        yield* child.setrlimit(RLIMIT_NOFILE, both(30));
        yield* child.execve("/bin/limits", ["limits"]);
      });
      yield* limitsMain(libc, []);
      yield* libc.waitpid(yield* libc.posix_spawn("/bin/limits", ["limits"]));
    });
    const own = `20/20 ${MIB}/${MIB} ${100 * MIB}/${100 * MIB}`;
    const others = `1024/none none/none ${100 * MIB}/${100 * MIB}`;
    expect(lines).to.deep.equal([own, others, own, others]);
  });

  it("RLIMIT_FSIZE and RLIMIT_NPROC are remembered, and nobody looks at them", () => {
    const lines = asked(function* (libc) {
      for (const resource of [RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_CPU, RLIMIT_CORE]) yield* libc.setrlimit(resource, both(0));
      const fd = yield* libc.open("/tmp/file", O_WRITE | O_CREAT, 0o644);
      yield* libc.writeAll(fd, "text");
      yield* inChild(libc, (child) => say(child, "child"));
    });
    expect(lines).to.deep.equal(["child"]);
  });
});

describe("RLIMIT_NOFILE", function () {
  this.timeout(60_000);
  const motd = (libc: Libc): Syscall<Fd> => libc.open("/etc/motd", O_READ);

  it("is how far the table grows: then EMFILE to open, dup, pipe and socketpair, which leave nothing behind", () => {
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_NOFILE, both(5));
      yield* tell(libc, motd(libc), motd(libc), motd(libc), libc.dup(STDIN), libc.dupfd(STDIN, 3));
      const before = yield* names();
      yield* tell(libc, libc.pipe(), motd(libc), libc.open("/tmp/made", O_WRITE | O_CREAT, 0o644));
      yield* libc.close(asFd(4));
      yield* tell(libc, libc.pipe(), libc.dup(STDIN), libc.close(asFd(4)));
      yield* say(libc, `${(yield* names()) - before} ${(yield* libc.stat("/tmp/made")).size}`);
    });
    // The socket server's port stays known, and the descriptor that was closed has gone.
    expect(lines).to.deep.equal(["3 4 EMFILE EMFILE EMFILE", "EMFILE EMFILE EMFILE", "EMFILE 4 ok", "0 0"]);
  });

  it("says nothing about what is free in the table already, which never shrinks", () => {
    const lines = asked(function* (libc) {
      yield* tell(libc, libc.dupfd(STDIN, 7), libc.setrlimit(RLIMIT_NOFILE, both(1)));
      yield* tell(libc, motd(libc), libc.dup2(STDIN, asFd(6)), libc.dupfd(STDIN, 4), libc.dup2(STDIN, asFd(8)));
    });
    expect(lines).to.deep.equal(["7 ok", "3 6 4 EBADF"]);
  });

  it("a number to start from that is not below it is EINVAL, and EBADF to dup2; also any number, when it is 0 and the table full", () => {
    const lines = asked(function* (libc) {
      yield* tell(libc, libc.dupfd(STDIN, 1024), libc.dup2(STDIN, asFd(1024)), libc.dupfd(STDIN, -1), libc.dup2(STDIN, asFd(-1)), libc.dup2(STDIN, asFd(1023)));
    });
    expect(lines).to.deep.equal(["EINVAL EBADF EINVAL EBADF 1023"]);
    const none = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_NOFILE, both(0));
      yield* tell(libc, motd(libc));
    });
    expect(none).to.deep.equal(["EINVAL"]);
  });

  it("raised, or none, lets the table grow beyond 1024", () => {
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_NOFILE, both(RLIM_INFINITY));
      yield* tell(libc, libc.dupfd(STDIN, 3000), libc.dup2(STDIN, asFd(1e9)));
      const pid = yield* libc.fork(function* (child) {
        yield* child.writeAll(STDOUT, `${yield* outcome(child.getCloexec(asFd(3000)), String)}\n`);
        return 0;
      });
      yield* libc.waitpid(pid);
    });
    expect(lines).to.deep.equal(["3000 ENOMEM", "false"]);
  });

  it("holds for descriptors in messages: none of them comes, and none stays", () => {
    const lines = asked(function* (libc) {
      const [a, b] = yield* libc.socketpair(SOCK_STREAM, 0);
      yield* libc.sendmsg(a, Uint8Array.of(1), [STDIN, STDOUT]);
      yield* libc.setrlimit(RLIMIT_NOFILE, both(6));
      const before = yield* names();
      yield* tell(libc, libc.recvmsg(b, 1));
      yield* tell(libc, libc.dup(STDIN));
      yield* say(libc, String((yield* names()) - before));
    });
    expect(lines).to.deep.equal(["EMFILE", "5", "0"]);
  });

  it("of the parent holds for the file actions of a spawn: EMFILE, a zombie, and no right more", () => {
    const to = (fd: number): FileAction => ({ do: "dup2", from: STDIN, to: asFd(fd) });
    const open = (fd: number): FileAction => ({ do: "open", fd: asFd(fd), path: "/etc/motd", flags: O_READ, mode: 0 });
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_NOFILE, both(6));
      const spawn = (...actions: readonly FileAction[]): Syscall<number> => libc.posix_spawn("/bin/true", ["true"], actions);
      for (const actions of [[to(5)], [open(5)], [to(5), to(6)], [open(6)], [to(-1)], [open(-1)], [{ do: "closefrom", fd: asFd(-1) } as const]]) {
        yield* outcome(spawn(...actions));
        yield* libc.waitpid(-1);
        const before = yield* names();
        const got = yield* outcome(spawn(...actions));
        yield* say(libc, `${got} ${(yield* libc.waitpid(-1)).status} ${(yield* names()) - before}`);
      }
    });
    expect(lines).to.deep.equal(["ok 0 0", "ok 0 0", "EMFILE 9 0", "EMFILE 9 0", "EBADF 9 0", "EBADF 9 0", "EBADF 9 0"]);
  });
});

describe("RLIMIT_DATA", function () {
  this.timeout(60_000);

  it("is how far the break rises, to the byte; nobody looks while no other page is needed, and above it is ENOMEM", () => {
    const lines = asked(function* (libc) {
      const start = yield* libc.sbrk(0);
      yield* libc.setrlimit(RLIMIT_DATA, both(3 * PAGE + 10));
      yield* tell(libc, libc.brk(start + 3 * PAGE + 11), libc.brk(start + 3 * PAGE + 10));
      yield* store(start + 3 * PAGE + 9, Uint8Array.of(7));
      yield* say(libc, `${start.toString(16)} ${(yield* libc.sbrk(0)) - start} ${(yield* load(start + 3 * PAGE + 9, 1))[0] ?? -1}`);
      yield* tell(libc, libc.sbrk(PAGE), libc.brk(start + 4 * PAGE), libc.brk(start + 4 * PAGE + 1));
      yield* libc.setrlimit(RLIMIT_DATA, both(RLIM_INFINITY));
      yield* say(libc, String((yield* libc.sbrk(200 * MIB)) - start));
      yield* store(start + 200 * MIB, Uint8Array.of(1));
    });
    expect(lines).to.deep.equal(["ENOMEM ok", `20000000 ${3 * PAGE + 10} 7`, "ENOMEM ok ENOMEM", String(4 * PAGE)]);
  });

  it("what the break gave up is zero when it comes back, and not there in between; a fork's child has its own", () => {
    const lines = asked(function* (libc) {
      const start = yield* libc.sbrk(2 * PAGE);
      yield* store(start + PAGE, Uint8Array.of(5));
      yield* inChild(libc, function* (child) {
        yield* child.sbrk(-PAGE);
        yield* say(child, String((yield* child.sbrk(0)) - start));
      });
      yield* say(libc, String((yield* load(start + PAGE, 1))[0]));
      yield* libc.sbrk(-PAGE);
      const pid = yield* libc.fork(function* () {
        yield* load(start + PAGE, 1);
        return 0;
      });
      yield* say(libc, String((yield* libc.waitpid(pid)).status));
      yield* libc.sbrk(PAGE);
      yield* say(libc, String((yield* load(start + PAGE, 1))[0]));
    });
    expect(lines).to.deep.equal([String(PAGE), "5", "11", "0"]);
  });

  it("a break that cannot rise beyond the reserved area stays at the area's end (brk.c)", () => {
    const lines = asked(function* (libc) {
      const start = yield* libc.sbrk(127 * MIB);
      yield* libc.setrlimit(RLIMIT_AS, both(MIB));
      yield* tell(libc, libc.sbrk(2 * MIB));
      yield* say(libc, String((yield* libc.sbrk(0)) - start));
    });
    expect(lines).to.deep.equal(["ENOMEM", String(128 * MIB)]);
  });

  it("RLIMIT_AS counts for the break, too: an area that could not be reserved is short", () => {
    const lines = asked(function* (libc) {
      yield* libc.setrlimit(RLIMIT_AS, both(40 * MIB));
      yield* tell(libc, libc.sbrk(30 * MIB), libc.sbrk(MIB));
    });
    expect(lines[0]).to.match(/^ENOMEM \d+$/);
  });
});
