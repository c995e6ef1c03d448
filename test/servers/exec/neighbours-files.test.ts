/** file_exec_paths beside the recorded requests: what libdiskfs looks at, and in which order (file-exec.c). */
import { expect } from "chai";
import { copySends, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";
import { errnoName } from "../../../servers/interfaces/errno.ts";
import { execStartupCall } from "../../../servers/interfaces/exec-startup.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { EXEC_SIGTRAP, O_CREAT, O_EXEC, O_READ, O_WRITE, TASK_BOOTSTRAP_PORT } from "../../../servers/interfaces/hurd-types.ts";
import { ioCall } from "../../../servers/interfaces/io.ts";
import { ECHO, newTask } from "../exec-probe.ts";
import { asked, barred, type Asked } from "./asked.ts";

/** The answer to file_exec (old form) or file_exec_paths. */
function* execFile(a: Asked, file: MachPort, paths: { readonly path: string; readonly abspath: string } | "old form" = { path: ECHO, abspath: ECHO }, task?: MachPort, flags = 0): Syscall<string> {
  const exec_task = task ?? (yield* newTask());
  const request = {
    exec_task, flags, argv: encodeArgz([ECHO]), envp: encodeArgz(["A=B"]), fdarray: copySends([]), portarray: copySends(yield* a.ports(exec_task)),
    intarray: [0o22, 0, 0, 0, 0], deallocnames: [], destroynames: [],
  };
  a.ran = 0;
  const { err } = paths === "old form" ? yield* fsCall.file_exec(file, request) : yield* fsCall.file_exec_paths(file, { ...request, ...paths });
  yield* a.libc.usleep(20_000);
  return err === 0 ? (a.ran > 0 ? "ran" : "0") : errnoName(err);
}

describe("file_exec, beside the recorded requests", function () {
  this.timeout(60_000);

  it("asks for O_EXEC first, then for an x bit of anybody's, then whether it is a directory", () => {
    const got = asked(function* (a) {
      const { libc } = a;
      yield* libc.writeAll(yield* libc.open("/tmp/p", O_WRITE | O_CREAT, 0o755), yield* libc.readFile(ECHO));
      const file = yield* a.open("/tmp/p", O_EXEC);
      const read = yield* a.open("/tmp/p", O_READ);
      const out = [yield* execFile(a, file), yield* execFile(a, read)];
      for (const mode of [0o644, 0o001, 0o100, 0o010, 0]) {
        yield* libc.chmod("/tmp/p", mode);
        out.push(yield* execFile(a, file), yield* execFile(a, read));
      }
      return out;
    });
    expect(got).to.deep.equal(["ran", "EBADF", "EACCES", "EBADF", "ran", "EBADF", "ran", "EBADF", "ran", "EBADF", "EACCES", "EBADF"]);
  });

  it("does not ask who the caller is: that was asked when the file was opened; a file without name runs", () => {
    const got = asked(function* (a) {
      const { libc } = a;
      yield* libc.writeAll(yield* libc.open("/tmp/p", O_WRITE | O_CREAT, 0o700), yield* libc.readFile(ECHO));
      const file = yield* a.open("/tmp/p", O_EXEC);
      const nobody = yield* ioCall.io_restrict_auth(file, { uids: [], gids: [] });
      yield* libc.unlink("/tmp/p");
      return yield* execFile(a, nobody.err ? MACH_PORT_NULL : nobody.new_object);
    });
    expect(got).to.equal("ran");
  });

  it("in its old form it knows no file names: LD_ORIGIN_PATH is not set", () => {
    const got = asked(function* (a) {
      const file = yield* a.open(ECHO, O_EXEC);
      const out: string[] = [];
      for (const paths of ["old form", { path: ECHO, abspath: "" }, { path: "", abspath: "/x/y" }] as const) {
        const task = yield* newTask();
        out.push(yield* execFile(a, file, paths, task, EXEC_SIGTRAP));
        const special = yield* machCall.task_get_special_port(task, { which_port: TASK_BOOTSTRAP_PORT });
        const info = yield* execStartupCall.exec_startup_get_info(special.err ? MACH_PORT_NULL : special.special_port, {});
        out.push(info.err ? errnoName(info.err) : barred(info.envp));
      }
      return out;
    });
    expect(got).to.deep.equal(["0", "A=B|", "0", "A=B|", "0", "LD_ORIGIN_PATH=/x|A=B|"]);
  });
});
