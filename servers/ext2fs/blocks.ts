/** Which block of the disk is which block of a file: pointers in the inode, and blocks of pointers, up to three deep (ext2fs/getblk.c, truncate.c). */
import { Errno } from "../interfaces/errno.ts";
import { damaged, DiskError } from "./image.ts";
import { freeBlock, needBitmap, newBlock } from "./allocate.ts";
import type { Inode } from "./inode.ts";
import { DIRECT_BLOCKS } from "./layout.ts";
import type { Volume } from "./volume.ts";

/** The way to block `n` of a file: the pointer in the inode, then in each block of pointers. EFBIG. */
function way(addresses: number, n: number): readonly number[] {
  if (n < DIRECT_BLOCKS) return [n];
  let rest = n - DIRECT_BLOCKS;
  if (rest < addresses) return [DIRECT_BLOCKS, rest];
  rest -= addresses;
  if (rest < addresses ** 2) return [DIRECT_BLOCKS + 1, Math.floor(rest / addresses), rest % addresses];
  rest -= addresses ** 2;
  if (rest >= addresses ** 3) throw new DiskError(Errno.EFBIG);
  return [DIRECT_BLOCKS + 2, Math.floor(rest / addresses ** 2), Math.floor(rest / addresses) % addresses, rest % addresses];
}

/** The disk's block that is block `n` of the file; 0: a hole. Throws Absent, and EIO for a pointer that cannot be. */
export function blockOf(inode: Inode, n: number): number {
  const { volume } = inode;
  if (n < DIRECT_BLOCKS) return volume.checked(volume.image.u32(inode.pointerAt(n)));
  const [first = 0, ...deeper] = way(volume.addresses, n);
  let block = volume.checked(volume.image.u32(inode.pointerAt(first)));
  for (const slot of deeper) {
    if (block === 0) return 0;
    block = volume.checked(volume.image.u32(volume.image.at(block) + 4 * slot));
  }
  return block;
}

/** As `blockOf`, but takes a block of zeros where there is a hole. ENOSPC. */
export function ensureBlock(inode: Inode, n: number): number {
  const { volume } = inode;
  const { image } = volume;
  let table = 0;
  let block = 0;
  way(volume.addresses, n).forEach((slot, depth) => {
    const at = depth === 0 ? inode.pointerAt(slot) : image.at(table) + 4 * slot;
    block = volume.checked(image.u32(at));
    if (block === 0) {
      block = newBlock(volume, goal(inode, at, slot, table));
      image.set32(at, block);
      inode.addBlocks(1);
    }
    table = block;
  });
  return block;
}

/** Where a new block should be: behind the one before it in its table, else behind the table, else in the inode's group. */
function goal({ volume, home }: Inode, at: number, slot: number, table: number): number {
  for (let i = 1; i <= slot; i++) {
    const before = volume.image.u32(at - 4 * i);
    if (before !== 0) return before + 1;
  }
  return table !== 0 ? table + 1 : home;
}

/** A pointer that goes: where it stands, and what it says. */
interface Doomed {
  readonly at: number;
  readonly block: number;
}

/** Collects what a file loses that keeps its first `keep` blocks; changes nothing. */
class Doom {
  readonly found: Doomed[] = [];
  private readonly volume: Volume;
  private readonly keep: number;
  private seen = 0;
  constructor(volume: Volume, keep: number) {
    this.volume = volume;
    this.keep = keep;
  }

  /** Looks at the pointer at `at`, for file blocks from `first` on, `depth` tables above them. */
  look(at: number, first: number, depth: number): void {
    const { volume } = this;
    const span = volume.addresses ** depth;
    const block = first + span <= this.keep ? 0 : volume.checked(volume.image.u32(at));
    if (block === 0) return;
    if (this.seen++ > volume.geometry.blocks) throw damaged("a file has more blocks than the disk");
    if (depth > 0) {
      const table = volume.image.at(block);
      for (let i = 0; i < volume.addresses; i++) this.look(table + 4 * i, first + (i * span) / volume.addresses, depth - 1);
    }
    if (first < this.keep) return;
    needBitmap(volume, block);
    this.found.push({ at, block });
  }
}

/** Gives back all blocks of the file but the first `keep`, and the tables that are not needed any more. */
export function freeBlocks(inode: Inode, keep: number): void {
  const { volume } = inode;
  const doom = new Doom(volume, keep);
  for (let i = 0; i < DIRECT_BLOCKS; i++) doom.look(inode.pointerAt(i), i, 0);
  let first = DIRECT_BLOCKS;
  for (let depth = 1; depth <= 3; depth++) {
    doom.look(inode.pointerAt(DIRECT_BLOCKS + depth - 1), first, depth);
    first += volume.addresses ** depth;
  }
  for (const { at, block } of doom.found) {
    volume.image.set32(at, 0);
    freeBlock(volume, block);
    inode.addBlocks(-1);
  }
}
