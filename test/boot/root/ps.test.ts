import { expect } from "chai";
import { basicOf, known, stateLetters, waitOf, withThreads, type Entry } from "../../../boot/root/bin/ps/entry.ts";
import { fitted, gnuFormat, posixFormat, squashed, titles, type Field } from "../../../boot/root/bin/ps/format.ts";
import type { ProcessRow } from "../../../boot/root/bin/ps/process.ts";
import { clock, findSpec, niceSize, readyFormats, type Spec } from "../../../boot/root/bin/ps/specs.ts";
import { layOut, Line } from "../../../boot/root/bin/ps/table.ts";
import { NotThere } from "../../../boot/root/lib/options.ts";
import { PI_EXECED, PI_LOGINLD, PI_NOMSG, PI_NOPARENT, PI_ORPHAN, PI_SESSLD, PI_STOPPED, PI_TRACED, PI_ZOMBIE, TH_STATE_HALTED, TH_STATE_RUNNING, TH_STATE_STOPPED, TH_STATE_UNINTERRUPTIBLE, TH_STATE_WAITING } from "../../../servers/interfaces/procinfo.ts";

/** A ready-made format without the columns that the recorded lists do not have. */
function of(name: string): readonly Field<Spec>[] {
  const source = readyFormats.find((f) => f.name === name)?.source ?? "";
  return squashed(gnuFormat(source, findSpec), (field) => ["TH", "SC"].includes(field.spec?.name ?? ""));
}

/** A row of a format whose texts are known. */
function line(format: string, texts: string, width = 80): string {
  const fields = fitted(of(format), width);
  const row = new Line();
  for (const [i, text] of texts.split("|").entries()) {
    const field = fields[i];
    row.write(field?.prefix ?? "");
    const last = i === fields.length - 1;
    const width = field?.width ?? 0;
    row.field(last ? text.slice(0, Math.abs(width)) : text, width, last ? Math.abs(width) : undefined);
  }
  return row.text;
}

describe("ps prints as the recorded one", () => {
  it("titles", () => {
    expect(titles(of("default"))).to.equal("USER       PID TT STAT     TIME COMMAND");
    expect(titles(of("jobc"))).to.equal("USER       PID  PPID  PGRP  SESS LCOLL STAT TT     TIME COMMAND");
    expect(titles(of("long"))).to.equal(" UID   PID  PPID PRI  NI TH  MSGI  MSGO    SZ   RSS WAIT       STAT TT     TIME COMMAND");
  });
  it("rows, cut at the terminal's width", () => {
    expect(line("default", "root|5|-|S<o|0:00.92|hurd/ext2fs.static --multiboot-command-line=/tmp/x")).to.equal("root         5  - S<o   0:00.92 hurd/ext2fs.static --multiboot-command-line=/tm");
    expect(line("default", "-|60|-|So|0:00.04|/hurd/null")).to.equal("-           60  - So    0:00.04 /hurd/null");
    expect(line("jobc", "root|1|1|1|1|1|Sslo|-|0:00.08|/libexec/runsystem --kernel-task=1")).to.equal("root         1     1     1     1     1 Sslo  -  0:00.08 /libexec/runsystem --ke");
  });
  it("what is too wide takes the room of the next columns", () => {
    expect(line("default", "root|3|?|D<fmo|0:00.03|gnumach")).to.equal("root         3  ? D<fmo 0:00.03 gnumach");
    expect(line("long", "0|3|2|-22|-22|8|25728|25728|895M|17.3M|*|D<fmo|?|0:00.03|gnumach")).to.equal("   0     3     2 -22 -22  8 25728 25728  895M 17.3M *          D<fmo ?  0:00.03 g");
    expect(line("long", "0|75|1|0|0|2|124|19|155M|1.24M|[init#3]:proc_getprocinfo_request|So|-|0:00.15|/bin/ps")).to.equal("   0    75     1   0   0  2   124    19  155M 1.24M [init#3]:proc_getprocinfo_request So - 0:00.15 /");
  });
  it("also in the columns of other programs", () => {
    const columns = [{ width: 5, left: false }, { width: 4, left: true }, { width: 0, left: true }];
    expect(layOut(columns, ["1", "toolong", "the rest"], 18)).to.equal("    1 toolong the ");
    expect(layOut(columns, ["1", "a", "the rest"], 18)).to.equal("    1 a    the res");
    expect(layOut(columns, ["1", "a", "the rest"], 3)).to.equal("    1 a    t");
  });
  it("what might be a terminal's command visibly (libps/write.c)", () => {
    const row = new Line();
    row.field("  a\u001b[1mb\x7fé", 0);
    expect(row.text).to.equal("a^\\[1mb\\177\\303\\251");
  });
});

