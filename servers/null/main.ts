/** /hurd/null: reads nothing, swallows everything; with --full there is never room (fs-io.md §7; recorded p-dirs). */
import { STDERR, type Main } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_READ, O_WRITE, SELECT_URG } from "../interfaces/hurd-types.ts";
import { nothing, Trivfs, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

const describe = (full: boolean): TrivfsDescription<undefined> => ({
  serverName: full ? "full" : "null",
  allowOpen: O_READ | O_WRITE,
  open: nothing,
  options: () => (full ? ["--full"] : []),
  io: {
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
    *io_get_owner() {
      return { err: 0, owner: 0 };
    },
    *io_mod_owner() {
      return { err: Errno.EINVAL };
    },
  },
  fs: {
    *file_set_size() {
      return { err: 0 };
    },
  },
});

export const main: Main = function* (libc, argv) {
  const words = argv.slice(1);
  if (words.some((word) => word !== "--full")) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "null"} [--full]\n`);
    return 64;
  }
  const trivfs = yield* Trivfs.create(libc, argv, describe(words.includes("--full")));
  return yield* trivfs.run();
};
