/** The filesystem in memory: nodes are objects, directories maps, files arrays of bytes. Only its size is limited. */
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { encodeArgz } from "../interfaces/argz.ts";
import { modeToType, type DirectoryEntry } from "../interfaces/dirent.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSTYPE_MEMFS, NAME_MAX } from "../interfaces/hurd-types.ts";
import type { Statfs } from "../interfaces/statfs.ts";
import { S_IFDIR, S_IFLNK, S_IFREG, S_IPTRANS, S_ISDIR } from "../interfaces/stat.ts";
import { Node, Store, type NodeStatus, type Status } from "../lib/diskfs/node.ts";
import { Contents } from "./contents.ts";
import type { RamdiskNode } from "./ramdisk.ts";

const PAGE = 4096;
/** No machine of ours has room for more in one file, whatever the filesystem's own limit. */
const MAX_FILE = 0x10000000;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The number of the root, as ext2fs has it: programs and people know it. */
const ROOT_INO = 2;
/** The first number for other files. */
const FIRST_INO = 11;

class TmpfsNode extends Node {
  private readonly store: TmpfsStore;
  private contents = new Contents();
  private readonly children = new Map<string, Node>();
  private record: Uint8Array | undefined = undefined;
  constructor(store: TmpfsStore, ino: number, st: NodeStatus) {
    super(ino, st);
    this.store = store;
  }

  get blocks(): number {
    return (S_ISDIR(this.st.mode) ? PAGE : this.contents.room) / 512;
  }
  get allocated(): number {
    return this.contents.room;
  }

  /** Takes over bytes that the image brought. */
  adopt(bytes: Uint8Array): void {
    this.contents = new Contents(bytes);
    this.st.size = bytes.length;
    this.store.charge(this.contents.room);
  }

  *read(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    return { err: 0, value: this.contents.read(offset, amount) };
  }

  *write(offset: number, data: Uint8Array): Syscall<Status> {
    return this.resizing(Math.max(this.contents.size, offset + data.length), () => this.contents.write(offset, data));
  }

  *setSize(size: number): Syscall<Status> {
    return this.resizing(size, () => this.contents.resize(size));
  }

  private resizing(size: number, body: () => void): Status {
    const more = Contents.roomFor(size) - this.contents.room;
    if (size > MAX_FILE) return Errno.ENOSPC;
    if (more > 0 && !this.store.fits(more)) return Errno.ENOSPC;
    this.store.charge(more);
    body();
    this.st.size = this.contents.size;
    return 0;
  }

  *lookup(name: string): Syscall<Result<Node>> {
    const node = this.children.get(name);
    return node === undefined ? { err: Errno.ENOENT } : { err: 0, value: node };
  }
  *enter(name: string, node: Node): Syscall<Status> {
    return this.put(name, node);
  }
  /** As `enter`, without waiting. */
  put(name: string, node: Node): Status {
    this.children.set(name, node);
    this.st.size = PAGE;
    return 0;
  }
  *remove(name: string): Syscall<Status> {
    return this.children.delete(name) ? 0 : Errno.ENOENT;
  }
  *rewrite(name: string, node: Node): Syscall<Status> {
    this.children.set(name, node);
    return 0;
  }
  *entries(): Syscall<Result<readonly DirectoryEntry[]>> {
    return { err: 0, value: [...this.children].map(([name, node]) => ({ ino: node.ino, type: modeToType(node.st.mode), name })) };
  }
  *isEmpty(): Syscall<boolean> {
    return this.children.size <= 2;
  }

  *readlink(): Syscall<Result<string>> {
    return { err: 0, value: text.decode(this.contents.read(0, this.contents.size)) };
  }
  *setLink(target: string): Syscall<Status> {
    const bytes = utf8.encode(target);
    return (yield* this.setSize(0)) || (yield* this.write(0, bytes));
  }
  *translator(): Syscall<Result<Uint8Array | undefined>> {
    return { err: 0, value: this.record };
  }
  *setTranslator(record: Uint8Array | undefined): Syscall<Status> {
    return this.keepRecord(record);
  }
  /** As `setTranslator`, without waiting. */
  keepRecord(record: Uint8Array | undefined): Status {
    this.record = record;
    this.st.mode = record === undefined ? this.st.mode & ~S_IPTRANS : this.st.mode | S_IPTRANS;
    return 0;
  }
  *free(): Syscall<void> {
    this.store.charge(-this.contents.room);
    this.contents = new Contents();
    this.children.clear();
    this.store.forget();
  }
  *update(): Syscall<void> {
    // In memory the status is where it is kept.
  }
}

const types = { dir: S_IFDIR, file: S_IFREG, symlink: S_IFLNK } as const;
const noTime = { sec: 0, nsec: 0 };
const newStatus = (mode: number): NodeStatus => ({
  mode, uid: 0, gid: 0, author: 0, nlink: 0, size: 0, rdev: 0, flags: 0, gen: 0, atim: noTime, mtim: noTime, ctim: noTime,
});