describe("ps reads formats (libps/fmt.c)", () => {
  const shown = (fields: readonly Field<Spec>[]): readonly unknown[] => fields.map((f) => [f.prefix, f.spec?.name, f.title, f.width]);
  it("GNU's: text, fields with a width and a side, titles in braces; a title is never cut", () => {
    expect(shown(gnuFormat("<%pid> %8{args:what it is} %-3user%%.3time|", findSpec))).to.deep.equal([
      ["<", "PID", "PID", -5], ["> ", "Args", "what it is", 10], [" ", "User", "User", -4], ["", "Time", "Time", -8], ["|", undefined, "", 0],
    ]);
  });
  it("modifiers hold for one field, or without a name for all that follow", () => {
    const fields = gnuFormat("%^user %^%pid %^{nth:Th} %!sl %?%uid", findSpec);
    expect(fields.map((f) => [f.title, f.upper, f.keep])).to.deep.equal([["User", true, true], ["PID", true, false], ["Th", false, false], ["SL", true, true], ["UID", true, false]]);
    expect(titles(gnuFormat("%^user %vsize", findSpec))).to.equal("USER     VSize");
  });
  it("POSIX's: commas and titles, a blank in front of each", () => {
    expect(shown(posixFormat("pid,args=WHAT, user,-6{comm=it}", findSpec))).to.deep.equal([
      [" ", "PID", "PID", -5], [" ", "Args", "WHAT", 0], [" ", "User", "User", 8], [" ", "Comm", "it", -6],
    ]);
  });
  it("fields that do not exist are the end, with status 4", () => {
    for (const read of [() => gnuFormat("%pid %nosuch", findSpec), () => posixFormat("pid,nosuch", findSpec), () => posixFormat("pid,%cpu", findSpec)])
      expect(read).to.throw(NotThere, /: Unknown format spec$/).with.property("status", 4);
  });
  it("names go by any case, aliases with titles of their own", () => {
    expect(["PID", "pId", "tt", "rss", "NTH", "command"].map((n) => findSpec(n)?.title ?? findSpec(n)?.name)).to.deep.equal(["PID", "PID", "TT", "RSS", "TH", "Command"]);
  });
  it("columns that go take what stood in front of them along, but the beginning stays", () => {
    const fields = gnuFormat("[%user-%pid+%ppid]", findSpec);
    const without = (...names: readonly string[]): string => titles(squashed(fields, (f) => names.includes(f.spec?.name ?? "")));
    expect([without("User"), without("PID"), without("PPID"), without("User", "PID", "PPID")]).to.deep.equal(["[  PID+ PPID]", "[User    + PPID]", "[User    -  PID]", "[]"]);
  });
  it("the last one gets what is left, if it has no width of its own and something is left", () => {
    const widths = (source: string, width: number): readonly number[] => fitted(gnuFormat(source, findSpec), width).map((f) => f.width);
    expect([widths("%pid %args", 20), widths("%pid %args", 5), widths("%pid %9args", 40)]).to.deep.equal([[-5, 13], [-5, 0], [-5, 9]]);
  });
});

describe("ps writes values", () => {
  it("times in hours, minutes and seconds while they fit, then in words (timefmt.c)", () => {
    const at = (sec: number, usec = 0): string => clock({ sec, usec }, true, 2, 8);
    expect([at(0, 153_999), at(61, 5), at(599), at(3599, 999_999), at(3700), at(86400 * 3)]).to.deep.equal([" 0:00.15", " 1:01.00", " 9:59.00", "59:59.99", "61min", "3 days"]);
    expect([clock({ sec: 0, usec: 5000 }, false, 2, 8), clock({ sec: 65, usec: 0 }, true, 0, 4), clock({ sec: 7322, usec: 0 }, true, 0, 8)]).to.deep.equal([".00", "1:05", " 2:02:02"]);
  });
  it("sizes in three digits and a power of 1024 (spec.c)", () => {
    expect([0, 1023, 1024, 1536, 1.05 * 2 ** 20, 17.3 * 2 ** 20, 155 * 2 ** 20, 1000 * 2 ** 20, 1.2 * 2 ** 20].map((n) => niceSize(Math.ceil(n), 5))).to.deep.equal([
      "0 ", "1023 ", "1K", "1.5K", "1.04M", "17.2M", "155M", "1000M", "1.19M",
    ]);
  });
});

