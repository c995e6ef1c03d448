/** Scenarios 8, 9 and 11 of feature-table.md §7, typed by somebody at the console. */
import { expect } from "chai";
import { buildSystem } from "../../boot/system.ts";
import { STDOUT, type Main } from "../../glibc-shim/libc.ts";

/** Root, logged in at the console. */
class Sitting {
  private readonly machine;
  private screen = "";
  constructor(programs: readonly (readonly [path: string, main: Main])[] = []) {
    this.machine = buildSystem({ programs });
    this.machine.console.onOutput((bytes) => {
      this.screen += new TextDecoder().decode(bytes);
    });
    this.machine.run();
    this.type("root\r");
    this.type("hurd\r");
  }
  type(text: string): string {
    this.screen = "";
    this.machine.console.input(new TextEncoder().encode(text));
    this.machine.run();
    return this.screen;
  }
  /** What a command line printed: without its echo, which ends in an empty column, and the prompt. */
  sh(line: string): readonly string[] {
    const shown = this.type(`${line}\r`);
    return shown
      .slice(shown.indexOf("\r\n"))
      .split(/[\r\n]+/)
      .map((l) => l.trimEnd())
      .filter((l) => l !== "" && l !== "#");
  }
}

describe("scenario 8: a background read of the terminal", () => {
  it("stops the job by SIGTTIN; in the foreground it reads", () => {
    const tty = new Sitting();
    tty.sh("cat > /tmp/got &");
    expect(tty.sh("jobs").join("\n")).to.match(/^\[1\].*Stopped.*cat/m);
    tty.sh("fg");
    tty.type("typed\r");
    tty.type("\x04");
    expect(tty.sh("cat /tmp/got")).to.deep.equal(["typed"]);
  });

  it("the status says which signal it was: 0x157f, TTIN", () => {
    const reader: Main = function* (libc) {
      const pid = yield* libc.fork(function* (child) {
        yield* child.setpgid(0, 0);
        const got = yield* child.readText("/dev/tty");
        return got.length;
      });
      const { status } = yield* libc.waitpid(pid, 2);
      yield* libc.writeAll(STDOUT, `0x${status.toString(16)}\n`);
      yield* libc.kill(pid, 9);
      return 0;
    };
    expect(new Sitting([["/bin/reader", reader]]).sh("reader")).to.deep.equal(["0x157f"]);
  });

  it("in an orphaned group it is EIO", () => {
    const tty = new Sitting();
    tty.sh("sh -c '(sleep 2; cat </dev/tty 2>/tmp/err; echo $? >>/tmp/err) & exit 0' & wait");
    expect(tty.sh("sleep 5; cat /tmp/err")).to.deep.equal(["cat: -: Input/output error", "1"]);
  });
});

describe("scenario 9: how a child ended", () => {
  it("SIGKILL is status 9; a normal exit is what the child marked", () => {
    const ends: Main = function* (libc) {
      const one = function* (body: "kill" | "exit") {
        const pid = yield* libc.fork(function* (child) {
          if (body === "exit") return 3;
          yield* child.kill(child.getpid(), 9);
          return 0;
        });
        return (yield* libc.waitpid(pid)).status;
      };
      yield* libc.writeAll(STDOUT, `${yield* one("kill")} ${yield* one("exit")}\n`);
      return 0;
    };
    const tty = new Sitting([["/bin/ends", ends]]);
    expect(tty.sh("ends")).to.deep.equal(["9 768"]);
    expect(tty.sh("sleep 1000 & kill -9 $!; wait $!; echo status $?").at(-1)).to.equal("status 137");
    expect(tty.sh("sh -c 'exit 3'; echo status $?")).to.deep.equal(["status 3"]);
  });
});

describe("scenario 11: crash-suspend", () => {
  it("a fault stops the job, whose state is T; going on, it dies with a core", () => {
    const tty = new Sitting();
    tty.sh("cd /tmp; ln -sf crash-suspend /servers/crash");
    expect(tty.sh("fault segv").join("\n")).to.match(/\[1\].*Stopped.*fault segv/);
    expect(tty.sh("ps -A -o stat,args | grep 'fault segv' | grep -v grep").join("\n")).to.match(/^ T\S* +fault segv$/m);
    expect(tty.sh("ls core").join("\n")).to.match(/No such file/);
    expect(tty.sh("kill -CONT %1; wait %1; echo status $?").join("\n")).to.match(/status 139/);
    expect(tty.sh("ls core")[0]).to.equal("core");
  });

  it("the rest of its pipeline stops with it, and fg ends both", () => {
    const tty = new Sitting();
    tty.sh("cd /tmp; export CRASHSERVER=/servers/crash-suspend");
    expect(tty.sh("fault segv | cat").join("\n")).to.match(/\[1\].*Stopped.*fault segv \| cat/);
    expect(tty.sh("ps -A -o stat,args | grep cat | grep -v grep").join("\n")).to.match(/^ T\S* +cat$/m);
    tty.sh("fg");
    expect(tty.sh("jobs; ls core")).to.deep.equal(["core"]);
  });
});
