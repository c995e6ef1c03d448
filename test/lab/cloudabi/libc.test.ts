import { expect } from "chai";
import { int, map, text, seq, type Argdata, nothing } from "../../../lab/cloudabi/argdata/node.ts";
import { getFd, getInt } from "../../../lab/cloudabi/argdata/get.ts";
import { collect, iterateSeq, lookUp } from "../../../lab/cloudabi/argdata/iterate.ts";
import { errnoName, type Result } from "../../../lab/cloudabi/errno.ts";
import { fdClose, fdCreate1, fdCreate2, fdDup, fdRead, fdSeek, fdStatGet, fdStatPut, fdWrite, fileOpen, memMap, poll, procExec, sockRecv, sockSend, sockShutdown } from "../../../lab/cloudabi/libc/calls.ts";
import { fdopendir, lseek, openat, pdwait, pread, pwrite, read, recvmsg, sendmsg, shutdown, socketpair, write, type OpenMode } from "../../../lab/cloudabi/libc/io.ts";
import { plainMain, wordsOf } from "../../../lab/cloudabi/libc/program.ts";
import { ArgdataReader, writeMessage } from "../../../lab/cloudabi/libc/stream.ts";
import { FileType, Right, rights } from "../../../lab/cloudabi/rights.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { got, node, Scene, tableOf } from "./scene.ts";

/** Errors of calls made one after the other by the caller of §10. */
function errors(calls: readonly (() => Syscall<Result<unknown>>)[], scene = new Scene()): readonly string[] {
  const names: string[] = [];
  scene.run(function* () {
    for (const call of calls) names.push(errnoName((yield* call()).err));
  });
  return names;
}
const one = Uint8Array.of(1);

describe("CloudABI: errors of libc (cloudabi.md §2.5)", () => {
  it("folds ENOTCAPABLE by what the call is for", () => {
    expect(errors([() => sendmsg(3, one), () => recvmsg(3, 1, 0), () => shutdown(3, 1), () => sockSend(3, one)])).to.deep.equal(["ENOTSOCK", "ENOTSOCK", "ENOTSOCK", "ENOTCAPABLE"]);
    expect(errors([() => fdopendir(2), () => openat(2, "x", { mode: "O_RDONLY" }), () => pdwait(2)])).to.deep.equal(["ENOTDIR", "ENOTDIR", "EINVAL"]);
    expect(errors([() => write(2, one), () => read(3, 1), () => lseek(0, 0, "set"), () => pread(0, 1, 0), () => pwrite(2, one, 0)])).to.deep.equal(["EBADF", "EBADF", "ESPIPE", "ESPIPE", "EBADF"]);
  });

  it("leaves it where the type is the right one", () => {
    const narrowed = (): Syscall<Result<unknown>> => fdStatPut(0, { rights: { base: 0n, inheriting: 0n } });
    expect(errors([narrowed, () => sendmsg(0, one)])).to.deep.equal(["0", "ENOTCAPABLE"]);
  });
});

describe("CloudABI: opening (cloudabi.md §§2.5, 7)", () => {
  const open = (path: string, mode: OpenMode): string => errors([() => openat(3, path, mode)])[0] ?? "";

  it("asks for what the directory lets it have, and refuses beforehand when that is too little", () => {
    expect([open("a", { mode: "O_RDONLY" }), open("a", { mode: "O_WRONLY" }), open("a", { mode: "O_RDWR" }), open("prog", { mode: "O_EXEC" }), open("a", { mode: "O_SEARCH" })]).to.deep.equal(
      ["0", "ENOTCAPABLE", "ENOTCAPABLE", "0", "0"]);
  });

  it("has no way out of the directory", () => {
    expect(["/etc/passwd", "../secret", "a/../../x", "", "nothing", "a/b"].map((p) => open(p, { mode: "O_RDONLY" }))).to.deep.equal(["ENOTCAPABLE", "ENOTCAPABLE", "ENOTDIR", "ENOENT", "ENOENT", "ENOTDIR"]);
    expect(errors([() => fileOpen(3, "./a", { base: Right.FD_READ, inheriting: 0n })])).to.deep.equal(["0"]);
  });

  it("lets nobody have more than the inheriting rights, and drops what does not fit the type", () => {
    expect(errors([() => fileOpen(3, "a", { base: Right.FD_WRITE, inheriting: 0n })])).to.deep.equal(["ENOTCAPABLE"]);
    const scene = new Scene();
    let stat: unknown;
    scene.run(function* () {
      stat = got(yield* fdStatGet(got(yield* openat(3, "a", { mode: "O_RDONLY" }))));
    });
    expect(stat).to.deep.include({ type: FileType.REGULAR_FILE, base: rights("FD_READ", "FD_SEEK", "FILE_STAT_FGET", "PROC_EXEC"), inheriting: 0n });
  });
});

