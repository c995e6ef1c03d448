import { expect } from "chai";
import { rpc, sys, sysGives } from "../../../lab/composed/calls.ts";
import { CapabilityKernel } from "../../../lab/composed/kernel.ts";
import type { Capability } from "../../../lab/composed/space.ts";
import { Machine } from "../../../mach/kern/machine.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

const file = (object: string): Capability => ({ object, kind: "file", rights: ["r", "w"], yields: [] });

function run<T>(body: (kernel: CapabilityKernel) => Syscall<T>): { readonly kernel: CapabilityKernel; readonly result: T | undefined } {
  const kernel = new CapabilityKernel(new Machine({ instructions: new Map() }));
  let result: T | undefined;
  kernel.boot("S", function* () {
    result = yield* body(kernel);
    yield* sys("pause", {});
    return 0;
  });
  kernel.machine.run();
  return { kernel, result };
}

describe("tasks of the capability personality", () => {
  it("a grant can reduce rights and can move; only the owner of an embryo may make one", () => {
    let told: unknown;
    const { result } = run(function* (kernel) {
      kernel.program = function* () {
        const { space } = kernel.byName("P") ?? { space: undefined };
        told = [space?.capabilityAt(5)?.rights, space?.capabilityAt(6)?.object];
        yield* sys("pause", {});
        return 0;
      };
      const [a, b] = [yield* sys("open", { capability: file("a") }), yield* sys("open", { capability: file("b") })];
      yield* sys("create", { name: "E" });
      yield* sys("grant", { task: "E", grants: [{ fd: Number(a), to: 5, rights: ["r"] }, { fd: Number(b), to: 6, move: true }] });
      const moved = yield* sys("use", { fd: Number(b), right: "r" });
      const started = yield* sys("start", { task: "E" });
      return [moved, started, yield* sys("grant", { task: "P", grants: [] })];
    });
    expect(told).to.deep.equal([["r"], "b"]);
    expect(result).to.deep.equal(["EBADF", 0, "ESRCH"]);
  });

  it("an embryo dies with its owner, unless orphans stay", () => {
    for (const orphans of ["die", "stay"] as const) {
      const { kernel } = run(function* (k) {
        k.orphans = orphans;
        yield* sys("create", { name: "E" });
        return yield* sys("exit", { status: 0 });
      });
      expect(kernel.byName("E") !== undefined).to.equal(orphans === "stay");
    }
  });

  it("who waits for a server that dies is told, and who asks later", () => {
    const { result } = run(function* (kernel) {
      kernel.channels.make("server", "server");
      kernel.boot("server", function* () {
        yield* sysGives("receive", { channel: "server" });
        yield* sys("exit", { status: 0 });
        return 0;
      });
      return [yield* rpc("server", "one"), yield* rpc("server", "two"), yield* rpc("none", "three")];
    });
    expect(result).to.deep.equal([{ error: "EDIED" }, { error: "EDIED" }, { error: "EDIED" }]);
  });

  it("a list that names what is not there is refused, and nothing has changed", () => {
    const { result } = run(function* () {
      const fd = yield* sys("open", { capability: file("a") });
      const refused = yield* sys("exec", { choice: { selectFds: "list", selectRights: "none", list: [Number(fd), 9] } });
      return [refused, yield* sys("use", { fd: Number(fd), right: "w" })];
    });
    expect(result).to.deep.equal(["EBADF", 0]);
  });
});
