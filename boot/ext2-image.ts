/** The root filesystem's tree on an ext2 disk, and what is put on such a disk before it boots. */
import { encodeArgz } from "../servers/interfaces/argz.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../servers/interfaces/stat.ts";
import { writeContents, writeLink } from "../servers/ext2fs/contents.ts";
import { enterName, lookupName, removeName } from "../servers/ext2fs/directory.ts";
import { freeFile, makeFile, openFile } from "../servers/ext2fs/files.ts";
import { format, type FormatOptions } from "../servers/ext2fs/format.ts";
import { DiskError, Image } from "../servers/ext2fs/image.ts";
import { readStatus, writeStatus, type Inode } from "../servers/ext2fs/inode.ts";
import { EXT2_MAGIC, InodeField, ROOT_INO, Super, SUPER_AT } from "../servers/ext2fs/layout.ts";
import { readGeometry } from "../servers/ext2fs/superblock.ts";
import { writeRecord } from "../servers/ext2fs/translator.ts";
import { Volume } from "../servers/ext2fs/volume.ts";
import type { RamdiskNode } from "../servers/tmpfs/ramdisk.ts";

/** True for a disk that says it is an ext2 one. */
export function isExt2(disk: Uint8Array): boolean {
  const at = SUPER_AT + Super.MAGIC;
  return (disk[at] ?? 0) + (disk[at + 1] ?? 0) * 256 === EXT2_MAGIC;
}

/** An ext2 disk of `size` bytes with that tree as its root. Throws DiskError when it has no room for it, FormatError when it is too small for anything. */
export function ext2Image(tree: RamdiskNode, size: number, options: FormatOptions): Uint8Array {
  const bytes = new Uint8Array(size);
  const volume = format(bytes, options);
  fill(openFile(volume, ROOT_INO), ROOT_INO, tree);
  return bytes;
}

const types = { dir: S_IFDIR, file: S_IFREG, symlink: S_IFLNK } as const;

/** Makes `inode` what the tree says; it has its type already. */
function fill(inode: Inode, parent: number, tree: RamdiskNode): void {
  const time = { sec: tree.mtime, nsec: 0 };
  const links = tree.kind === "dir" ? inode.get16(InodeField.LINKS) || 2 : 1;
  const { uid, gid } = tree;
  writeStatus(inode, { ...readStatus(inode, false), mode: types[tree.kind] | tree.mode, uid, gid, author: uid, nlink: links, gen: tree.mtime, atim: time, mtim: time, ctim: time });
  if (tree.translator !== undefined) writeRecord(inode, encodeArgz(tree.translator), true);
  if (tree.kind === "file") writeContents(inode, 0, tree.bytes);
  else if (tree.kind === "symlink") writeLink(inode, tree.target);
  else fillDirectory(inode, parent, tree.entries);
}

function fillDirectory(dir: Inode, parent: number, entries: readonly (readonly [string, RamdiskNode])[]): void {
  if (dir.size === 0) {
    enterName(dir, { name: ".", ino: dir.ino, type: S_IFDIR });
    enterName(dir, { name: "..", ino: parent, type: S_IFDIR });
  }
  for (const [name, tree] of entries) {
    add(dir, name, tree);
    if (tree.kind === "dir") dir.set16(InodeField.LINKS, dir.get16(InodeField.LINKS) + 1);
  }
}

function add(dir: Inode, name: string, tree: RamdiskNode): void {
  const inode = makeFile(dir.volume, dir, types[tree.kind]);
  fill(inode, dir.ino, tree);
  enterName(dir, { name, ino: inode.ino, type: types[tree.kind] });
}

/** A copy of an ext2 disk in which `directory`, one of the root's, has the file `name`. A disk that cannot have it is left as it is: whoever boots it says why. */
export function withFile(disk: Uint8Array, directory: string, name: string, file: RamdiskNode): Uint8Array {
  const bytes = disk.slice();
  try {
    const geometry = readGeometry(bytes.subarray(SUPER_AT), bytes.length);
    const volume = new Volume(new Image(bytes, geometry.blockSize, true), geometry);
    const dir = openFile(volume, lookupName(openFile(volume, ROOT_INO), directory));
    const old = lookupName(dir, name);
    if (old !== 0) {
      removeName(dir, name);
      freeFile(openFile(volume, old), file.mtime);
    }
    add(dir, name, file);
    return bytes;
  } catch (e) {
    if (e instanceof DiskError) return disk.slice();
    throw e;
  }
}
