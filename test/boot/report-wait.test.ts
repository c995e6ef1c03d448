/** What threads say that they wait for (`msg_report_wait`, recorded: "sigsuspend" with no call, "msgport", "port#5:rcv"). */
import { expect } from "chai";
import type { Libc } from "../../glibc-shim/libc.ts";
import { orThrow } from "../../glibc-shim/errno.ts";
import { msgCall, procCall } from "../../glibc-shim/stubs.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { mach_thread_self, type Syscall } from "../../mach/kern/syscall.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { probe, say } from "../glibc-shim/probe.ts";

/** What each thread of a child that does `body` says, and what it says of a thread of ours. */
const asked = (body: (child: Libc) => Syscall<number>): readonly string[] =>
  probe(function* (libc) {
    const pid = yield* libc.fork(body);
    yield* libc.usleep(50_000);
    const { proc } = libc.ports;
    const { task } = orThrow("pid2task", yield* procCall.proc_pid2task(proc, { pid }));
    const { msgport } = orThrow("getmsgport", yield* procCall.proc_getmsgport(proc, { pid }));
    const { thread_list } = orThrow("task_threads", yield* machCall.task_threads(task, {}));
    for (const thread of [...thread_list, yield* mach_thread_self()]) {
      const r = yield* msgCall.msg_report_wait(msgport, { thread });
      yield* say(libc, r.err ? errnoName(r.err) : `${r.wait_desc.replace(/#\d+:/, "#N:")} ${r.wait_rpc}`);
    }
    yield* libc.kill(pid, 9);
    return 0;
  });

describe("msg_report_wait", () => {
  it("sigsuspend, a timer, a sleep, a call in brackets with its id; a thread of another task is EINVAL", () => {
    expect(asked((child) => child.pause())).to.deep.equal(["sigsuspend 0", "msgport 0", "EINVAL"]);
    expect(
      asked(function* (child) {
        yield* child.alarm(100);
        return yield* child.sleep(1000);
      }),
    ).to.deep.equal(["port#N:rcv 0", "msgport 0", "itimer 0", "EINVAL"]);
    expect(
      asked(function* (child) {
        const [reading] = yield* child.pipe();
        return (yield* child.read(reading, 1)).length;
      })[0],
    ).to.match(/^\[fd#\d+\] 21001$/);
  });
});
