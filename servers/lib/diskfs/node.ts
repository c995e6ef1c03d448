/**
 * One per file: its status, its translator, its locks, who wants to hear of changes; and what a store must do for it.
 *
 * A filesystem is a subclass of `Node` and one of `Store`. Methods may block (a disk); they run with the filesystem locked, and do only the work:
 * permissions, types and names have been checked.
 */
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import type { DirectoryEntry } from "../../interfaces/dirent.ts";
import type { Statfs } from "../../interfaces/statfs.ts";
import type { Timespec } from "../../interfaces/stat.ts";
import { NotifyList } from "../notify-list.ts";
import { RecordLocks } from "../record-locks.ts";
import { Transbox } from "../transbox.ts";

/** A node's status. Times in seconds and nanoseconds; `size` in bytes; `blocks` of 512 bytes. */
export interface NodeStatus {
  mode: number;
  uid: number;
  gid: number;
  author: number;
  nlink: number;
  size: number;
  rdev: number;
  flags: number;
  gen: number;
  atim: Timespec;
  mtim: Timespec;
  ctim: Timespec;
}

export type Status = 0 | Failure;

export abstract class Node {
  readonly ino: number;
  readonly st: NodeStatus;
  readonly transbox = new Transbox();
  readonly records = new RecordLocks();
  readonly dirNotices = new NotifyList();
  readonly fileNotices = new NotifyList();
  /** `io_mod_owner`. */
  owner = 0;
  /** Peropens on it: an unlinked node lives until the last is gone. */
  opens = 0;
  /** The receive right that stands for the file in `io_identity`; null until asked for. */
  identity: MachPort = 0 as MachPort;
  /** The address port of a socket node; null until asked for. */
  sockaddr: MachPort = 0 as MachPort;
  /** Where it was last found, relative to the root: for the names of `fsys_get_children`. */
  path = "";
  constructor(ino: number, st: NodeStatus) {
    this.ino = ino;
    this.st = st;
  }

  /** Blocks of 512 bytes that the contents take. */
  abstract get blocks(): number;
  /** Bytes that can be written without new room. */
  abstract get allocated(): number;

  abstract read(offset: number, amount: number): Syscall<Result<Uint8Array>>;
  /** A directory's bytes, of no use to anybody but `cat` (recorded): zeros where there are no blocks of entries. */
  *readDirectory(offset: number, amount: number): Syscall<Result<Uint8Array>> {
    return { err: 0, value: new Uint8Array(Math.max(0, Math.min(amount, this.st.size - offset))) };
  }
  /** Writes, and grows the file as needed; sets `st.size`. ENOSPC. */
  abstract write(offset: number, data: Uint8Array): Syscall<Status>;
  /** Cuts or extends; sets `st.size`. */
  abstract setSize(size: number): Syscall<Status>;

  // ---- directories; "." and ".." are entries like others
  /** ENOENT. */
  abstract lookup(name: string): Syscall<Result<Node>>;
  abstract enter(name: string, node: Node): Syscall<Status>;
  abstract remove(name: string): Syscall<Status>;
  /** Makes an existing entry name another node. */
  abstract rewrite(name: string, node: Node): Syscall<Status>;
  abstract entries(): Syscall<Result<readonly DirectoryEntry[]>>;
  /** Nothing but "." and "..". */
  abstract isEmpty(): Syscall<boolean>;

  // ---- links and translators
  abstract readlink(): Syscall<Result<string>>;
  /** Makes `target` the contents of a symlink node. */
  abstract setLink(target: string): Syscall<Status>;
  /** The passive record; undefined when there is none. */
  abstract translator(): Syscall<Result<Uint8Array | undefined>>;
  /** Stores or removes the record, and S_IPTRANS with it. */
  abstract setTranslator(record: Uint8Array | undefined): Syscall<Status>;
  /** No link and no opener is left: gives the room back. */
  abstract free(): Syscall<void>;
  /** Writes the status to where it is kept. */
  abstract update(): Syscall<void>;
  /** Whether the filesystem can keep such a status (`diskfs_validate_…_change`): EINVAL. */
  validate(_to: Partial<NodeStatus>): Status {
    return 0;
  }
}

/** The whole filesystem's half. */
export abstract class Store {
  /** `io_server_version` and the first word of the options. */
  /** `argv[0]`. */
  abstract readonly program: string;
  /** `io_server_version`. */
  abstract readonly serverName: string;
  abstract readonly serverVersion: string;
  abstract readonly fstype: number;
  /** `st_fsid`: tells one filesystem from another. */
  abstract readonly fsid: number;
  abstract readonly linkMax: number;
  /** `fsys_get_source`: a device, a size; also between the brackets of the boot message. */
  abstract readonly source: string;
  abstract readonly root: Node;
  /** Most links that one lookup follows; one more is tolerated. */
  readonly maxSymlinks = 8;
  readonly blockSize: number = 4096;
  /** A node without links, of no type yet. ENOSPC. */
  abstract alloc(dir: Node, mode: number): Syscall<Result<Node>>;
  abstract statfs(): Syscall<Statfs>;
  abstract sync(wait: boolean): Syscall<void>;
  /** As `sync`, when nothing more will be written: the disk may be called clean. */
  *finish(): Syscall<void> {
    yield* this.sync(true);
  }
  /** True: it cannot be written to, whatever the options say. */
  get hardReadonly(): boolean {
    return false;
  }
  /** The filesystem becomes read-only now, or has become writable. */
  *readonlyChanged(readonly: boolean): Syscall<void> {
    if (readonly) yield* this.finish();
  }
  /** What `fsys_get_options` says beyond --writable or --readonly. */
  abstract options(): readonly string[];
  /** An option of `fsys_set_options` that is not common to all; false: unknown. */
  abstract setOption(option: string): Syscall<boolean>;
}
