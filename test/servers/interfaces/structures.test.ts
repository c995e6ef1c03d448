import { expect } from "chai";
import fc from "fast-check";
import { decodeArgz, decodeEnvz, encodeArgz, encodeEnvz } from "../../../servers/interfaces/argz.ts";
import { decodeEntries, DT_DIR, DT_REG, DT_SOCK, encodeEntries, encodeEntry, modeToType } from "../../../servers/interfaces/dirent.ts";
import { decodeProcInfo, encodeProcInfo, encodeThreadBasic, THREAD_BASIC_WORDS, type ProcInfo } from "../../../servers/interfaces/procinfo.ts";
import { decodeRusage, encodeRusage, RUSAGE_WORDS } from "../../../servers/interfaces/rusage.ts";
import { decodeStat, encodeStat, major, makedev, minor, S_IFDIR, S_IROOT, S_ISDIR, STAT_WORDS } from "../../../servers/interfaces/stat.ts";
import { decodeStatfs, encodeStatfs } from "../../../servers/interfaces/statfs.ts";
import { decodeModes, DEFAULT_CC, DEFAULT_MODES, encodeModes } from "../../../servers/interfaces/termios.ts";
import { decodeUtsname, encodeUtsname } from "../../../servers/interfaces/utsname.ts";

const words = (line: string): readonly number[] => line.split(" ").map(Number);

describe("io_statbuf_t (recorded/rpctrace: io_stat)", () => {
  const root = "23 0 0 2 0 1795188749 0 8405485 17 0 0 4096 0 1795188751 300000000 1795188745 0 1795188749 290000000 8192 8 0 0 0 0 0 0 0 0 0 0 0";
  const file = "23 0 0 109 0 1795188761 0 33261 1 0 0 2996060 0 1795188750 20000000 1795188745 0 1795188749 170000000 8192 5864 0 0 0 0 0 0 0 0 0 0 0";

  it("reads what a real filesystem answered of its root", () => {
    const s = decodeStat(words(root));
    expect([s.fstype, s.ino, s.gen, s.nlink, s.size, s.blksize, s.blocks]).to.deep.equal([23, 2, 1795188749, 17, 4096, 8192, 8]);
    expect(s.mode).to.equal(S_IROOT | S_IFDIR | 0o755);
    expect(S_ISDIR(s.mode)).to.equal(true);
    expect(s.atim).to.deep.equal({ sec: 1795188751, nsec: 300000000 });
  });

  it("writes the same words again", () => {
    for (const line of [root, file]) expect(encodeStat(decodeStat(words(line)))).to.deep.equal(words(line));
    expect(words(root)).to.have.length(STAT_WORDS);
  });

  it("carries sizes above 4 GiB", () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (size) => decodeStat(encodeStat({ ...decodeStat(words(file)), size, ino: size })).size === size),
    );
  });

  it("splits device numbers as makedev joins them", () => {
    fc.assert(fc.property(fc.nat(255), fc.nat(0xffffff), (a, b) => major(makedev(a, b)) === a && minor(makedev(a, b)) === b));
  });
});

describe("directory entries (recorded/rpctrace/ls-root)", () => {
  it("have the recorded bytes: unknown type, padded to 4", () => {
    const root = [2, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 1, 0x2e, 0, 0, 0];
    expect([...encodeEntry({ ino: 2, type: 0, name: "." })]).to.deep.equal(root);
    expect(encodeEntry({ ino: 11, type: 0, name: "lost+found" })[8]).to.equal(24);
  });

  it("come out as they went in, whatever their names", () => {
    const name = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }).filter((s) => !s.includes("\0") && !s.includes("/") && new TextEncoder().encode(s).length < 256);
    const entry = fc.record({ ino: fc.nat({ max: 2 ** 40 }), type: fc.nat(12), name });
    fc.assert(fc.property(fc.array(entry), (entries) => void expect(decodeEntries(encodeEntries(entries).data)).to.deep.equal(entries)));
  });

  it("stop at nentries and at bufsiz, and start at an index", () => {
    const entries = ["a", "b", "c"].map((name, i) => ({ ino: i + 1, type: DT_REG, name }));
    expect(encodeEntries(entries, 1, 1).amount).to.equal(1);
    expect(decodeEntries(encodeEntries(entries, 1, -1, 40).data).map((e) => e.name)).to.deep.equal(["b", "c"]);
    expect(encodeEntries(entries, 0, -1, 40).amount).to.equal(2);
    expect(encodeEntries(entries, 3)).to.deep.equal({ data: new Uint8Array(0), amount: 0 });
  });

  it("never make the reader run away", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => decodeEntries(bytes).length <= 8));
  });

  it("have the type of a mode", () => {
    expect([0o40755, 0o100644, 0o140000, 0o50000].map(modeToType)).to.deep.equal([DT_DIR, DT_REG, DT_SOCK, 0]);
  });
});

