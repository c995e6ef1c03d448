import { expect } from "chai";
import { asFd, type FileAction, type Libc } from "../../glibc-shim/libc.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { O_CLOEXEC, O_CREAT, O_READ, O_WRITE } from "../../servers/interfaces/hurd-types.ts";
import { fdsMain, outcome, probe, say } from "./probe.ts";

const open = (fd: number, path: string, flags: number): FileAction => ({ do: "open", fd: asFd(fd), path, flags, mode: 0o644 });
const dup2 = (from: number, to: number): FileAction => ({ do: "dup2", from: asFd(from), to: asFd(to) });
const close = (fd: number): FileAction => ({ do: "close", fd: asFd(fd) });

/** Cases and answers of recorded spawn-file-actions; 0, 1 and 2 of a real one were a console, a file and a file. */
const CASES: readonly (readonly [string, readonly FileAction[], string])[] = [
  ["no actions", [], "cwd=/ fds: 0 1 2"],
  ["close(0)", [close(0)], "cwd=/ fds: 1 2"],
  ["close(17) not open", [close(17)], "EBADF"],
  ["close(1) twice", [close(1), close(1)], "EBADF"],
  ["dup2(2,7)", [dup2(2, 7)], "cwd=/ fds: 0 1 2 7"],
  ["dup2(17,7) bad source", [dup2(17, 7)], "EBADF"],
  ["dup2(1,1)", [dup2(1, 1)], "cwd=/ fds: 0 1 2"],
  ["dup2(9,9) not open", [dup2(9, 9)], "EBADF"],
  ["dup2(cloexec,cloexec)", [dup2(3, 3)], "cwd=/ fds: 0 1 2 3"],
  ["dup2(cloexec,8)", [dup2(3, 8)], "cwd=/ fds: 0 1 2 8"],
  ["open 5 motd", [open(5, "/etc/motd", O_READ)], "cwd=/ fds: 0 1 2 5"],
  ["open 5 nosuch", [open(5, "/nosuch", O_READ)], "ENOENT"],
  ["open 5 create", [open(5, "/tmp/created", O_READ | O_WRITE | O_CREAT)], "cwd=/ fds: 0 1 2 5"],
  ["open 5 O_CLOEXEC", [open(5, "/etc/motd", O_READ | O_CLOEXEC)], "cwd=/ fds: 0 1 2 5"],
  ["open dir for writing", [open(5, "/etc", O_WRITE)], "EISDIR"],
  ["open then close then dup of it", [open(5, "/etc/motd", O_READ), close(5), dup2(5, 6)], "EBADF"],
  ["chdir /tmp", [{ do: "chdir", path: "/tmp" }], "cwd=/tmp fds: 0 1 2"],
  ["chdir /nosuch", [{ do: "chdir", path: "/nosuch" }], "ENOENT"],
  ["chdir /etc/motd", [{ do: "chdir", path: "/etc/motd" }], "ENOTDIR"],
  ["chdir /etc then open motd", [{ do: "chdir", path: "/etc" }, open(5, "motd", O_READ)], "cwd=/etc fds: 0 1 2 5"],
  ["fchdir(17)", [{ do: "fchdir", fd: asFd(17) }], "EBADF"],
  ["closefrom(3)", [{ do: "closefrom", fd: asFd(3) }], "cwd=/ fds: 0 1 2"],
];

function* run(libc: Libc, actions: readonly FileAction[]): Syscall<void> {
  const result = yield* outcome(libc.posix_spawn("/bin/fds", ["fds"], actions), (pid) => String(pid));
  if (!/^\d+$/.test(result)) yield* say(libc, result);
  else yield* libc.waitpid(Number(result));
}

describe("posix_spawn in a booted system", () => {
  it("does its file actions as recorded", () => {
    const lines = probe(
      function* (libc) {
        yield* libc.chdir("/");
        const three = yield* libc.open("/etc/motd", O_READ | O_CLOEXEC);
        if (three !== 3) yield* say(libc, `descriptor ${three}`);
        for (const [, actions] of CASES) yield* run(libc, actions);
        return 0;
      },
      [["/bin/fds", fdsMain]],
    );
    const plain = lines.map((line) => line.replace(/\(fl=0,0x[0-9a-f]+\)/g, ""));
    expect(plain.map((line, i) => [CASES[i]?.[0], line])).to.deep.equal(CASES.map(([name, , answer]) => [name, answer]));
  });

  it("searches $PATH only when asked, reports what is no program, and gives no 127 child", () => {
    const lines = probe(
      function* (libc) {
        yield* say(libc, yield* outcome(libc.posix_spawn("fds", ["fds"])));
        yield* say(libc, yield* outcome(libc.posix_spawnp("nosuch", ["x"])));
        yield* say(libc, yield* outcome(libc.posix_spawnp("motd", ["x"], [], {}, new Map([["PATH", "/etc"]]))));
        const pid = yield* libc.posix_spawnp("fds", ["fds"]);
        yield* say(libc, `status ${(yield* libc.waitpid(pid)).status}`);
        return 0;
      },
      [["/bin/fds", fdsMain]],
      "cd / && probe",
    );
    expect(lines.slice(0, 2)).to.deep.equal(["ENOENT", "ENOENT"]);
    expect(lines[2]).to.equal("ENOENT");
    expect(lines.at(-1)).to.equal("status 0");
  });

  it("leaves a zombie killed by 9 when it fails after the child exists (recorded)", () => {
    const lines = probe(function* (libc) {
      yield* outcome(libc.posix_spawn("/nosuch", ["x"]));
      yield* say(libc, yield* outcome(libc.waitpid(-1), ({ status }) => `status ${status}`));
      return 0;
    });
    expect(lines).to.deep.equal(["status 9"]);
  });

  it("puts the child into a group or session of its own", () => {
    const lines = probe(
      function* (libc) {
        for (const flags of [{ setpgroup: true }, { setsid: true }]) {
          const pid = yield* libc.posix_spawn("/bin/group", ["group"], [], { flags });
          yield* libc.waitpid(pid);
        }
        return 0;
      },
      [
        [
          "/bin/group",
          function* (libc) {
            const pid = libc.getpid();
            yield* say(libc, `${(yield* libc.getpgrp()) === pid} ${(yield* libc.getsid(0)) === pid}`);
            return 0;
          },
        ],
      ],
    );
    expect(lines).to.deep.equal(["true false", "true true"]);
  });
});
