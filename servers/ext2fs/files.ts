/** Files as a whole: made, and given back (ext2fs/ialloc.c, and what libdiskfs does around it). */
import { S_ISDIR, S_ISREG } from "../interfaces/stat.ts";
import { freeInode, inodeInUse, newInode } from "./allocate.ts";
import { freeAttributes } from "./attributes.ts";
import { freeBlocks } from "./blocks.ts";
import { damaged } from "./image.ts";
import { Inode } from "./inode.ts";
import { DIRECTORY_FL, INHERITED_FL, InodeField, OTHER_FL } from "./layout.ts";
import { freeRecordBlock } from "./translator.ts";
import type { Volume } from "./volume.ts";

/** The flags that a file of that mode takes over from its directory. */
function inherited(flags: number, mode: number): number {
  const kept = flags & INHERITED_FL;
  return S_ISDIR(mode) ? kept : kept & (S_ISREG(mode) ? ~DIRECTORY_FL : OTHER_FL);
}

/** A new inode for a file of that mode in `dir`, without name, links, contents or times. ENOSPC. */
export function makeFile(v: Volume, dir: Inode, mode: number): Inode {
  const inode = new Inode(v, newInode(v, dir.ino, mode));
  inode.set16(InodeField.MODE, mode & 0xffff);
  inode.set32(InodeField.FLAGS, inherited(dir.get32(InodeField.FLAGS), mode));
  return inode;
}

/** The inode that a directory names. EIO for one that is nobody's: the directory is wrong. */
export function openFile(v: Volume, ino: number): Inode {
  const inode = new Inode(v, ino);
  if (inode.mode === 0 || inode.get16(InodeField.LINKS) === 0 || !inodeInUse(v, ino)) throw damaged(`inode ${ino} is named, but in no use`);
  return inode;
}

/** Gives back all that a file has, and the inode. `now`: seconds. */
export function freeFile(inode: Inode, now: number): void {
  const { mode } = inode;
  if (inode.hasPointers) freeBlocks(inode, 0);
  freeAttributes(inode);
  freeRecordBlock(inode);
  inodeInUse(inode.volume, inode.ino);
  inode.size = 0;
  inode.set16(InodeField.MODE, 0);
  inode.set16(InodeField.LINKS, 0);
  inode.set32(InodeField.DTIME, now);
  freeInode(inode.volume, inode.ino, mode);
}
