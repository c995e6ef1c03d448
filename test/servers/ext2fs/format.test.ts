import { expect } from "chai";
import { check } from "../../../servers/ext2fs/check.ts";
import { format, FormatError } from "../../../servers/ext2fs/format.ts";
import { Super, SUPER_AT } from "../../../servers/ext2fs/layout.ts";
import { e2fsck, TIME, used } from "./disk.ts";
import { show } from "./tree.ts";

const here = e2fsck(new Uint8Array(0)) !== undefined;

describe("a new filesystem", function () {
  this.timeout(60_000);
  const sizes: readonly (readonly [size: number, blockSize: number, hurd: boolean])[] = [
    [100 << 10, 1024, true], [1 << 20, 1024, true], [8193 << 10, 1024, true], [8250 << 10, 1024, true], [40 << 20, 1024, false], [9_000_001, 2048, false], [4 << 20, 4096, true],
  ];
  for (const [size, blockSize, hurd] of sizes) {
    it(`of ${size} bytes in blocks of ${blockSize} for ${hurd ? "the Hurd" : "Linux"} is without a fault${here ? ", as e2fsck says, too" : ""}, and has a root and lost+found`, () => {
      const bytes = new Uint8Array(size);
      format(bytes, { blockSize, hurd, time: TIME, label: "new" });
      expect(check(bytes)).to.deep.equal([]);
      expect(e2fsck(bytes) ?? "").to.equal("");
      expect([...show(used(bytes).store).keys()]).to.deep.equal(["/", "/lost+found"]);
    });
  }

  it("has copies of superblock and descriptors at the beginning of groups 1, and of powers of 3, 5 and 7", () => {
    const bytes = new Uint8Array(90 << 20);
    const { geometry } = format(bytes, { blockSize: 1024, time: TIME });
    const view = new DataView(bytes.buffer);
    const copies = Array.from({ length: geometry.groups }, (_, group) => group).filter((group) => view.getUint16((1 + group * geometry.blocksPerGroup) * 1024 + Super.MAGIC, true) === 0xef53);
    expect(copies).to.deep.equal([0, 1, 3, 5, 7, 9]);
    expect(view.getUint16((1 + 9 * geometry.blocksPerGroup) * 1024 + Super.BLOCK_GROUP, true)).to.equal(9);
  });

  it("is refused where there is no room for one", () => {
    expect(() => format(new Uint8Array(20 << 10), { blockSize: 1024, time: TIME })).to.throw(FormatError, "20480 bytes are too few for a filesystem");
  });
});

describe("the check of a filesystem", () => {
  const faults: readonly (readonly [what: string, change: (view: DataView) => void, fault: string])[] = [
    ["a count", (v) => v.setUint32(SUPER_AT + Super.FREE_BLOCKS, 5, true), "free blocks: 969, not 5"],
    ["a link count", (v) => v.setUint16(5 * 1024 + 128 + 26, 9, true), "inode 2 has 3 names, says 9"],
    ["a bitmap", (v) => v.setUint8(3 * 1024 + 100, 1), "block 801 is free, the bitmap says otherwise"],
    ["a pointer", (v) => v.setUint32(5 * 1024 + 10 * 128 + 44, 4, true), "inode 11: block 4 is another's, or none"],
  ];
  for (const [what, change, fault] of faults) {
    it(`finds ${what} that is wrong`, () => {
      const bytes = new Uint8Array(1 << 20);
      format(bytes, { blockSize: 1024, time: TIME });
      change(new DataView(bytes.buffer));
      expect(check(bytes)).to.include(fault);
    });
  }
});
