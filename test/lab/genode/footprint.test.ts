import { expect } from "chai";
import { Stage } from "../../../lab/genode/base/stage.ts";
import { arrive, bareEntrypoint, idler } from "../../../lab/genode/scenarios/cast.ts";
import type { LinuxProcess } from "../../../lab/genode/linux/kernel.ts";
import type { LinuxTrap } from "../../../lab/genode/linux/traps.ts";

/** Two processes, each with a descriptor for the same client socket at 0 and for another one at 1. */
function scene(): { readonly a: LinuxProcess; readonly b: LinuxProcess; cells(process: LinuxProcess, trap: LinuxTrap): readonly string[] } {
  const stage = new Stage();
  const [a, b] = [idler(stage, "A"), idler(stage, "B")];
  stage.run();
  const [shared, mine, yours] = [bareEntrypoint(stage, 50), bareEntrypoint(stage, 51), bareEntrypoint(stage, 52)];
  arrive(stage, a, shared);
  arrive(stage, b, shared);
  arrive(stage, a, mine);
  arrive(stage, b, yours);
  const threadOf = (process: LinuxProcess): Parameters<typeof stage.kernel.footprint>[0] => process.task.threads[0] ?? expect.fail("no thread");
  return { a: a.process, b: b.process, cells: (process, trap) => stage.kernel.footprint(threadOf(process), trap) };
}

const op = "foreign";
const send = (fd: number, fds: readonly number[] = []): LinuxTrap => ({ op, call: "sendmsg", fd, to: undefined, data: new Uint8Array(0), fds, dontwait: false });
const close = (fd: number): LinuxTrap => ({ op, call: "close", fd });
const meets = (one: readonly string[], other: readonly string[]): boolean => one.some((cell) => other.includes(cell));

describe("what a call of Linux touches (modelchecking.md §5)", () => {
  it("two senders to one queue meet, to different ones not", () => {
    const { a, b, cells } = scene();
    expect(meets(cells(a, send(0)), cells(b, send(0)))).to.equal(true);
    expect(meets(cells(a, send(1)), cells(b, send(1)))).to.equal(false);
  });

  it("who closes a socket meets who uses it elsewhere, and who carries it", () => {
    const { a, b, cells } = scene();
    expect(meets(cells(a, close(0)), cells(b, { op, call: "getpeername", fd: 0, path: "" }))).to.equal(true);
    expect(meets(cells(a, close(0)), cells(b, send(1, [0])))).to.equal(true);
    expect(meets(cells(a, close(1)), cells(b, close(1)))).to.equal(false);
  });

  it("two that pass descriptors meet in the user's references in flight; without descriptors they do not", () => {
    const { a, b, cells } = scene();
    expect(meets(cells(a, send(1, [1])), cells(b, send(1, [1])))).to.equal(true);
    expect(cells(a, send(1)).some((cell) => cell.startsWith("LIM"))).to.equal(false);
  });

  it("the lowest-free rule makes two openings in one process meet, in two they do not", () => {
    const { a, b, cells } = scene();
    const dup: LinuxTrap = { op, call: "dup", fd: 1 };
    expect(meets(cells(a, dup), cells(a, close(0)))).to.equal(true);
    expect(meets(cells(a, dup), cells(b, dup))).to.equal(false);
  });

  it("a kill meets all that its victim could do", () => {
    const { a, b, cells } = scene();
    const kill: LinuxTrap = { op, call: "kill", pid: b.pid };
    for (const trap of [send(0), close(1), { op, call: "dup", fd: 0 } as const]) expect(meets(cells(a, kill), cells(b, trap)), trap.call).to.equal(true);
  });
});
