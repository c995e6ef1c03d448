import { expect } from "chai";
import { createNode } from "../../../servers/lib/diskfs/create.ts";
import { dirMkdir, dirRmdir, dirUnlink } from "../../../servers/lib/diskfs/directory.ts";
import { check } from "../../../servers/ext2fs/check.ts";
import type { Ext2Node } from "../../../servers/ext2fs/node.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { S_IFLNK, S_IFREG, S_IPTRANS } from "../../../servers/interfaces/stat.ts";
import { e2fsck, fixture, now, port, used, type Used } from "./disk.ts";
import { show } from "./tree.ts";

const ROOT = { uids: [0], gids: [0] };
const IMAGES = ["hurd-1k", "linux-4k", "old-1k"];

function find({ store }: Used, path: string): Ext2Node {
  let at = store.root;
  for (const name of path.split("/")) {
    const found = now(at.lookup(name));
    if (found.err) throw new Error(`${path}: ${found.err}`);
    at = found.value as Ext2Node;
  }
  return at;
}

/** A new file in the root. */
function make({ fs, store }: Used, name: string, mode: number): Ext2Node {
  const made = now(createNode(fs, store.root, name, mode, ROOT));
  if (made.err) throw new Error(`${name}: ${made.err}`);
  return made.value as Ext2Node;
}

function read(node: Ext2Node, offset: number, amount: number): string {
  const got = now(node.read(offset, amount));
  return got.err ? `error ${got.err}` : Buffer.from(got.value).toString("latin1");
}

/** Nobody finds a fault: neither our own check, nor e2fsck where there is one. */
function expectClean({ disk, store }: Used): void {
  now(store.finish());
  expect(check(disk.bytes)).to.deep.equal([]);
  expect(e2fsck(disk.bytes) ?? "").to.equal("");
}

