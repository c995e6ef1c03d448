/** /hurd/null: reads nothing, swallows everything; with --full there is never room (fs-io.md §7; recorded p-dirs). */
import { STDERR, type Main } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSTYPE_DEV, O_READ, O_WRITE, SELECT_URG } from "../interfaces/hurd-types.ts";
import { unchangeable } from "../lib/trivfs/io.ts";
import { nothing, Trivfs, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

/** 256 pages. */
const BLOCK_SIZE = 0x100000;

const describe = (full: boolean): TrivfsDescription<undefined> => ({
  allowOpen: O_READ | O_WRITE,
  open: nothing,
  fstype: FSTYPE_DEV,
  modifyStat: (st) => ({ ...st, size: 0, blocks: 0, blksize: BLOCK_SIZE }),
  io: {
    ...unchangeable,
    *io_read({ po }) {
      return po.openmodes & O_READ ? { err: 0, data: new Uint8Array(0) } : { err: Errno.EBADF };
    },
    *io_write({ po }, { data }) {
      if (!(po.openmodes & O_WRITE)) return { err: Errno.EBADF };
      return full ? { err: Errno.ENOSPC } : { err: 0, amount: data.length };
    },
    *io_seek() {
      return { err: 0, newp: 0 };
    },
    *io_readable({ po }) {
      return po.openmodes & O_READ ? { err: 0, amount: 0 } : { err: Errno.EINVAL };
    },
    *io_select(_self, { select_type }) {
      return { err: 0, select_type: select_type & ~SELECT_URG };
    },
    *io_select_timeout(_self, { select_type }) {
      return { err: 0, select_type: select_type & ~SELECT_URG };
    },
  },
  fs: {
    *file_set_size(_self, { new_size }) {
      return new_size < 0 ? { err: Errno.EINVAL } : { err: 0 };
    },
  },
});

export const main: Main = function* (libc, argv) {
  const words = argv.slice(1);
  const full = (word: string): boolean => word === "--full" || word === "-f";
  if (!words.every(full)) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "null"} [--full]\n`);
    return 64;
  }
  const trivfs = yield* Trivfs.create(libc, argv, describe(words.some(full)));
  return yield* trivfs.run();
};