const zero = { sec: 0, usec: 0 };
const row = (state: number, runStates: readonly number[], more: { readonly basePriority?: number; readonly sleepTime?: number; readonly waits?: readonly string[] } = {}): ProcessRow => ({
  pid: 1,
  waits: more.waits ?? [],
  args: "x",
  terminal: "none",
  info: {
    state,
    owner: 0,
    ppid: 1,
    pgrp: 1,
    session: 1,
    logincollection: 1,
    exitstatus: 0,
    sigcode: 0,
    nthreads: runStates.length,
    events: [],
    task: { suspendCount: 0, basePriority: 25, virtualSize: 0, residentSize: 0, userTime: { sec: 1, usec: 600_000 }, systemTime: zero, creationTime: zero },
    threads: runStates.map((runState, i) => ({
      died: false,
      rpcBlock: 0,
      sched: [],
      basic: { userTime: { sec: 0, usec: 700_000 }, systemTime: zero, cpuUsage: 10, basePriority: more.basePriority ?? 25, currentPriority: 25, runState, flags: 0, suspendCount: i, sleepTime: more.sleepTime ?? 0, creationTime: zero },
    })),
  },
});
const entry = (...of: Parameters<typeof row>): Entry => ({ row: row(...of), thread: undefined });

describe("ps tells a process' state", () => {
  const S = TH_STATE_WAITING;
  it("in the letters of the recorded system", () => {
    expect(stateLetters(entry(PI_EXECED | PI_ORPHAN | PI_SESSLD | PI_LOGINLD, [S, S]))).to.equal("Sslo");
    expect(stateLetters(entry(PI_EXECED | PI_ORPHAN | PI_NOPARENT, [S]))).to.equal("Sp");
    expect(stateLetters(entry(PI_ORPHAN | PI_NOMSG, [S, TH_STATE_UNINTERRUPTIBLE], { basePriority: 3 }))).to.equal("S<fmo");
    expect(stateLetters(entry(PI_ORPHAN | PI_NOMSG, [TH_STATE_UNINTERRUPTIBLE], { basePriority: 3 }))).to.equal("D<fmo");
    expect(stateLetters(entry(PI_EXECED | PI_ORPHAN | PI_NOMSG, [S, TH_STATE_RUNNING], { basePriority: 2 }))).to.equal("R<mo");
    expect(stateLetters(entry(PI_EXECED | PI_ORPHAN, [S], { basePriority: 21 }))).to.equal("S<o");
    expect(stateLetters(entry(PI_EXECED | PI_STOPPED, [S]))).to.equal("T");
  });
  it("the strongest of its threads', stopped ones when all are; long sleep is idleness; the foreground does not show (spec.c, procstat.c)", () => {
    expect(stateLetters(entry(PI_EXECED, [S], { sleepTime: 20 }))).to.equal("I");
    expect(stateLetters(entry(PI_EXECED, [TH_STATE_STOPPED, TH_STATE_HALTED]))).to.equal("Hu");
    expect(stateLetters(entry(PI_EXECED, [TH_STATE_STOPPED, S]))).to.equal("S");
    expect(stateLetters(entry(PI_EXECED | PI_ZOMBIE | PI_TRACED, []))).to.equal("Zx");
    expect(stateLetters({ row: { ...row(PI_EXECED, [S]), terminal: { name: "/dev/console" } }, thread: undefined })).to.equal("S");
  });
  it("a thread has only its own", () => {
    expect(withThreads(row(PI_SESSLD, [TH_STATE_RUNNING, S])).map(stateLetters)).to.deep.equal(["Rsf", "R", "S"]);
  });
});

describe("ps tells of threads (procstat.c)", () => {
  const S = TH_STATE_WAITING;
  it("what only a process has is nothing there, and a process has no number of a thread", () => {
    const [process, thread] = withThreads(row(0, [S]));
    const needs = ["pid", "info", "task", "tty", "args", "thread", "basic", "state"] as const;
    if (process === undefined || thread === undefined) throw new Error("two entries");
    expect(needs.map((need) => known(process, need) === "known")).to.deep.equal([true, true, true, true, true, false, true, true]);
    expect(needs.map((need) => known(thread, need) === "known")).to.deep.equal([false, false, false, false, false, true, true, true]);
  });
  it("a process' times are those of its threads, and of those that have ended; its suspensions the fewest", () => {
    const [process, , second] = withThreads(row(0, [S, S]));
    if (process === undefined || second === undefined) throw new Error("three entries");
    expect(basicOf(process)).to.deep.include({ userTime: { sec: 3, usec: 0 }, cpuUsage: 20, suspendCount: 0 });
    expect(basicOf(second)).to.deep.include({ userTime: { sec: 0, usec: 700_000 }, cpuUsage: 10, suspendCount: 1 });
  });
  it("waits: the program's own thread's; a star for several, and for more than three threads", () => {
    const waits = (texts: readonly string[]): readonly string[] => withThreads(row(0, texts.map(() => S), { waits: texts })).map((e) => waitOf(e).text);
    expect(waits(["port#5", "msgport"])).to.deep.equal(["port#5", "port#5", "msgport"]);
    expect(waits(["port#5", "msgport", "fd#1"])[0]).to.equal("*");
    expect(waits(["msgport", "msgport", "itimer", "msgport"])[0]).to.equal("*");
  });
});