describe("disks that mke2fs made", () => {
  for (const name of IMAGES) {
    it(`${name}: nothing is wrong with it, read or not, and reading writes nothing`, () => {
      const mounted = used(fixture(name));
      show(mounted.store);
      now(mounted.store.finish());
      expect(mounted.warnings).to.deep.equal([]);
      expect(mounted.disk.writes).to.equal(0);
      expect(check(fixture(name))).to.deep.equal([]);
    });
  }

  it("show files, holes, blocks three tables deep, links short and long, devices, and a translator that is an attribute", () => {
    const mounted = used(fixture("hurd-1k"));
    expect(read(find(mounted, "hello.txt"), 0, 100)).to.equal("hello\n");
    expect(find(mounted, "hello.txt").st.nlink).to.equal(2);
    expect(find(mounted, "sub/hard").ino).to.equal(find(mounted, "hello.txt").ino);
    const numbers = Array.from({ length: 4000 }, (_, i) => `${i + 1}\n`).join("");
    expect(read(find(mounted, "numbers.txt"), 0, 1 << 20)).to.equal(numbers);
    const sparse = find(mounted, "sparse");
    expect([sparse.st.size, read(sparse, 0, 6), read(sparse, 300 * 1024 - 1, 8), read(sparse, 70_000 * 1024 - 2, 9)]).to.deep.equal([
      70_000 * 1024 + 3, "begin\0", "\0middle\0", "\0\0end",
    ]);
    expect(now(find(mounted, "short").readlink())).to.deep.equal({ err: 0, value: "hello.txt" });
    expect(now(find(mounted, "long").readlink())).to.deep.equal({ err: 0, value: `${"long/".repeat(15)}target` });
    expect([find(mounted, "cons").st.rdev, find(mounted, "blk").st.rdev]).to.deep.equal([0x501, 0x307]);
    const trans = find(mounted, "trans");
    expect(trans.st.mode & S_IPTRANS).to.equal(S_IPTRANS);
    expect(now(trans.translator())).to.deep.equal({ err: 0, value: new TextEncoder().encode("/hurd/hello\0--contents=x\0") });
  });

  it("bring only what is needed", () => {
    const mounted = used(fixture("linux-4k"));
    read(find(mounted, "hello.txt"), 0, 10);
    expect(mounted.disk.reads).to.be.lessThan(8);
  });

  for (const name of IMAGES) {
    it(`${name}: is without a fault after files, directories and links have come and gone${e2fsck(fixture("old-1k")) === undefined ? "" : " (and e2fsck says so)"}`, () => {
      const mounted = used(fixture(name));
      const { fs, store } = mounted;
      const { self } = port(fs, store.root);
      expect(now(dirMkdir(fs, self, "new", 0o755))).to.equal(0);
      const file = make(mounted, "file", S_IFREG | 0o644);
      const data = new Uint8Array(40_000).map((_, i) => i % 251);
      expect(now(file.write(3_000, data))).to.equal(0);
      expect(read(file, 2_999, 3)).to.equal("\0\0\x01");
      expect(now(file.setSize(20_000))).to.equal(0);
      for (const [link, target] of [["s", "here"], ["l", "x".repeat(200)]] as const) expect(now(make(mounted, link, S_IFLNK | 0o777).setLink(target))).to.equal(0);
      expect(now(dirUnlink(fs, self, "hello.txt"))).to.equal(0);
      expectClean(mounted);
      expect(now(dirRmdir(fs, self, "new"))).to.equal(0);
      for (const gone of ["file", "s", "l"]) expect(now(dirUnlink(fs, self, gone))).to.equal(0);
      expectClean(mounted);
      const again = used(mounted.disk.bytes);
      expect([...show(again.store).keys()].filter((path) => ["/file", "/s", "/l", "/new", "/hello.txt"].includes(path))).to.deep.equal([]);
    });
  }

  it("linux-4k: a directory with an index is a list of names once it has been changed", () => {
    const mounted = used(fixture("linux-4k"));
    const many = find(mounted, "many");
    const before = now(many.entries());
    expect(before.err === 0 && before.value.length).to.equal(222);
    const made = now(createNode(mounted.fs, many, "one-more", S_IFREG | 0o644, ROOT));
    expect(made.err).to.equal(0);
    const after = now(many.entries());
    expect(after.err === 0 && after.value.length).to.equal(223);
    expectClean(mounted);
  });

  it("linux-4k: ids of more than 16 bits and translators as a block are for the Hurd's own disks", () => {
    const mounted = used(fixture("linux-4k"));
    const file = find(mounted, "hello.txt");
    expect(file.validate({ uid: 70_000 })).to.equal(Errno.EINVAL);
    expect(file.validate({ author: 5 })).to.equal(Errno.EINVAL);
    expect(file.validate({ uid: 5 })).to.equal(0);
    mounted.store.attributes = false;
    expect(now(file.setTranslator(Uint8Array.of(97, 0)))).to.equal(Errno.EOPNOTSUPP);
    const own = find(used(fixture("hurd-1k")), "hello.txt");
    expect(own.validate({ uid: 70_000, author: 5 })).to.equal(0);
    expect(own.validate({ flags: 1 })).to.equal(Errno.EINVAL);
  });

  it("keep a translator as an attribute, as a block if told so, and one instead of the other", () => {
    const mounted = used(fixture("hurd-1k"));
    const file = find(mounted, "hello.txt");
    const record = new TextEncoder().encode("/hurd/firmlink\0/tmp\0");
    const blocks = file.blocks;
    const kept = (): unknown => {
      now(mounted.store.finish());
      return now(find(used(mounted.disk.bytes), "hello.txt").translator());
    };
    for (const attributes of [true, false, true]) {
      mounted.store.attributes = attributes;
      expect(now(file.setTranslator(undefined))).to.equal(0);
      if (!attributes) mounted.store.attributes = true;
      expect(now(file.setTranslator(undefined))).to.equal(0);
      mounted.store.attributes = attributes;
      expect(now(file.setTranslator(record))).to.equal(0);
      expect(kept()).to.deep.equal({ err: 0, value: record });
      expect(file.blocks).to.equal(blocks + 2);
      expectClean(mounted);
    }
    expect(now(file.setTranslator(new Uint8Array(2_000)))).to.equal(Errno.ERANGE);
    mounted.store.attributes = false;
    expect(now(file.setTranslator(new Uint8Array(2_000)))).to.equal(Errno.ENAMETOOLONG);
    expectClean(mounted);
  });

  it("keep 32 bits of ids, the author and the high half of the mode on the Hurd's disks", () => {
    const mounted = used(fixture("hurd-1k"));
    const file = find(mounted, "hello.txt");
    Object.assign(file.st, { uid: 0x12345678, gid: 0x87654321, author: 77, mode: S_IFREG | 0o400755 });
    now(file.update());
    expectClean(mounted);
    const again = find(used(mounted.disk.bytes), "hello.txt").st;
    expect([again.uid, again.gid, again.author, again.mode]).to.deep.equal([0x12345678, 0x87654321, 77, S_IFREG | 0o400755]);
  });
});
