/** New nodes (`diskfs_create_node`, `diskfs_init_dir`). */
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Result } from "../../../glibc-shim/errno.ts";
import { DIR_CHANGED_NEW } from "../../interfaces/hurd-types.ts";
import { S_ISDIR, S_ISGID, S_ISUID } from "../../interfaces/stat.ts";
import type { IoUser } from "../iouser.ts";
import type { Diskfs } from "./filesystem.ts";
import type { Node, Status } from "./node.ts";

/** A node of type and permissions `mode` that no directory names yet, owned as fs-io.md §1 says. ENOSPC; EINVAL when the filesystem cannot keep its status. */
export function* newNode(fs: Diskfs, dir: Node, mode: number, user: IoUser): Syscall<Result<Node>> {
  const [uid] = user.uids;
  const { gid, mode: grouped } = groupOf(fs, dir, mode, user);
  const bits = uid === undefined ? grouped & ~S_ISUID : grouped;
  const made = yield* fs.store.alloc(dir, bits);
  if (made.err) return made;
  const { st } = made.value;
  st.mode = bits;
  st.uid = st.author = uid ?? dir.st.uid;
  st.gid = gid;
  st.atim = st.mtim = st.ctim = yield* fs.now();
  const err = made.value.validate({});
  if (!err) return made;
  yield* made.value.free();
  return { err };
}

/** The group of a new node: its directory's; by System V's rules the creator's, unless the directory is set-gid. Set-gid is for who has it. */
function groupOf(fs: Diskfs, dir: Node, mode: number, { gids }: IoUser): { readonly gid: number; readonly mode: number } {
  const inherits = fs.settings.inheritGroup || (dir.st.mode & S_ISGID) !== 0;
  const gid = inherits ? dir.st.gid : gids[0];
  if (gid === undefined) return { gid: dir.st.gid, mode: mode & ~S_ISGID };
  if (!fs.settings.inheritGroup && inherits && S_ISDIR(mode)) return { gid, mode: mode | S_ISGID };
  return { gid, mode: gids.includes(gid) ? mode : mode & ~S_ISGID };
}

/** Gives a new directory its first two names. ENOSPC. */
function* initDirectory(node: Node, parent: Node): Syscall<Status> {
  return (yield* node.enter(".", node)) || (yield* node.enter("..", parent));
}

/** Makes a node and enters it as `name`. The directory's openers are told. */
export function* createNode(fs: Diskfs, dir: Node, name: string, mode: number, user: IoUser): Syscall<Result<Node>> {
  const made = yield* newNode(fs, dir, mode, user);
  if (made.err) return made;
  const node = made.value;
  const isDir = S_ISDIR(mode);
  node.st.nlink = isDir ? 2 : 1;
  const err = (isDir ? yield* initDirectory(node, dir) : 0) || (yield* dir.enter(name, node));
  if (err) {
    node.st.nlink = 0;
    yield* node.free();
    return { err };
  }
  if (isDir) dir.st.nlink++;
  yield* node.update();
  yield* fs.touchContents(dir);
  yield* dir.dirNotices.dirChanged(DIR_CHANGED_NEW, name);
  return made;
}
