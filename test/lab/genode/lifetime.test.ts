import { expect } from "chai";
import type { Capability } from "../../../lab/genode/base/capability.ts";
import { atomic91e6, f33c, type Knobs } from "../../../lab/genode/base/knobs.ts";
import { PARENT_FD, parentOf, startProcess } from "../../../lab/genode/base/process.ts";
import { invoke, type RpcObject } from "../../../lab/genode/base/entrypoint.ts";
import { Stage } from "../../../lab/genode/base/stage.ts";
import { answer, wait } from "../../../lab/genode/base/ipc.ts";
import { dup2, sendmsg, waitWhile } from "../../../lab/genode/linux/libc.ts";
import type { Word } from "../../../lab/genode/linux/traps.ts";
import { arrive, bareEntrypoint, callFrom, idler, server, startCall, type Server } from "../../../lab/genode/scenarios/cast.ts";
import { execLeak } from "../../../lab/genode/scenarios/exec-leak.ts";

const must = <T>(value: T | undefined): T => value ?? expect.fail("nothing there");

/** An object that answers when `word` is no longer 0. */
const patient = (word: Word): RpcObject => ({
  *dispatch(_, __, out) {
    yield* waitWhile(word, 0);
    out.word(1);
    return 0;
  },
});

interface Pending {
  readonly stage: Stage;
  readonly s: Server;
  readonly c: ReturnType<typeof idler>;
  readonly cap: Capability;
  readonly word: Word;
}

/** A server whose object takes its time, and a client that has its capability. */
function pending(knobs: Knobs): Pending {
  const stage = new Stage({ knobs });
  const s = server(stage, "S");
  const c = idler(stage, "C");
  const word: Word = { value: 0 };
  stage.run();
  let cap: Capability | undefined;
  stage.thread(s, "manage", function* () {
    cap = yield* s.entrypoint().manage(patient(word));
  });
  stage.run();
  return { stage, s, c, cap: stage.hand(s, must(cap), c), word };
}

/** Starts a child whose parent socket stands at `at` in the creator: what its first call gives. */
function childOf(knobs: Knobs, at: "100" | "anywhere"): { readonly first: string; readonly fds: readonly number[] } {
  const stage = new Stage({ knobs });
  stage.kernel.addFile("/dev/null", "null", ["r"]);
  const creator = server(stage, "creator");
  const result = { first: "", fds: [] as readonly number[] };
  stage.kernel.onExec = (p) => (result.fds = p.table.fds);
  stage.kernel.addProgram(
    "/child",
    stage.program(function* (rt, env) {
      try {
        result.first = `answered ${(yield* invoke(rt, parentOf(rt, env), 0))?.results.word()}`;
      } catch (e) {
        result.first = (e as Error).message;
      }
      return 0;
    }),
  );
  stage.run();
  stage.thread(creator, "start", function* (rt) {
    const cap = must(creator.caps[0]);
    if (knobs.occupies100) yield* dup2(cap.socket, PARENT_FD);
    const socket = at === "100" && !knobs.occupies100 ? moved(creator, cap.socket) : cap.socket;
    yield* startProcess(rt, { name: "child", file: "/child", parent: { ...cap, socket } });
  });
  stage.run();
  return result;
}

/** The socket stands at 100, with the flag that it was made with. */
function moved(creator: Server, fd: number): number {
  creator.process.table.put(PARENT_FD, must(creator.process.table.at(fd)), true);
  return PARENT_FD;
}

