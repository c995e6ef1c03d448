/** The name of the current directory: from it upwards, at each step the entry that is the directory below, until the root is reached. */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { decodeEntries, type DirectoryEntry } from "../servers/interfaces/dirent.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_CRDIR, INIT_PORT_CWDIR, O_NOTRANS, O_READ } from "../servers/interfaces/hurd-types.ts";
import { decodeStat, S_IATRANS } from "../servers/interfaces/stat.ts";
import { PortCell } from "./cell.ts";
import { orThrow, UnixError } from "./errno.ts";
import { lookup, ownNames } from "./lookup.ts";
import { lookupPort } from "./names.ts";
import type { Process } from "./process.ts";
import { addSendRef, deallocate } from "./rights.ts";
import { fsCall, ioCall } from "./stubs.ts";

interface Identity {
  readonly id: MachPort;
  readonly fsid: MachPort;
  readonly ino: number;
}

/** Who a node is. The identity ports are only compared: two names are one port exactly when they are equal, as long as we hold both. */
function* identify(port: MachPort): Syscall<Identity> {
  const { idport, fsidport, fileno } = orThrow("getcwd", yield* ioCall.io_identity(port, {}));
  return { id: idport, fsid: fsidport, ino: fileno };
}
function* forget({ id, fsid }: Identity): Syscall<void> {
  yield* deallocate(id);
  yield* deallocate(fsid);
}

/** Throws ENOENT when a directory on the way has been removed, EACCES when one cannot be read. */
export function* getcwd(p: Process): Syscall<string> {
  return yield* nameOfDirectory(p, p.cell(INIT_PORT_CWDIR));
}

/** The absolute name of the directory in `cell`. */
export function* nameOfDirectory(p: Process, cell: PortCell): Syscall<string> {
  const root = yield* p.cell(INIT_PORT_CRDIR).use(identify);
  yield* addSendRef(cell.port);
  let here = new PortCell(cell.port);
  let who = yield* identify(here.port);
  let path = "";
  try {
    while (who.id !== root.id) {
      const parent = new PortCell(yield* lookupPort(p, "..", O_READ, 0, here, "getcwd"));
      const above = yield* identify(parent.port);
      const name = above.id === who.id ? undefined : yield* nameIn(p, parent, above, who);
      yield* here.set(MACH_PORT_NULL);
      yield* forget(who);
      here = parent;
      who = above;
      if (name === undefined) throw new UnixError("getcwd", Errno.ENOENT);
      path = `/${name}${path}`;
    }
    return path === "" ? "/" : path;
  } finally {
    yield* here.set(MACH_PORT_NULL);
    yield* forget(who);
    yield* forget(root);
  }
}

/** The name of `child` in `parent`. At the root of a translator inode numbers say nothing: there every node with an active translator is tried. */
function* nameIn(p: Process, parent: PortCell, { fsid }: Identity, child: Identity): Syscall<string | undefined> {
  const mounted = fsid !== child.fsid;
  for (const { name, ino } of yield* parent.use((port) => readPort(port))) {
    if (name === "." || name === ".." || (!mounted && ino !== child.ino)) continue;
    if (yield* isChild(p, parent, name, child, mounted)) return name;
  }
  return undefined;
}

function* readPort(port: MachPort): Syscall<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for (;;) {
    const some = orThrow("getcwd", yield* fsCall.dir_readdir(port, { entry: entries.length, nentries: -1, bufsiz: 0 }));
    if (some.amount === 0) return entries;
    entries.push(...decodeEntries(some.data));
  }
}

function* isChild(p: Process, parent: PortCell, name: string, child: Identity, mounted: boolean): Syscall<boolean> {
  const node = yield* lookup(ownNames(p), name, O_NOTRANS, 0, parent);
  if (node.err) return false;
  if (!mounted) return yield* same(node.port, child);
  const st = yield* ioCall.io_stat(node.port, {});
  yield* deallocate(node.port);
  if (st.err || (decodeStat(st.stat_info).mode & S_IATRANS) === 0) return false;
  const top = yield* lookup(ownNames(p), name, 0, 0, parent);
  return !top.err && (yield* same(top.port, child));
}

/** Whether `port`, whose reference it takes, is the node `child`. */
function* same(port: MachPort, child: Identity): Syscall<boolean> {
  const got = yield* ioCall.io_identity(port, {});
  yield* deallocate(port);
  if (got.err) return false;
  yield* forget({ id: got.idport, fsid: got.fsidport, ino: got.fileno });
  return got.idport === child.id;
}
