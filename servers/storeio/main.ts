/** /hurd/storeio [-r|-w] [-n MAJOR,MINOR] [-T TYPE] NAME: a device of the kernel, or another store, as a file (storeio/storeio.c, io.c). Opened when it is first used. */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSTYPE_DEV, O_READ, O_WRITE, SEEK_CUR, SEEK_END, SEEK_SET, SELECT_URG } from "../interfaces/hurd-types.ts";
import { major, makedev, minor, S_IFBLK, S_IFMT, type StatFields } from "../interfaces/stat.ts";
import { readAnywhere, writeAnywhere, type Disk } from "../lib/disk.ts";
import { openDisk } from "../lib/open-disk.ts";
import { Mutex } from "../lib/sync.ts";
import { unchangeable } from "../lib/trivfs/io.ts";
import { Trivfs, whileUnused, type RootRequest, type TrivfsDescription, type TrivPeropen } from "../lib/trivfs/trivfs.ts";

const WRITABLE = 0o222;
const RECORD = 512;

/** What the words of the command line say. */
interface Words {
  readonly readonly: boolean;
  readonly rdev: number;
  /** "device" unless said. */
  readonly type: string;
  readonly name: string;
}

/** Undefined: they cannot be understood. */
function parse(words: readonly string[]): Words | undefined {
  let [readonly, rdev, type]: [boolean, number | undefined, string] = [false, 0, "device"];
  const operands: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, option, value] = /^(--(?:rdev|store-type)|-[nT])(?:=(.*))?$/.exec(word) ?? [];
    if (word === "-r" || word === "--readonly") readonly = true;
    else if (word === "-w" || word === "--writable") readonly = false;
    else if (option === "-n" || option === "--rdev") rdev = deviceNumber(value ?? rest.shift() ?? "");
    else if (option !== undefined) type = value ?? rest.shift() ?? "";
    else operands.push(word);
  }
  const [name, ...more] = operands;
  return name === undefined || name.startsWith("-") || more.length > 0 || rdev === undefined ? undefined : { readonly, rdev, type, name };
}

/** "MAJOR,MINOR", or the whole number. */
function deviceNumber(text: string): number | undefined {
  const m = /^(\d+)(?:,(\d+))?$/.exec(text);
  if (m === null) return undefined;
  return m[2] === undefined ? Number(m[1]) : makedev(Number(m[1]), Number(m[2]));
}

/** What each open keeps. */
interface Open {
  /** Undefined: the disk could not be opened, and the open is for neither reading nor writing. */
  readonly disk: Disk | undefined;
  offset: number;
}

class Device {
  readonly words: Words;
  private readonly libc: Libc;
  private disk: Disk | undefined = undefined;
  private readonly lock = new Mutex();
  constructor(libc: Libc, words: Words) {
    this.libc = libc;
    this.words = words;
  }

  *open({ flags }: RootRequest): Syscall<Result<Open>> {
    if (this.words.readonly && flags & O_WRITE) return { err: Errno.EROFS };
    const opened = yield* this.lock.with(() => this.opened());
    if (opened.err && flags & (O_READ | O_WRITE)) return opened;
    return { err: 0, value: { disk: opened.err ? undefined : opened.value, offset: 0 } };
  }

  /** The disk; of several who use it first, one opens it. */
  private *opened(): Syscall<Result<Disk>> {
    if (this.disk !== undefined) return { err: 0, value: this.disk };
    const opened = yield* openDisk(this.libc, this.words.type, this.words.name);
    if (!opened.err) this.disk = opened.value;
    return opened;
  }

  stat(st: StatFields): StatFields {
    const size = this.disk?.size ?? 0;
    const mode = (st.mode & ~(S_IFMT | (this.words.readonly ? WRITABLE : 0))) | S_IFBLK;
    return { ...st, mode, size, blksize: this.disk === undefined ? 0 : RECORD, rdev: this.words.rdev };
  }

