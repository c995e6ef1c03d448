import { expect } from "chai";
import { MsgType } from "../../../mach/ipc/names.ts";
import { RpctraceFormat } from "../../../rpctrace/format.ts";
import { select } from "../../../rpctrace/select.ts";
import { exported, got, recorded, sent, task, viewed } from "./recorded.ts";

const int = (data: number) => ({ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, data });

describe("traces as text", () => {
  it("are the lines that boot --rpctrace prints", () => {
    let lines = "";
    const format = new RpctraceFormat((s) => (lines += s));
    for (const e of recorded()) format.event(e);
    format.end();
    expect(exported("text", viewed())).to.equal(lines);
  });
});

describe("traces as JSON lines", () => {
  it("are an object an event, in order", () => {
    const view = viewed();
    const objects = exported("json", view).trimEnd().split("\n").map((l) => JSON.parse(l) as Readonly<Record<string, unknown>>);
    expect(objects.map((o) => o["kind"])).to.deep.equal(view.events.map((e) => e.kind));
  });

  it("name arguments as the interface does, and give an answer its code", () => {
    const data = { type: MsgType.CHAR, bits: 8, number: 2, inline: true, data: new TextEncoder().encode("hi") };
    const offset = { type: MsgType.INTEGER_64, bits: 64, number: 1, inline: true, data: -1 };
    const events = [task(3, "term"), task(7, "ls"), sent(7, 31, 21000, 50, [data, offset]), got(3, 31, 21000), sent(3, 50, 21100, 0, [int(0), int(2)])];
    const lines = exported("json", select(events, { tasks: ["ls"], msgids: ["io_write"] })).trimEnd().split("\n");
    const [request, , reply] = lines.map((l) => JSON.parse(l) as Readonly<Record<string, unknown>>);
    expect(request).to.deep.include({ routine: "io_write_request", name: "ls(7)", to: 3 });
    expect(request?.["arguments"]).to.deep.equal([{ name: "data", value: "hi" }, { name: "offset", value: -1 }]);
    expect(reply).to.deep.include({ answers: 21000, code: 0, arguments: [{ name: "amount", value: 2 }] });
  });
});

describe("traces as counts", () => {
  it("sum calls, errors, times, bytes and rights by routine and by pair of tasks", () => {
    const call = (reply: number, at: number, code: number, back: number) => [
      sent(7, 31, 21013, reply, [{ type: MsgType.COPY_SEND, bits: 32, number: 1, inline: true, data: 5 }, int(1)], at),
      got(3, 31, 21013, at + 1),
      sent(3, reply, 21113, 0, [int(code)], back),
    ];
    const events = [task(3, "auth"), task(7, "ls"), ...call(50, 10, 0, 20), ...call(50, 30, 9, 60), sent(7, 31, 21013, 0, [], 70)];
    const rows = exported("stats", select(events)).split("\n").map((l) => l.trim().split(/ {2,}|(?<=\d) (?=\d)/));
    expect(rows[1]).to.deep.equal(["3", "1", "1", "20", "30", "4", "6", "16", "2", "io_stat_request"]);
    expect(rows[4]?.at(-1)).to.equal("ls(7) -> auth(3)");
    expect(rows[8]).to.deep.equal(["1", "0x9 ((os/kern) memory failure)", "io_stat_request", "ls(7) -> auth(3)"]);
  });

  it("add up to all calls of the trace", () => {
    const view = viewed();
    const first = exported("stats", view).split("\n\n")[0]?.split("\n").slice(1) ?? [];
    expect(first.reduce((sum, line) => sum + Number(line.slice(0, 8)), 0)).to.equal(view.calls.length);
  });
});

describe("filters", () => {
  it("by task take the calls that it makes and those that it serves, by any name that it had", () => {
    const view = viewed({ tasks: ["wc"] });
    expect(view.calls.length).to.be.above(10);
    const number = view.calls.find((m) => view.names.task(m.sent.task) === "wc")?.sent.task;
    expect(view.calls.every((m) => m.sent.task === number || m.received?.task === number)).to.equal(true);
    expect(viewed({ tasks: [`wc(${String(number)})`] }).calls.length).to.be.oneOf([view.calls.length]);
    expect(viewed({ tasks: ["auth"] }).calls.some((m) => m.sent.id === 25000 + 1 || m.received !== undefined)).to.equal(true);
  });

  it("by routine take an id and both names, and the answers to the calls, and nothing else", () => {
    const ids = (word: string) => viewed({ msgids: [word] }).events.map((e) => ("id" in e ? e.id : e.kind));
    expect(ids("io_write").length).to.be.above(0);
    expect(ids("io_write")).to.deep.equal(ids("io_write_request")).and.deep.equal(ids("21000"));
    expect(new Set(ids("io_write"))).to.deep.equal(new Set([21000, 21100]));
  });

  it("by time take what begins between, and late answers with it; events can be counted too", () => {
    const times = viewed({ from: { at: 1000 }, to: { at: 2000 } }).calls.map((m) => m.sent.at);
    expect(Math.min(...times)).to.be.at.least(1000);
    expect(Math.max(...times)).to.be.at.most(2000);
    const all = recorded();
    const some = viewed({ from: { event: 500 }, to: { event: 600 } });
    expect(some.calls.every((m) => all.indexOf(m.sent) >= 499 && all.indexOf(m.sent) <= 599)).to.equal(true);
    const late = [task(7, "ls"), sent(7, 31, 21013, 50, [], 10), sent(0, 50, 21113, 0, [int(0)], 99)];
    expect(select(late, { to: { at: 20 } }).events.map((e) => e.at)).to.deep.equal([0, 10, 99]);
  });

  it("by errors take only calls that failed", () => {
    const view = viewed({ errors: true });
    expect(view.calls.length).to.be.above(0);
    expect(view.calls.every((m) => m.reply?.sent.items[0]?.data !== 0 && m.reply !== undefined)).to.equal(true);
  });

  it("all must hold", () => {
    const [a, b, both] = [viewed({ tasks: ["wc"] }), viewed({ msgids: ["io_read"] }), viewed({ tasks: ["wc"], msgids: ["io_read"] })];
    const inBoth = a.calls.filter((m) => b.calls.some((n) => n.sent === m.sent)).map((m) => m.sent);
    expect(both.calls.map((m) => m.sent)).to.deep.equal(inBoth);
    expect(inBoth.length).to.be.above(0);
  });
});
