import { expect } from "chai";
import fc from "fast-check";
import type { MachPort } from "../../../mach/ipc/names.ts";
import { copySend, MsgType } from "../../../mach/ipc/names.ts";
import { t } from "../../../mach/mig/kind.ts";
import { DEFAULT_SIZE, showBytes, showItem, showItems, TraceLines, type ShownItem } from "../../../mach/mig/show.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";

const P = "pid1207";
const port = (n: number): MachPort => n as MachPort;
/** Names of wrapped rights by their number. */
const names = new Map<number, string>([
  [47, `  47<--49(${P})`],
  [55, "  55<--56(pid-1)"],
  [63, `  63<--64(${P})`],
  [22, `  22<--39(${P})`],
  [33, `  33<--50(${P})`],
]);
const options = { size: DEFAULT_SIZE, right: (n: number) => names.get(n) };
const right = (n: number): ShownItem => t.polySend.pack(copySend(port(n)));
const int = (n: number): ShownItem => t.int.pack(n);
const text = (s: string): ShownItem => t.string(1024).pack(s);
const ints = (...n: number[]): ShownItem => t.intArray.pack(n);
const bytes = (s: string): ShownItem => t.data.pack(new TextEncoder().encode(s));

function lines(use: (l: TraceLines) => void): string {
  let out = "";
  use(new TraceLines((s) => (out += s), strerror, options));
  return out;
}
/** One call: request and its reply. */
function call(to: string, name: string | undefined, id: number, ins: readonly ShownItem[], code: number, outs: readonly ShownItem[]): string {
  return lines((l) => {
    l.request({ to, name, id, reply: 52, items: ins });
    l.reply(52, code, outs);
  });
}
const dir = `  31<--40(${P})`;
const file = `  47<--49(${P})`;

