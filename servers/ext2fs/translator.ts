/**
 * The record of a passive translator: an attribute where the disk has those, else, on a disk made for the Hurd, a block of its own that begins with the record's
 * length (ext2fs/inode.c). A record of the one kind gives way to one of the other.
 */
import { Errno } from "../interfaces/errno.ts";
import { freeBlock, needBitmap, newBlock } from "./allocate.ts";
import { readTranslator, writeTranslator } from "./attributes.ts";
import { damaged, DiskError } from "./image.ts";
import type { Inode } from "./inode.ts";
import { COMPAT_EXT_ATTR, InodeField } from "./layout.ts";

const hasAttributes = (inode: Inode): boolean => (inode.volume.geometry.compat & COMPAT_EXT_ATTR) !== 0;

/** The record; undefined: none. EIO: what stands there cannot be one. */
export function readRecord(inode: Inode): Uint8Array | undefined {
  const block = inode.translatorBlock;
  if (block === 0) return hasAttributes(inode) ? readTranslator(inode) : undefined;
  const { image, geometry } = inode.volume;
  const at = image.at(block);
  const length = image.u16(at);
  if (length > geometry.blockSize - 2) throw damaged(`the translator record of inode ${inode.ino} has ${length} bytes`);
  return image.bytes.slice(at + 2, at + 2 + length);
}

/** True when a record would go into a block of its own. */
export const takesBlock = (inode: Inode, attributes: boolean): boolean => inode.volume.geometry.hurd && !(hasAttributes(inode) && attributes);

/** Stores the record, or removes it. `attributes`: as an attribute where that can be. EOPNOTSUPP, ENAMETOOLONG, ERANGE, ENOSPC. */
export function writeRecord(inode: Inode, record: Uint8Array | undefined, attributes: boolean): void {
  if (hasAttributes(inode) && attributes) {
    writeTranslator(inode, record);
    return freeRecordBlock(inode);
  }
  if (!inode.volume.geometry.hurd) throw new DiskError(Errno.EOPNOTSUPP);
  if (record === undefined) return freeRecordBlock(inode);
  writeRecordBlock(inode, record);
}

function writeRecordBlock(inode: Inode, record: Uint8Array): void {
  const { volume } = inode;
  const bytes = new Uint8Array(volume.geometry.blockSize);
  if (record.length + 2 > bytes.length) throw new DiskError(Errno.ENAMETOOLONG);
  bytes.set([record.length & 0xff, record.length >> 8]);
  bytes.set(record, 2);
  let block = inode.translatorBlock;
  if (block === 0) {
    block = newBlock(volume, inode.home);
    inode.set32(InodeField.TRANSLATOR, block);
    inode.addBlocks(1);
  }
  volume.image.put(volume.image.own(block), bytes);
}

/** Gives the Hurd's block back, if there is one. */
export function freeRecordBlock(inode: Inode): void {
  const block = inode.translatorBlock;
  if (block === 0) return;
  needBitmap(inode.volume, block);
  inode.set32(InodeField.TRANSLATOR, 0);
  freeBlock(inode.volume, block);
  inode.addBlocks(-1);
}
