/** A file of an ext2 filesystem, as libdiskfs wants one: its status in memory, everything else on the disk. */
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { modeToType, type DirectoryEntry } from "../interfaces/dirent.ts";
import { Errno } from "../interfaces/errno.ts";
import { S_IFMT, S_IFREG, S_IPTRANS, S_ISDIR, S_ISLNK, S_ISREG } from "../interfaces/stat.ts";
import { Node, type NodeStatus, type Status } from "../lib/diskfs/node.ts";
import { giveUpWrite, readContents, readLink, setSize, writeContents, writeLink } from "./contents.ts";
import { enterName, isEmptyDirectory, listNames, lookupName, removeName, rewriteName } from "./directory.ts";
import { freeFile } from "./files.ts";
import { writeStatus, type Inode } from "./inode.ts";
import type { Ext2Store } from "./store.ts";
import { readRecord, takesBlock, writeRecord } from "./translator.ts";

export class Ext2Node extends Node {
  readonly inode: Inode;
  private readonly store: Ext2Store;
  private freed = false;
  constructor(store: Ext2Store, inode: Inode, st: NodeStatus) {
    super(inode.ino, st);
    this.store = store;
    this.inode = inode;
  }

  get blocks(): number {
    return this.inode.blocks;
  }
  get allocated(): number {
    const { blockSize } = this.inode.volume.geometry;
    const { mode, size } = this.st;
    return S_ISREG(mode) || S_ISDIR(mode) || (S_ISLNK(mode) && this.blocks > 0) ? Math.ceil(size / blockSize) * blockSize : 0;
  }

  /** Puts the status where it is kept. */
  put(): void {
    if (this.freed) return;
    if (!this.inode.volume.geometry.hurd) this.st.author = this.st.uid;
    writeStatus(this.inode, this.st);
  }

  read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    return this.store.mounted.run(() => readContents(this.inode, offset, amount));
  }
  override readDirectory(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    return this.read(offset, amount);
  }
  *write(offset: number, data: Uint8Array): Syscall<Status> {
    const err = yield* this.change(() => writeContents(this.inode, offset, data));
    if (err) yield* this.change(() => giveUpWrite(this.inode));
    return err;
  }
  setSize(size: number): Syscall<Status> {
    return this.change(() => setSize(this.inode, size));
  }

  /** Changes the disk, which knows the status already; the size comes back from it. */
  private *change(body: () => void): Syscall<Status> {
    const done = yield* this.store.mounted.change(() => {
      this.put();
      body();
    });
    this.st.size = this.inode.size;
    return done.err;
  }

  *lookup(name: string): Syscall<Result<Node>> {
    const found = yield* this.store.mounted.run(() => lookupName(this.inode, name));
    if (found.err) return found;
    return found.value === 0 ? { err: Errno.ENOENT } : yield* this.store.node(found.value);
  }
  enter(name: string, { ino, st }: Node): Syscall<Status> {
    return this.change(() => enterName(this.inode, { name, ino, type: st.mode }));
  }
  remove(name: string): Syscall<Status> {
    return this.change(() => removeName(this.inode, name));
  }
  rewrite(name: string, { ino, st }: Node): Syscall<Status> {
    return this.change(() => rewriteName(this.inode, { name, ino, type: st.mode }));
  }
  *entries(): Syscall<Result<readonly DirectoryEntry[]>> {
    const names = yield* this.store.mounted.run(() => listNames(this.inode));
    return names.err ? names : { err: 0, value: names.value.map(({ name, ino, type }) => ({ name, ino, type: modeToType(type) })) };
  }
  *isEmpty(): Syscall<boolean> {
    const empty = yield* this.store.mounted.run(() => isEmptyDirectory(this.inode));
    return !empty.err && empty.value;
  }

  readlink(): Syscall<Result<string>> {
    return this.store.mounted.run(() => readLink(this.inode));
  }
  setLink(target: string): Syscall<Status> {
    return this.change(() => writeLink(this.inode, target));
  }
  translator(): Syscall<Result<Uint8Array | undefined>> {
    return this.store.mounted.run(() => readRecord(this.inode));
  }
  /** A link that gets a block for its record is a file from then on: it cannot have both (fsck does not like it). */
  *setTranslator(record: Uint8Array | undefined): Syscall<Status> {
    if (record !== undefined && S_ISLNK(this.st.mode) && takesBlock(this.inode, this.store.attributes)) {
      const err = yield* this.setSize(0);
      if (err) return err;
      this.st.mode = (this.st.mode & ~S_IFMT) | S_IFREG;
    }
    const err = yield* this.change(() => writeRecord(this.inode, record, this.store.attributes));
    if (!err) this.st.mode = record === undefined ? this.st.mode & ~S_IPTRANS : this.st.mode | S_IPTRANS;
    return err;
  }
  *free(): Syscall<void> {
    if (this.freed) return;
    const { sec } = yield* this.store.now();
    this.store.forget(this);
    yield* this.change(() => freeFile(this.inode, sec));
    this.freed = true;
  }
  *update(): Syscall<void> {
    yield* this.change(() => undefined);
  }
  override validate(to: Partial<NodeStatus>): Status {
    return this.store.validate({ ...this.st, author: to.uid ?? this.st.uid, ...to });
  }
}
