/** `fsys_*` on a trivial translator's control port (fs-io.md §6). */
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall } from "../../../glibc-shim/stubs.ts";
import { decodeArgz, encodeArgz } from "../../interfaces/argz.ts";
import { Errno } from "../../interfaces/errno.ts";
import type { fsys } from "../../interfaces/fsys.ts";
import { O_EXEC, O_READ, O_WRITE } from "../../interfaces/hurd-types.ts";
import { normal, type LookupAnswer } from "../lookup-answer.ts";
import type { PortInfo } from "../ports.ts";
import { checkAccess } from "./fs.ts";
import type { Control, RootRequest, Trivfs } from "./trivfs.ts";

export const fsysDefaults = <H>(trivfs: Trivfs<H>): Partial<Handlers<typeof fsys.routines, PortInfo<Control>>> => ({
  *fsys_getroot({ object: control }, { dotdot_node, gen_uids, gen_gids, flags }) {
    const request = { control, dotdot: dotdot_node, user: { uids: gen_uids, gids: gen_gids }, flags };
    const own = trivfs.description.getroot === undefined ? undefined : yield* trivfs.description.getroot(request);
    const got = own ?? (yield* getroot(trivfs, request));
    if (got.err) return got;
    yield* deallocate(dotdot_node);
    return { err: 0, do_retry: got.do_retry, retry_name: got.retry_name, file: got.right };
  },

  *fsys_goaway(_control, { flags }) {
    const { goaway } = trivfs.description;
    const err = goaway === undefined ? 0 : yield* goaway(flags, trivfs.protids.count);
    if (err) return { err };
    return yield* trivfs.libc.exit(0);
  },

  fsys_syncfs: ({ object: { underlying } }, { wait }) => fsCall.file_sync(underlying, { wait, omit_metadata: 0 }),
  *fsys_get_source() {
    const { source } = trivfs.description;
    return source === undefined ? { err: Errno.EOPNOTSUPP } : { err: 0, source };
  },
  *fsys_get_options() {
    return { err: 0, options: encodeArgz([trivfs.argv[0] ?? "", ...(trivfs.description.options?.() ?? [])]) };
  },
  *fsys_set_options(_control, { options }) {
    const { setOptions } = trivfs.description;
    if (setOptions === undefined) return { err: Errno.EOPNOTSUPP };
    const err = yield* setOptions(decodeArgz(options));
    return err ? { err } : { err: 0 };
  },
});

/** The root: first what the translator lets nobody do, then what the node underneath does not let this user do. */
function* getroot<H>(trivfs: Trivfs<H>, request: RootRequest): Syscall<LookupAnswer | { readonly err: Failure }> {
  const { control, user, flags } = request;
  const { allowOpen } = trivfs.description;
  if (flags & O_WRITE & ~allowOpen) return { err: Errno.EROFS };
  if (flags & (O_READ | O_EXEC) & ~allowOpen) return { err: Errno.EACCES };
  const node = yield* trivfs.restricted(control.underlying, user);
  if (node.err) return node;
  const refused = yield* checkAccess(node.value, flags);
  const made = refused ? { err: refused } : yield* trivfs.open(request, node.value);
  if (!made.err) return normal(made.value);
  yield* deallocate(node.value);
  return made;
}
