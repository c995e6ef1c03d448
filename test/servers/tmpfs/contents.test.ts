import { expect } from "chai";
import fc from "fast-check";
import { Contents } from "../../../servers/tmpfs/contents.ts";
import { decodeRamdisk, encodeRamdisk, type RamdiskNode } from "../../../servers/tmpfs/ramdisk.ts";
import { parseSize, TmpfsStore } from "../../../servers/tmpfs/store.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";

function now<T>(call: Syscall<T>): T {
  const step = call.next(0);
  if (step.done !== true) throw new Error("it waits");
  return step.value;
}

const store = (limit: number): TmpfsStore => new TmpfsStore({ program: "tmpfs", limit, source: "x", options: [], fsid: 1 });

describe("a file's contents", () => {
  it("are what a plain array of bytes would be", () => {
    const change = fc.oneof(
      fc.record({ at: fc.nat(300), bytes: fc.uint8Array({ maxLength: 100 }) }),
      fc.record({ size: fc.nat(400) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const contents = new Contents();
        let model: number[] = [];
        for (const c of changes) {
          if ("size" in c) {
            contents.resize(c.size);
            model = Array.from({ length: c.size }, (_, i) => model[i] ?? 0);
          } else {
            contents.write(c.at, c.bytes);
            const length = Math.max(model.length, c.at + c.bytes.length);
            model = Array.from({ length }, (_, i) => (i >= c.at && i < c.at + c.bytes.length ? (c.bytes[i - c.at] ?? 0) : (model[i] ?? 0)));
          }
          expect([...contents.read(0, 1000)]).to.deep.equal(model);
        }
      }),
    );
  });
});

describe("a filesystem in memory", () => {
  it("is full at its limit, and has room again when a file goes", () => {
    const fs = store(8192);
    const made = now(fs.alloc(fs.root, 0o100644));
    if (made.err) throw new Error("no node");
    expect(now(made.value.write(0, new Uint8Array(8192)))).to.equal(0);
    expect(now(made.value.write(8192, new Uint8Array(1)))).to.equal(Errno.ENOSPC);
    now(made.value.free());
    const other = now(fs.alloc(fs.root, 0o100644));
    expect(other.err === 0 && now(other.value.write(0, new Uint8Array(5)))).to.equal(0);
  });

  it("understands sizes with and without units", () => {
    expect(["4096", "1k", "2M", "1g", "50%", "x", ""].map(parseSize)).to.deep.equal([4096, 1024, 2097152, 1073741824, Infinity, undefined, undefined]);
  });

  it("counts the links of directories as Unix does", () => {
    const fs = store(Infinity);
    const facts = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };
    const dir = (entries: readonly (readonly [string, RamdiskNode])[]): RamdiskNode => ({ ...facts, kind: "dir", entries });
    fs.load(dir([["a", dir([["b", dir([])]])], ["c", { ...facts, kind: "file", bytes: new Uint8Array(3) }]]));
    const nlink = (path: string): number => {
      let node = fs.root as { st: { nlink: number }; lookup: (name: string) => Syscall<{ err: 0; value: unknown } | { err: number }> };
      for (const name of path.split("/").filter((n) => n !== "")) {
        const got = now(node.lookup(name));
        if (got.err !== 0 || !("value" in got)) throw new Error(name);
        node = got.value as typeof node;
      }
      return node.st.nlink;
    };
    expect(["/", "/a", "/a/b", "/c"].map(nlink)).to.deep.equal([3, 3, 2, 1]);
  });
});

describe("a ramdisk", () => {
  const facts = { mode: 0o644, uid: 0, gid: 0, mtime: 7 };
  const tree: RamdiskNode = { ...facts, kind: "dir", mode: 0o755, entries: [["f", { ...facts, kind: "file", bytes: Uint8Array.of(1, 2), translator: ["/hurd/null"] }], ["l", { ...facts, kind: "symlink", target: "f" }]] };

  it("comes back as it was", () => {
    expect(decodeRamdisk(encodeRamdisk(tree))).to.deep.equal(tree);
  });

  it("is never read beyond its damage: any change gives a tree or a reason, not an exception", () => {
    const disk = encodeRamdisk(tree);
    fc.assert(
      fc.property(fc.nat(disk.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(disk.length), (at, xor, length) => {
        const damaged = disk.slice(0, length);
        if (at < length) damaged[at] = (damaged[at] ?? 0) ^ xor;
        const got = decodeRamdisk(damaged);
        expect(typeof got === "string" || got.kind === "dir").to.equal(true);
      }),
    );
  });
});