  /** EINVAL behind the end. */
  *read({ hook, openmodes }: TrivPeropen<Open>, offset: number, amount: number): Syscall<Result<Uint8Array>> {
    const { disk } = hook;
    if (!(openmodes & O_READ) || disk === undefined) return { err: Errno.EBADF };
    const from = offset === -1 ? hook.offset : offset;
    if (from < 0 || from > disk.size) return { err: Errno.EINVAL };
    const got = yield* this.lock.with(() => readAnywhere(disk, from, amount < 0 ? disk.size : amount));
    if (!got.err && offset === -1) hook.offset = from + got.value.length;
    return got;
  }

  /** As much as there is room for: ENOSPC at the end, EINVAL behind it. */
  *write({ hook, openmodes }: TrivPeropen<Open>, offset: number, data: Uint8Array): Syscall<Result<number>> {
    const { disk } = hook;
    if (!(openmodes & O_WRITE) || disk === undefined) return { err: Errno.EBADF };
    const from = offset === -1 ? hook.offset : offset;
    if (from < 0 || from > disk.size) return { err: Errno.EINVAL };
    const amount = Math.min(data.length, disk.size - from);
    if (amount === 0 && data.length > 0) return { err: Errno.ENOSPC };
    const err = yield* this.lock.with(() => writeAnywhere(disk, from, data.subarray(0, amount)));
    if (err) return { err };
    if (offset === -1) hook.offset = from + amount;
    return { err: 0, value: amount };
  }

  seek(hook: Open, offset: number, whence: number): Result<number> {
    const bases = new Map([[SEEK_SET, 0], [SEEK_CUR, hook.offset], [SEEK_END, hook.disk?.size ?? 0]]);
    const to = (bases.get(whence) ?? -Infinity) + offset;
    if (to < 0) return { err: Errno.EINVAL };
    hook.offset = to;
    return { err: 0, value: to };
  }

  /** Words of `fsysopts`. */
  options(): readonly string[] {
    const { rdev, readonly, type, name } = this.words;
    return [...(rdev === 0 ? [] : [`--rdev=${major(rdev)},${minor(rdev)}`]), readonly ? "--readonly" : "--writable", ...(type === "device" ? [] : [`--store-type=${type}`]), name];
  }
}

/** What is ready: a disk always is. */
function* select(_self: unknown, { select_type }: { readonly select_type: number }): Syscall<{ readonly err: 0; readonly select_type: number }> {
  return { err: 0, select_type: select_type & ~SELECT_URG };
}

const describe = (device: Device): TrivfsDescription<Open> => ({
  allowOpen: O_READ | O_WRITE,
  fstype: FSTYPE_DEV,
  open: (request) => device.open(request),
  modifyStat: (st) => device.stat(st),
  goaway: (flags: number, open: number): Syscall<0 | Failure> => whileUnused(flags, open),
  options: () => device.options(),
  io: {
    ...unchangeable,
    *io_read({ po }, { offset, amount }) {
      const got = yield* device.read(po, offset, amount);
      return got.err ? got : { err: 0, data: got.value };
    },
    *io_write({ po }, { offset, data }) {
      const got = yield* device.write(po, offset, data);
      return got.err ? got : { err: 0, amount: got.value };
    },
    *io_seek({ po }, { offset, whence }) {
      const got = device.seek(po.hook, offset, whence);
      return got.err ? got : { err: 0, newp: got.value };
    },
    *io_readable({ po }) {
      return po.openmodes & O_READ ? { err: 0, amount: Math.max(0, (po.hook.disk?.size ?? 0) - po.hook.offset) } : { err: Errno.EBADF };
    },
    io_select: select,
    io_select_timeout: select,
  },
  fs: {
    *file_set_size(_self, { new_size }) {
      return new_size < 0 ? { err: Errno.EINVAL } : { err: 0 };
    },
    *file_sync() {
      return { err: 0 };
    },
  },
});

export const main: Main = function* (libc, argv) {
  const words = parse(argv.slice(1));
  if (words === undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "storeio"} [-rw] [-n MAJOR,MINOR] [-T TYPE] NAME\n`);
    return 64;
  }
  const trivfs = yield* Trivfs.create(libc, argv, describe(new Device(libc, words)));
  return yield* trivfs.run();
};
