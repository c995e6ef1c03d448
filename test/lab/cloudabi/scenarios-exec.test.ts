import { expect } from "chai";
import { binary, int, map, nothing, seq, text } from "../../../lab/cloudabi/argdata/node.ts";
import { errnoName, type Failure } from "../../../lab/cloudabi/errno.ts";
import { newFile, OpenRegularFile } from "../../../lab/cloudabi/kernel/files.ts";
import { imageOf } from "../../../lab/cloudabi/kernel/image.ts";
import { fdStatGet, fdStatPut, pause, procExec } from "../../../lab/cloudabi/libc/calls.ts";
import { openat } from "../../../lab/cloudabi/libc/io.ts";
import { programExec, programSpawn } from "../../../lab/cloudabi/libc/program.ts";
import { Right, rights } from "../../../lab/cloudabi/rights.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { executable, got, node, notExecutable, READ_ONLY_DIRECTORY, Scene, writableExecutable } from "./scene.ts";

/** What a body answers that fails. */
function failing(scene: Scene, body: () => Syscall<Failure>): string {
  let error = "came to its end";
  scene.run(function* () {
    error = errnoName(yield* body());
  });
  return error;
}
const some = map([[text("a"), int(1)]]);
const direct = (execfd: number, data: Uint8Array | null, fds: readonly number[] | null) =>
  function* (): Syscall<Failure> {
    return (yield* procExec(execfd, data, fds)).err;
  };

