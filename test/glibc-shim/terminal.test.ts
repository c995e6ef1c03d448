import { expect } from "chai";
import { STDIN, STDOUT, type Libc, type Program } from "../../glibc-shim/libc.ts";
import { SIGCONT, SIGKILL, SIGTTIN, SIGTTOU, sigmask } from "../../servers/interfaces/signals.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { outcome, probe, say } from "./probe.ts";

/** Runs `body` in a background group of the terminal's session; its first news, as a status word. */
function* inBackground(libc: Libc, body: (child: Libc) => Program): Syscall<number> {
  const pid = yield* libc.fork(function* (child) {
    yield* child.setpgid(0, 0);
    return yield* body(child);
  });
  const { status } = yield* libc.waitpid(pid, 2);
  if ((status & 0xff) === 0x7f) {
    yield* libc.kill(pid, SIGKILL);
    yield* libc.kill(pid, SIGCONT);
    yield* libc.waitpid(pid);
  }
  return status;
}

function* reads(child: Libc): Program {
  yield* say(child, yield* outcome(child.read(STDIN, 1)));
  return 0;
}
function* setsModes(child: Libc): Program {
  yield* say(child, yield* outcome(child.tcsetattr(STDIN, 0, yield* child.tcgetattr(STDIN))));
  return 0;
}

describe("the controlling terminal", () => {
  it("stops a background process that reads or sets modes, unless the signal cannot (recorded)", () => {
    const lines = probe(function* (libc) {
      const status = function* (call: Syscall<number>): Syscall<void> {
        yield* say(libc, `0x${(yield* call).toString(16)}`);
      };
      // pid 1 is started with the stops of job control ignored, and a shell that is not interactive leaves that as it is
      for (const signo of [SIGTTIN, SIGTTOU]) yield* libc.sigaction(signo, { handler: "SIG_DFL" });
      yield* status(inBackground(libc, reads));
      yield* status(inBackground(libc, setsModes));
      yield* libc.sigaction(SIGTTIN, { handler: "SIG_IGN" });
      yield* status(inBackground(libc, reads));
      yield* libc.sigprocmask("block", sigmask(SIGTTOU));
      yield* status(inBackground(libc, setsModes));
      return 0;
    });
    expect(lines).to.deep.equal(["0x157f", "0x167f", "EIO", "0x0", "ok", "0x0"]);
  });

  it("is a terminal, has a name, a size and a foreground group", () => {
    const lines = probe(function* (libc) {
      const [reading] = yield* libc.pipe();
      yield* say(libc, `${yield* libc.isatty(STDOUT)} ${yield* libc.isatty(reading)} ${yield* libc.ttyname(STDIN)}`);
      yield* say(libc, `${yield* outcome(libc.tcgetpgrp(reading))} ${yield* outcome(libc.tiocgwinsz(reading))}`);
      yield* say(libc, `${(yield* libc.tcgetpgrp(STDIN)) === (yield* libc.getpgrp())} ${(yield* libc.tiocgwinsz(STDIN)).row > 0}`);
      return 0;
    });
    expect(lines).to.deep.equal(["true false /dev/console", "ENOTTY ENOTTY", "true true"]);
  });

  it("is lost with the session: /dev/tty has no terminal then", () => {
    const lines = probe(function* (libc) {
      yield* say(libc, yield* outcome(libc.open("/dev/tty", 3)));
      const pid = yield* libc.fork(function* (child) {
        yield* child.setsid();
        yield* say(child, yield* outcome(child.open("/dev/tty", 3)));
        yield* say(child, yield* outcome(child.setsid()));
        return 0;
      });
      yield* libc.waitpid(pid);
      return 0;
    });
    expect(lines).to.deep.equal(["ok", "ENXIO", "EPERM"]);
  });
});
