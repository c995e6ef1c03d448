import { expect } from "chai";
import { asFd, STDOUT, type Libc } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { SIGKILL, SIGTERM, SIGUSR1 } from "../../servers/interfaces/signals.ts";
import { runInWorld } from "./world.ts";

const say = (libc: Libc, text: string) => libc.writeAll(STDOUT, `${text}\n`);
const lookups = { "bin/x": { retry: 1, name: "", port: "file" } } as const;

describe("fork", () => {
  it("makes a child with descriptors, environment and actions of the parent; wait answers its status", () => {
    const { out, statuses } = runInWorld(function* (libc) {
      libc.environ.set("WHO", "parent");
      yield* libc.sigaction(SIGUSR1, { handler: "SIG_IGN" });
      const pid = yield* libc.fork(function* (child) {
        yield* child.raise(SIGUSR1);
        yield* say(child, `child ${child.getpid()} ${child.environ.get("WHO")}`);
        child.environ.set("WHO", "child");
        return 7;
      });
      const { pid: waited, status } = yield* libc.waitpid(-1);
      yield* say(libc, `waited ${waited === pid} ${status} ${libc.environ.get("WHO")}`);
      return 0;
    });
    expect(out).to.equal("child 101 parent\nwaited true 1792 parent\n");
    expect([...statuses]).to.deep.equal([
      [100, 0],
      [101, 0x700],
    ]);
  });

  it("asks in the recorded order, proc_child last before the child runs (recorded forkonly)", () => {
    const { calls } = runInWorld(function* (libc) {
      yield* libc.fork(function* (child) {
        return child.getpid() > 0 ? 0 : 1;
      });
      yield* libc.waitpid(-1);
      return 0;
    });
    const from = calls.indexOf("proc_dostop");
    const to = calls.indexOf("proc_child");
    const names = calls.slice(from, to + 2).filter((c) => !/^mach_port_(get_refs|mod_refs|insert_right|allocate_name|extract_right|deallocate)$/.test(c));
    expect(names).to.deep.equal([
      ...["proc_dostop", "thread_abort", "task_create", "mach_port_names", "task_threads", "proc_task2proc"],
      ...["proc_setmsgport", "task_set_special_port", "thread_resume", "thread_create", "thread_create"],
      ...["proc_get_arg_locations", "proc_set_arg_locations", "thread_set_state", "thread_set_state", "proc_task2pid", "proc_child", "thread_resume"],
    ]);
  });

  it("lets a child fork again, and kill reach it", () => {
    const { out } = runInWorld(function* (libc) {
      const pid = yield* libc.fork(function* (child) {
        const inner = yield* child.fork(function* (grand) {
          yield* grand.sleep(100);
          return 0;
        });
        yield* child.kill(inner, SIGTERM);
        return (yield* child.waitpid(inner)).status;
      });
      yield* say(libc, `status ${(yield* libc.waitpid(pid)).status >> 8}`);
      return 0;
    });
    expect(out).to.equal("status 15\n");
  });

  it("does not let the child's exit run into the parent: handlers are copies", () => {
    const { out } = runInWorld(function* (libc) {
      yield* libc.fork(function* (child) {
        child.atexit(() => say(child, "child's"));
        return 0;
      });
      yield* libc.waitpid(-1);
      return 0;
    });
    expect(out).to.equal("child's\n");
  });

  it("two hundred times leaves the parent's name space as it was", () => {
    const { out } = runInWorld(function* (libc) {
      const names: number[] = [];
      for (let i = 0; i < 200; i++) {
        yield* libc.fork(function* (child) {
          return child.getpid() === 0 ? 1 : 0;
        });
        yield* libc.waitpid(-1);
        if (i === 0 || i === 199) names.push(yield* countNames());
      }
      yield* say(libc, `grew by ${(names[1] ?? 0) - (names[0] ?? 0)}`);
      return 0;
    });
    expect(out).to.equal("grew by 0\n");
  });
});

describe("SIGKILL", () => {
  it("is no message: the task is terminated", () => {
    const { calls } = runInWorld(function* (libc) {
      const pid = yield* libc.fork(function* (child) {
        yield* child.sleep(100);
        return 0;
      });
      yield* libc.kill(pid, SIGKILL);
      return 0;
    });
    expect(calls.slice(-4)).to.deep.equal(["task_terminate", "mach_port_deallocate", "proc_mark_exit", "task_terminate"]);
    expect(calls).to.not.include("msg_sig_post");
  });
});

describe("posix_spawn", () => {
  it("asks in the recorded order, and ends the task when the program cannot be run", () => {
    const { out, calls } = runInWorld(
      function* (libc) {
        const run = yield* attempt(libc.posix_spawn("/bin/x", ["x"]));
        yield* say(libc, run.err === 0 ? "?" : errnoName(run.err));
        return 0;
      },
      { lookups },
    );
    expect(out).to.equal("ENOEXEC\n");
    const from = calls.indexOf("task_create");
    expect(calls.slice(from, from + 9)).to.deep.equal([
      ...["task_create", "proc_task2pid", "proc_task2proc", "proc_child", "mach_port_mod_refs", "dir_lookup(bin/x)", "file_exec_paths"],
      ...["mach_port_deallocate", "task_terminate"],
    ]);
  });
});

describe("setuid", () => {
  it("asks in the recorded order: handle, root, directory, descriptors, proc", () => {
    const { calls } = runInWorld(function* (libc) {
      yield* libc.setuid(1001);
      return 0;
    });
    const from = calls.indexOf("auth_getids");
    const reauth = ["io_reauthenticate", "auth_user_authenticate", "mach_port_deallocate", "mach_port_destroy"];
    expect(calls.slice(from, calls.indexOf("proc_mark_exit"))).to.deep.equal([
      ...["auth_getids", "auth_makeauth", "mach_port_mod_refs", "mach_port_deallocate"],
      ...[...reauth, ...reauth, ...reauth, ...reauth, ...reauth],
      ...["proc_reauthenticate", "auth_user_authenticate", "mach_port_destroy", "proc_reauthenticate_complete", "mach_port_deallocate", "mach_port_deallocate"],
    ]);
  });
});

describe("exec", () => {
  it("throws what the server says, and the caller goes on", () => {
    const { out, calls } = runInWorld(
      function* (libc) {
        yield* libc.setCloexec(asFd(2), true);
        const run = yield* attempt(libc.execve("/bin/x", ["x"]));
        yield* say(libc, run.err === 0 ? "?" : errnoName(run.err));
        return 0;
      },
      { lookups },
    );
    expect(out).to.equal("ENOEXEC\n");
    const from = calls.indexOf("dir_lookup(bin/x)");
    expect(calls.slice(from, from + 4)).to.deep.equal(["dir_lookup(bin/x)", "auth_getids", "mach_port_names", "file_exec_paths"]);
  });
});

import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
function* countNames(): Syscall<number> {
  const names = yield* machPortCall.mach_port_names(yield* taskSelf(), {});
  return names.err ? -1 : names.names.length;
}
