/** /hurd/zero: zeros without end; writes are swallowed. (On a real Hurd this is /hurd/storeio -Tzero.) */
import type { Main } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import { FSTYPE_DEV, O_READ, O_WRITE, SELECT_URG } from "../interfaces/hurd-types.ts";
import { unchangeable } from "../lib/trivfs/io.ts";
import { nothing, Trivfs, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

/** Longest piece that one read gives. */
const MAX_READ = 65536;

const zero: TrivfsDescription<undefined> = {
  allowOpen: O_READ | O_WRITE,
  open: nothing,
  fstype: FSTYPE_DEV,
  modifyStat: (st) => ({ ...st, size: 0, blocks: 0 }),
  io: {
    ...unchangeable,
    *io_read({ po }, { amount }) {
      return po.openmodes & O_READ ? { err: 0, data: new Uint8Array(Math.min(Math.max(amount, 0), MAX_READ)) } : { err: Errno.EBADF };
    },
    *io_write({ po }, { data }) {
      return po.openmodes & O_WRITE ? { err: 0, amount: data.length } : { err: Errno.EBADF };
    },
    *io_seek() {
      return { err: 0, newp: 0 };
    },
    *io_readable({ po }) {
      return po.openmodes & O_READ ? { err: 0, amount: MAX_READ } : { err: Errno.EINVAL };
    },
    *io_select(_self, { select_type }) {
      return { err: 0, select_type: select_type & ~SELECT_URG };
    },
    *io_select_timeout(_self, { select_type }) {
      return { err: 0, select_type: select_type & ~SELECT_URG };
    },
  },
  fs: {
    *file_set_size() {
      return { err: 0 };
    },
  },
};

export const main: Main = function* (libc, argv) {
  const trivfs = yield* Trivfs.create(libc, argv, zero);
  return yield* trivfs.run();
};