describe("CloudABI scenarios: exec (cloudabi.md §10)", () => {
  it("C7: a directory as executable: raw on the null path, EACCES with a tree and by spawn", () => {
    expect(failing(new Scene(), () => programExec(3, nothing))).to.equal("ENOTCAPABLE");
    expect(failing(new Scene(), () => programExec(3, some))).to.equal("EACCES");
    const withRight = new Scene();
    const dir = withRight.slots.get(3);
    if (dir) withRight.put(3, dir.file, { ...READ_ONLY_DIRECTORY, base: READ_ONLY_DIRECTORY.base | Right.PROC_EXEC });
    expect(failing(withRight, () => programExec(3, nothing))).to.equal("EACCES");
    const spawned = failing(new Scene(), function* () {
      const child = yield* programSpawn(3, nothing);
      return child.err === 0 ? 8 : child.err;
    });
    expect(spawned).to.equal("EACCES");
  });

  it("C8: a regular file without the right: ENOTCAPABLE of the kernel, EBADF of libc", () => {
    const scene = (): Scene => {
      const s = new Scene();
      s.put(4, new OpenRegularFile(newFile("prog", imageOf("p"), true), false), notExecutable);
      return s;
    };
    expect(failing(scene(), direct(4, Uint8Array.of(5, 1), []))).to.equal("ENOTCAPABLE");
    expect(failing(scene(), () => programExec(4, some))).to.equal("EBADF");
  });

  it("C9: open for writing: EBADF; by somebody else: ETXTBSY", () => {
    const own = new Scene();
    own.put(4, new OpenRegularFile(newFile("prog", imageOf("p"), true), true), writableExecutable);
    expect(failing(own, () => programExec(4, some))).to.equal("EBADF");
    const other = new Scene();
    const inode = newFile("prog", imageOf("p"), true);
    other.put(4, new OpenRegularFile(inode, false), executable);
    other.kernel.start("writer", new Map([[0, { file: new OpenRegularFile(inode, true), ...writableExecutable }]]), function* () {
      yield* pause();
      return 0;
    });
    expect(failing(other, () => programExec(4, some))).to.equal("ETXTBSY");
  });

  it("C10: an empty file, opened O_EXEC: ENOEXEC, the caller unchanged", () => {
    const scene = new Scene();
    const error = failing(scene, function* () {
      return yield* programExec(got(yield* openat(3, "empty", { mode: "O_EXEC" })), some);
    });
    expect(error).to.equal("ENOEXEC");
    expect(scene.callerTable).to.deep.equal({ 0: "log", 1: "tty", 2: "secret", 3: "dir", 4: "prog", 5: "dir/empty", 7: "B" });
  });

  it("C11: fifty times one descriptor: one in libc's list; E2BIG when the kernel is given fifty", () => {
    const five = (): Scene => {
      const s = new Scene();
      s.slots.delete(7);
      return s;
    };
    const scene = five();
    failing(scene, () => programExec(4, seq(Array.from({ length: 50 }, () => node(0)))));
    expect(scene.seen?.table).to.deep.equal({ 0: "log" });
    expect(failing(five(), direct(4, Uint8Array.of(7), new Array<number>(50).fill(0)))).to.equal("E2BIG");
    expect(failing(five(), direct(4, Uint8Array.of(7), new Array<number>(6).fill(0))), "one above the highest number").to.equal("E2BIG");
  });

  it("C12: ARG_MAX bytes are E2BIG before anything is said of the executable", () => {
    expect(failing(new Scene(), direct(99, new Uint8Array(262_144), []))).to.equal("E2BIG");
    expect(failing(new Scene(), direct(99, new Uint8Array(262_143), []))).to.equal("EBADF");
    expect(failing(new Scene(), () => programExec(99, binary(new Uint8Array(262_143))))).to.equal("E2BIG");
  });

  it("C13: a closed entry comes before a closed executable, and the copied table is freed", () => {
    const scene = new Scene();
    expect(failing(scene, direct(99, Uint8Array.of(7), [0, 7, 9]))).to.equal("EBADF");
    expect(scene.log.count).to.equal(1);
    const later = new Scene();
    expect(failing(later, direct(3, Uint8Array.of(7), [0, 7, 9])), "not ENOTCAPABLE").to.equal("EBADF");
    const freed = new Scene();
    expect(failing(freed, direct(3, Uint8Array.of(7), [0, 7]))).to.equal("ENOTCAPABLE");
    expect(freed.log.count).to.equal(1);
  });

  it("C13: the order of errors: size, list size, pointers, list, executable, its right, its mode, its file, its content, memory", () => {
    const one = (make: (s: Scene) => void, execfd: number, data: Uint8Array | null, fds: readonly number[] | null): string => {
      const s = new Scene({ pipes: "2017", argumentMemory: 100 });
      make(s);
      return failing(s, direct(execfd, data, fds));
    };
    const nothingMore = (): void => undefined;
    const put = (file: OpenRegularFile, r = executable) => (s: Scene) => s.put(4, file, r);
    const big = new Uint8Array(262_144);
    const small = Uint8Array.of(5);
    expect(one(nothingMore, 99, big, new Array<number>(50).fill(9))).to.equal("E2BIG");
    expect(one(nothingMore, 99, null, new Array<number>(50).fill(0))).to.equal("E2BIG");
    expect(one(nothingMore, 99, null, [9])).to.equal("EFAULT");
    expect(one(nothingMore, 99, small, null)).to.equal("EFAULT");
    expect(one(nothingMore, 99, small, [-1])).to.equal("EBADF");
    expect(one(nothingMore, 99, small, [])).to.equal("EBADF");
    expect(one(nothingMore, 3, small, [])).to.equal("ENOTCAPABLE");
    expect(one(put(new OpenRegularFile(newFile("x", "no", false), true)), 4, small, [])).to.equal("EBADF");
    expect(one(put(new OpenRegularFile(newFile("x", "no", false), false)), 4, small, [])).to.equal("EACCES");
    expect(one(put(new OpenRegularFile(newFile("x", "no", true), false)), 4, small, [])).to.equal("ENOEXEC");
    expect(one(nothingMore, 4, new Uint8Array(101), [])).to.equal("ENOMEM");
  });

  it("C13: when the new image cannot be loaded, the process is killed: there is no caller left to tell", () => {
    const scene = new Scene();
    scene.put(4, new OpenRegularFile(newFile("prog", imageOf("no such program"), true), false), executable);
    expect(failing(scene, () => programExec(4, some))).to.equal("came to its end");
    expect(scene.caller?.ended).to.deep.equal({ signal: "SIGABRT" });
  });

  it("C20: a spawn that fails: the child's error, no descriptor, no process, the table as before", () => {
    const scene = new Scene();
    const error = failing(scene, function* () {
      const child = yield* programSpawn(got(yield* openat(3, "empty", { mode: "O_EXEC" })), some);
      return child.err === 0 ? 8 : child.err;
    });
    expect(error).to.equal("ENOEXEC");
    expect(scene.callerTable).to.deep.equal({ 0: "log", 1: "tty", 2: "secret", 3: "dir", 4: "prog", 5: "dir/empty", 7: "B" });
    expect(scene.kernel.all.filter((p) => p.ended === undefined).map((p) => p.label)).to.deep.equal(["S"]);
  });

  it("C20: upstream's cases: -1 and a descriptor for writing are EBADF", () => {
    const spawn = (scene: Scene, fd: number): string =>
      failing(scene, function* () {
        const child = yield* programSpawn(fd, some);
        return child.err === 0 ? 6 : child.err;
      });
    expect(spawn(new Scene(), -1)).to.equal("EBADF");
    const writing = new Scene();
    writing.put(4, new OpenRegularFile(newFile("prog", imageOf("p"), true), true), { base: rights("FD_WRITE", "PROC_EXEC"), inheriting: 0n });
    expect(spawn(writing, 4)).to.equal("EBADF");
  });

  it("C22: rights only shrink; what has shrunk stays so over exec", () => {
    const scene = new Scene();
    scene.put(2, new OpenRegularFile(newFile("f", "x"), false), { base: Right.FD_READ, inheriting: Right.FD_READ });
    let grow = "";
    let after: unknown;
    scene.program("p", function* () {
      after = got(yield* fdStatGet(0));
      return 0;
    });
    scene.run(function* () {
      grow = errnoName((yield* fdStatPut(2, { rights: { base: Right.FD_READ | Right.FD_WRITE, inheriting: Right.FD_READ } })).err);
      got(yield* fdStatPut(2, { rights: { base: 0n, inheriting: 0n } }));
      yield* programExec(4, seq([node(2)]));
    });
    expect(grow).to.equal("ENOTCAPABLE");
    expect(after).to.include({ base: 0n, inheriting: 0n });
  });
});