describe("beginnings and ends (genode-linux.md §9)", () => {
  it("G15: a child inherits every client socket that its creator has received, beside 0, 1, 2 and 100", () => {
    for (const received of [0, 1, 4]) {
      const [child] = execLeak({ knobs: f33c, received, objects: 3, children: 1 });
      expect(child).to.deep.include({ leaked: received, reachable: received * 3 });
      expect(child?.fds).to.have.length(received + 4).and.include.members([0, 1, 2, 100]);
    }
  });

  it("G16: who waits for the answer of a dead server waits for ever", () => {
    const { stage, s, c, cap } = pending(f33c);
    const result = startCall(stage, c, cap);
    stage.run();
    stage.kernel.kill(s.process, "SIGKILL");
    stage.run();
    expect(result.value).to.equal("waits");
    expect(c.process.ended).to.equal(undefined);
  });

  it("G16: a signal ends it: Ipc_error in 2012, Blocking_canceled from 91e6 on", () => {
    const ended = (knobs: Knobs): string | number => {
      const { stage, s, c, cap } = pending(knobs);
      const result = startCall(stage, c, cap);
      stage.run();
      stage.kernel.kill(s.process, "SIGKILL");
      stage.kernel.interrupt(must(c.process.task.threads[1]));
      stage.run();
      return result.value;
    };
    expect([ended(f33c), ended(atomic91e6)]).to.deep.equal(["Ipc_error", "Blocking_canceled"]);
  });

  it("G16: a server that is dead before the request: ECONNREFUSED", () => {
    const { stage, s, c, cap } = pending(f33c);
    stage.kernel.kill(s.process, "SIGKILL");
    expect(callFrom(stage, c, cap)).to.include({ value: "Ipc_error", answer: -111 });
  });

  it("G17: the answer to a dead client is refused; that is printed in 2012, and the reply socket is closed", () => {
    const late = (knobs: Knobs): readonly string[] => {
      const { stage, s, c, cap, word } = pending(knobs);
      startCall(stage, c, cap);
      stage.run();
      const during = s.process.table.size;
      stage.kernel.kill(c.process, "SIGKILL");
      word.value = 1;
      stage.kernel.futex(word).wakeAll();
      stage.run();
      expect(during - s.process.table.size).to.equal(1);
      expect(s.process.ended).to.equal(undefined);
      return s.rt.log;
    };
    expect(late(f33c)).to.deep.equal(["sendmsg failed with -111 (ECONNREFUSED) in reply"]);
    expect(late(atomic91e6)).to.deep.equal([]);
  });

  it("a server can answer twice: a reply capability is used once by convention only; as a rule of the kernel it would be EPIPE", () => {
    const answers = (knobs: Knobs): readonly number[] => {
      const stage = new Stage({ knobs });
      const s = server(stage, "S");
      const c = idler(stage, "C");
      const sent: number[] = [];
      stage.run();
      const bare = bareEntrypoint(stage, 99);
      const bound = bare.what.kind === "socket" ? bare.what.peer : undefined;
      const fd = stage.kernel.install(s.process, { what: must(bound), fds: 0, inFlight: 0 }, true);
      const cap = { tid: 0, socket: arrive(stage, c, bare), localName: 1 };
      const result = startCall(stage, c, cap);
      stage.thread(s, "hostile", function* (rt) {
        const { replySocket } = yield* wait(rt, fd, -1);
        for (let i = 0; i < 2; i++) sent.push(yield* sendmsg(replySocket, answer(rt).word(7).bytes, []));
      });
      stage.run();
      expect(result.value).to.equal(7);
      return sent.map((n) => (n < 0 ? n : 1));
    };
    expect(answers(f33c)).to.deep.equal([1, 1]);
    expect(answers({ ...f33c, replyCapOneShot: true })).to.deep.equal([1, -32]);
  });

  it("G18: a parent socket that already stands at 100 keeps its flag, so the child has no parent", () => {
    expect(childOf(f33c, "anywhere").first).to.equal("answered 0");
    const unlucky = childOf(f33c, "100");
    expect(unlucky.fds).to.not.include(100);
    expect(unlucky.first).to.equal("Ipc_error (-9)");
    expect(childOf(atomic91e6, "100").first).to.equal("answered 0");
  });

  it("M10: r received sockets leak to each of c children; with the flag at receipt none", () => {
    const leaks = execLeak({ knobs: f33c, received: 3, objects: 2, children: 4 });
    expect(leaks.map((l) => [l.leaked, l.reachable])).to.deep.equal([[3, 6], [3, 6], [3, 6], [3, 6]]);
    expect(execLeak({ knobs: { ...f33c, cloexecOnReceive: true }, received: 3, objects: 2, children: 4 }).map((l) => l.leaked)).to.deep.equal([0, 0, 0, 0]);
  });

  it("a child whose binary is missing: its creator hears nothing", () => {
    const stage = new Stage();
    const creator = server(stage, "creator");
    stage.run();
    let pid = 0;
    stage.thread(creator, "start", function* (rt) {
      pid = yield* startProcess(rt, { name: "child", file: "/missing", parent: must(creator.caps[0]) });
    });
    stage.run();
    expect(pid).to.be.above(0);
    expect(stage.kernel.all.at(-1)?.ended).to.deep.equal({ status: -2 });
  });
});
