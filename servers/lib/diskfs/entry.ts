/** One component of a name in one directory (`diskfs_lookup`): the checks around the store's lookup, and what ".." means at the top. */
import type { MachPort } from "../../../mach/ipc/names.ts";
import { MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import type { Failure } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../interfaces/errno.ts";
import { NAME_MAX } from "../../interfaces/hurd-types.ts";
import { S_IEXEC, S_ISDIR } from "../../interfaces/stat.ts";
import { access, checkDirmod } from "../iouser.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node } from "./node.ts";
import type { Protid } from "./peropen.ts";

/** What the entry is wanted for: that decides what must be allowed. */
export type Purpose = "lookup" | "create" | "remove" | "rename";

/** `node` undefined: there is none, and one may be made. `up`: the name is ".." at the top, and leads to that port (null: nowhere, it is the top itself). */
export type Found =
  | { readonly err: 0; readonly name: string; readonly node: Node | undefined; readonly up: MachPort | undefined }
  | { readonly err: Failure };

const utf8 = new TextEncoder();

/** ".." of a directory as `who` sees it, if the directory is a top. The shadow root counts before the filesystem's. */
export function topParent(fs: Diskfs, dir: Node, who: Protid): MachPort | undefined {
  const { place } = who.po;
  if (place.shadowRoot === dir) return place.shadowRootParent;
  return dir === fs.store.root ? place.rootParent : undefined;
}

/**
 * Looks `name` up in `dir`. Slashes before and behind it are not part of a name. ENOTDIR, EINVAL (empty, or a slash inside), EACCES, ENAMETOOLONG, ENOENT; for
 * changes also EACCES and EROFS.
 */
export function* lookupEntry(fs: Diskfs, dir: Node, given: string, who: Protid, purpose: Purpose): Syscall<Found> {
  if (!S_ISDIR(dir.st.mode)) return { err: Errno.ENOTDIR };
  const name = given.replace(/^\/+|\/+$/g, "");
  if (name === "" || name.includes("/")) return { err: Errno.EINVAL };
  const search = access(dir.st, S_IEXEC, who.user);
  if (search) return { err: search };
  const up = name === ".." ? topParent(fs, dir, who) : undefined;
  if (up !== undefined) return { err: 0, name, node: up === MACH_PORT_NULL ? dir : undefined, up };
  if (utf8.encode(name).length > NAME_MAX) return { err: Errno.ENAMETOOLONG };
  const got = yield* dir.lookup(name);
  if (got.err && got.err !== Errno.ENOENT) return got;
  const node = got.err ? undefined : got.value;
  const changes = purpose === "rename" || (purpose === "create" && node === undefined) || (purpose === "remove" && node !== undefined);
  if (changes) {
    const err = checkDirmod(dir.st, node?.st, who.user) || (fs.settings.readonly ? Errno.EROFS : 0);
    if (err) return { err };
  }
  if (node === undefined && (purpose === "lookup" || purpose === "remove")) return { err: Errno.ENOENT };
  return { err: 0, name, node, up: undefined };
}
