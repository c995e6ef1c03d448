/** Rates of a whole system: a program in a booted Hurd does one thing over and over and counts it; the clock is the host's. Each is warm before it is sampled. */
import type { Main, Libc } from "../../glibc-shim/libc.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { O_CREAT, O_READ, O_WRITE } from "../../servers/interfaces/hurd-types.ts";
import { ext2Image } from "../../boot/ext2-image.ts";
import { MTIME, rootTree } from "../../boot/image.ts";
import { instructionName } from "../../boot/instructions.ts";
import { buildSystem } from "../../boot/system.ts";
import { kept, type Contestant } from "../contest.ts";

/** What a program has done, in units of its figure. */
interface Count {
  done: number;
}

/** One operation over and over; counts. */
type Loop = (libc: Libc, count: Count) => Syscall<void>;

/** Traps between two looks at the clock. */
const SLICE = 2_000;

/** The program's place and name. */
const MEASURED = "/bin/measured";

/** An ext2 disk with the whole system and the program on it. */
const ext2Disk = (): Uint8Array => ext2Image(rootTree({ programs: [[MEASURED, instructionName(MEASURED)]] }), 16 << 20, { blockSize: 4096, time: MTIME });

/** The root filesystem: in memory, or an ext2 disk. */
type Root = "tmpfs" | "ext2fs";

/** What a measured system is. */
interface Measured {
  /** Counts in one of the figure's unit. */
  readonly per: number;
  /** So many units are made first. */
  readonly warm: number;
  readonly root?: Root;
}

/** Work for `rate`: a booted system that runs `loop` as a program of root's. */
function system(loop: Loop, { per, warm, root = "tmpfs" }: Measured): () => number {
  const count: Count = { done: 0 };
  const main: Main = function* (libc) {
    yield* loop(libc, count);
    return 1;
  };
  const disk = root === "ext2fs" ? { disk: ext2Disk() } : {};
  const machine = buildSystem({ ...disk, run: { user: "root", commands: MEASURED }, programs: [[MEASURED, main]] });
  run(machine, count, () => count.done >= warm * per);
  return () => {
    const before = count.done;
    run(machine, count, () => count.done > before);
    return (count.done - before) / per;
  };
}

/** Runs until `enough`. A loop is without end: a machine that stops has failed. */
function run(machine: Machine, count: Count, enough: () => boolean): void {
  do {
    const before = machine.steps;
    if (machine.run({ steps: SLICE }) === "halted" || machine.steps === before) throw new Error(`the measured program stopped after ${count.done}`);
  } while (!enough());
}

function ended(status: number): void {
  if (status !== 0) throw new Error(`a child ended with ${status}`);
}

const launch = (start: (libc: Libc) => Syscall<number>): Loop =>
  function* (libc, count) {
    for (;;) {
      const pid = yield* start(libc);
      ended((yield* libc.waitpid(pid)).status);
      count.done++;
    }
  };

const PATH = "/bin/true";

const fork = launch((libc) =>
  libc.fork(function* () {
    return 0;
  }),
);
const forkExec = launch((libc) =>
  libc.fork(function* (child) {
    yield* child.execve(PATH, ["true"]);
    return 127;
  }),
);
const spawn = launch((libc) => libc.posix_spawn(PATH, ["true"]));

/** The same with `others` processes asleep beside it. */
const among = (others: number, then: Loop): Loop =>
  function* (libc, count) {
    for (let i = 0; i < others; i++)
      yield* libc.fork(function* (child) {
        return yield* child.pause();
      });
    yield* then(libc, count);
  };

const MEGABYTE = 1e6;

/** A child writes, the parent reads. */
const pipe = (size: number): Loop =>
  function* (libc, count) {
    const [from, to] = yield* libc.pipe();
    yield* libc.fork(function* (child) {
      const data = new Uint8Array(size);
      for (;;) yield* child.writeAll(to, data);
    });
    for (;;) count.done += (yield* libc.read(from, size)).length;
  };

const FILE = "/tmp/measured";
const FILE_SIZE = 1 << 20;

const written = (size: number): Loop =>
  function* (libc, count) {
    const fd = yield* libc.open(FILE, O_WRITE | O_CREAT, 0o600);
    const data = new Uint8Array(size).fill(7);
    for (let at = 0; ; at = (at + size) % FILE_SIZE) count.done += yield* libc.pwrite(fd, data, at);
  };

const read = (size: number): Loop =>
  function* (libc, count) {
    const fd = yield* libc.open(FILE, O_WRITE | O_CREAT, 0o600);
    for (let at = 0; at < FILE_SIZE; at += 65536) yield* libc.pwrite(fd, new Uint8Array(65536).fill(7), at);
    const again = yield* libc.open(FILE, O_READ);
    for (let at = 0; ; at = (at + size) % FILE_SIZE) count.done += (yield* libc.pread(again, size, at)).length;
  };

/** What is done before anything is measured at all. */
const LAUNCHES = 20;
const MEGABYTES = 1;

const launching = (name: string, what: string, loop: Loop): Contestant => kept(name, what, () => system(loop, { per: 1, warm: LAUNCHES }), { warm: 8 });
const moving = (name: string, what: string, loop: Loop, root: Root = "tmpfs"): Contestant =>
  kept(name, what, () => system(loop, { per: MEGABYTE, warm: MEGABYTES, root }), { unit: "MB/s", warm: 3 });

export const programContestants: readonly Contestant[] = [
  launching("fork", "fork, exit and wait, through all servers", fork),
  launching("spawn", "posix_spawn of /bin/true, exit, wait", spawn),
  launching("exec", "fork, execve of /bin/true, exit, wait", forkExec),
  launching("exec-among-10", "the same with 10 more processes alive", among(10, forkExec)),
  launching("exec-among-100", "the same with 100 more processes alive", among(100, forkExec)),
  moving("pipe-512", "through a pipe, 512 bytes at a time", pipe(512)),
  moving("pipe-4k", "through a pipe, 4 KiB at a time", pipe(4096)),
  moving("pipe-64k", "through a pipe, 64 KiB at a time", pipe(65536)),
  ...(["tmpfs", "ext2fs"] as const).flatMap((root) => [
    moving(`${root}-read-1k`, `a file on ${root} read, 1 KiB at a time`, read(1024), root),
    moving(`${root}-read-64k`, `a file on ${root} read, 64 KiB at a time`, read(65536), root),
    moving(`${root}-write-1k`, `a file on ${root} written, 1 KiB at a time`, written(1024), root),
    moving(`${root}-write-64k`, `a file on ${root} written, 64 KiB at a time`, written(65536), root),
  ]),
];