describe("string vectors", () => {
  it("end each string with NUL; an empty vector is no bytes", () => {
    expect([...encodeArgz(["a", ""])]).to.deep.equal([97, 0, 0]);
    expect(encodeArgz([]).length).to.equal(0);
    expect(decodeArgz(new TextEncoder().encode("a\0b"))).to.deep.equal(["a", "b"]);
  });
  it("come back as they were", () => {
    const word = fc.string({ unit: "grapheme" }).filter((s) => !s.includes("\0"));
    fc.assert(fc.property(fc.array(word), (w) => void expect(decodeArgz(encodeArgz(w))).to.deep.equal(w)));
  });
  it("are environments; the first of a name counts", () => {
    expect([...decodeEnvz(encodeArgz(["A=1", "A=2", "junk", "B="]))]).to.deep.equal([["A", "1"], ["B", ""]]);
    expect(decodeArgz(encodeEnvz(new Map([["PATH", "/bin"]])))).to.deep.equal(["PATH=/bin"]);
  });
});

describe("other structures", () => {
  it("terminal modes: the default is the recorded one", () => {
    expect(Object.values(DEFAULT_MODES)).to.deep.equal([0x2b02, 0x7, 0x4b00, 0x5cb]);
    const modes = decodeModes({ modes: Object.values(DEFAULT_MODES), ccs: Uint8Array.from(DEFAULT_CC), speeds: [0, 0] });
    expect(decodeModes(encodeModes(modes))).to.deep.equal(modes);
    expect(decodeModes(encodeModes({ ...modes, lflag: 0x80000000, cc: [] }))).to.deep.include({ lflag: 0x80000000, cc: DEFAULT_CC.map(() => 0) });
  });

  it("rusage: the recorded words", () => {
    const line = words("0 0 0 0 0 0 0 0 66 0 0 0 0 13 13 0 0 0");
    expect(line).to.have.length(RUSAGE_WORDS);
    expect(decodeRusage(line)).to.include({ minflt: 66, msgsnd: 13, msgrcv: 13 });
    expect(encodeRusage(decodeRusage(line))).to.deep.equal(line);
  });

  it("statfs is 22 words, utsname 5120 characters", () => {
    const s = { type: 23, bsize: 4096, blocks: 2 ** 33, bfree: 5, bavail: 4, files: 3, ffree: 2, fsid: 2 ** 40, namelen: 255 };
    expect(encodeStatfs(s)).to.have.length(22);
    expect(decodeStatfs(encodeStatfs(s))).to.deep.equal(s);
    const u = { sysname: "GNU", nodename: "hurd", release: "0.9", version: "x".repeat(1023), machine: "i686-AT386" };
    expect(encodeUtsname(u)).to.have.length(5120);
    expect(decodeUtsname(encodeUtsname(u))).to.deep.equal(u);
    expect(decodeUtsname(encodeUtsname({ ...u, version: "y".repeat(2000) })).machine).to.equal("i686-AT386");
  });

  it("procinfo: head, task, events, threads", () => {
    const zero = { sec: 0, usec: 0 };
    const basic = { userTime: zero, systemTime: { sec: 1, usec: 2 }, cpuUsage: 0, basePriority: 25, currentPriority: 25, runState: 3, flags: 1, suspendCount: 0, sleepTime: 9, creationTime: zero };
    const task = { suspendCount: 0, basePriority: 25, virtualSize: 0xf0000000, residentSize: 4096, userTime: zero, systemTime: zero, creationTime: { sec: 5, usec: 6 } };
    const thread = { died: false, rpcBlock: 24034, basic, sched: [1, 2, 3, 4, 5, 6, 7, 8] };
    const head = { state: 0x22, owner: 1000, ppid: 1, pgrp: 2, session: 3, logincollection: 4, exitstatus: 0, sigcode: 0, nthreads: 2 };
    const info: ProcInfo = { ...head, task, events: [1, 2, 3, 4, 5, 6, 7], threads: [thread, { ...thread, died: true }] };
    expect(encodeThreadBasic(basic)).to.have.length(THREAD_BASIC_WORDS);
    expect(encodeProcInfo(info)).to.have.length(9 + 22 + 7 + 2 * (2 + 25 + 8));
    expect(decodeProcInfo(encodeProcInfo(info))).to.deep.equal(info);
    expect(decodeProcInfo(encodeProcInfo(info).slice(0, 60)).threads).to.have.length(0);
  });
});
