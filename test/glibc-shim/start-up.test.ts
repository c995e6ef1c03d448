import { expect } from "chai";
import { STDOUT } from "../../glibc-shim/libc.ts";
import { UnixError } from "../../glibc-shim/errno.ts";
import { Errno } from "../../servers/interfaces/errno.ts";
import { runInWorld } from "./world.ts";

describe("program start-up", () => {
  it("sends the calls of a static program, in their order (recorded true-static)", () => {
    const { calls, statuses } = runInWorld(function* () {
      return 0;
    });
    expect(statuses.get(100)).to.equal(0);
    const ours = calls.filter((c) => !["mach_port_deallocate", "vm_allocate"].includes(c));
    expect(ours).to.deep.equal([
      "task_get_special_port",
      "exec_startup_get_info",
      "task_set_special_port",
      "proc_getpids",
      "proc_getpgrp",
      "mach_port_allocate",
      "mach_port_insert_right",
      "thread_create",
      "thread_set_state",
      "thread_resume",
      "task_set_special_port",
      "proc_setmsgport",
      "proc_set_arg_locations",
      "mach_port_allocate",
      "mach_port_insert_right",
      "mach_port_allocate",
      "mach_port_set_qlimit",
      "proc_handle_exceptions",
      "thread_set_special_port",
      "proc_mark_exit",
      "task_terminate",
    ]);
  });

  it("gives main its arguments and environment, and exits with its result", () => {
    const { out, statuses } = runInWorld(
      function* (libc, argv) {
        yield* libc.writeAll(STDOUT, `${argv.join(" ")} ${libc.environ.get("A") ?? ""} ${libc.getpid()}\n`);
        return 7;
      },
      { argv: ["prog", "x", "y"], env: ["A=1", "A=2"] },
    );
    expect(out).to.equal("prog x y 1 100\n");
    expect(statuses.get(100)).to.equal(0x700);
  });

  it("tells an uncaught UnixError on stderr and exits 1", () => {
    const { err, statuses } = runInWorld(function* (libc) {
      yield* libc.getuid();
      throw new UnixError("thing", Errno.ENOENT);
    });
    expect(err).to.match(/^prog: thing: No such file or directory/);
    expect(statuses.get(100)).to.equal(0x100);
  });

  it("lets any other exception stop the machine: it is a bug", () => {
    expect(() =>
      runInWorld(function* (libc) {
        yield* libc.getuid();
        throw new TypeError("oops");
      }),
    ).to.throw(/oops/);
  });

  it("runs atexit handlers last to first", () => {
    const { out } = runInWorld(function* (libc) {
      libc.atexit(() => libc.writeAll(STDOUT, "first "));
      libc.atexit(() => libc.writeAll(STDOUT, "second "));
      yield* libc.getuid();
      return 0;
    });
    expect(out).to.equal("second first ");
  });
});