/** How to make one. */
export interface TmpfsOptions {
  /** `argv[0]`, for `fsysopts`. */
  readonly program: string;
  /** Bytes that files may take; Infinity for no limit. */
  readonly limit: number;
  /** What the filesystem was told to be made of: a size, or a device. */
  readonly source: string;
  /** Words of `fsysopts` beyond the standard ones; the size when left out. */
  readonly options?: readonly string[];
  /** Tells filesystems apart: the server's pid, or 0 for the root. */
  readonly fsid: number;
}

export class TmpfsStore extends Store {
  readonly program: string;
  readonly serverName = "tmpfs";
  readonly serverVersion = "0.9.0";
  readonly fstype = FSTYPE_MEMFS;
  readonly linkMax = 0x7fffffff;
  readonly source: string;
  readonly fsid: number;
  readonly root: TmpfsNode;
  private readonly shown: readonly string[] | undefined;
  private limit: number;
  private used = 0;
  private nextIno = FIRST_INO;
  private nodes = 1;

  constructor(options: TmpfsOptions) {
    super();
    this.program = options.program;
    this.limit = options.limit;
    this.source = options.source;
    this.shown = options.options;
    this.fsid = options.fsid;
    this.root = new TmpfsNode(this, ROOT_INO, newStatus(S_IFDIR | 0o755));
    this.root.st.nlink = 2;
    this.root.put(".", this.root);
    this.root.put("..", this.root);
  }

  *alloc(_dir: Node, mode: number): Syscall<Result<Node>> {
    if (!this.fits(0)) return { err: Errno.ENOSPC };
    return { err: 0, value: this.make(mode) };
  }

  private make(mode: number): TmpfsNode {
    this.nodes++;
    return new TmpfsNode(this, this.nextIno++, newStatus(mode));
  }

  /** Makes the filesystem what the image says. Numbers are given in the image's order, so that one image is one filesystem. */
  load(image: RamdiskNode): void {
    this.fill(this.root, image, this.root);
    this.root.st.nlink -= 1;
  }

  private fill(node: TmpfsNode, image: RamdiskNode, parent: TmpfsNode): void {
    const time = { sec: image.mtime, nsec: 0 };
    Object.assign(node.st, { mode: types[image.kind] | image.mode, uid: image.uid, gid: image.gid, author: image.uid, atim: time, mtim: time, ctim: time });
    node.st.nlink++;
    if (image.translator !== undefined) node.keepRecord(encodeArgz(image.translator));
    if (image.kind === "file") node.adopt(image.bytes);
    else if (image.kind === "symlink") node.adopt(utf8.encode(image.target));
    else this.fillDirectory(node, image.entries, parent);
  }

  private fillDirectory(node: TmpfsNode, entries: readonly (readonly [string, RamdiskNode])[], parent: TmpfsNode): void {
    node.put(".", node);
    node.put("..", parent);
    if (node !== parent) {
      node.st.nlink++;
      parent.st.nlink++;
    }
    for (const [name, image] of entries) {
      const child = this.make(0);
      node.put(name, child);
      this.fill(child, image, node);
    }
  }

  /** True when `more` bytes of whole pages can still be had. */
  fits(more: number): boolean {
    return this.used + more <= this.limit;
  }
  charge(more: number): void {
    this.used += more;
  }
  forget(): void {
    this.nodes--;
  }

  *statfs(): Syscall<Statfs> {
    const total = this.limit === Infinity ? this.used : this.limit;
    const free = Math.max(0, total - this.used);
    return {
      type: this.fstype, bsize: PAGE, blocks: Math.ceil(total / PAGE), bfree: Math.floor(free / PAGE), bavail: Math.floor(free / PAGE),
      files: this.nodes, ffree: Math.floor(free / PAGE), fsid: this.fsid, namelen: NAME_MAX,
    };
  }
  *sync(): Syscall<void> {
    // There is no other place to write to.
  }
  options(): readonly string[] {
    return this.shown ?? [sizeWord(this.limit)];
  }
  *setOption(option: string): Syscall<boolean> {
    const size = /^--size=(.+)$/.exec(option)?.[1];
    const limit = size === undefined ? undefined : parseSize(size);
    if (limit === undefined) return false;
    this.limit = limit;
    return true;
  }
}

/** A size as `fsysopts` shows it: in whole pages, with the largest unit that leaves no fraction. */
function sizeWord(bytes: number): string {
  const whole = Math.floor(bytes / PAGE) * PAGE;
  const units = [[1024 ** 3, "G"], [1024 ** 2, "M"], [1024, "K"]] as const;
  const [unit, letter] = units.find(([u]) => whole % u === 0) ?? [1, ""];
  return `${whole / unit}${letter}`;
}

/** "64m", "1g", "4096": bytes. Percentages are of the machine's memory, which is as large as you like here: no limit. Undefined: no size. */
export function parseSize(given: string): number | undefined {
  const m = /^(\d+)([kKmMgG%]?)$/.exec(given);
  if (m === null) return undefined;
  const units = new Map([["", 1], ["k", 1024], ["m", 1024 ** 2], ["g", 1024 ** 3], ["%", Infinity]]);
  const unit = units.get((m[2] ?? "").toLowerCase()) ?? 1;
  return unit === Infinity ? Infinity : Number(m[1]) * unit;
}
