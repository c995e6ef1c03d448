import { expect } from "chai";
import type { KernelEvent } from "../../mach/kern/events.ts";
import type { Situation, Strategy } from "../../mach/kern/scheduler.ts";
import { HistoryError, runOf, systemOf, type ReadFile } from "../../boot/history.ts";
import { encodeRamdisk } from "../../servers/tmpfs/ramdisk.ts";
import { ext2Image } from "../../boot/ext2-image.ts";
import { rootTree } from "../../boot/image.ts";
import { Replay, same, type ReplayResult } from "../../boot/replay.ts";
import { execStartup } from "../../servers/interfaces/exec-startup.ts";
import { fs } from "../../servers/interfaces/fs.ts";
import { Session } from "../../boot/session.ts";
import type { SystemOptions } from "../../boot/system.ts";
import { readTrace, type Trace } from "../../rpctrace/read.ts";
import { commandsBytes, noFile, recordBytes } from "./recorded/history.ts";

function replay(trace: Trace, read: ReadFile = noFile): ReplayResult {
  for (const run = new Replay(trace, systemOf(trace.header.run, read)).run(); ; ) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

function expectSame(bytes: Uint8Array, read: ReadFile = noFile): Trace {
  const trace = readTrace(bytes);
  expect(trace.fault).to.equal(undefined);
  const result = replay(trace, read);
  expect(result.difference).to.equal(undefined);
  expect(result.same).to.equal(trace.events.length);
  return trace;
}

describe("a recorded history, run again, is the same", () => {
  it("for a boot", () => void expectSame(commandsBytes({ commands: "true" })));
  it("for a pipeline", () => void expectSame(commandsBytes({ commands: "ls / | sort | wc -l", seed: 12 })));
  it("for another user and the random scheduler", () => void expectSame(commandsBytes({ commands: "id", user: "guest", scheduler: "random", seed: 7 })));
  it("for a disk image, whatever was written to it meanwhile", () => {
    const disk = encodeRamdisk(rootTree({ etc: [["run-command", 0o600, "root\nls /home"]], programs: [] }));
    const options = { commands: "ls /home; echo new > /home/file; cat /home/file", disk };
    expectSame(commandsBytes(options), () => disk.slice());
    expectSame(commandsBytes({ ...options, scheduler: "random", seed: 3 }), () => disk.slice());
  });
  it("for an ext2 disk", () => {
    const disk = ext2Image(rootTree(), 2 << 20, { blockSize: 1024, time: 1 });
    expectSame(commandsBytes({ commands: "echo new > /home/file; cat /home/file", disk }), () => disk.slice());
    const disks = [{ name: "hd1", path: "x", bytes: disk }];
    expectSame(commandsBytes({ commands: "settrans -ac /mnt /hurd/ext2fs /dev/hd1; echo new > /mnt/home/file", disks }), () => disk.slice());
  });

  it("for a kill -9 in the middle", () => void expectSame(commandsBytes({ commands: "sleep 50 & sleep 1; kill -9 $!; wait $!; echo $?" })));

  it("for a kill -9 in the middle of an exec", () => {
    const startup = execStartup.routines.exec_startup_get_info.id;
    const looks = (n: number): string => "[ -e / ]; ".repeat(n);
    let middle = 0;
    for (const [n, seed] of [[13, 1], [15, 2], [16, 1], [17, 2]] as const) {
      const { events } = expectSame(commandsBytes({ commands: `ls / & ${looks(n)}kill -9 $!; wait $!; echo $?`, scheduler: "random", seed }));
      for (const [i, asked] of events.entries()) {
        if (asked.kind !== "message-sent" || asked.id !== fs.routines.file_exec_paths.id) continue;
        // A program that has begun asks what it was given.
        const next = events.slice(i).find((e) => "task" in e && e.task === asked.task && (e.kind === "task-terminated" || (e.kind === "message-sent" && e.id === startup)));
        if (next?.kind === "task-terminated") middle++;
      }
    }
    expect(middle).to.be.at.least(1);
  }).timeout(120_000);

  it("for a scheduler of the caller's own, by the choices that it made", () => {
    class Contrary implements Strategy {
      private turn = 0;
      next({ enabled }: Situation): number {
        return this.turn++ % 3 === 0 ? enabled.length - 1 : 0;
      }
      choice(): number {
        return 0;
      }
    }
    const trace = expectSame(commandsBytes({ commands: "ls / | wc", scheduler: new Contrary() }));
    expect(trace.header.run["scheduler"]).to.equal("recorded");
    expect(trace.events.some((e) => e.kind === "scheduled" && e.index > 2)).to.equal(true);
    const less = trace.events.filter((e, i) => e.kind !== "scheduled" || i < trace.events.length / 2);
    expect(replay({ ...trace, events: less }).difference).to.not.equal(undefined);
  });

  it("for what is typed at the console", () => {
    const trace = expectSame(commandsBytes({ commands: "read a; cat; echo $a", input: "one\ntwo\n" }));
    const typed = trace.events.flatMap((e) => (e.kind === "console-input" ? [new TextDecoder().decode(e.bytes)] : []));
    expect(typed.slice(0, 2)).to.deep.equal(["one\n", "two\n"]);
  });

  it("for keys, a window's size and a clock that come while it runs", () => {
    const bytes = recordBytes({}, (observe) => {
      const session = new Session({ observe, verbose: true }, () => undefined);
      const { machine } = session;
      machine.console.resize(30, 100);
      const keys = ["root\n", "hurd\n", "stty size; sleep 1 & echo $(echo hi)\n", "ec", "ho a\x7fb\n", "\x03", "exit\n"];
      for (let i = 0; i < 400; i++) {
        const why = machine.run({ steps: 77 + i, jump: false });
        if (i % 50 === 49) machine.console.input(new TextEncoder().encode(keys[(i - 49) / 50] ?? "x"));
        if (i === 200) machine.console.resize(40, 120);
        if (why === "idle") machine.advance(Math.min(machine.now + 13_000, machine.nextTimer ?? Infinity));
      }
    });
    const kinds = new Set(expectSame(bytes).events.map((e) => e.kind));
    expect(kinds.has("console-input") && kinds.has("console-resized") && kinds.has("clock-advanced")).to.equal(true);
  });
});

describe("a history that is not the same", () => {
  const trace = (): Trace => readTrace(commandsBytes({ commands: "echo one", input: "x\n" }));

  it("is shown by its first difference, with both events", () => {
    const whole = trace();
    const at = whole.events.findIndex((e, i) => i > 3000 && e.kind === "message-sent");
    const events = whole.events.map((e, i): KernelEvent => (i === at && e.kind === "message-sent" ? { ...e, id: 1 } : e));
    const { same: before, difference } = replay({ ...whole, events });
    expect(before).to.equal(at);
    expect(difference).to.deep.equal({ number: at + 1, recorded: events[at], now: whole.events[at] });
  });

  it("differs where another command runs", () => {
    const whole = trace();
    const other = { ...whole.header, run: { ...whole.header.run, commands: "echo two" } };
    expect(replay({ ...whole, header: other }).difference?.now).to.not.equal(undefined);
  });

  it("differs by events that are missing, or too many", () => {
    const whole = trace();
    const last = whole.events.at(-1);
    if (last === undefined) throw new Error("no events");
    expect(replay({ ...whole, events: whole.events.slice(0, -1) }).difference).to.deep.equal({ number: whole.events.length, recorded: undefined, now: last });
    expect(replay({ ...whole, events: [...whole.events, last] }).difference).to.deep.equal({ number: whole.events.length + 1, recorded: last, now: undefined });
  });

  it("is compared up to where the file is damaged", () => {
    const bytes = commandsBytes({ commands: "echo one" });
    const at = bytes.length >> 1;
    const damaged = readTrace(Uint8Array.from(bytes, (b, i) => (i === at ? b ^ 1 : b)));
    const [gap] = damaged.gaps;
    expect([damaged.gaps.length, damaged.end?.kind]).to.deep.equal([1, "end"]);
    expect(replay(damaged)).to.deep.include({ same: gap?.after, difference: undefined });
  });

  it("of which only a beginning is there is the same as far as that goes", () => {
    const bytes = commandsBytes({ commands: "echo one" });
    const cut = readTrace(bytes.subarray(0, bytes.length >> 1));
    expect(cut.fault).to.match(/cut off/);
    expect(replay(cut)).to.deep.include({ same: cut.events.length, difference: undefined });
  });
});

describe("what a trace's header says of the run", () => {
  it("is all that it takes to build the system again", () => {
    const system: SystemOptions = { seed: 4, scheduler: "random", singleUser: false, holes: ["2021-43411"], bootScript: "x", run: { user: "guest", commands: "ls" } };
    expect(systemOf(runOf(system), noFile)).to.deep.equal(system);
    expect(systemOf(runOf({ bootScript: "x" }), noFile)).to.deep.equal({ seed: 0, scheduler: "default", singleUser: false, holes: [], bootScript: "x" });
  });

  it("names a disk image and knows it by its checksum", () => {
    const disk = Uint8Array.of(1, 2, 3);
    const run = runOf({ disk }, "image");
    expect(systemOf(run, () => disk).disk).to.equal(disk);
    expect(() => systemOf(run, () => Uint8Array.of(1, 2, 4))).to.throw(HistoryError, "the disk image image is not what it was");
  });

  it("names disks beside the root's, too", () => {
    const disks = [{ name: "hd1", path: "one", bytes: Uint8Array.of(1) }, { name: "hd3", path: "three", bytes: Uint8Array.of(3, 3) }];
    const run = runOf({ disks });
    const files = new Map(disks.map(({ path, bytes }) => [path, bytes]));
    const read = (path: string): Uint8Array => files.get(path) ?? new Uint8Array(0);
    expect(systemOf(run, read).disks).to.deep.equal(disks);
    files.set("three", Uint8Array.of(4));
    expect(() => systemOf(run, read)).to.throw(HistoryError, "the disk image three is not what it was");
  });

  it("is refused when it says too little", () => {
    expect(() => systemOf({ seed: 1 }, noFile)).to.throw(HistoryError, "does not say how its system was built");
  });
});

describe("events are the same", () => {
  it("by value, arrays and bytes apart, and only with the same parts", () => {
    expect(same({ a: [1, Uint8Array.of(2)] }, { a: [1, Uint8Array.of(2)] })).to.equal(true);
    for (const [a, b] of [[[1], [1, 2]], [{ a: 1 }, { a: 1, b: undefined }], [Uint8Array.of(1), [1]], [[], {}], [0, "0"], [null, {}]] as const) expect(same(a, b)).to.equal(false);
  });
});
