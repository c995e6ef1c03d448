/** /sbin/mke2fs: makes an ext2 filesystem on a file or a device. Of mke2fs's options those that a disk for the Hurd needs; it is made for the Hurd unless told otherwise. */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { STDERR, STDOUT, type Libc, type Main, type Program } from "../../glibc-shim/libc.ts";
import { strerror } from "../interfaces/errno.ts";
import { O_CREAT, O_WRITE } from "../interfaces/hurd-types.ts";
import type { Disk } from "../lib/disk.ts";
import { format, FormatError } from "./format.ts";
import { MOST_BYTES } from "./image.ts";
import { writeChanged } from "./mounted.ts";
import { openDisk } from "../lib/open-disk.ts";
import type { Volume } from "./volume.ts";

const USAGE = "[-q] [-b BLOCK-SIZE] [-i BYTES-PER-INODE] [-o hurd|linux] [-L LABEL] [-E root_owner[=UID:GID]] [-T TYPE] DEVICE [BLOCKS]";
const DEFAULT_BLOCK = 4096;
/** Disks of fewer bytes get smaller blocks. */
const SMALL = 512 << 20;
const SMALL_BLOCK = 1024;

/** The one extended option. */
const OWNER = /^root_owner(?:=(\d+):(\d+))?$/;

/** The command line, read. */
interface Wanted {
  readonly options: ReadonlyMap<string, string>;
  readonly name: string;
  readonly blocks: number | undefined;
}

/** Undefined: it makes no sense. */
function parse(argv: readonly string[]): Wanted | undefined {
  const options = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "-q") options.set("q", "");
    else if (/^-[bioLTE]$/.test(word)) options.set(word.slice(1), argv[++i] ?? "");
    else if (word.startsWith("-")) return undefined;
    else operands.push(word);
  }
  const [name, blocks] = operands;
  const number = (text: string | undefined): boolean => text === undefined || /^[1-9]\d*$/.test(text);
  const sizes = ["1024", "2048", "4096"].includes(options.get("b") ?? "1024") && number(blocks) && number(options.get("i"));
  if (name === undefined || operands.length > 2 || !sizes || !["hurd", "linux"].includes(options.get("o") ?? "hurd") || !OWNER.test(options.get("E") ?? "root_owner")) return undefined;
  return { options, name, blocks: blocks === undefined ? undefined : Number(blocks) };
}

export const main: Main = function* (libc, argv): Program {
  const program = argv[0] ?? "mke2fs";
  const wanted = parse(argv);
  if (wanted === undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${program} ${USAGE}\n`);
    return 1;
  }
  const failed = yield* make(libc, wanted);
  if (failed === undefined) return 0;
  yield* libc.writeAll(STDERR, `${program}: ${wanted.name}: ${failed}\n`);
  return 1;
};

/** Makes it; why not, in words. */
function* make(libc: Libc, { options, name, blocks }: Wanted): Syscall<string | undefined> {
  const type = options.get("T") ?? "query";
  if (blocks !== undefined && (type === "query" || type === "file")) {
    const made = yield* attempt(libc.open(name, O_WRITE | O_CREAT, 0o666));
    if (made.err) return strerror(made.err);
    yield* libc.close(made.value);
  }
  const disk = yield* openDisk(libc, type, name);
  if (disk.err) return strerror(disk.err);
  const blockSize = Number(options.get("b") ?? ((blocks === undefined ? disk.value.size : blocks * SMALL_BLOCK) < SMALL ? SMALL_BLOCK : DEFAULT_BLOCK));
  const size = blocks === undefined ? disk.value.size : blocks * blockSize;
  if (size > MOST_BYTES) return `${size} bytes are too many here`;
  const { sec: time } = yield* libc.gettimeofday();
  const owner = yield* ownerOf(libc, options.get("E"));
  const inodes = options.has("i") ? { bytesPerInode: Number(options.get("i")) } : {};
  try {
    const volume = format(new Uint8Array(size), { ...inodes, owner, blockSize, hurd: options.get("o") !== "linux", time, label: options.get("L") ?? "" });
    const { geometry } = volume;
    if (!options.has("q")) yield* libc.writeAll(STDOUT, `Creating filesystem with ${geometry.blocks} ${geometry.blockSize / 1024}k blocks and ${geometry.inodes} inodes\n`);
    const err = yield* write(disk.value, volume, size);
    return err ? strerror(err) : undefined;
  } catch (e) {
    if (e instanceof FormatError) return e.message;
    throw e;
  }
}

/** Whose the root is to be: root's, somebody's, or the caller's. */
function* ownerOf(libc: Libc, option: string | undefined): Syscall<{ readonly uid: number; readonly gid: number }> {
  if (option === undefined) return { uid: 0, gid: 0 };
  const [, uid, gid] = OWNER.exec(option) ?? [];
  return { uid: uid === undefined ? yield* libc.getuid() : Number(uid), gid: gid === undefined ? yield* libc.getgid() : Number(gid) };
}

/** Writes what the filesystem needs, and the last byte, so that a file is as long as it should be. What else the disk holds does not matter. */
function* write(disk: Disk, volume: Volume, size: number): Syscall<0 | Failure> {
  const { image } = volume;
  for (let block = 0; block < image.blocks; block++) if (volume.isSystem(block)) image.touch(block * image.blockSize);
  const err = yield* writeChanged(disk, image);
  if (err) return err;
  return disk.size < size ? yield* disk.write(size - image.blockSize, new Uint8Array(image.blockSize)) : 0;
}
