import { expect } from "chai";
import type { KernelEvent, SeenItem } from "../../mach/kern/events.ts";
import { MsgType } from "../../mach/ipc/names.ts";
import { RpctraceFormat, type FormatOptions } from "../../rpctrace/format.ts";

const int = (data: number): SeenItem => ({ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, data });
const right = (data: number): SeenItem => ({ type: MsgType.MOVE_SEND, bits: 32, number: 1, inline: true, data });
const sent = (task: number, port: number, id: number, reply: number, items: readonly SeenItem[] = []): KernelEvent => ({
  kind: "message-sent",
  at: 1_500_000,
  step: 15,
  task,
  thread: task,
  port,
  reply,
  id,
  items,
});
const task = (id: number, name: string, port: number): KernelEvent => ({ kind: "task-created", at: 0, task: id, parent: 0, name, port });

function text(events: readonly KernelEvent[], options?: FormatOptions): string {
  let out = "";
  const format = new RpctraceFormat((s) => (out += s), options);
  for (const e of events) format.event(e);
  format.end();
  return out;
}

describe("events as rpctrace lines", () => {
  const start = [task(7, "/bin/ls", 40), task(3, "/hurd/ext2fs.static --x", 41)];

  it("give a call and its answer one line", () => {
    expect(text([...start, sent(7, 31, 21001, 50, [int(-1)]), sent(3, 50, 21101, 0, [int(0), int(4)])])).to.equal(
      "  31<--ls(7)->io_read_request (-1) = 0 4\n",
    );
  });

  it("name task ports, in the header and in bodies", () => {
    const events = [...start, sent(7, 40, 2007, 50, [int(1)]), sent(0, 50, 2107, 0, [int(0), right(41)])];
    expect(text(events)).to.equal("task40(ls(7))->task_create (1) = 0  task41(ext2fs.static(3))\n");
  });

  it("follow a task's new name", () => {
    const events: KernelEvent[] = [...start, { kind: "task-named", at: 0, task: 7, name: "/bin/cat" }, sent(7, 40, 2064, 0)];
    expect(text(events)).to.equal("task40(cat(7))->thread_abort ();\n");
  });

  it("keep of a name the program's only: no pid of the exec server's, no parentheses of the kernel's", () => {
    const named = (name: string): string => text([task(7, name, 40), sent(7, 40, 2064, 0)]);
    for (const name of ["/bin/ls", "/bin/ls(33)", "(/bin/ls(33))", "((ls))", "ls -l /"]) expect(named(name)).to.equal("task40(ls(7))->thread_abort ();\n");
  });

  it("interleave calls that wait", () => {
    const events = [...start, sent(7, 31, 24020, 50), sent(3, 32, 21013, 51), sent(9, 51, 21113, 0, [int(0)]), sent(0, 50, 24120, 0, [int(0x40000004)])];
    expect(text(events)).to.equal(
      "  31<--ls(7)->proc_wait_request () ...50\n  32<--ext2fs.static(3)->io_stat_request () = 0 \n50... = 0x40000004 (Interrupted system call) \n",
    );
  });

  it("of chosen tasks only, with the answers to them", () => {
    const events = [...start, sent(7, 31, 21013, 50), sent(3, 32, 21013, 51), sent(9, 51, 21113, 0, [int(0)]), sent(3, 50, 21113, 0, [int(0)])];
    expect(text(events, { tasks: ["ls"] })).to.equal("  31<--ls(7)->io_stat_request () = 0 \n");
  });

  it("close an open line at the end, and stamp when asked", () => {
    expect(text([...start, sent(7, 31, 21013, 50)], { stamps: true })).to.equal("1.500000   31<--ls(7)->io_stat_request () ...50\n");
  });

  it("take a message with another id to an open reply port for a request", () => {
    expect(text([...start, sent(7, 31, 21013, 50), sent(0, 50, 71, 0)])).to.equal(
      "  31<--ls(7)->io_stat_request () ...50\n  50<--kernel(0)->mach_notify_send_once ();\n",
    );
  });
});
