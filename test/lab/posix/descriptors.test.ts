import { expect } from "chai";
import fc from "fast-check";
import { Description } from "../../../lab/posix/description.ts";
import { pipe, read, sys } from "../../../lab/posix/libc.ts";
import { DescriptorTable } from "../../../lab/posix/table.ts";
import { stage } from "./stage.ts";

describe("descriptors (comparison.md §7, PX)", () => {
  it("a new number is the lowest that is free", () => {
    const s = stage();
    s.file("/a");
    const fds = s.run(function* () {
      const first = [yield* sys("open", { path: "/a" }), yield* sys("open", { path: "/a" }), yield* sys("open", { path: "/a" })];
      yield* sys("close", { fd: 1 });
      return [...first, yield* sys("dup", { fd: 2 }), yield* sys("fcntl_dupfd", { fd: 0, from: 10 })];
    });
    expect(fds).to.deep.equal([0, 1, 2, 1, 10]);
  });

  it("the flag is the number's: dup and dup2 clear it, dup3 and F_DUPFD_CLOEXEC set it at once", () => {
    const s = stage();
    s.file("/a");
    const flags = s.run(function* () {
      yield* sys("open", { path: "/a", closeOnExec: true });
      yield* sys("dup", { fd: 0 });
      yield* sys("dup2", { fd: 0, to: 2 });
      yield* sys("dup3", { fd: 0, to: 3, closeOnExec: true });
      yield* sys("fcntl_dupfd", { fd: 0, from: 4, closeOnExec: true });
      const found = [];
      for (const fd of [0, 1, 2, 3, 4]) found.push(yield* sys("fcntl_getfd", { fd }));
      return found;
    });
    expect(flags).to.deep.equal([1, 0, 0, 1, 1]);
  });

  it("dup2 onto itself changes nothing, not even the flag; dup3 refuses it", () => {
    const s = stage();
    s.file("/a");
    const found = s.run(function* () {
      yield* sys("open", { path: "/a", closeOnExec: true });
      return [yield* sys("dup2", { fd: 0, to: 0 }), yield* sys("fcntl_getfd", { fd: 0 }), yield* sys("dup3", { fd: 0, to: 0 }), yield* sys("dup2", { fd: 9, to: 0 })];
    });
    expect(found).to.deep.equal([0, 1, "EINVAL", "EBADF"]);
  });

  it("copies share the offset", () => {
    const s = stage();
    s.file("/a", "content");
    const text = s.run(function* () {
      yield* sys("open", { path: "/a" });
      yield* sys("dup", { fd: 0 });
      yield* sys("seek", { fd: 1, offset: 3 });
      return yield* read(0);
    });
    expect(text).to.equal("tent");
  });

  it("EMFILE at the limit, EBADF beyond it", () => {
    const s = stage();
    s.file("/a");
    const found = s.run(function* () {
      yield* sys("setrlimit_nofile", { limit: 1 });
      return [yield* sys("open", { path: "/a" }), yield* sys("open", { path: "/a" }), yield* sys("dup2", { fd: 0, to: 1 })];
    });
    expect(found).to.deep.equal([0, "EMFILE", "EBADF"]);
  });

  it("a pipe ends when its last writer closes, and breaks when its last reader does", () => {
    const s = stage();
    const found = s.run(function* () {
      const p = yield* pipe();
      if ("error" in p) return [];
      yield* sys("write", { fd: p.write, text: "x" });
      yield* sys("close", { fd: p.write });
      const ends = [yield* read(p.read), yield* read(p.read)];
      const q = yield* pipe();
      if ("error" in q) return [];
      yield* sys("sigaction", { signal: "SIGPIPE", disposition: { action: "ignore" } });
      yield* sys("close", { fd: q.read });
      return [...ends, yield* sys("write", { fd: q.write, text: "y" })];
    });
    expect(found).to.deep.equal(["x", "", "EPIPE"]);
  });

  it("references are counted: whatever is done, a description closes when its last number goes", () => {
    const op = fc.oneof(fc.record({ do: fc.constant("dup" as const), a: fc.nat(5), b: fc.nat(5) }), fc.record({ do: fc.constant("close" as const), a: fc.nat(5), b: fc.nat(5) }), fc.record({ do: fc.constant("open" as const), a: fc.nat(5), b: fc.nat(5) }));
    fc.assert(
      fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
        const closed = new Set<Description>();
        const made: Description[] = [];
        const table = new DescriptorTable((d) => closed.add(d), 8);
        for (const { do: what, a, b } of ops) {
          if (what === "open") {
            const d = new Description(`d${made.length}`, "file", []);
            if (typeof table.add(d) === "number") made.push(d);
          } else if (what === "dup") table.dup(a, b);
          else table.close(a);
        }
        for (const d of made) {
          const held = table.all.filter(([, e]) => e.description === d).length;
          expect(d.references).to.equal(held);
          expect(closed.has(d)).to.equal(held === 0);
        }
      }),
    );
  });
});
