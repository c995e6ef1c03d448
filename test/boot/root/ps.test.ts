import { expect } from "chai";
import { fields, formats, stateLetters, type Field } from "../../../boot/root/bin/ps/fields.ts";
import type { ProcessRow } from "../../../boot/root/bin/ps/process.ts";
import { layOut } from "../../../boot/root/bin/ps/table.ts";
import { PI_EXECED, PI_LOGINLD, PI_NOMSG, PI_NOPARENT, PI_ORPHAN, PI_SESSLD, PI_STOPPED, TH_STATE_RUNNING, TH_STATE_UNINTERRUPTIBLE, TH_STATE_WAITING } from "../../../servers/interfaces/procinfo.ts";

const of = (format: string): readonly Field[] => (formats[format] ?? []).map((n) => fields.get(n)).filter((f) => f !== undefined);
const line = (format: string, texts: string, width = 79): string => layOut(of(format), texts.split("|"), width);

describe("ps prints as the recorded one", () => {
  it("titles", () => {
    const titles = (format: string): string => layOut(of(format), of(format).map((f) => f.title), Infinity);
    expect(titles("default")).to.equal("USER       PID TT STAT     TIME COMMAND");
    expect(titles("j")).to.equal("USER       PID  PPID  PGRP  SESS LCOLL STAT TT     TIME COMMAND");
    expect(titles("l")).to.equal(" UID   PID  PPID PRI  NI TH  MSGI  MSGO    SZ   RSS WAIT       STAT TT     TIME COMMAND");
  });
  it("rows, cut at the terminal's width", () => {
    expect(line("default", "root|5|-|S<o|0:00.92|hurd/ext2fs.static --multiboot-command-line=/tmp/x")).to.equal("root         5  - S<o   0:00.92 hurd/ext2fs.static --multiboot-command-line=/tm");
    expect(line("default", "-|60|-|So|0:00.04|/hurd/null")).to.equal("-           60  - So    0:00.04 /hurd/null");
    expect(line("j", "root|1|1|1|1|1|Sslo|-|0:00.08|/libexec/runsystem --kernel-task=1")).to.equal("root         1     1     1     1     1 Sslo  -  0:00.08 /libexec/runsystem --ke");
  });
  it("what is too wide takes the room of the next columns", () => {
    expect(line("default", "root|3|?|D<fmo|0:00.03|gnumach")).to.equal("root         3  ? D<fmo 0:00.03 gnumach");
    expect(line("l", "0|3|2|-22|-22|8|25728|25728|895M|17.3M|*|D<fmo|?|0:00.03|gnumach")).to.equal("   0     3     2 -22 -22  8 25728 25728  895M 17.3M *          D<fmo ?  0:00.03 g");
    expect(line("l", "0|75|1|0|0|2|124|19|155M|1.24M|[init#3]:proc_getprocinfo_request|So|-|0:00.15|/bin/ps")).to.equal("   0    75     1   0   0  2   124    19  155M 1.24M [init#3]:proc_getprocinfo_request So - 0:00.15 /");
  });
});

const zero = { sec: 0, usec: 0 };
const row = (state: number, runStates: readonly number[], basePriority = 25): ProcessRow => ({
  pid: 1,
  waits: [],
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
    task: { suspendCount: 0, basePriority, virtualSize: 0, residentSize: 0, userTime: zero, systemTime: zero, creationTime: zero },
    threads: runStates.map((runState) => ({ died: false, rpcBlock: 0, sched: [], basic: { userTime: zero, systemTime: zero, cpuUsage: 0, basePriority, currentPriority: basePriority, runState, flags: 0, suspendCount: 0, sleepTime: 0, creationTime: zero } })),
  },
});

describe("ps tells a process' state", () => {
  it("in the letters of the recorded system", () => {
    const S = TH_STATE_WAITING;
    expect(stateLetters(row(PI_EXECED | PI_ORPHAN | PI_SESSLD | PI_LOGINLD, [S, S]))).to.equal("Sslo");
    expect(stateLetters(row(PI_EXECED | PI_ORPHAN | PI_NOPARENT, [S]))).to.equal("Sp");
    expect(stateLetters(row(PI_ORPHAN | PI_NOMSG, [S, TH_STATE_UNINTERRUPTIBLE], 3))).to.equal("D<fmo");
    expect(stateLetters(row(PI_EXECED | PI_ORPHAN | PI_NOMSG, [S, TH_STATE_RUNNING], 2))).to.equal("R<mo");
    expect(stateLetters(row(PI_EXECED | PI_ORPHAN, [S], 21))).to.equal("S<o");
    expect(stateLetters(row(PI_EXECED | PI_STOPPED, [S]))).to.equal("T");
  });
  it("with a plus in the terminal's foreground", () => {
    expect(stateLetters({ ...row(PI_EXECED, [TH_STATE_WAITING]), terminal: { name: "/dev/console", foreground: 1 } })).to.equal("S+");
  });
});
