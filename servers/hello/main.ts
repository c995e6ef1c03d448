/** /hurd/hello [--contents=TEXT]: a file that nobody can write and everybody can read. The translator to copy when you write your own. */
import { STDERR, type Main } from "../../glibc-shim/libc.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_READ, SEEK_CUR, SEEK_END, SEEK_SET, SELECT_READ, SELECT_WRITE } from "../interfaces/hurd-types.ts";
import { S_IFMT, S_IFREG } from "../interfaces/stat.ts";
import { Trivfs, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

/** What each open keeps: its place in the text. */
interface Open {
  offset: number;
}

const describe = (contents: Uint8Array, options: readonly string[]): TrivfsDescription<Open> => ({
  allowOpen: O_READ,
  options: () => options,

  *open() {
    return { err: 0, value: { offset: 0 } };
  },

  modifyStat: (st) => ({ ...st, mode: (st.mode & ~(S_IFMT | 0o7777)) | S_IFREG | 0o444, size: contents.length }),

  io: {
    /** The place moves on with every read, wherever it was from. */
    *io_read({ po }, { offset, amount }) {
      if (!(po.openmodes & O_READ)) return { err: Errno.EBADF };
      if (offset < -1) return { err: Errno.EINVAL };
      const from = offset === -1 ? po.hook.offset : offset;
      const data = contents.slice(from, amount < 0 ? undefined : from + amount);
      po.hook.offset += data.length;
      return { err: 0, data };
    },

    *io_seek({ po: { hook } }, { offset, whence }) {
      const bases = new Map([[SEEK_SET, 0], [SEEK_CUR, hook.offset], [SEEK_END, contents.length]]);
      const to = (bases.get(whence) ?? -Infinity) + offset;
      if (to < 0) return { err: Errno.EINVAL };
      hook.offset = to;
      return { err: 0, newp: to };
    },

    *io_readable({ po }) {
      return po.openmodes & O_READ ? { err: 0, amount: Math.max(0, contents.length - po.hook.offset) } : { err: Errno.EINVAL };
    },
    *io_select(_self, { select_type }) {
      return { err: 0, select_type: select_type & (SELECT_READ | SELECT_WRITE) };
    },
    *io_select_timeout(_self, { select_type }) {
      return { err: 0, select_type: select_type & (SELECT_READ | SELECT_WRITE) };
    },
  },
});

/** The text that the words of the command line ask for; undefined: they cannot be understood. */
function contentsOf(words: readonly string[]): string | undefined {
  const [first, second, ...more] = words;
  if (first === undefined) return "Hello, world!\n";
  const value = /^--contents=(.*)$/s.exec(first)?.[1];
  if (value !== undefined) return second === undefined ? value : undefined;
  return (first === "--contents" || first === "-c") && more.length === 0 ? second : undefined;
}

export const main: Main = function* (libc, argv) {
  const contents = contentsOf(argv.slice(1));
  if (contents === undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "hello"} [--contents=STRING]\n`);
    return 64;
  }
  const trivfs = yield* Trivfs.create(libc, argv, describe(new TextEncoder().encode(contents), argv.slice(1)));
  return yield* trivfs.run();
};
