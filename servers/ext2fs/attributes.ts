/** Extended attributes in a block, of which a filesystem needs one: "gnu.translator" (ext2fs/xattr.c). Other attributes stay as they are. */
import { Errno } from "../interfaces/errno.ts";
import { freeBlock, needBitmap, newBlock } from "./allocate.ts";
import { damaged, DiskError } from "./image.ts";
import type { Inode } from "./inode.ts";
import { InodeField } from "./layout.ts";
import type { Volume } from "./volume.ts";

const MAGIC = 0xea020000;
const HEADER = 32;
/** Bytes of an entry before its name. */
const ENTRY = 16;
/** The number of the prefix "gnu.". */
const GNU = 10;
const TRANSLATOR = new TextEncoder().encode("translator");

interface Attribute {
  readonly prefix: number;
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

const padded = (n: number): number => (n + 3) & ~3;
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
const isTranslator = ({ prefix, name }: Attribute): boolean => prefix === GNU && same(name, TRANSLATOR);

/** The attributes in a block. EIO when they are none. */
function readBlock(v: Volume, block: number): readonly Attribute[] {
  const { image, geometry } = v;
  const start = image.at(block);
  const end = start + geometry.blockSize;
  if (image.u32(start) !== MAGIC || image.u32(start + 8) !== 1) throw damaged("Invalid extended attribute block.");
  const found: Attribute[] = [];
  for (let at = start + HEADER; at + ENTRY <= end && image.u32(at) !== 0; ) {
    const [nameLength, offset, size] = [image.u8(at), image.u16(at + 2), image.u32(at + 8)];
    const name = at + ENTRY;
    if (name + nameLength > end || image.u32(at + 4) !== 0 || offset + size > geometry.blockSize) throw damaged("Invalid extended attribute block.");
    found.push({ prefix: image.u8(at + 1), name: image.bytes.slice(name, name + nameLength), value: image.bytes.slice(start + offset, start + offset + size) });
    at += padded(ENTRY + nameLength);
  }
  return found;
}

/** The hash of an entry: its name, then its value in words. */
function hashOf({ name, value }: Attribute): number {
  let hash = 0;
  for (const byte of name) hash = ((hash << 5) | (hash >>> 27)) ^ byte;
  const words = new Uint8Array(padded(value.length));
  words.set(value);
  const view = new DataView(words.buffer);
  for (let at = 0; at < words.length; at += 4) hash = ((hash << 16) | (hash >>> 16)) ^ view.getUint32(at, true);
  return hash >>> 0;
}

const byName = (a: Attribute, b: Attribute): number => {
  const order = a.prefix - b.prefix || a.name.length - b.name.length;
  if (order !== 0) return order;
  const i = a.name.findIndex((byte, at) => byte !== b.name[at]);
  return (a.name[i] ?? 0) - (b.name[i] ?? 0);
};

/** The block that holds these attributes. ERANGE when they are too many. */
function encodeBlock(blockSize: number, attributes: readonly Attribute[]): Uint8Array {
  const room = attributes.reduce((sum, { name, value }) => sum + padded(ENTRY + name.length) + padded(value.length), HEADER + 4);
  if (room > blockSize) throw new DiskError(Errno.ERANGE);
  const bytes = new Uint8Array(blockSize);
  const view = new DataView(bytes.buffer);
  [MAGIC, 1, 1].forEach((word, i) => view.setUint32(4 * i, word, true));
  let at = HEADER;
  let end = blockSize;
  let all = 0;
  for (const attribute of [...attributes].sort(byName)) {
    const { prefix, name, value } = attribute;
    end -= padded(value.length);
    const hash = hashOf(attribute);
    bytes.set([name.length, prefix], at);
    view.setUint16(at + 2, end, true);
    view.setUint32(at + 8, value.length, true);
    view.setUint32(at + 12, hash, true);
    bytes.set(name, at + ENTRY);
    bytes.set(value, end);
    all = ((all << 16) | (all >>> 16)) ^ hash;
    at += padded(ENTRY + name.length);
  }
  view.setUint32(12, all, true);
  return bytes;
}

/** The translator record among the attributes; undefined: there is none. */
export function readTranslator(inode: Inode): Uint8Array | undefined {
  const block = inode.attributes;
  return block === 0 ? undefined : readBlock(inode.volume, block).find(isTranslator)?.value;
}

/** Sets or removes the translator record. ENOSPC, ERANGE: nothing has changed. */
export function writeTranslator(inode: Inode, record: Uint8Array | undefined): void {
  const { volume } = inode;
  const old = inode.attributes;
  const others = old === 0 ? [] : readBlock(volume, old).filter((attribute) => !isTranslator(attribute));
  const wanted = record === undefined ? others : [...others, { prefix: GNU, name: TRANSLATOR, value: record }];
  if (wanted.length === 0) return freeAttributes(inode);
  const bytes = encodeBlock(volume.geometry.blockSize, wanted);
  const block = old === 0 || isShared(volume, old) ? newBlock(volume, inode.home) : old;
  if (block !== old) {
    if (old !== 0) share(volume, old, -1);
    else inode.addBlocks(1);
    inode.set32(InodeField.FILE_ACL, block);
  }
  volume.image.put(volume.image.at(block), bytes);
}

const references = (v: Volume, block: number): number => v.image.u32(v.image.at(block) + 4);
const isShared = (v: Volume, block: number): boolean => references(v, block) > 1;
const share = (v: Volume, block: number, change: number): void => v.image.set32(v.image.at(block) + 4, references(v, block) + change);

/** The inode has no attributes any more; their block goes with the last inode that has them. */
export function freeAttributes(inode: Inode): void {
  const { volume } = inode;
  const block = inode.attributes;
  if (block === 0) return;
  needBitmap(volume, block);
  if (isShared(volume, block)) share(volume, block, -1);
  else freeBlock(volume, block);
  inode.set32(InodeField.FILE_ACL, 0);
  inode.addBlocks(-1);
}
