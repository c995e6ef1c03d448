import { expect } from "chai";
import fc from "fast-check";
import { withFile } from "../../../boot/ext2-image.ts";
import { createNode } from "../../../servers/lib/diskfs/create.ts";
import { dirMkdir, dirUnlink } from "../../../servers/lib/diskfs/directory.ts";
import { format } from "../../../servers/ext2fs/format.ts";
import { SUPER_AT, Super } from "../../../servers/ext2fs/layout.ts";
import { readGeometry } from "../../../servers/ext2fs/superblock.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { S_IFREG } from "../../../servers/interfaces/stat.ts";
import { fixture, now, port, TIME, use, used } from "./disk.ts";
import { show } from "./tree.ts";

const ROOT = { uids: [0], gids: [0] };

/** A disk with a new filesystem on it, of which `change` has been told the bytes. */
function disk(change: (view: DataView) => void = () => undefined): Uint8Array {
  const bytes = new Uint8Array(1 << 20);
  format(bytes, { blockSize: 1024, time: TIME });
  change(new DataView(bytes.buffer));
  return bytes;
}

const set32 = (field: number, value: number) => (view: DataView): void => view.setUint32(SUPER_AT + field, value, true);
const set16 = (field: number, value: number) => (view: DataView): void => view.setUint16(SUPER_AT + field, value, true);

describe("a disk that is refused", () => {
  const refusals: readonly (readonly [change: (view: DataView) => void, reason: string])[] = [
    [set16(Super.MAGIC, 0x1234), "bad magic number 0x1234 (should be 0xef53)"],
    [set32(Super.LOG_BLOCK_SIZE, 3), "block size 8192 is too big (max is 4096 bytes)"],
    [set32(Super.LOG_BLOCK_SIZE, 0xffffffff), "block size 2^4294967305 is too big (max is 4096 bytes)"],
    [set32(Super.BLOCKS, 5000), "disk size (1048576 bytes) too small; superblock says we need 5120000"],
    [set32(Super.INCOMPAT, 0x42), "could not mount because of unsupported optional features (0x40)"],
    [set16(Super.INODE_SIZE, 100), "inode size 100 isn't supported"],
    [set16(Super.INODE_SIZE, 4096), "inode size 4096 isn't supported"],
    [set32(Super.BLOCKS_PER_GROUP, 0), "the superblock's sizes do not fit together"],
    [set32(Super.INODES_PER_GROUP, 0), "the superblock's sizes do not fit together"],
    [set32(Super.INODES, 7), "the superblock's sizes do not fit together"],
    [(view) => view.setUint32(2048, 1, true), "the group descriptors claim block 1, which is not free for them"],
    [(view) => view.setUint32(2056, 0xfffffff0, true), "the group descriptors claim block 4294967280, which is not free for them"],
    [(view) => view.setUint16(5 * 1024 + 128, 0, true), "can't get root"],
    [(view) => view.setUint16(5 * 1024 + 128, S_IFREG, true), "no root node!"],
  ];
  for (const [change, reason] of refusals) {
    it(`says: ${reason}`, () => {
      expect(use(disk(change))).to.equal(reason);
    });
  }

  it("says so of one that is too large to lie in memory", () => {
    const large = disk(set32(Super.BLOCKS, 3 << 20));
    expect(() => readGeometry(large.subarray(SUPER_AT), 2 ** 40)).to.throw("a disk of 3221225472 bytes is too large here (max is 2147483648 bytes)");
  });

  it("says so of one that is too small, or none at all", () => {
    expect(use(new Uint8Array(1024))).to.equal("device too small for superblock (1024 bytes)");
    expect(use(new Uint8Array(8192))).to.equal("bad magic number 0x0 (should be 0xef53)");
  });
});

describe("a damaged disk", function () {
  this.timeout(120_000);

  it("gives answers, whatever has happened to its bytes: never an exception, and an end", () => {
    const images = ["hurd-1k", "old-1k", "linux-4k"].map(fixture);
    // what matters of a disk is at its beginning: superblock, descriptors, bitmaps, inodes, directories
    const damage = fc.record({ at: fc.oneof(fc.nat(4_096), fc.nat(80_000), fc.nat((1 << 20) - 8)), word: fc.oneof(fc.nat(300), fc.nat(0xffff), fc.constant(0xffffffff)), size: fc.constantFrom(1, 2, 4) });
    fc.assert(
      fc.property(fc.nat(images.length - 1), fc.array(damage, { minLength: 1, maxLength: 12, size: "max" }), (which, damages) => {
        const bytes = (images[which] ?? new Uint8Array(0)).slice();
        const view = new DataView(bytes.buffer);
        for (const { at, word, size } of damages) {
          if (size === 1) view.setUint8(at, word & 0xff);
          else if (size === 2) view.setUint16(at, word & 0xffff, true);
          else view.setUint32(at, word, true);
        }
        exercise(bytes);
      }),
      { numRuns: 150 },
    );
  });

  /** Everything that somebody could do with it. */
  function exercise(bytes: Uint8Array): void {
    withFile(bytes, "sub", "new", { kind: "file", uid: 0, gid: 0, mtime: TIME, mode: 0o644, bytes: new Uint8Array(5_000) });
    const got = use(bytes);
    if (typeof got === "string") return;
    const { fs, store } = got;
    show(store, 300);
    const { self } = port(fs, store.root);
    now(dirMkdir(fs, self, "made", 0o755));
    const file = now(createNode(fs, store.root, "file", S_IFREG | 0o644, ROOT));
    if (!file.err) {
      now(file.value.write(0, new Uint8Array(20_000)));
      now(file.value.setTranslator(Uint8Array.of(97, 0)));
    }
    const entries = now(store.root.entries());
    for (const { name } of entries.err ? [] : entries.value) now(dirUnlink(fs, self, name));
    now(store.statfs());
    now(store.finish());
  }

  it("answers EIO for pointers that cannot be, and says of which block", () => {
    const { store, warnings } = used(disk((view) => view.setUint32(5 * 1024 + 128 + 40, 3, true)));
    expect(now(store.root.lookup("lost+found")).err).to.equal(Errno.EIO);
    expect(warnings).to.deep.equal(["warning: a file claims block 3, which is not a file's"]);
  });

  it("warns of a bad record in a directory, and goes on behind its block", () => {
    const { store, warnings, disk: { bytes } } = used(fixture("hurd-1k"));
    const many = now(store.root.lookup("many"));
    if (many.err) throw new Error("there is no directory");
    const before = now(many.value.entries());
    const first = new DataView(bytes.buffer).getUint32(0, true);
    expect(first).to.equal(0);
    expect(before.err === 0 && before.value.length).to.equal(122);
    const at = bytes.findIndex((_, i) => i % 1024 === 0 && new TextDecoder().decode(bytes.subarray(i + 8, i + 20)) === "a-rather-lon");
    const damaged = bytes.slice();
    new DataView(damaged.buffer).setUint16(at + 4, 7, true);
    const again = used(damaged);
    const found = now(again.store.root.lookup("many"));
    const after = found.err ? found : now(found.value.entries());
    expect(after.err === 0 && after.value.length).to.be.within(60, 121);
    expect(again.warnings[0]).to.match(/^warning: bad directory entry: inode: \d+ offset: 0$/);
    expect(warnings).to.deep.equal([]);
  });

  it("that says that a named inode is free has it not", () => {
    const { store } = used(disk((view) => view.setUint16(5 * 1024 + 10 * 128 + 26, 0, true)));
    expect(now(store.root.lookup("lost+found")).err).to.equal(Errno.EIO);
  });
});
