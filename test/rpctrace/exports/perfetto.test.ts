import { expect } from "chai";
import { MsgType } from "../../../mach/ipc/names.ts";
import { select } from "../../../rpctrace/select.ts";
import { exported, got, sent, task, viewed } from "./recorded.ts";

type Event = Readonly<Record<string, unknown>>;

/** What each phase of a trace event must have (Trace Event Format). */
const schema: Readonly<Record<string, Readonly<Record<string, (x: unknown) => boolean>>>> = {
  M: { args: (x) => typeof (x as Event)["name"] === "string", name: (x) => x === "process_name" || x === "thread_name" },
  X: { dur: (x) => typeof x === "number" && x >= 0, cat: (x) => typeof x === "string" },
  b: { id: (x) => typeof x === "string", cat: (x) => typeof x === "string" },
  e: { id: (x) => typeof x === "string", cat: (x) => typeof x === "string" },
  s: { id: (x) => typeof x === "number", cat: (x) => x === "rpc" },
  f: { id: (x) => typeof x === "number", cat: (x) => x === "rpc", bp: (x) => x === "e" },
  i: { s: (x) => ["g", "p", "t"].includes(String(x)) },
};

function checked(text: string): readonly Event[] {
  const { traceEvents, displayTimeUnit } = JSON.parse(text) as { traceEvents: readonly Event[]; displayTimeUnit: string };
  expect(displayTimeUnit).to.be.oneOf(["ms", "ns"]);
  for (const event of traceEvents) {
    const line = JSON.stringify(event);
    for (const key of ["pid", "tid"]) expect(Number.isSafeInteger(event[key]), line).to.equal(true);
    expect(typeof event["ts"] === "number" && event["ts"] >= 0, line).to.equal(true);
    expect(typeof event["name"] === "string" && event["name"] !== "", line).to.equal(true);
    const rules = schema[String(event["ph"])];
    expect(rules, line).to.not.equal(undefined);
    for (const [key, holds] of Object.entries(rules ?? {})) expect(holds(event[key]), `${key} in ${line}`).to.equal(true);
  }
  return traceEvents;
}

const only = (events: readonly Event[], ph: string): readonly Event[] => events.filter((e) => e["ph"] === ph);

/** Ends of the slices of one track that begin before and end inside another. */
function overlaps(events: readonly Event[]): readonly Event[] {
  const slices = only(events, "X").map((e) => ({ e, track: `${String(e["pid"])}/${String(e["tid"])}`, from: Number(e["ts"]), to: Number(e["ts"]) + Number(e["dur"]) }));
  const byTrack = new Map<string, typeof slices>();
  for (const s of slices) byTrack.set(s.track, [...(byTrack.get(s.track) ?? []), s]);
  return [...byTrack.values()].flatMap((track) => {
    const stack: number[] = [];
    return track.filter(({ from, to }) => {
      while ((stack.at(-1) ?? Infinity) <= from) stack.pop();
      const bad = to > (stack.at(-1) ?? Infinity);
      stack.push(to);
      return bad;
    });
  }).map((s) => s.e);
}

describe("Perfetto trace events", () => {
  it("are of the format: every phase has what it needs, begins and ends match, slices nest", () => {
    const events = checked(exported("perfetto", viewed()));
    const ids = (ph: string): readonly string[] => only(events, ph).map((e) => `${String(e["cat"])} ${String(e["id"])}`).sort();
    expect(ids("b")).to.deep.equal(ids("e"));
    expect(ids("s")).to.deep.equal(ids("f"));
    expect(overlaps(events)).to.deep.equal([]);
    expect(only(events, "X").length).to.be.above(500);
  });

  it("name every process and thread that occurs", () => {
    const events = checked(exported("perfetto", viewed()));
    const of = (name: string, key: string): ReadonlySet<unknown> => new Set(only(events, "M").filter((e) => e["name"] === name).map((e) => e[key]));
    for (const e of events) {
      expect(of("process_name", "pid").has(e["pid"])).to.equal(true);
      if (e["ph"] === "M") continue;
      expect(of("thread_name", "tid").has(e["tid"])).to.equal(true);
    }
  }).timeout(20_000);

  it("have a call at both ends, with an arrow, and an answer that comes late apart from the track", () => {
    const code = [{ type: MsgType.INTEGER_32, bits: 32, number: 1, inline: true, data: 0 }];
    const events = [
      ...[task(3, "proc"), task(7, "ls"), task(8, "sh")],
      ...[sent(7, 31, 21001, 50, [], 10), got(3, 31, 21001, 12), sent(8, 31, 21001, 51, [], 13), got(3, 31, 21001, 14)],
      ...[sent(3, 50, 21101, 0, code, 20), got(7, 50, 21101, 21), sent(3, 51, 21101, 0, code, 30), got(8, 51, 21101, 31)],
    ];
    const all = checked(exported("perfetto", select(events)));
    expect(only(all, "X").map((e) => [e["pid"], e["ts"], e["dur"], e["cat"]])).to.deep.equal([
      [7, 10, 11, "call"],
      [3, 12, 8, "service"],
      [8, 13, 18, "call"],
    ]);
    expect([...only(all, "b"), ...only(all, "e")].map((e) => [e["pid"], e["ts"]])).to.deep.equal([[3, 14], [3, 30]]);
    expect(only(all, "f").map((e) => [e["pid"], e["ts"], e["id"]])).to.deep.equal([[3, 12, 1], [3, 14, 2]]);
  });
});
