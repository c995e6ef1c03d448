/** The filesystem's half that libdiskfs wants: nodes by their numbers, room, options, and the way back to the disk. */
import type { Libc } from "../../glibc-shim/libc.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { invariant } from "../../mach/kern/invariant.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSTYPE_EXT2FS, NAME_MAX } from "../interfaces/hurd-types.ts";
import { S_IFMT, S_ISDIR, S_ITRANS, type Timespec } from "../interfaces/stat.ts";
import type { Statfs } from "../interfaces/statfs.ts";
import { Store, type NodeStatus, type Status } from "../lib/diskfs/node.ts";
import { makeFile, openFile } from "./files.ts";
import { readStatus, type Inode } from "./inode.ts";
import { LINK_MAX, ROOT_INO, Super, VALID_FS } from "./layout.ts";
import type { Mounted, Refused } from "./mounted.ts";
import { Ext2Node } from "./node.ts";
import { readRecord } from "./translator.ts";

/** What the filesystem was told. */
export interface Ext2Options {
  readonly libc: Libc;
  readonly mounted: Mounted;
  /** `argv[0]`, for `fsysopts`. */
  readonly program: string;
  /** The disk's name. */
  readonly source: string;
  /** Words of `fsysopts` for the disk. */
  readonly disk: readonly string[];
  /** Tells filesystems apart: the server's pid, or 0 for the root. */
  readonly fsid: number;
}

/** The times of a file that has just been made, until libdiskfs sets them. */
const noTime: Timespec = { sec: 0, nsec: 0 };

export class Ext2Store extends Store {
  readonly program: string;
  readonly serverName = "ext2fs";
  readonly serverVersion = "0.9.0";
  readonly fstype = FSTYPE_EXT2FS;
  readonly linkMax = LINK_MAX;
  /** Two pages, whatever the disk's blocks. */
  override readonly blockSize = 8192;
  readonly source: string;
  readonly fsid: number;
  readonly mounted: Mounted;
  /** Translator records are stored as attributes where the disk has those. */
  attributes = true;
  private readonly libc: Libc;
  private readonly disk: readonly string[];
  private readonly nodes = new Map<number, Ext2Node>();
  private rootNode: Ext2Node | undefined = undefined;
  private generation = 0;

  private constructor({ libc, mounted, program, source, disk, fsid }: Ext2Options) {
    super();
    this.libc = libc;
    this.mounted = mounted;
    this.program = program;
    this.source = source;
    this.disk = disk;
    this.fsid = fsid;
  }

  /** With the root found, which must be a directory. */
  static *create(options: Ext2Options): Syscall<{ readonly err: 0; readonly value: Ext2Store } | Refused> {
    const store = new Ext2Store(options);
    const root = yield* store.node(ROOT_INO);
    if (root.err) return { err: root.err, reason: "can't get root" };
    if (!S_ISDIR(root.value.st.mode)) return { err: Errno.EIO, reason: "no root node!" };
    store.rootNode = root.value;
    return { err: 0, value: store };
  }

  get root(): Ext2Node {
    invariant(this.rootNode !== undefined, "a store has its root from the beginning");
    return this.rootNode;
  }

  /** The node of that number: one object for each. EIO. */
  *node(ino: number): Syscall<Result<Ext2Node>> {
    const known = this.nodes.get(ino);
    if (known !== undefined) return { err: 0, value: known };
    const { mounted } = this;
    const read = yield* mounted.run(() => {
      const inode = openFile(mounted.volume, ino);
      return { inode, st: readStatus(inode, readRecord(inode) !== undefined) };
    });
    return read.err ? read : { err: 0, value: this.keep(read.value.inode, read.value.st) };
  }

  /** Another request may have been quicker. */
  private keep(inode: Inode, st: NodeStatus): Ext2Node {
    const known = this.nodes.get(inode.ino);
    if (known !== undefined) return known;
    const node = new Ext2Node(this, inode, st);
    this.nodes.set(inode.ino, node);
    return node;
  }
  forget(node: Ext2Node): void {
    this.nodes.delete(node.ino);
  }

  *now(): Syscall<Timespec> {
    const { sec, usec } = yield* this.libc.gettimeofday();
    return { sec, nsec: usec * 1000 };
  }

  *alloc(dir: Ext2Node, mode: number): Syscall<Result<Ext2Node>> {
    const { mounted } = this;
    const made = yield* mounted.change(() => makeFile(mounted.volume, dir.inode, mode));
    if (made.err) return made;
    if (this.nodes.has(made.value.ino)) return { err: Errno.EIO };
    const { sec } = yield* this.now();
    this.generation = Math.max(this.generation + 1, sec);
    const none = { uid: 0, gid: 0, author: 0, nlink: 0, size: 0, rdev: 0, flags: 0 };
    return { err: 0, value: this.keep(made.value, { ...none, mode: mode & S_IFMT, gen: this.generation, atim: noTime, mtim: noTime, ctim: noTime }) };
  }

  /** What the disk has room for: on one that was not made for the Hurd ids and modes have 16 bits, and the author is the owner. No flags: they have no names yet. */
  validate({ mode, uid, gid, author, flags }: NodeStatus): Status {
    if (flags !== 0) return Errno.EINVAL;
    if (this.mounted.volume.geometry.hurd) return 0;
    return [uid, gid, mode & ~S_ITRANS].some((n) => n >>> 0 > 0xffff) || author !== uid ? Errno.EINVAL : 0;
  }

  *statfs(): Syscall<Statfs> {
    const { volume } = this.mounted;
    const free = volume.super32(Super.FREE_BLOCKS);
    return {
      type: this.fstype, bsize: volume.geometry.blockSize, blocks: volume.geometry.blocks, bfree: free, bavail: Math.max(0, free - volume.super32(Super.RESERVED_BLOCKS)),
      files: volume.geometry.inodes, ffree: volume.super32(Super.FREE_INODES), fsid: this.fsid, namelen: NAME_MAX,
    };
  }

  *sync(): Syscall<void> {
    yield* this.writeBack(false);
  }
  /** Files that nothing names any more go now, open or not: nobody would find them later but fsck. */
  override *finish(): Syscall<void> {
    for (const node of [...this.nodes.values()]) if (node.st.nlink === 0) yield* node.free();
    yield* this.writeBack(true);
  }

  override get hardReadonly(): boolean {
    return this.mounted.hardReadonly;
  }
  override *readonlyChanged(readonly: boolean): Syscall<void> {
    const { mounted } = this;
    if (readonly) yield* this.writeBack(true);
    else if ((mounted.volume.state & VALID_FS) === 0) yield* mounted.run(() => mounted.volume.warn("UNCLEANED FILESYSTEM NOW WRITABLE"));
  }

  private *writeBack(clean: boolean): Syscall<void> {
    const { mounted } = this;
    if (!mounted.changed) return;
    for (const node of this.nodes.values()) node.put();
    const { sec } = yield* this.now();
    const err = yield* mounted.sync(sec, clean);
    if (err) yield* mounted.run(() => mounted.volume.warn("device flush failed"));
  }

  options(): readonly string[] {
    return [...(this.attributes ? [] : ["--no-xattr-translator-records"]), ...this.disk];
  }
  *setOption(option: string): Syscall<boolean> {
    if (option !== "--no-xattr-translator-records") return false;
    this.attributes = false;
    return true;
  }
}
