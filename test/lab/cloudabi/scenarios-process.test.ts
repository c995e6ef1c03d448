import { expect } from "chai";
import { exploreAll } from "../../../lab/explore/explore.ts";
import { raceScenario } from "../../../lab/cloudabi/races.ts";
import { map, nothing, seq, text } from "../../../lab/cloudabi/argdata/node.ts";
import { errnoName } from "../../../lab/cloudabi/errno.ts";
import { fdReplace, pause, poll, procFork, sockRecv, threadCreate, fdClose, fdWrite } from "../../../lab/cloudabi/libc/calls.ts";
import { openat, pdwait, pipe, read, write } from "../../../lab/cloudabi/libc/io.ts";
import { programExec, programSpawn } from "../../../lab/cloudabi/libc/program.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { got, node, Scene } from "./scene.ts";

const tenBytes = new TextEncoder().encode("0123456789");
function* forever(): Syscall<number> {
  yield* pause();
  return 0;
}

describe("CloudABI scenarios: processes, threads, sharing (cloudabi.md §10)", () => {
  it("C17: fd_replace only replaces: a closed number is EBADF and nothing is made; an open one refers to the same", () => {
    const scene = new Scene();
    const errors: string[] = [];
    scene.run(function* () {
      errors.push(errnoName((yield* fdReplace(0, 9)).err), errnoName((yield* fdReplace(0, 1)).err));
    });
    expect(errors).to.deep.equal(["EBADF", "0"]);
    expect(scene.callerTable).to.deep.equal({ 0: "log", 1: "log", 2: "secret", 3: "dir", 4: "prog", 7: "B" });
    expect(scene.log.count).to.equal(2);
  });

  for (const listed of [true, false])
    it(`C18: a thread that waits in recv is gone after the exec; its peer sees ${listed ? "no hang-up when the socket is listed" : "a hang-up when it is not"}`, () => {
      const scene = new Scene();
      let came = false;
      scene.run(function* () {
        yield* threadCreate(function* () {
          yield* sockRecv(0, 10, 0);
          came = true;
        });
        yield* poll([{ event: "clock", after: 100, userdata: 0 }]);
        yield* programExec(4, listed ? seq([node(0)]) : nothing);
      });
      expect(came).to.equal(false);
      expect(scene.caller?.task.threads).to.have.length(1);
      expect(scene.log.count).to.equal(listed ? 1 : 0);
      expect(scene.logPeer.atEnd).to.equal(!listed);
    });

  for (const listed of [true, false])
    it(`C19: a child ${listed ? "whose descriptor is listed lives, and the new program can poll it" : "whose descriptor is not listed is killed at the swap"}`, () => {
      const scene = new Scene();
      let polled: unknown;
      scene.program("p", function* () {
        if (listed) polled = got(yield* poll([{ event: "proc_terminate", fd: 0, userdata: 5 }, { event: "clock", after: 10, userdata: 6 }]));
        yield* pause();
        return 0;
      });
      scene.run(function* () {
        const child = got(yield* procFork(forever));
        yield* programExec(4, listed ? seq([node(child)]) : nothing);
      });
      const child = scene.kernel.all.find((p) => p.label === "S/1");
      expect(child?.ended).to.deep.equal(listed ? undefined : { signal: "SIGKILL" });
      expect(polled).to.deep.equal(listed ? [{ userdata: 6, error: 0 }] : undefined);
    });

  it("C19: a child's end is told by poll, with its exit code or its signal", () => {
    const scene = new Scene();
    const ends: unknown[] = [];
    scene.run(function* () {
      const child = got(yield* procFork(function* () {
        yield* poll([{ event: "clock", after: 50, userdata: 0 }]);
        return 42;
      }));
      ends.push(got(yield* pdwait(child)), errnoName((yield* pdwait(0)).err));
    });
    expect(ends).to.deep.equal([{ signal: 0, exitcode: 42 }, "EINVAL"]);
  });

  it("C20: a spawn that succeeds is told by the end of the pair: no flag, six traps, one descriptor more", () => {
    const scene = new Scene();
    const before = { traps: 0 };
    scene.run(function* () {
      scene.kernel.meter.start();
      got(yield* programSpawn(4, map([[text("out"), node(0)]])));
      before.traps = scene.kernel.meter.cost.traps;
    });
    expect(scene.seen?.table).to.deep.equal({ 0: "log" });
    expect(scene.callerTable).to.have.property("8", "process:S/1");
    // pause of the new program is the seventh.
    expect(before.traps).to.be.within(6, 7);
  });

  for (const [revision, one, other] of [["2015", "EBADF", "reads"], ["2017", "writes", "reads"]] as const)
    it(`C21: pipes of ${revision}: passing the read end, the child ${one === "writes" ? "writes too: twice the authority by the same tree" : "cannot write"}`, () => {
      const scene = new Scene({ pipes: revision });
      const done: string[] = [];
      let raw = "";
      scene.program("p", function* () {
        raw = errnoName((yield* fdWrite(0, new Uint8Array(0))).err);
        const wrote = yield* write(0, tenBytes);
        done.push(wrote.err === 0 ? "writes" : errnoName(wrote.err));
        done.push(got(yield* read(0, 10)).length === 10 ? "reads" : "");
        yield* pause();
        return 0;
      });
      scene.run(function* () {
        const [reading, writing] = got(yield* pipe(revision));
        got(yield* write(writing, tenBytes));
        yield* programSpawn(4, seq([node(reading)]));
      });
      expect(done).to.deep.equal([one, other]);
      expect(raw, "of the kernel").to.equal(one === "EBADF" ? "ENOTCAPABLE" : "0");
    });

  it("C24: a number that another thread reuses: three outcomes, and no others", () => {
    for (const library of [true, false]) {
      const { outcomes, verdict } = exploreAll(raceScenario({ design: "numbers", cycles: 2, library }));
      expect(verdict).to.equal("exhaustive");
      expect([...outcomes.keys()].sort()).to.deep.equal(["EBADF", "granted intended", "granted other"]);
    }
  });

  it("M3: serialise, exec ‖ close, reopen: 6 schedules: intended 1, EBADF 2, the other object 3", () => {
    const { executions, outcomes } = exploreAll(raceScenario({ design: "numbers", cycles: 1 }));
    expect(executions).to.equal(6);
    expect(Object.fromEntries([...outcomes].map(([k, { count }]) => [k, count]))).to.deep.equal({ "granted intended": 1, EBADF: 2, "granted other": 3 });
  });

  it("a descriptor that is closed while a thread waits on it keeps the description until the wait is over", () => {
    const scene = new Scene();
    const heard: string[] = [];
    scene.run(function* () {
      yield* threadCreate(function* () {
        heard.push(new TextDecoder().decode(got(yield* sockRecv(0, 10, 0)).data));
      });
      yield* poll([{ event: "clock", after: 100, userdata: 0 }]);
      yield* fdClose(0);
      scene.logPeer.send(tenBytes, []);
    });
    expect(heard).to.deep.equal(["0123456789"]);
    expect(scene.log.count).to.equal(0);
  });

  it("an executable opened below a directory, spawned and waited for", () => {
    const scene = new Scene();
    let end: unknown;
    scene.program("p", function* () {
      return yield* answer(3);
    });
    scene.run(function* () {
      end = got(yield* pdwait(got(yield* programSpawn(got(yield* openat(3, "prog", { mode: "O_EXEC" })), nothing))));
    });
    expect(end).to.deep.equal({ signal: 0, exitcode: 3 });
  });
});

function* answer(status: number): Syscall<number> {
  return status;
}
