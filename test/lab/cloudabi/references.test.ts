import { expect } from "chai";
import fc from "fast-check";
import { seq } from "../../../lab/cloudabi/argdata/node.ts";
import type { Result } from "../../../lab/cloudabi/errno.ts";
import { Socket } from "../../../lab/cloudabi/kernel/sockets.ts";
import type { OpenFile } from "../../../lab/cloudabi/kernel/files.ts";
import { fdClose, fdCreate1, fdCreate2, fdDup, fdReplace, fdTruncate, fileOpen, memLoad, memMap, memStore, pause, poll, procExec, procFork, procRaise, sockRecv, sockSend, sockShutdown } from "../../../lab/cloudabi/libc/calls.ts";
import { programExec, programSpawn } from "../../../lab/cloudabi/libc/program.ts";
import { FileType } from "../../../lab/cloudabi/rights.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { got, node, Scene } from "./scene.ts";

const fdArb = fc.nat({ max: 11 });
/** Those that are no sockets, and stay so: a socket in its own queue would keep itself (Unix collects such cycles; here they stay). */
const plainFd = fc.integer({ min: 1, max: 4 });
const socketFd = fdArb.filter((fd) => fd === 0 || fd > 4);
/** Something that a program does with its descriptors, which does not wait. */
const step = fc.oneof(
  socketFd.map((fd) => () => fdClose(fd)),
  fdArb.map((fd) => () => fdDup(fd)),
  fc.tuple(plainFd, fdArb).map(([from, to]) => () => fdReplace(from, to)),
  fc.constant(() => fdCreate2(FileType.SOCKET_STREAM)),
  fdArb.map((fd) => () => fileOpen(fd, "a", { base: 0n, inheriting: 0n })),
  fc.tuple(fdArb, fc.array(plainFd, { maxLength: 3 })).map(([fd, fds]) => () => sockSend(fd, Uint8Array.of(1), fds)),
  fc.tuple(fdArb, fc.nat({ max: 2 })).map(([fd, limit]) => () => receiveIfThere(fd, limit)),
  fdArb.map((fd) => () => sockShutdown(fd, 3)),
  fc.constant(() => procFork(function* () { return yield* waiting(); })),
  fc.array(fdArb, { maxLength: 3 }).map((fds) => () => procExec(3, Uint8Array.of(5), fds)),
  fc.array(fdArb, { maxLength: 3 }).map((fds) => () => programSpawn(4, seq(fds.map(node)))),
);

function* waiting(): Syscall<number> {
  yield* pause();
  return 0;
}

/** A receive where there is something, and with fewer descriptors than came. */
function* receiveIfThere(fd: number, limit: number): Syscall<Result<unknown>> {
  const ready = yield* poll([{ event: "fd_read", fd, userdata: 0 }, { event: "clock", after: 0, userdata: 1 }]);
  if (ready.err !== 0 || ready.value[0]?.userdata !== 0 || ready.value[0].error !== 0) return ready;
  return yield* sockRecv(fd, 10, limit);
}

/** Every description that somebody can come to, with the number of references that are seen. */
function seen(scene: Scene): Map<OpenFile, number> {
  const counts = new Map<OpenFile, number>();
  const visit = (file: OpenFile): void => {
    counts.set(file, (counts.get(file) ?? 0) + 1);
    if (counts.get(file) === 1 && file instanceof Socket) for (const slot of file.queued) visit(slot.file);
  };
  for (const end of scene.outside) for (const slot of end.queued) visit(slot.file);
  for (const p of scene.kernel.all.filter((q) => q.ended === undefined)) for (const [, slot] of p.table.all) visit(slot.file);
  return counts;
}

describe("CloudABI: references (cloudabi.md §2)", () => {
  it("a description counts exactly the descriptors and messages that refer to it, whatever is done", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const scene = new Scene();
        let stuck = 1;
        scene.run(function* () {
          for (const one of steps) yield* one();
          stuck = 0;
        });
        // A spawn can wait for good (see below); the call holds one reference then.
        const held = [...seen(scene)].map(([file, count]) => file.count - count);
        expect(Math.min(0, ...held)).to.equal(0);
        expect(held.reduce((a, b) => a + b, 0)).to.be.at.most(stuck);
      }),
      { numRuns: 300 },
    );
  });

  it("a spawn whose tree names a closed number can hand the error pair itself to the child, and waits as long as that lives", () => {
    const scene = new Scene();
    let answered = false;
    scene.run(function* () {
      // 5 and 6 are the lowest free numbers: the pair gets them after the tree has been serialised.
      yield* programSpawn(4, seq([node(6)]));
      answered = true;
    });
    expect(answered).to.equal(false);
    expect(scene.seen?.table).to.deep.equal({ 0: "socket:S:1.1" });
  });

  it("200 spawns leave every count as it was", () => {
    const scene = new Scene();
    scene.program("p", function* () {
      return 0;
    });
    scene.run(function* () {
      for (let i = 0; i < 200; i++) yield* fdClose(got(yield* programSpawn(4, seq([node(0), node(2), node(7)]))));
    });
    expect(scene.caller?.table.all.map(([fd, { file }]) => [fd, file.count])).to.deep.equal([[0, 1], [1, 1], [2, 1], [3, 1], [4, 1], [7, 1]]);
    expect(scene.kernel.all.filter((p) => p.ended === undefined)).to.have.length(1);
  });
});

describe("CloudABI: memory (cloudabi.md §§5, 6)", () => {
  it("is shared by who maps one object, before and after an exec that lists it", () => {
    const scene = new Scene();
    let read = "";
    scene.program("p", function* () {
      const address = got(yield* memMap(0, 5, { read: true }));
      read = new TextDecoder().decode(got(yield* memLoad(address, 5)));
      yield* memStore(address, Uint8Array.of(1));
      return 0;
    });
    scene.run(function* () {
      const fd = got(yield* fdCreate1(FileType.SHARED_MEMORY));
      yield* fdTruncate(fd, 5);
      const address = got(yield* memMap(fd, 5, { read: true, write: true }));
      yield* memStore(address, new TextEncoder().encode("hello"));
      yield* programExec(4, seq([node(fd)]));
    });
    expect(read).to.equal("hello");
    expect(scene.caller?.ended, "a store where only reading is mapped").to.deep.equal({ signal: "SIGSEGV" });
  });

  it("of one's own is gone after an exec; an access outside is the end", () => {
    const scene = new Scene();
    let address = 0;
    scene.program("p", function* () {
      yield* memLoad(address, 1);
      return 0;
    });
    scene.run(function* () {
      address = got(yield* memMap(-1, 4096, { read: true, write: true }));
      yield* memStore(address + 4095, Uint8Array.of(7));
      expect(got(yield* memLoad(address + 4095, 1))).to.deep.equal(Uint8Array.of(7));
      yield* programExec(4, seq([]));
      yield* procRaise("SIGABRT");
    });
    expect(scene.caller?.ended).to.deep.equal({ signal: "SIGSEGV" });
  });
});
