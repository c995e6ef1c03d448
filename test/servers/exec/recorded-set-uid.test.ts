import { expect } from "chai";
import { attempt } from "../../../glibc-shim/errno.ts";
import { asFd, STDIN, type Libc, type Main } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_CREAT, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { probed } from "../probe.ts";

function* write(libc: Libc, path: string, content: string | Uint8Array, mode: number): Syscall<void> {
  const fd = yield* libc.open(path, O_WRITE | O_CREAT, 0o755);
  yield* libc.writeAll(fd, content);
  yield* libc.close(fd);
  yield* libc.chmod(path, mode);
}

/** Runs `path x` as a user, in place or spawned; what m-args said there. */
function run(uid: number, path: string, spawn: boolean): readonly string[] {
  const said: string[] = [];
  const args: Main = function* (libc, argv) {
    for (const [i, word] of argv.entries()) said.push(`argv[${i}]=${word}`);
    said.push(`uid=${yield* libc.getuid()} euid=${yield* libc.geteuid()} gid=${yield* libc.getgid()} egid=${yield* libc.getegid()}`);
    said.push(`LD_ORIGIN_PATH=${libc.environ.get("LD_ORIGIN_PATH") ?? "(unset)"}`);
    return 0;
  };
  probed(
    function* (libc) {
      yield* write(libc, "/bin/suid-args", yield* libc.readFile("/bin/m-args"), 0o4755);
      yield* write(libc, "/bin/m-xonly", yield* libc.readFile("/bin/m-args"), 0o711);
      yield* write(libc, "/bin/script-suid", "#!/bin/m-args -s\n", 0o4755);
      const pid = yield* libc.fork(function* (child) {
        for (let fd = 0; fd < 10; fd++) yield* attempt(child.close(asFd(fd)));
        yield* child.dup(yield* child.open("/dev/null", O_READ | O_WRITE));
        yield* child.dup(STDIN);
        if (uid !== 0) {
          yield* child.setgroups([uid]);
          yield* child.setgid(uid);
          yield* child.setuid(uid);
        }
        if (!spawn) return yield* child.execve(path, [path, "x"]);
        yield* child.waitpid(yield* child.posix_spawn(path, [path, "x"]));
        return 0;
      });
      return yield* libc.waitpid(pid);
    },
    { programs: [["/bin/m-args", args]] },
  );
  return said;
}

const secure = "uid=1001 euid=0 gid=1001 egid=1001";
/** As exec-results has them. */
const cases: readonly (readonly [uid: number, path: string, spawn: boolean, said: readonly string[]])[] = [
  [1001, "/bin/suid-args", false, ["argv[0]=/bin/suid-args", "argv[1]=x", secure, "LD_ORIGIN_PATH=(unset)"]],
  [0, "/bin/suid-args", false, ["argv[0]=/bin/suid-args", "argv[1]=x", "uid=0 euid=0 gid=0 egid=0", "LD_ORIGIN_PATH=/bin"]],
  [1001, "/bin/m-xonly", false, ["argv[0]=/bin/m-xonly", "argv[1]=x", "uid=1001 euid=1001 gid=1001 egid=1001", "LD_ORIGIN_PATH=/bin"]],
  [1001, "/bin/script-suid", false, ["argv[0]=/bin/m-args", "argv[1]=-s", "argv[2]=/dev/fd/3", "argv[3]=x", secure, "LD_ORIGIN_PATH=(unset)"]],
  [1001, "/bin/script-suid", true, ["argv[0]=/bin/m-args", "argv[1]=-s", "argv[2]=/dev/fd/3", "argv[3]=x", secure, "LD_ORIGIN_PATH=(unset)"]],
];

describe("set-uid programs find what was recorded (exec-results)", function () {
  this.timeout(60_000);
  for (const [uid, path, spawn, said] of cases) it(`${path}, ${spawn ? "spawned" : "in place"} by ${uid}`, () => expect(run(uid, path, spawn)).to.deep.equal(said));
});
