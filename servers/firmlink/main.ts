/**
 * /hurd/firmlink TARGET: the target itself appears here, and its ".." is this place (fs-io.md §7). The target is looked up as the translator sees and may
 * it; the port handed out has no ids, and the client makes it his own.
 */
import { moveSend, type MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_CREAT, O_READ } from "../interfaces/hurd-types.ts";
import { S_IFLNK, S_IFMT } from "../interfaces/stat.ts";
import { reauth, type LookupAnswer } from "../lib/lookup-answer.ts";
import { Trivfs, whileUnused, type RootRequest, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

interface Open {
  offset: number;
}

/** The target under its new "..", without ids. Undefined: there is no target, and the node looks like a link to it. */
function* linked(libc: Libc, target: string, { dotdot, flags }: RootRequest): Syscall<LookupAnswer | { readonly err: Failure } | undefined> {
  const found = yield* attempt(libc.file_name_lookup(target, flags & ~O_CREAT, 0));
  if (found.err === Errno.ENOENT) return undefined;
  if (found.err) return { err: found.err };
  const moved = yield* fsCall.file_reparent(found.value, { parent: dotdot });
  yield* deallocate(found.value);
  if (moved.err) return { err: moved.err };
  return yield* anonymous(moved.new_file);
}

/** `file` (consumed) for nobody, to be made the client's. */
function* anonymous(file: MachPort): Syscall<LookupAnswer | { readonly err: Failure }> {
  const made = yield* ioCall.io_restrict_auth(file, { uids: [], gids: [] });
  yield* deallocate(file);
  return made.err ? { err: made.err } : reauth(moveSend(made.new_object));
}

const describe = (libc: Libc, target: string): TrivfsDescription<Open> => {
  const bytes = new TextEncoder().encode(target);
  return {
    allowOpen: O_READ,
    source: target,
    /** One empty word, as the real one shows. */
    options: () => [""],
    goaway: whileUnused,
    *open() {
      return { err: 0, value: { offset: 0 } };
    },
    getroot: (request) => linked(libc, target, request),
    modifyStat: (st) => ({ ...st, mode: (st.mode & ~S_IFMT) | S_IFLNK, size: bytes.length, blocks: 0 }),
    io: {
      *io_read({ po }, { offset, amount }) {
        if (!(po.openmodes & O_READ)) return { err: Errno.EBADF };
        const from = offset === -1 ? po.hook.offset : offset;
        const data = bytes.slice(from, amount < 0 ? undefined : from + amount);
        if (offset === -1) po.hook.offset += data.length;
        return { err: 0, data };
      },
      *io_readable({ po }) {
        return po.openmodes & O_READ ? { err: 0, amount: Math.max(0, bytes.length - po.hook.offset) } : { err: Errno.EBADF };
      },
    },
  };
};

export const main: Main = function* (libc, argv) {
  const [name, target, more] = argv;
  if (target === undefined || more !== undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${name ?? "firmlink"} TARGET\n`);
    return 64;
  }
  const trivfs = yield* Trivfs.create(libc, argv, describe(libc, target));
  return yield* trivfs.run();
};
