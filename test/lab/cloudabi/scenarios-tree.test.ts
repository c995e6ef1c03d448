import { expect } from "chai";
import { fd as fdNode, fromBuffer, identity, int, map, nothing, seq, text } from "../../../lab/cloudabi/argdata/node.ts";
import { getFd } from "../../../lab/cloudabi/argdata/get.ts";
import { collect, ITERATOR_INVALID, iterateMap, iterateSeq, lookUp } from "../../../lab/cloudabi/argdata/iterate.ts";
import { serialise, serialisedLength } from "../../../lab/cloudabi/argdata/serialise.ts";
import { Errno, errnoName, type Result } from "../../../lab/cloudabi/errno.ts";
import { clockTimeGet, fdCreate1, fdRead, fdStatGet, fileOpen, pause, randomGet, threadCreate, threadYield } from "../../../lab/cloudabi/libc/calls.ts";
import { programExec } from "../../../lab/cloudabi/libc/program.ts";
import { FileType } from "../../../lab/cloudabi/rights.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { got, node, Scene } from "./scene.ts";

/** The whole caller table of §10. */
const WHOLE = { 0: "log", 1: "tty", 2: "secret", 3: "dir", 4: "prog", 7: "B" };
const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.split(" ").map((h) => parseInt(h, 16)));

/** `program_exec` of descriptor 4 by the caller; the error's name when it came back. */
function exec(scene: Scene, tree: Parameters<typeof programExec>[1], execfd = 4): string | undefined {
  let error: string | undefined;
  scene.run(function* () {
    error = errnoName(yield* programExec(execfd, tree));
  });
  return error;
}

describe("CloudABI scenarios: the tree and the table (cloudabi.md §10)", () => {
  it("C1: {out: fd0, root: fd3} gives a table of two, and the tree's new numbers", () => {
    const scene = new Scene();
    expect(exec(scene, map([[text("out"), node(0)], [text("root"), node(3)]]))).to.equal(undefined);
    expect(scene.seen?.table).to.deep.equal({ 0: "log", 1: "dir" });
    const ad = scene.seen?.ad ?? nothing;
    expect(["out", "root"].map((k) => getFd(lookUp(ad, k) ?? nothing))).to.deep.equal([{ err: 0, value: 0 }, { err: 0, value: 1 }]);
  });

  it("C2: duplicates share a number, in the order of first reference; the upper bound counts each", () => {
    const tree = seq([node(7), node(3), node(7), node(0)]);
    expect(got(serialisedLength(tree)).fdslen).to.equal(4);
    expect(got(serialise(tree)).fds).to.deep.equal([7, 3, 0]);
    const scene = new Scene();
    exec(scene, tree);
    expect(scene.seen?.table).to.deep.equal({ 0: "B", 1: "dir", 2: "log" });
    expect(collect(iterateSeq(scene.seen?.ad ?? nothing)).elements.map((e) => got(getFd(e)))).to.deep.equal([0, 1, 0, 2]);
  });

  it("C3: a descriptor as a key comes before its value", () => {
    const scene = new Scene();
    exec(scene, map([[node(3), node(0)]]));
    expect(scene.seen?.table).to.deep.equal({ 0: "dir", 1: "log" });
  });

  it("C4: a null tree: no data, an empty table; computing, clock, chance and threads are left", () => {
    const scene = new Scene();
    const can: string[] = [];
    scene.program("p", function* () {
      const tries = [clockTimeGet(), randomGet(4), threadCreate(function* () { yield* threadYield(); }), fileOpen(0, "a", { base: 0n, inheriting: 0n }), fdRead(0, 1), fdStatGet(0), fdCreate1(FileType.SHARED_MEMORY)];
      for (const attempt of tries) can.push(errnoName(((yield* attempt as Syscall<Result<unknown>>)).err));
      return 0;
    });
    exec(scene, nothing);
    expect(scene.seen?.table).to.deep.equal({});
    expect(scene.seen?.start.argdata).to.have.length(0);
    expect(can).to.deep.equal(["0", "0", "0", "EBADF", "EBADF", "EBADF", "0"]);
    expect(scene.caller?.ended).to.deep.equal({ status: 0 });
  });

  it("C5: a closed number is EBADF, and the caller is unchanged", () => {
    const scene = new Scene();
    expect(exec(scene, map([[text("x"), node(9)]]))).to.equal("EBADF");
    expect(scene.callerTable).to.deep.equal(WHOLE);
    expect(scene.caller?.mappings.size).to.equal(0);
    expect(scene.caller?.task.threads).to.have.length(1);
    expect(scene.log.count).to.equal(1);
  });

  it("C6: a node for a negative number is EBADF when it is built", () => {
    expect(fdNode(-1)).to.deep.equal({ err: Errno.EBADF });
  });

  it("C14: an unconvertible number is written as ffffffff and grants nothing; the child reads EBADF", () => {
    const scene = new Scene();
    exec(scene, fromBuffer(bytes("03 ca fe ba be"), identity));
    expect(scene.seen?.start.argdata).to.deep.equal(bytes("03 ff ff ff ff"));
    expect(scene.seen?.table).to.deep.equal({});
    expect(getFd(scene.seen?.ad ?? nothing)).to.deep.equal({ err: Errno.EBADF });
  });

  it("C15: good pairs are remapped; garbage after them is copied as it is and grants nothing", () => {
    const good = "85 03 00 00 00 07 85 03 00 00 00 03";
    const garbage = "00 85 03 00 00 00 42";
    const scene = new Scene();
    exec(scene, fromBuffer(bytes(`06 ${good} ${garbage}`), identity));
    expect(scene.seen?.start.argdata).to.deep.equal(bytes(`06 85 03 00 00 00 00 85 03 00 00 00 01 ${garbage}`));
    expect(scene.seen?.table).to.deep.equal({ 0: "B", 1: "dir" });
  });

  it("C16: a key whose value overruns is granted, though the iterator says INVALID: one unnamed object", () => {
    const scene = new Scene();
    exec(scene, fromBuffer(bytes("06 85 03 00 00 00 02 ff 01"), identity));
    expect(scene.seen?.table).to.deep.equal({ 0: "secret" });
    const iterator = iterateMap(scene.seen?.ad ?? nothing);
    expect(iterator.get()).to.equal(undefined);
    expect(iterator.index).to.equal(ITERATOR_INVALID);
  });

  it("C23: only the dense numbers answer; nothing tells the old ones", () => {
    const scene = new Scene();
    const answered: number[] = [];
    scene.program("p", function* () {
      for (let fd = 0; fd < 16; fd++) if ((yield* fdStatGet(fd)).err === 0) answered.push(fd);
      yield* pause();
      return 0;
    });
    exec(scene, seq([node(7), node(2), int(7)]));
    expect(answered).to.deep.equal([0, 1]);
  });

  it("C26: the offset is the description's: the child goes on where the parent stopped, and a sibling sees it move", () => {
    const scene = new Scene();
    const sibling = scene.slots.get(2);
    let read = "";
    scene.program("p", function* (ad) {
      const fd = got(getFd(lookUp(ad, "file") ?? nothing));
      read = new TextDecoder().decode(got(yield* fdRead(fd, 5)));
      yield* pause();
      return 0;
    });
    scene.run(function* () {
      yield* fdRead(2, 10);
      yield* programExec(4, map([[text("file"), node(2)]]));
    });
    expect(read).to.equal("abcde");
    expect(sibling?.file).to.have.property("offset", 15);
  });
});
