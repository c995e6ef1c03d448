import { expect } from "chai";
import fc from "fast-check";
import { createNode } from "../../../servers/lib/diskfs/create.ts";
import { dirLink, dirMkdir, dirRename, dirRmdir, dirUnlink } from "../../../servers/lib/diskfs/directory.ts";
import type { Node, Status } from "../../../servers/lib/diskfs/node.ts";
import { check } from "../../../servers/ext2fs/check.ts";
import { format } from "../../../servers/ext2fs/format.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../../../servers/interfaces/stat.ts";
import { e2fsck, now, port, TIME, used, type Used } from "./disk.ts";
import { show } from "./tree.ts";

/** What a file is to the model. Names that are links of one file share one of these. */
interface Model {
  kind: "dir" | "file" | "link";
  /** Contents as Latin-1, or the target. */
  is: string;
  translator?: string;
  readonly children: Map<string, Model>;
}

const plain = (kind: Model["kind"], is = ""): Model => ({ kind, is, children: new Map() });

/** One operation. Directories and names are numbers, so that they meet. */
interface Op {
  readonly what: "create" | "write" | "truncate" | "mkdir" | "unlink" | "rmdir" | "rename" | "link" | "symlink" | "translator" | "sync";
  readonly dir: number;
  readonly name: number;
  readonly to: number;
  readonly toName: number;
  readonly size: number;
  readonly at: number;
}

const whats = ["create", "write", "write", "truncate", "mkdir", "unlink", "rmdir", "rename", "link", "symlink", "translator", "sync"] as const;
const operation: fc.Arbitrary<Op> = fc.record({
  what: fc.constantFrom(...whats), dir: fc.nat(3), name: fc.nat(5), to: fc.nat(3), toName: fc.nat(5),
  size: fc.oneof(fc.nat(100), fc.nat(3_000), fc.nat(30_000), fc.nat(100_000)), at: fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(400_000)),
});

const NAMES = ["a", "b", "a-name-that-takes-some-room", "n".repeat(200), "ü", "f"];
const DIRS = ["", "a", "b", "a/b"];
const ROOT = { uids: [0], gids: [0] };

/** A filesystem and what it should be, changed together. */
class Both {
  readonly used: Used;
  readonly root = plain("dir");
  constructor(bytes: Uint8Array) {
    this.used = used(bytes);
    this.root.children.set("lost+found", plain("dir"));
  }

  /** The directory that a number means, on both sides; undefined: there is none. */
  private dir(n: number): { readonly node: Node; readonly model: Model } | undefined {
    let at: { node: Node; model: Model } = { node: this.used.store.root, model: this.root };
    for (const name of (DIRS[n] ?? "").split("/").filter((w) => w !== "")) {
      const model = at.model.children.get(name);
      const node = now(at.node.lookup(name));
      expect(node.err === 0, `${name} is there`).to.equal(model !== undefined);
      if (model?.kind !== "dir" || node.err) return undefined;
      at = { node: node.value, model };
    }
    return at;
  }

  /** Does the operation on the filesystem, and on the model if that has worked. Answers what the filesystem did. */
  apply(op: Op): Status {
    const { fs } = this.used;
    const dir = this.dir(op.dir);
    if (dir === undefined) return Errno.ENOENT;
    const name = NAMES[op.name] ?? "";
    const { self } = port(fs, dir.node);
    const model = dir.model.children.get(name);
    const { children } = dir.model;
    switch (op.what) {
      case "create":
      case "symlink":
        return model ? Errno.EEXIST : this.create(dir, name, op);
      case "write":
      case "truncate":
      case "translator":
        return this.change(dir.node, children, op);
      case "mkdir":
        return did(now(dirMkdir(fs, self, name, 0o755)), model === undefined, () => children.set(name, plain("dir")));
      case "unlink":
        return did(now(dirUnlink(fs, self, name)), model !== undefined && model.kind !== "dir", () => children.delete(name));
      case "rmdir":
        return did(now(dirRmdir(fs, self, name)), model?.kind === "dir" && model.children.size === 0 && model.translator === undefined, () => children.delete(name));
      case "rename":
      case "link":
        return this.move(op, { self, name, model, children });
      case "sync":
        now(this.used.store.sync());
        return 0;
    }
  }

  private create(dir: { readonly node: Node; readonly model: Model }, name: string, { what, size }: Op): Status {
    const made = now(createNode(this.used.fs, dir.node, name, (what === "symlink" ? S_IFLNK : S_IFREG) | 0o644, ROOT));
    if (made.err) return made.err;
    const target = "t".repeat(1 + (size % 900));
    if (what === "symlink" && now(made.value.setLink(target)) !== 0) {
      now(dirUnlink(this.used.fs, port(this.used.fs, dir.node).self, name));
      return Errno.ENOSPC;
    }
    dir.model.children.set(name, what === "symlink" ? plain("link", target) : plain("file"));
    return 0;
  }

  /** Of one of the directory's files. */
  private change(dir: Node, children: ReadonlyMap<string, Model>, { what, name: n, size, at }: Op): Status {
    const files = [...children].filter(([, { kind }]) => kind === "file");
    const [name, model] = files[n % files.length] ?? [];
    if (name === undefined || model === undefined) return Errno.ENOENT;
    const found = now(dir.lookup(name));
    if (found.err) return found.err;
    const text = String.fromCharCode(33 + (size % 90)).repeat(size);
    if (what === "translator") {
      const record = size % 2 ? text.slice(0, 50) : undefined;
      return did(now(found.value.setTranslator(record === undefined ? undefined : Buffer.from(record, "latin1"))), true, () => {
        if (record === undefined) delete model.translator;
        else model.translator = record;
      });
    }
    if (what === "truncate") return did(now(found.value.setSize(at)), true, () => (model.is = model.is.slice(0, at).padEnd(at, "\0")));
    if (size === 0) return 0;
    return did(now(found.value.write(at, Buffer.from(text, "latin1"))), true, () => {
      model.is = model.is.slice(0, at).padEnd(at, "\0") + text + model.is.slice(at + size);
    });
  }

