/** Calls on paths below a directory that is held (cloudabi.md §2.5). There is no other path. */
import { answer, Errno, fail, ok, type Failure, type Result } from "../errno.ts";
import { includes, Right, rights, typeRights, type Rights } from "../rights.ts";
import { newDirectory, newFile, OpenDirectory, OpenRegularFile, type Directory, type Inode } from "./files.ts";
import type { Calls, Context } from "./kernel.ts";
import type { Slot } from "./table.ts";
import type { FileOpen, OpenFlags } from "./traps.ts";

/** Asked for with any of these, a file is open for writing. */
const WRITING = rights("FD_DATASYNC", "FD_WRITE", "FILE_ALLOCATE", "FILE_STAT_FPUT_SIZE");

/** Where a path leads: the directory that has the last component, its name, and what is there. */
interface Place {
  readonly parent: Directory;
  readonly name: string;
  readonly inode: Inode | undefined;
}

/** Walks `path` below `top`. ENOTCAPABLE: it is absolute or leaves `top`; ENOENT, ENOTDIR. */
export function walk(top: Directory, path: string): Result<Place> {
  if (path.startsWith("/")) return fail(Errno.ENOTCAPABLE);
  if (path === "") return fail(Errno.ENOENT);
  const stack: Directory[] = [top];
  const parts = path.split("/").filter((p) => p !== "" && p !== ".");
  for (const [i, part] of parts.entries()) {
    const here = stack.at(-1) ?? top;
    if (part === "..") {
      if (stack.length === 1) return fail(Errno.ENOTCAPABLE);
      stack.pop();
      continue;
    }
    const inode = here.entries.get(part);
    if (i === parts.length - 1) return ok({ parent: here, name: part, inode });
    if (inode === undefined) return fail(Errno.ENOENT);
    if (inode.kind !== "directory") return fail(Errno.ENOTDIR);
    stack.push(inode);
  }
  const here = stack.at(-1) ?? top;
  return ok({ parent: here, name: ".", inode: here });
}

/** The directory at `fd`. Anything else is ENOTCAPABLE: no other type has these rights. */
function directoryAt({ kernel, process }: Context, fd: number, need: Rights): Result<{ readonly slot: Slot; readonly inode: Directory }> {
  const got = kernel.slot(process, fd, need);
  if (got.err !== 0) return got;
  const { file } = got.value;
  return file instanceof OpenDirectory ? ok({ slot: got.value, inode: file.inode }) : fail(Errno.ENOTCAPABLE);
}

/** The inode to open; made when that is asked for. */
function inodeOf({ parent, name, inode }: Place, { create = false, exclusive = false, directory = false }: OpenFlags): Result<Inode> {
  if (inode === undefined && !create) return fail(Errno.ENOENT);
  if (inode !== undefined && create && exclusive) return fail(Errno.EEXIST);
  if (directory && inode?.kind === "file") return fail(Errno.ENOTDIR);
  if (inode !== undefined) return ok(inode);
  const made = newFile(`${parent.label}/${name}`);
  parent.entries.set(name, made);
  return ok(made);
}

/** An open description of `inode`, with the rights that fit its type. */
function openInode(inode: Inode, { rights: { base, inheriting }, oflags, flags }: FileOpen): Result<Slot> {
  const writing = (base & WRITING) !== 0n || oflags.truncate === true;
  if (inode.kind === "directory" && writing) return fail(Errno.EISDIR);
  if (oflags.truncate && inode.kind === "file") inode.content = new Uint8Array(0);
  const file = inode.kind === "directory" ? new OpenDirectory(inode) : new OpenRegularFile(inode, writing);
  file.flags = flags;
  const type = typeRights[file.type];
  return ok({ file: file.refer(), base: base & type.base, inheriting: inheriting & type.inheriting });
}

/** To create is the directory's own right; to truncate is one of the file's, which a directory can only pass on. */
const allows = ({ base, inheriting }: Slot, { create, truncate }: OpenFlags): boolean =>
  includes(base, create ? Right.FILE_CREATE_FILE : 0n) && includes(inheriting, truncate ? Right.FILE_STAT_FPUT_SIZE : 0n);

function open(context: Context, trap: FileOpen): Result<Slot> {
  const { base, inheriting } = trap.rights;
  const from = directoryAt(context, trap.fd, Right.FILE_OPEN);
  if (from.err !== 0) return from;
  const { slot, inode } = from.value;
  if (!allows(slot, trap.oflags) || !includes(slot.inheriting, base | inheriting)) return fail(Errno.ENOTCAPABLE);
  const place = walk(inode, trap.path);
  if (place.err !== 0) return place;
  const target = inodeOf(place.value, trap.oflags);
  return target.err === 0 ? openInode(target.value, trap) : target;
}

/** The place of `path`, for calls that change the directory. */
function placeIn(context: Context, fd: number, path: string, need: Rights): Result<Place> {
  const from = directoryAt(context, fd, need);
  return from.err === 0 ? walk(from.value.inode, path) : from;
}

function unlink({ parent, name, inode }: Place): 0 | Failure {
  if (inode === undefined) return Errno.ENOENT;
  if (inode.kind === "directory" && inode.entries.size > 0) return Errno.ENOTEMPTY;
  parent.entries.delete(name);
  return 0;
}

export const fileCalls: Calls<"file_open" | "file_create_directory" | "file_unlink" | "file_readdir"> = {
  file_open(context, trap) {
    const slot = open(context, trap);
    if (slot.err !== 0) return slot.err;
    return answer(context.kernel.install(context.process, [slot.value]), ([fd]) => (trap.result = fd ?? 0));
  },

  file_create_directory(context, { fd, path }) {
    const place = placeIn(context, fd, path, Right.FILE_CREATE_DIRECTORY);
    if (place.err !== 0) return place.err;
    const { parent, name, inode } = place.value;
    if (inode !== undefined) return Errno.EEXIST;
    parent.entries.set(name, newDirectory(`${parent.label}/${name}`));
    return 0;
  },

  file_unlink(context, { fd, path }) {
    const place = placeIn(context, fd, path, Right.FILE_UNLINK);
    return place.err === 0 ? unlink(place.value) : place.err;
  },

  file_readdir(context, trap) {
    return answer(directoryAt(context, trap.fd, Right.FILE_READDIR), ({ inode }) => (trap.names = [...inode.entries.keys()].sort()));
  },
};

