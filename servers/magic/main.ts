/**
 * /hurd/magic [--directory] NAME: a node that only the client's own library can make sense of (fs-io.md §3.3, §7): /dev/tty is "tty", /dev/fd is
 * "fd" with --directory, so that "fd/3" comes out of looking up 3.
 */
import type { MachPort } from "../../mach/ipc/names.ts";
import { copySend } from "../../mach/ipc/names.ts";
import { addSendRef, deallocate } from "../../glibc-shim/rights.ts";
import { STDERR, type Main } from "../../glibc-shim/libc.ts";
import { DT_DIR, encodeEntries } from "../interfaces/dirent.ts";
import { FSTYPE_DEV, O_READ } from "../interfaces/hurd-types.ts";
import { S_IFDIR, S_IFMT } from "../interfaces/stat.ts";
import { magical, reauth, type LookupAnswer } from "../lib/lookup-answer.ts";
import { reopen } from "../lib/trivfs/fs.ts";
import { Trivfs, whileUnused, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

/** What each open of the directory keeps: where ".." leads. */
interface Open {
  readonly dotdot: MachPort;
}

/** The number that both entries of the directory have. */
const INO = 2;
const entries = [".", ".."].map((name) => ({ ino: INO, type: DT_DIR, name }));
const listing = encodeEntries(entries, 0, -1, 0).data;

const result = ({ do_retry, retry_name, right }: LookupAnswer) => ({ err: 0 as const, do_retry, retry_name, result: right });

const describe = (name: string, directory: boolean, self: () => Trivfs<Open>): TrivfsDescription<Open> => ({
  fstype: FSTYPE_DEV,
  allowOpen: O_READ,
  goaway: whileUnused,
  options: () => (directory ? ["--directory", name] : [name]),
  *open({ dotdot }) {
    yield* addSendRef(dotdot);
    return { err: 0, value: { dotdot } };
  },
  *close({ hook }) {
    yield* deallocate(hook.dotdot);
  },
  *getroot() {
    return directory ? undefined : magical(name);
  },
  modifyStat: (st) => ({ ...st, mode: (st.mode & ~(S_IFMT | 0o7333)) | S_IFDIR | 0o111, size: listing.length, blocks: 8 }),
  fs: {
    *dir_lookup(protid, { file_name, flags }) {
      const path = file_name.replace(/^\/+/, "").replace(/^(?:\.\/+)+/, "");
      if (path === "" || path === ".") {
        const made = yield* reopen(self(), protid, flags);
        return made.err ? made : { err: 0, do_retry: 1, retry_name: "", result: made.value };
      }
      const up = /^\.\.(?:\/+(.*))?$/s.exec(path);
      if (up !== null) return result(reauth(copySend(protid.po.hook.dotdot), up[1] ?? ""));
      return result(magical(`${name}/${path}`));
    },
    /** Whatever is asked for: all from `entry` on. An open without O_READ does as well. */
    *dir_readdir(_self, { entry }) {
      const from = Math.max(0, entry);
      return { err: 0, data: encodeEntries(entries, from, -1, 0).data, amount: entries.length - from };
    },
  },
});

export const main: Main = function* (libc, argv) {
  const words = argv.slice(1).filter((word) => word !== "--directory" && word !== "-d");
  const [name] = words;
  if (name === undefined || words.length > 1) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "magic"} [--directory] MAGIC\n`);
    return 64;
  }
  const directory = words.length < argv.length - 1;
  const trivfs: Trivfs<Open> = yield* Trivfs.create<Open>(libc, argv, describe(name, directory, () => trivfs));
  return yield* trivfs.run();
};
