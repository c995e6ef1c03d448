import { expect } from "chai";
import fc from "fast-check";
import { errnoName, type Result } from "../../../lab/cloudabi/errno.ts";
import { Socket } from "../../../lab/cloudabi/kernel/sockets.ts";
import { OpenRegularFile } from "../../../lab/cloudabi/kernel/files.ts";
import {
  fdClose, fdDup, fdRead, fdReplace, fdSeek, fdStatGet, fdStatPut, fdWrite, fileOpen, fileReaddir, poll, fdCreate1, fdTruncate, memMap, procFork, randomGet, pause, procExec, sockRecv, sockSend, sockShutdown, threadCreate, threadYield,
} from "../../../lab/cloudabi/libc/calls.ts";
import { FileType, Right } from "../../../lab/cloudabi/rights.ts";
import type { Situation, Strategy } from "../../../mach/kern/scheduler.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Scene } from "./scene.ts";

function* forever(): Syscall<number> {
  yield* pause();
  return 0;
}

/** Calls that do not wait, by descriptors of §10. */
const CALLS: readonly (() => Syscall<Result<unknown>>)[] = [0, 1, 2, 3, 7].flatMap((fd) => [
  () => fdClose(fd), () => fdDup(fd), () => fdStatGet(fd), () => fdRead(fd, 0), () => fdWrite(fd, Uint8Array.of(1)), () => fdSeek(fd, 1, "cur"), () => sockSend(fd, Uint8Array.of(2), [2]), () => sockShutdown(fd, 2),
  () => fdReplace(fd, 2), () => fdStatPut(fd, { rights: { base: Right.FD_READ, inheriting: 0n } }), () => fileOpen(fd, "a", { base: 0n, inheriting: 0n }), () => fileReaddir(fd), () => sockRecv(fd, 0, 0),
  () => poll([{ event: "fd_read", fd, userdata: 1 }, { event: "clock", after: 0, userdata: 2 }]), () => threadYield(), () => fdCreate1(FileType.SHARED_MEMORY), () => randomGet(2), () => memMap(-1, 10, {}), () => fdTruncate(fd, 3), () => procFork(forever), () => procExec(4, Uint8Array.of(5), [fd]), () => fdRead(fd, 3, 1),
]);

/** Lets the first or the second of two racing threads go first, and notes what they would touch. */
class Order implements Strategy {
  cells: readonly (readonly string[])[] = [];
  private readonly first: 0 | 1;
  constructor(first: 0 | 1) {
    this.first = first;
  }
  next({ enabled }: Situation): number {
    const both = enabled.filter((e) => e.name === "S");
    if (both.length < 2 || this.cells.length > 0) return 0;
    this.cells = both.map((e) => e.footprint.cells);
    return enabled.findIndex((e) => e.thread === both[this.first]?.thread);
  }
  choice(): number {
    return 0;
  }
}

/** Both calls by two threads, in one order: what they answered, and what is there afterwards. */
function outcome(a: () => Syscall<Result<unknown>>, b: () => Syscall<Result<unknown>>, first: 0 | 1): { readonly text: string; readonly cells: readonly (readonly string[])[] } {
  const order = new Order(first);
  const scene = new Scene(undefined, order);
  const answers = ["-", "-"];
  const say = (r: Result<unknown>): string => (r.err === 0 ? JSON.stringify(r.value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v)) : errnoName(r.err));
  scene.run(function* () {
    yield* threadCreate(function* () {
      answers[1] = say(yield* b());
    });
    answers[0] = say(yield* a());
  });
  const table = scene.caller?.table.all.map(([fd, { file, base, inheriting }]) => [fd, file.label, file.count, String(base), String(inheriting), file instanceof OpenRegularFile ? file.offset : file instanceof Socket ? [file.atEnd, file.broken, file.canRead] : 0]);
  return { text: JSON.stringify([answers, table, scene.logPeer.canRead, scene.logPeer.atEnd, scene.seen?.table]), cells: order.cells };
}

describe("CloudABI: footprints (modelchecking.md §5.4)", () => {
  it("calls of two threads without a cell in common can be exchanged", () => {
    let independent = 0;
    fc.assert(
      fc.property(fc.nat({ max: CALLS.length - 1 }), fc.nat({ max: CALLS.length - 1 }), (i, j) => {
        const [a, b] = [CALLS[i], CALLS[j]];
        if (a === undefined || b === undefined) return;
        const one = outcome(a, b, 0);
        const [of, others = []] = one.cells;
        if (of === undefined || of.some((c) => others.includes(c))) return;
        independent++;
        expect(outcome(a, b, 1).text).to.equal(one.text);
      }),
      { numRuns: 400 },
    );
    expect(independent).to.be.above(50);
  });

  it("exec depends on whatever a thread of its process does", () => {
    const { cells } = outcome(() => procExec(4, Uint8Array.of(5), []), () => threadYield(), 0);
    expect(cells[0]).to.include.members([...(cells[1] ?? ["?"])]);
  });
});
