/**
 * Translators that a filesystem does itself, in the node's type, instead of running a program (fs-io.md §5 step 7): symlink, chrdev, blkdev, fifo,
 * ifsock. And back: the record that such a node seems to have.
 */
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import { Errno } from "../../interfaces/errno.ts";
import { HURD_BLKDEV, HURD_CHRDEV, HURD_FIFO, HURD_IFSOCK, HURD_SYMLINK } from "../../interfaces/hurd-types.ts";
import { makedev, S_IFBLK, S_IFCHR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK, S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISLNK, S_ISSOCK } from "../../interfaces/stat.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node } from "./node.ts";

const types = new Map<string, number>([
  [HURD_SYMLINK, S_IFLNK],
  [HURD_CHRDEV, S_IFCHR],
  [HURD_BLKDEV, S_IFBLK],
  [HURD_FIFO, S_IFIFO],
  [HURD_IFSOCK, S_IFSOCK],
]);

/** The node type that stands for the record, if its program is one of the five. */
export const shortCircuitType = (argv: readonly string[]): number | undefined => types.get(argv[0] ?? "");

/** `strtol (text, 0, 0)`: decimal, 0x and 0 prefixes; what is no number is 0. */
function strtol(text: string): number {
  const m = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  if (!m) return 0;
  const digits = m[2] ?? "0";
  const value = /^0[xX]/.test(digits) ? parseInt(digits, 16) : digits.startsWith("0") ? parseInt(digits, 8) : parseInt(digits, 10);
  return m[1] === "-" ? -value : value;
}

/** Makes the node one of that type. EISDIR; EINVAL when a device lacks a number, or a symlink its target, ENOSPC (then the contents are gone already). */
export function* shortCircuit(fs: Diskfs, node: Node, type: number, argv: readonly string[]): Syscall<0 | Failure> {
  if (S_ISDIR(node.st.mode)) return Errno.EISDIR;
  const device = type === S_IFCHR || type === S_IFBLK;
  if (device && argv.length < 3) return Errno.EINVAL;
  const err = (yield* node.setSize(0)) || (yield* node.setTranslator(undefined));
  if (err) return err;
  if (type === S_IFLNK && argv[1] === undefined) return Errno.EINVAL;
  const { mode } = node.st;
  node.st.mode = (mode & ~S_IFMT) | type;
  if (device) node.st.rdev = makedev(strtol(argv[1] ?? ""), strtol(argv[2] ?? ""));
  if (type === S_IFLNK) {
    const set = yield* node.setLink(argv[1] ?? "");
    if (set) {
      node.st.mode = mode;
      return set;
    }
  }
  yield* fs.touchStatus(node);
  return 0;
}

/** The record of a node, stored or implied by its type; undefined: none. Device numbers are 8 bits each. */
export function* translatorRecord(node: Node): Syscall<Result<readonly string[] | undefined>> {
  const { mode, rdev } = node.st;
  if (S_ISLNK(mode)) {
    const target = yield* node.readlink();
    return target.err ? target : { err: 0, value: [HURD_SYMLINK, target.value] };
  }
  if (S_ISCHR(mode) || S_ISBLK(mode)) {
    return { err: 0, value: [S_ISCHR(mode) ? HURD_CHRDEV : HURD_BLKDEV, String((rdev >> 8) & 0xff), String(rdev & 0xff)] };
  }
  if (S_ISFIFO(mode)) return { err: 0, value: [HURD_FIFO] };
  if (S_ISSOCK(mode)) return { err: 0, value: [HURD_IFSOCK] };
  return { err: 0, value: undefined };
}