describe("rpctrace's text (rpctrace.md §3.1, char for char)", () => {
  it("1: strings, ints, a right in the reply", () => {
    expect(call(dir, "dir_lookup", 20018, [text("etc/motd"), int(1), int(0)], 0, [int(1), text(""), right(47)])).to.equal(
      `  31<--40(pid1207)->dir_lookup ("etc/motd" 1 0) = 0 1 ""    47<--49(pid1207)\n`,
    );
  });
  it("2: an error leaves a trailing blank", () => {
    expect(call(dir, "dir_lookup", 20018, [text("nosuch"), int(64), int(0)], 0x40000002, [])).to.equal(
      `  31<--40(pid1207)->dir_lookup ("nosuch" 64 0) = 0x40000002 (No such file or directory) \n`,
    );
  });
  it("3: an unknown id is a number; a null right", () => {
    expect(call(dir, undefined, 20018, [text("x"), int(1), int(0)], 0, [int(3), text("/usr/x"), right(0)])).to.equal(
      `  31<--40(pid1207)->20018 ("x" 1 0) = 0 3 "/usr/x"  (null)\n`,
    );
  });
  it("4, 5: data, escapes, quotes raw", () => {
    expect(call(file, "io_read", 21001, [t.int64.pack(-1), int(4096)], 0, [bytes("Hello, world!\n")])).to.equal(
      `  47<--49(pid1207)->io_read (-1 4096) = 0 "Hello, world!\\n"\n`,
    );
    expect(call(file, "io_write", 21000, [bytes('a\tb\u0001"q"\\'), t.int64.pack(-1)], 0, [int(7)])).to.equal(
      `  47<--49(pid1207)->io_write ("a\\tb\\x01"q"\\" -1) = 0 7\n`,
    );
  });
  it("6: an error by another server", () => {
    expect(call(file, "io_seek", 21003, [t.int64.pack(0), int(0)], 0x4000001d, [])).to.equal("  47<--49(pid1207)->io_seek (0 0) = 0x4000001d (Illegal seek) \n");
  });
  it("16: a kernel's error: its text begins with a parenthesis", () => {
    expect(call(`task61(${P})`, "vm_region", 2029, [int(0)], 3, [])).to.equal("task61(pid1207)->vm_region (0) = 0x3 ((os/kern) no space available) \n");
  });
  it("7: a simpleroutine ends its line", () => {
    const out = lines((l) => l.request({ to: file, name: "io_reauthenticate", id: 21014, reply: 0, items: [right(55)] }));
    expect(out).to.equal("  47<--49(pid1207)->io_reauthenticate (   55<--56(pid-1));\n");
  });
  it("8, 9, 10: booleans, port names, no arguments", () => {
    expect(call(`task61(${P})`, "task_create", 2007, [t.boolean.pack(true)], 0, [right(63)])).to.equal(
      "task61(pid1207)->task_create (1) = 0    63<--64(pid1207)\n",
    );
    expect(call(`task61(${P})`, "mach_port_mod_refs", 3204, [t.portName.pack(port(45)), int(0), int(-1)], 0, [])).to.equal(
      "task61(pid1207)->mach_port_mod_refs (pn{ 45} 0 -1) = 0 \n",
    );
    expect(call(`thread70(${P})`, "thread_abort", 2064, [], 0, [])).to.equal("thread70(pid1207)->thread_abort () = 0 \n");
  });
  it("11: arrays of rights and ints; of an empty one the blank stays", () => {
    const handles = t.polySends.pack({ names: [port(22), port(0)], disposition: MsgType.COPY_SEND });
    const items = [handles, ints(1000, 0), ints(1000), ints(1000), ints()];
    expect(call("  22<--38(pid1207)", "auth_makeauth", 25001, items, 0x40000001, [])).to.equal(
      "  22<--38(pid1207)->auth_makeauth ({  22<--39(pid1207) (null)} {1000 0} 1000 1000 ) = 0x40000001 (Operation not permitted) \n",
    );
  });
  it("12: a blocked call and its late reply", () => {
    const out = lines((l) => {
      l.request({ to: "  20<--37(pid1207)", name: "proc_wait", id: 24020, reply: 52, items: [int(-1), int(0)] });
      l.request({ to: dir, name: "io_stat", id: 21013, reply: 50, items: [] });
      l.reply(50, 0, [ints(8, 1, 2, 0)]);
      l.reply(52, 0, [int(0), int(0), ints(0, 0), int(1208)]);
    });
    expect(out).to.equal(
      "  20<--37(pid1207)->proc_wait (-1 0) ...52\n  31<--40(pid1207)->io_stat () = 0 {8 1 2 0}\n52... = 0 0 0 {0 0} 1208\n",
    );
  });
  it("13: codes are unsigned; 14: the stamp comes first", () => {
    expect(call("  31<--40(pid1208)", "exec_startup_get_info", 30500, [], 0xfffffed1, [])).to.equal(
      "  31<--40(pid1208)->exec_startup_get_info () = 0xfffffed1 ((ipc/mig) bad request message ID) \n",
    );
    const out = lines((l) => {
      l.request({ to: dir, name: "dir_lookup", id: 20018, reply: 9, items: [text("a"), int(0), int(0)], stamp: "14:03:07" });
      l.reply(9, 0, [int(2), text("b/c"), right(33)]);
    });
    expect(out).to.equal(`14:03:07   31<--40(pid1207)->dir_lookup ("a" 0 0) = 0 2 "b/c"    33<--50(pid1207)\n`);
  });
  it("15: a notification to an unnamed receiver", () => {
    const out = lines((l) => l.request({ to: 83, name: undefined, id: 72, reply: 0, items: [t.portName.pack(port(91))] }));
    expect(out).to.equal("  83->   72 (pn{ 91});\n");
  });
  it("17: a late reply while another line is open", () => {
    const out = lines((l) => {
      l.request({ to: "  20<--37(pid1207)", name: "proc_wait", id: 24020, reply: 52, items: [int(-1), int(0)] });
      l.request({ to: dir, name: "io_stat", id: 21013, reply: 50, items: [] });
      l.reply(52, 0, [int(0), int(0), ints(0, 0), int(1208)]);
      l.reply(50, 0, [ints(8, 1, 2, 0)]);
    });
    expect(out).to.equal(
      "  20<--37(pid1207)->proc_wait (-1 0) ...52\n  31<--40(pid1207)->io_stat () ...50\n52... = 0 0 0 {0 0} 1208\n50... = 0 {8 1 2 0}\n",
    );
  });
});