describe("CloudABI: calls (cloudabi.md §2.5)", () => {
  it("makes pairs and memory, and nothing of another type", () => {
    expect(errors([() => fdCreate2(FileType.SOCKET_DGRAM), () => fdCreate2(FileType.REGULAR_FILE), () => fdCreate2(FileType.FIFO), () => fdCreate1(FileType.SHARED_MEMORY), () => fdCreate1(FileType.DIRECTORY)])).to.deep.equal(
      ["0", "EINVAL", "EINVAL", "0", "EINVAL"]);
    expect(errors([() => fdCreate2(FileType.FIFO)], new Scene({ pipes: "2015" }))).to.deep.equal(["0"]);
  });

  it("maps memory by rights, never to be written and executed", () => {
    const map_ = (prot: object) => () => memMap(8, 4096, prot);
    expect(errors([() => fdCreate1(FileType.SHARED_MEMORY), () => fdDup(0), () => memMap(5, 4096, { read: true, write: true }), () => memMap(5, 4096, { write: true, exec: true }), () => memMap(2, 1, { read: true }), map_({})])).to.deep.equal(
      ["0", "0", "0", "ENOTSUP", "ENOTCAPABLE", "EBADF"]);
  });

  it("shuts down by halves: EPIPE, end of file, and no other bits", () => {
    expect(errors([() => sockShutdown(0, 0), () => sockShutdown(0, 4), () => sockShutdown(0, 2), () => sockSend(0, one), () => sockShutdown(0, 1), () => sockRecv(0, 10, 0), () => sockSend(0, one, [], 1)])).to.deep.equal(
      ["EINVAL", "EINVAL", "0", "EPIPE", "0", "0", "EINVAL"]);
  });

  it("seeks, tells with less, and positions with more", () => {
    const tell = (): Syscall<Result<unknown>> => fdStatPut(2, { rights: { base: rights("FD_TELL", "FD_READ"), inheriting: 0n } });
    expect(errors([() => fdSeek(2, 5, "set"), () => fdSeek(2, -9, "set"), tell, () => fdSeek(2, 0, "cur"), () => fdSeek(2, 1, "cur"), () => fdRead(2, 1, 0), () => fdRead(2, 1)])).to.deep.equal(
      ["0", "EINVAL", "0", "0", "ENOTCAPABLE", "ENOTCAPABLE", "0"]);
  });

  it("passes descriptors in messages; those above the limit are closed", () => {
    const scene = new Scene();
    let received: unknown;
    scene.run(function* () {
      const [a, b] = got(yield* socketpair());
      got(yield* sockSend(a, one, [2, 3]));
      received = got(yield* sockRecv(b, 10, 1));
    });
    expect(received).to.deep.include({ fds: [8], fdsTruncated: true, dataTruncated: false });
    expect(scene.callerTable).to.include({ 8: "secret" });
    expect(scene.slots.get(3)?.file.count).to.equal(1);
  });

  it("cuts a datagram, and a stream only for now", () => {
    const scene = new Scene();
    const sizes: unknown[] = [];
    scene.run(function* () {
      for (const type of [FileType.SOCKET_DGRAM, FileType.SOCKET_STREAM]) {
        const [a, b] = got(yield* fdCreate2(type));
        yield* sockSend(a, new Uint8Array(5));
        yield* sockSend(a, new Uint8Array(5));
        for (let i = 0; i < 2; i++) {
          const { data, dataTruncated } = got(yield* sockRecv(b, 3, 0));
          sizes.push(data.length, dataTruncated);
        }
        if (type === FileType.SOCKET_STREAM) sizes.push(got(yield* sockRecv(b, 100, 0)).data.length);
      }
    });
    expect(sizes).to.deep.equal([3, true, 3, true, 3, false, 3, false, 4]);
  });

  it("does not wait with the flag, and polls for what is there", () => {
    const nonblock = { append: false, nonblock: true };
    expect(errors([() => fdStatPut(0, { flags: nonblock }), () => sockRecv(0, 1, 0), () => poll([]), () => fdWrite(2, one), () => fdClose(99), () => procExec(4, null, [])])).to.deep.equal(
      ["0", "EAGAIN", "EINVAL", "ENOTCAPABLE", "EBADF", "EFAULT"]);
    const scene = new Scene();
    let events: unknown;
    scene.run(function* () {
      events = got(yield* poll([{ event: "fd_read", fd: 0, userdata: 1 }, { event: "fd_write", fd: 0, userdata: 2 }, { event: "fd_read", fd: 9, userdata: 3 }, { event: "proc_terminate", fd: 0, userdata: 4 }]));
    });
    expect(events).to.deep.equal([{ userdata: 2, error: 0, hangup: false }, { userdata: 3, error: 8 }, { userdata: 4, error: 76 }]);
  });
});

