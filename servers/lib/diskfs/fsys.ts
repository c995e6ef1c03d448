/** `fsys_*`: the filesystem as a whole, by its control port (fs-io.md §6). */
import { copySend, type MachPort } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsysCall } from "../../../glibc-shim/stubs.ts";
import { decodeArgz, encodeArgz } from "../../interfaces/argz.ts";
import { Errno } from "../../interfaces/errno.ts";
import type { fsys } from "../../interfaces/fsys.ts";
import { FSYS_GOAWAY_FORCE, FSYS_GOAWAY_NOSYNC, FSYS_GOAWAY_RECURSE, FSYS_GOAWAY_UNLINK, O_EXEC, O_NOLINK, O_NOTRANS, O_READ, O_WRITE } from "../../interfaces/hurd-types.ts";
import { S_IPTRANS, S_ISDIR, S_ISLNK } from "../../interfaces/stat.ts";
import type { IoUser } from "../iouser.ts";
import { magical, normal, reauth } from "../lookup-answer.ts";
import type { Diskfs } from "./filesystem.ts";
import { accessFor, needsServer, type Looked } from "./lookup.ts";
import { currentOptions, setOptions } from "./options.ts";
import type { PagerPorts } from "./pager.ts";
import { serverDead } from "../transbox.ts";
import { NO_PLACE } from "./peropen.ts";
import { fetchRootWith } from "./translator.ts";

export type FsysHandlers = Partial<Handlers<typeof fsys.routines, Diskfs>>;

export const fsysHandlers = (pagers: PagerPorts, exit: (fs: Diskfs, request: { readonly reply: MachPort }) => Syscall<never>): FsysHandlers => ({
  *fsys_getroot(fs, { dotdot_node, gen_uids, gen_gids, flags }) {
    const got = yield* getroot(fs, dotdot_node, { uids: gen_uids, gids: gen_gids }, flags);
    if (got.err) return got;
    yield* deallocate(dotdot_node);
    return { err: 0, do_retry: got.do_retry, retry_name: got.retry_name, file: got.right };
  },

  *fsys_goaway(fs, { flags }, request) {
    const err = yield* prepareToGo(fs, pagers, flags);
    if (err) return { err };
    const reply = request.remotePort;
    return yield* exit(fs, { reply });
  },

  *fsys_syncfs(fs, { wait, do_children }) {
    if (do_children) for (const child of yield* fs.translators.live()) yield* fsysCall.fsys_syncfs(child.control, { wait, do_children });
    yield* fs.lock.with(() => fs.store.sync(wait !== 0));
    return { err: 0 };
  },

  *fsys_set_options(fs, { options, do_children }) {
    if (do_children) {
      for (const child of yield* fs.translators.live()) {
        const { err } = yield* fsysCall.fsys_set_options(child.control, { options, do_children });
        if (err && !serverDead(err)) return { err };
      }
    }
    const err = yield* fs.lock.with(() => setOptions(fs, decodeArgz(options), pagers));
    return err ? { err } : { err: 0 };
  },

  *fsys_get_options(fs) {
    return { err: 0, options: encodeArgz(currentOptions(fs)) };
  },

  *fsys_get_children(fs) {
    const { names, controls } = yield* fs.translators.answer();
    return { err: 0, names: encodeArgz(names), controls };
  },

  *fsys_get_source(fs) {
    return { err: 0, source: fs.store.source };
  },
});

/** The root as somebody's lookup comes to it from above. */
function* getroot(fs: Diskfs, dotdot: MachPort, user: IoUser, flags: number): Syscall<Looked> {
  const { root } = fs.store;
  if (!(flags & O_NOTRANS) && (root.transbox.translated || (root.st.mode & S_IPTRANS) !== 0)) {
    const got = yield* fetchRootWith(fs, root, dotdot, "", user, flags);
    if (got.err !== Errno.ENOENT) return got;
  }
  return yield* fs.lock.with(() => openRoot(fs, dotdot, user, flags));
}

function* openRoot(fs: Diskfs, dotdot: MachPort, user: IoUser, flags: number): Syscall<Looked> {
  const { root } = fs.store;
  if (S_ISLNK(root.st.mode) && !(flags & (O_NOLINK | O_NOTRANS))) {
    const target = yield* root.readlink();
    if (target.err) return target;
    return target.value.startsWith("/") ? magical(target.value) : reauth(copySend(dotdot), target.value);
  }
  if (needsServer(root.st.mode) && flags & (O_READ | O_WRITE | O_EXEC)) return { err: Errno.EOPNOTSUPP };
  const err = accessFor(fs, root, flags, { user });
  if (err) return { err };
  return normal(yield* fs.openPort(root, flags, { ...NO_PLACE, rootParent: dotdot }, user));
}

/** All that can forbid going away; children first when asked (fs-io.md §6). Requests are held back from a success on. */
function* prepareToGo(fs: Diskfs, pagers: PagerPorts, flags: number): Syscall<0 | Failure> {
  if (flags & FSYS_GOAWAY_UNLINK && S_ISDIR(fs.store.root.st.mode)) return Errno.EBUSY;
  if (flags & FSYS_GOAWAY_RECURSE) {
    for (const child of yield* fs.translators.live()) {
      const { err } = yield* fsysCall.fsys_goaway(child.control, { flags });
      if (err && !serverDead(err)) return err;
    }
  }
  const held = yield* fs.bucket.inhibitRpcs(fs.protids);
  if (held) return held as Failure;
  if (!(flags & FSYS_GOAWAY_FORCE) && (fs.protids.count > 0 || pagers.busy)) {
    yield* fs.bucket.resumeRpcs(fs.protids);
    return Errno.EBUSY;
  }
  if (!(flags & FSYS_GOAWAY_NOSYNC)) yield* fs.lock.with(() => fs.store.finish());
  return 0;
}
