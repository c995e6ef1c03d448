import { expect } from "chai";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { copySend, makeSend, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { allocateReceive } from "../../../glibc-shim/rights.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { O_CREAT, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { holdings } from "../holdings.ts";
import { probed, probeMachine } from "../probe.ts";

/** A file and its directory that are changed `times` times each while a port watches them which nobody reads. */
function* unread(libc: Libc, times: number): Syscall<MachPort> {
  const port = yield* allocateReceive();
  const file = yield* libc.file_name_lookup("/tmp/watched", O_READ | O_WRITE | O_CREAT, 0o666);
  const dir = yield* libc.file_name_lookup("/tmp", O_READ);
  yield* fsCall.file_notice_changes(file, { port: makeSend(port) });
  yield* fsCall.dir_notice_changes(dir, { port: makeSend(port) });
  for (let n = 0; n < times; n++) {
    yield* fsCall.file_set_size(file, { new_size: n + 1 });
    yield* libc.mkdir(`/tmp/${n}`, 0o755);
    yield* libc.rmdir(`/tmp/${n}`);
  }
  return port;
}

/** The ticks of the notices that wait on `port`. */
function* ticks(port: MachPort): Syscall<readonly unknown[]> {
  const found: unknown[] = [];
  for (;;) {
    const msg = new MachMsg();
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.rcvName = port;
    if ((yield msg) !== 0) return found;
    found.push(`${msg.id} ${String(msg.items[0]?.data)}`);
  }
}

describe("notices of changes", () => {
  it("wait for nobody: with a full queue the filesystem goes on, and the next that finds room tells by its tick what was lost (fs_notify.defs)", () => {
    const got = probed(function* (libc) {
      const port = yield* unread(libc, 9);
      const before = yield* ticks(port);
      yield* libc.mkdir("/tmp/last", 0o755);
      return [before, yield* ticks(port)];
    });
    expect(got).to.deep.equal([["20501 0", "20500 0", "20501 1", "20500 1", "20500 2"], ["20500 19"]]);
  });

  it("may be wanted at a port that is full already: not then", () => {
    const got = probed(function* (libc) {
      const port = yield* unread(libc, 9);
      const dir = yield* libc.file_name_lookup("/etc", O_READ);
      const full = yield* fsCall.dir_notice_changes(dir, { port: makeSend(port) });
      yield* ticks(port);
      return [full.err, (yield* fsCall.dir_notice_changes(dir, { port: copySend(0 as MachPort) })).err, (yield* fsCall.dir_notice_changes(dir, { port: makeSend(port) })).err];
    });
    expect(got).to.deep.equal([0x10000004, 0x10000003, 0]);
  });

  it("that are lost leave no rights behind", () => {
    const after = (times: number): string => {
      const machine = probeMachine(function* (libc) {
        yield* unread(libc, times);
        for (;;) yield* libc.pause();
      });
      machine.run({ steps: 200_000 });
      return Object.entries(holdings(machine)).find(([name]) => name.includes("tmpfs"))?.[1] ?? "";
    };
    expect(after(40)).to.equal(after(1));
  });
});
