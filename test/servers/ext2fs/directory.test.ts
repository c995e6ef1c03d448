import { expect } from "chai";
import { check } from "../../../servers/ext2fs/check.ts";
import { enterName, listNames, lookupName, removeName, rewriteName } from "../../../servers/ext2fs/directory.ts";
import { makeFile, openFile } from "../../../servers/ext2fs/files.ts";
import { format } from "../../../servers/ext2fs/format.ts";
import { DiskError } from "../../../servers/ext2fs/image.ts";
import type { Inode } from "../../../servers/ext2fs/inode.ts";
import { InodeField, ROOT_INO } from "../../../servers/ext2fs/layout.ts";
import { S_IFREG } from "../../../servers/interfaces/stat.ts";
import { TIME } from "./disk.ts";

/** The root of a new filesystem, a file to give names to, and the disk's bytes. */
function scene(): { readonly root: Inode; readonly file: Inode; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(1 << 20);
  const volume = format(bytes, { blockSize: 1024, time: TIME });
  const root = openFile(volume, ROOT_INO);
  return { root, file: makeFile(volume, root, S_IFREG | 0o644), bytes };
}

const enter = ({ root, file }: ReturnType<typeof scene>, name: string): void => {
  enterName(root, { name, ino: file.ino, type: S_IFREG });
  file.set16(InodeField.LINKS, file.get16(InodeField.LINKS) + 1);
};
const remove = ({ root, file }: ReturnType<typeof scene>, name: string): void => {
  removeName(root, name);
  file.set16(InodeField.LINKS, file.get16(InodeField.LINKS) - 1);
};
const names = (root: Inode): readonly string[] => listNames(root).map(({ name }) => name);
/** A name whose record takes 32 bytes. */
const nth = (i: number): string => `a-name-of-${String(i).padStart(4, "0")}-letters`;

/** As `scene`, with so many names that no more of them fit into the root's block: "." and ".." take 12 bytes each, lost+found 20. */
function full(): ReturnType<typeof scene> {
  const made = scene();
  for (let i = 0; i < Math.floor((1024 - 44) / 32); i++) enter(made, nth(i));
  return made;
}

describe("room for a name in a directory", () => {
  it("is what a removed one has left", () => {
    const made = full();
    remove(made, nth(3));
    enter(made, "another-with-22-letters");
    expect(made.root.size).to.equal(1024);
    expect(names(made.root).indexOf("another-with-22-letters")).to.equal(names(made.root).indexOf(nth(2)) + 1);
    expect(check(made.bytes)).to.deep.equal([]);
  });

  it("is made by moving names together, when it is there but not in one place", () => {
    const made = full();
    for (const i of [3, 6, 9]) remove(made, nth(i));
    const before = names(made.root).filter((name) => name.startsWith("a-name"));
    enter(made, "x".repeat(70));
    expect(made.root.size).to.equal(1024);
    expect(names(made.root).filter((name) => name.startsWith("a-name"))).to.deep.equal(before);
    expect(names(made.root).at(-1)).to.equal("x".repeat(70));
    expect(check(made.bytes)).to.deep.equal([]);
  });

  it("is a new block when there is none, and the record of a first name stays where it is, free", () => {
    const made = full();
    enter(made, "y".repeat(255));
    expect(made.root.size).to.equal(2048);
    remove(made, "y".repeat(255));
    expect(lookupName(made.root, "y".repeat(255))).to.equal(0);
    expect(check(made.bytes)).to.deep.equal([]);
  });

  it("a name can be made to mean another file; one that is not there neither that nor be removed", () => {
    const made = scene();
    enter(made, "one");
    rewriteName(made.root, { name: "one", ino: 11, type: 0 });
    expect(lookupName(made.root, "one")).to.equal(11);
    expect(() => removeName(made.root, "two")).to.throw(DiskError);
    expect(() => rewriteName(made.root, { name: "two", ino: 11, type: 0 })).to.throw(DiskError);
  });
});