describe("CloudABI: argument data on a stream (cloudabi.md §3)", () => {
  /** What the reader says to what the writer did, until the end. */
  function transfer(write_: (fd: number) => Syscall<void>, limits = { maxData: 100, maxFds: 4 }, look: (ad: Argdata, reader: ArgdataReader) => unknown = () => "message"): { readonly said: readonly unknown[]; readonly scene: Scene } {
    const scene = new Scene();
    const said: unknown[] = [];
    scene.run(function* () {
      const [a, b] = got(yield* socketpair());
      yield* write_(a);
      yield* fdClose(a);
      const reader = new ArgdataReader(limits);
      for (;;) {
        const pulled = yield* reader.pull(b);
        said.push(pulled.err !== 0 ? errnoName(pulled.err) : pulled.value === undefined ? "end" : look(pulled.value, reader));
        if (pulled.err !== 0 || pulled.value === undefined) break;
      }
    });
    return { said, scene };
  }

  it("carries messages and their descriptors, which are closed at the next pull unless released", () => {
    const { said, scene } = transfer(
      function* (fd) {
        got(yield* writeMessage(fd, seq([node(2), node(3), node(2)])));
        got(yield* writeMessage(fd, map([[text("n"), int(7)]])));
      },
      undefined,
      (ad, reader) => {
        const fds = collect(iterateSeq(ad)).elements.map((e) => got(getFd(e)));
        if (fds[1] !== undefined) reader.release(fds[1]);
        return fds.length > 0 ? fds : Number(got(getInt(lookUp(ad, "n") ?? nothing)));
      },
    );
    expect(said).to.deep.equal([[5, 8, 5], 7, "end"]);
    expect(scene.caller && tableOf(scene.caller)).to.include({ 8: "dir" });
    expect(scene.slots.get(2)?.file.count).to.equal(1);
  });

  it("refuses too much data, too many descriptors, and an end inside of a message", () => {
    expect(transfer((fd) => sending(fd, text("x".repeat(200)))).said).to.deep.equal(["EMSGSIZE"]);
    expect(transfer((fd) => sending(fd, seq([node(0), node(2), node(3)])), { maxData: 100, maxFds: 2 }).said).to.deep.equal(["EMSGSIZE"]);
    const part = (n: number) =>
      function* (fd: number): Syscall<void> {
        got(yield* fdWrite(fd, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 5).slice(0, n)));
      };
    expect([transfer(part(3)).said, transfer(part(9)).said, transfer(part(0)).said]).to.deep.equal([["EBADMSG"], ["EBADMSG"], ["end"]]);
  });

  function* sending(fd: number, ad: Argdata): Syscall<void> {
    got(yield* writeMessage(fd, ad));
  }
});

describe("CloudABI: a program without program_main (cloudabi.md §3)", () => {
  it("gets words when the data begin with a printable character, else one empty word", () => {
    const words = (s: string): readonly string[] => wordsOf(new TextEncoder().encode(s));
    expect([words("ls\0-l"), words("ls\0-l\0"), words(""), words("\x07\x80")]).to.deep.equal([["ls", "-l"], ["ls", "-l", ""], [""], [""]]);
  });

  it("exits with what main gives", () => {
    const scene = new Scene();
    scene.kernel.programs.set("p", plainMain(function* (argv) {
      return argv.length;
    }));
    scene.run(function* () {
      yield* procExec(4, new TextEncoder().encode("a\0b\0c"), []);
    });
    expect(scene.caller?.ended).to.deep.equal({ status: 3 });
  });

  it("has a new identity with each image: a random UUID of version 4", () => {
    const scene = new Scene();
    const before: string[] = [];
    scene.run(function* () {
      before.push(scene.caller?.uuid.join() ?? "");
      yield* procExec(4, new Uint8Array(0), []);
    });
    const uuid = scene.seen?.start.pid ?? new Uint8Array(16);
    expect(uuid.join()).to.not.equal(before[0]);
    expect([(uuid[6] ?? 0) >> 4, (uuid[8] ?? 0) >> 6]).to.deep.equal([4, 2]);
  });
});