  private move(op: Op, from: { readonly self: ReturnType<typeof port>["self"]; readonly name: string; readonly model: Model | undefined; readonly children: Map<string, Model> }): Status {
    const { fs } = this.used;
    const to = this.dir(op.to);
    const found = now(from.self.node.lookup(from.name));
    if (to === undefined || from.model === undefined || found.err) return Errno.ENOENT;
    const { model } = from;
    const newname = NAMES[op.toName] ?? "";
    if (op.what === "link") {
      const err = now(dirLink(fs, port(fs, to.node).self, port(fs, found.value).name, newname, false));
      if (!err) to.model.children.set(newname, model);
      return err;
    }
    const target = port(fs, to.node);
    const same = to.model.children.get(newname) === model;
    const err = now(dirRename(fs, from.self, { oldname: from.name, newdirectory: target.name, newname, excl: false }));
    if (err || same) return err;
    from.children.delete(from.name);
    to.model.children.set(newname, model);
    return 0;
  }
}

/** Enters what has worked in the model; what should have worked may only have found no room. */
function did(err: Status, possible: boolean, enter: () => unknown): Status {
  if (!err) {
    expect(possible).to.equal(true);
    enter();
  } else if (possible) expect(err).to.equal(Errno.ENOSPC);
  return err;
}

/** The model as `show` would have it, but for numbers. */
function flat(root: Model): Map<string, unknown> {
  const all = new Map<string, unknown>();
  const links = new Map<Model, number>();
  const count = (model: Model): void => {
    links.set(model, (links.get(model) ?? 0) + 1);
    if (links.get(model) === 1) for (const child of model.children.values()) count(child);
  };
  count(root);
  const types = { dir: S_IFDIR, file: S_IFREG, link: S_IFLNK };
  const visit = (model: Model, path: string): void => {
    const dirs = [...model.children.values()].filter((child) => child.kind === "dir").length;
    const nlink = model.kind === "dir" ? 2 + dirs : links.get(model);
    all.set(path || "/", { type: types[model.kind], nlink, is: model.kind === "file" ? model.is.slice(0, 1 << 20) : model.is, translator: model.translator });
    for (const [name, child] of model.children) visit(child, `${path}/${name}`);
  };
  visit(root, "");
  return all;
}

/** What a filesystem shows, of what the model knows. */
const seen = (bytes: Uint8Array): Map<string, unknown> =>
  new Map([...show(used(bytes).store)].map(([path, { mode, nlink, is, translator }]) => [path, { type: mode & 0o170000, nlink, is, translator }]));

const sorted = (map: Map<string, unknown>): readonly (readonly [string, unknown])[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** What there is before anything is left to chance: directories in which the rest finds a place. */
const beginning: readonly Op[] = [
  ...[[0, 0], [0, 1], [1, 1]].map(([dir = 0, name = 0]) => ({ what: "mkdir", dir, name, to: 0, toName: 0, size: 0, at: 0 }) as const),
  ...[2, 3, 4, 5].map((name) => ({ what: "create", dir: name % 4, name, to: 0, toName: 0, size: 0, at: 0 }) as const),
];

/** Disks of all kinds; the smallest are full at once. */
const disks = [
  { blockSize: 1024, size: 120 * 1024, hurd: true }, { blockSize: 1024, size: 300 * 1024, hurd: false }, { blockSize: 1024, size: 9_000 * 1024, hurd: true },
  { blockSize: 2048, size: 2 << 20, hurd: false }, { blockSize: 4096, size: 4 << 20, hurd: true },
] as const;

/** Does the operations, and looks at the bytes as another would. */
function run(disk: (typeof disks)[number], operations: readonly Op[]): Uint8Array {
  const bytes = new Uint8Array(disk.size);
  format(bytes, { blockSize: disk.blockSize, hurd: disk.hurd, time: TIME });
  const both = new Both(bytes);
  for (const op of [...beginning, ...operations]) both.apply(op);
  now(both.used.store.finish());
  expect(both.used.warnings).to.deep.equal([]);
  expect(check(bytes)).to.deep.equal([]);
  expect(sorted(seen(bytes))).to.deep.equal(sorted(flat(both.root)));
  return bytes;
}

describe("an ext2 filesystem", function () {
  this.timeout(120_000);

  it("is what a tree of maps would be, whatever is done to it, and its disk is without a fault whenever it is written", () => {
    fc.assert(
      fc.property(fc.constantFrom(...disks), fc.array(operation, { maxLength: 80, size: "max" }), (disk, operations) => {
        run(disk, operations);
      }),
      { numRuns: 150 },
    );
  });

  it(`is without a fault in e2fsck's eyes, too${e2fsck(new Uint8Array(0)) === undefined ? " (there is none here: only in our own)" : ""}`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...disks), fc.array(operation, { minLength: 40, maxLength: 200, size: "max" }), (disk, operations) => {
        expect(e2fsck(run(disk, operations)) ?? "").to.equal("");
      }),
      { numRuns: 12 },
    );
  });
});
