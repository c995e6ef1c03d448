import { expect } from "chai";
import fc from "fast-check";
import type { KernelEvent, SeenItem } from "../../mach/kern/events.ts";
import { MsgType } from "../../mach/ipc/names.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";
import { MsgIds } from "../../servers/interfaces/msgids.ts";
import { Expression, ExpressionError } from "../../rpctrace/expression.ts";
import { RpctraceFormat } from "../../rpctrace/format.ts";
import { Interfaces, OWN_INTERFACES } from "../../rpctrace/interfaces.ts";
import { select } from "../../rpctrace/select.ts";
import { got, sent, task } from "./exports/recorded.ts";

const code = (data: number): readonly SeenItem[] => [{ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, data }];
/** ls(7) asks fs(3) twice, once in vain; sh(8) and ls read; fs asks the kernel; auth(4) sends one way. */
const events: readonly KernelEvent[] = [
  ...[task(3, "/hurd/fs"), task(4, "/hurd/auth"), task(7, "/bin/ls"), task(8, "/bin/sh")],
  ...[sent(7, 31, 20018, 50), got(3, 31, 20018), sent(3, 50, 20118, 0, code(0))],
  ...[sent(7, 31, 20018, 50), got(3, 31, 20018), sent(3, 50, 20118, 0, code(0x40000002))],
  ...[sent(7, 32, 21001, 50), sent(8, 33, 21001, 51), got(3, 33, 21001), got(3, 32, 21001), sent(3, 51, 21101, 0, code(9)), sent(3, 50, 21101, 0, code(0))],
  ...[sent(3, 903, 3201, 52), sent(0, 52, 3301, 0, code(0))],
  sent(4, 34, 21014, 0),
];

const recorded = (text: string): readonly string[] => select(events, { expression: Expression.parse(text, OWN_INTERFACES) }).calls.map((m) => `${m.sent.task}>${m.sent.port}:${m.sent.id}`);
function live(text: string, interfaces = OWN_INTERFACES): string {
  let out = "";
  const format = new RpctraceFormat((s) => (out += s), { filter: Expression.parse(text, interfaces), interfaces });
  for (const e of events) format.event(e);
  format.end();
  return out;
}
const refused = (text: string): string => {
  try {
    Expression.parse(text, OWN_INTERFACES);
  } catch (e) {
    if (e instanceof ExpressionError) return e.message;
    throw e;
  }
  return "nothing";
};

describe("filter expressions choose calls", () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["task=ls", ["7>31:20018", "7>31:20018", "7>32:21001"]],
    ["task=auth", ["4>34:21014"]],
    ["task=fs direction=send", ["3>903:3201"]],
    ["task=fs,direction=receive", ["7>31:20018", "7>31:20018", "7>32:21001", "8>33:21001"]],
    ["direction=receive", ["7>31:20018", "7>31:20018", "7>32:21001", "8>33:21001"]],
    ["task=ls,sh routine=io_read", ["7>32:21001", "8>33:21001"]],
    ["task=8 routine=io_read_request", ["8>33:21001"]],
    ["interface=fs", ["7>31:20018", "7>31:20018"]],
    ["interface=mach_port interface=fs task!=ls", ["3>903:3201"]],
    ["interface!=fs,mach_port task=ls,auth", ["7>32:21001", "4>34:21014"]],
    ["port=31", ["7>31:20018", "7>31:20018"]],
    ["port=51", ["8>33:21001"]],
    ["errors", ["7>31:20018", "8>33:21001"]],
    ["errors=only task=ls", ["7>31:20018"]],
    ["task=ls, errors , interface=fs", ["7>31:20018"]],
    ["errors!=only interface=fs", ["7>31:20018"]],
    ["task=nobody", []],
  ];
  for (const [text, calls] of rows) {
    it(`of a trace: ${text}`, () => expect(recorded(text)).to.deep.equal(calls));
    it(`as they go: ${text}`, () => expect(live(text).split("\n").filter((l) => /->/.test(l)).length).to.equal(calls.length));
  }

  it("as they go, a call whose answer decides comes with it, on one line", () => {
    const lines = live("errors").split("\n");
    expect(lines[0]).to.equal("  31<--ls(7)->dir_lookup () = 0x40000002 (No such file or directory) ");
    expect(lines[1]).to.match(/^ {2}33<--sh\(8\)->io_read_request \(\) = 0x9 \(.+\) $/);
    expect(live("task=fs direction=receive interface=io")).to.match(/^ {2}33<--sh\(8\)->io_read_request \(\) \.\.\.51\n {2}32<--ls\(7\)->io_read_request \(\) \.\.\.50\n51\.\.\. = 0x9 /);
  });

  it("foreign interfaces are known by name, and lists override", () => {
    const lamp = subsystem("lamp", 20000, { lamp_set: routine(20018, { name: t.string(64) }) });
    expect(live("interface=lamp routine=lamp_set", new Interfaces([lamp]))).to.match(/^ {2}31<--ls\(7\)->lamp_set \(\) = 0 \n/);
    const ids = new MsgIds();
    ids.read("my 20000 my_lookup 18 20018 20118\n");
    expect(live("routine=my_lookup", new Interfaces([lamp], ids))).to.match(/->my_lookup \(\) = 0 \n/);
    expect(new Interfaces([], ids).name(20118)).to.equal("my_lookup-reply");
    expect(new Interfaces([lamp]).name(20118)).to.equal("lamp_set-reply");
  });
});

describe("filter expressions that mean nothing", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["", "an empty filter"],
    [" , ", "an empty filter"],
    ["ls", '"ls" is no condition: KEY=VALUE or errors'],
    ["errors ls", '"ls" is no condition: KEY=VALUE or errors'],
    ["tsk=ls", 'no condition "tsk": task, routine, interface, port, direction, errors'],
    ["=ls", 'no condition "": task, routine, interface, port, direction, errors'],
    ["task=", "task= wants a value"],
    ["routine=io_reed", 'no interface has a routine "io_reed"'],
    ["interface=eyeo", 'there is no interface "eyeo"'],
    ["port=x", 'a port is a number, not "x"'],
    ["port=0", 'a port is a number, not "0"'],
    ["direction=up", 'direction is send or receive, not "up"'],
    ["direction!=send", "direction cannot be denied: direction=send or direction=receive"],
    ["errors=few", 'errors takes no value but "only", not "few"'],
  ];
  for (const [text, why] of rows) it(`are refused: "${text}"`, () => expect(refused(text)).to.equal(why));

  it("any text is an expression or an ExpressionError of one line (property)", () => {
    const words = fc.array(fc.oneof(fc.string(), fc.constantFrom("task=ls", ",", "errors", "port=3", "!=", "direction=in", "interface=io")), { maxLength: 6 });
    fc.assert(fc.property(words, (w) => void expect(refused(w.join(" "))).to.match(/^[^\n]+$/)));
  });
});