describe("what must be shown", () => {
  it("an RPC whose reply comes late while two are open", () => {
    const out = lines((l) => {
      l.request({ to: dir, name: "io_select", id: 21012, reply: 52, items: [int(1)] });
      l.request({ to: file, name: "io_read", id: 21001, reply: 53, items: [t.int64.pack(-1), int(4)] });
      l.reply(53, 0, [bytes("abcd")]);
      l.reply(52, 0, [int(1)]);
    });
    expect(out).to.equal('  31<--40(pid1207)->io_select (1) ...52\n  47<--49(pid1207)->io_read (-1 4) = 0 "abcd"\n52... = 0 1\n');
  });
  it("a message to a dead port: its line is ended by what comes next", () => {
    const out = lines((l) => {
      l.request({ to: file, name: "io_read", id: 21001, reply: 52, items: [] });
      l.request({ to: 52, name: "mach_notify_send_once", id: 71, reply: 0, items: [] });
    });
    expect(out).to.equal("  47<--49(pid1207)->io_read () ...52\n  52->mach_notify_send_once ();\n");
  });
  it("an unknown id, narrow and wide", () => {
    const one = (id: number): string => lines((l) => l.request({ to: 7, name: undefined, id, reply: 0, items: [] }));
    expect([one(3), one(123456)]).to.deep.equal(["   7->    3 ();\n", "   7->123456 ();\n"]);
  });
  it("64 KiB of data: up to the size", () => {
    const data = t.data.pack(new Uint8Array(65536).fill(97));
    expect(call(file, "io_write", 21000, [data, t.int64.pack(-1)], 0, [int(65536)])).to.equal(`  47<--49(pid1207)->io_write ("${"a".repeat(80)}" -1) = 0 65536\n`);
  });
  it("a port array with nulls and dead names", () => {
    const rights = t.polySends.pack({ names: [port(0), port(22), port(0xffffffff), port(5)], disposition: MsgType.COPY_SEND });
    expect(showItems([rights], options)).to.equal("{(null)   22<--39(pid1207) (dead)   5}");
  });
});

describe("items (rpctrace.md §3; recorded/rpctrace)", () => {
  it("print arrays of rights and names as file_exec_paths was recorded", () => {
    const fds = t.polySends.pack({ names: [port(0), port(0), port(22)], disposition: MsgType.COPY_SEND });
    const items = [fds, t.portNames.pack([7, 7, 13].map(port)), t.portNames.pack([])];
    expect(showItems(items, options)).to.equal("{(null) (null)   22<--39(pid1207)} pn{  7   7  13} pn{}");
  });
  it("print an unnamed right, a dead one, an empty array of rights", () => {
    expect(showItems([right(5), right(0xffffffff)], options)).to.equal("   5  (dead)");
    const empty = t.polySends.pack({ names: [], disposition: MsgType.COPY_SEND });
    expect(showItems([int(1), empty, int(2)], options)).to.equal("1  2");
  });
  it("cut strings at the size without a mark, and data with its NULs", () => {
    const short = { ...options, size: 3 };
    expect(showItem(text("abcdef"), short)).to.equal('"abc"');
    expect(showItem(bytes("a\0bcd"), short)).to.equal('"a\\0b"');
  });
  it("print signed by width, and an unknown type with its first word", () => {
    expect(showItem(t.int.pack(0xffffffff), options)).to.equal("-1");
    expect(showItem(t.shorts(2).pack([0xffff, 1]), options)).to.equal("{-1 1}");
    expect(showItem({ type: 5, bits: 32, number: 2, data: [255, 1] }, options)).to.equal("\t0xff (type 5, 2*4)\n");
  });
  it("cut long arrays only where that is asked for, with a mark", () => {
    expect(showItem(ints(1, 2, 3), { ...options, elements: 2 })).to.equal("{1 2 ...}");
    expect(showItem(ints(1, 2), { ...options, elements: 2 })).to.equal("{1 2}");
    expect(showItem(ints(...new Array<number>(1000).fill(7)), options)).to.equal(`{${"7 ".repeat(999)}7}`);
  });
  it("escape so that a line stays a line of printable characters", () => {
    fc.assert(fc.property(fc.uint8Array(), (b) => /^"[ -~]*"$/.test(showBytes(b))));
  });
});
