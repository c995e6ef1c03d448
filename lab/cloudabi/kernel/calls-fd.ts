/** Calls on descriptors of any type (cloudabi.md §2.5). */
import { answer, Errno } from "../errno.ts";
import { FileType, includes, NO_RIGHTS, pipeRights, Right, typeRights, type RightsPair } from "../rights.ts";
import { CharacterDevice, OpenRegularFile, SharedMemory } from "./files.ts";
import type { Calls, Context } from "./kernel.ts";
import { receive, send } from "./calls-socket.ts";
import { share, type Slot } from "./table.ts";
import { Socket, socketPair } from "./sockets.ts";
import type { FdRead, FdWrite } from "./traps.ts";

const offsetRight = (offset: number | undefined): bigint => (offset === undefined ? NO_RIGHTS : Right.FD_SEEK);

function read({ kernel, thread, process }: Context, trap: FdRead): number {
  const got = kernel.slot(process, trap.fd, Right.FD_READ | offsetRight(trap.offset));
  if (got.err !== 0) return got.err;
  const { file } = got.value;
  if (file instanceof Socket) return receive({ kernel, thread, process }, file, { length: trap.length, fdLimit: 0, into: (r) => (trap.data = r.data) });
  if (file instanceof CharacterDevice) {
    trap.data = file.input.slice(0, trap.length);
    file.input = file.input.slice(trap.length);
    return 0;
  }
  if (!(file instanceof OpenRegularFile)) return Errno.ENOTSUP;
  const from = trap.offset ?? file.offset;
  trap.data = file.inode.content.slice(from, from + trap.length);
  if (trap.offset === undefined) file.offset += trap.data.length;
  return 0;
}

function write({ kernel, thread, process }: Context, trap: FdWrite): number {
  const got = kernel.slot(process, trap.fd, Right.FD_WRITE | offsetRight(trap.offset));
  if (got.err !== 0) return got.err;
  const { file } = got.value;
  if (file instanceof Socket) return send({ kernel, thread, process }, file, trap.data, [], (n) => (trap.written = n));
  trap.written = trap.data.length;
  if (file instanceof CharacterDevice) {
    file.output += new TextDecoder().decode(trap.data);
    return 0;
  }
  if (!(file instanceof OpenRegularFile)) return Errno.ENOTSUP;
  store(file, trap);
  return 0;
}

function store(file: OpenRegularFile, { data, offset }: FdWrite): void {
  const at = offset ?? (file.flags.append ? file.inode.content.length : file.offset);
  const bytes = new Uint8Array(Math.max(file.inode.content.length, at + data.length));
  bytes.set(file.inode.content);
  bytes.set(data, at);
  file.inode.content = bytes;
  if (offset === undefined) file.offset = at + data.length;
}

/** A pair of sockets, or the two ends of a pipe of 2015. */
function pair({ kernel, process }: Context, type: FileType): ReturnType<typeof kernel.install> {
  const isPipe = type === FileType.FIFO && kernel.options.pipes === "2015";
  if (!isPipe && type !== FileType.SOCKET_STREAM && type !== FileType.SOCKET_DGRAM) return { err: Errno.EINVAL };
  const label = process.newLabel(isPipe ? "pipe" : "socket");
  const ends = socketPair(type, [`${label}.0`, `${label}.1`], kernel.machine, () => kernel.changes.wakeAll());
  const pairs: readonly RightsPair[] = isPipe ? [pipeRights.read, pipeRights.write] : [typeRights[type], typeRights[type]];
  return kernel.install(process, ends.map((file, i): Slot => ({ file: file.refer(), base: pairs[i]?.base ?? NO_RIGHTS, inheriting: pairs[i]?.inheriting ?? NO_RIGHTS })));
}

export const fdCalls: Calls<
  | ("fd_close" | "fd_create1" | "fd_create2" | "fd_dup" | "fd_replace" | "fd_read" | "fd_write" | "fd_seek" | "fd_stat_get" | "fd_stat_put")
  | ("fd_pin" | "fd_move")
> = {
  fd_close({ process }, { fd }) {
    const slot = process.table.take(fd);
    if (slot === undefined) return Errno.EBADF;
    slot.file.release();
    return 0;
  },

  fd_create1({ kernel, process }, trap) {
    if (trap.type !== FileType.SHARED_MEMORY) return Errno.EINVAL;
    const file = new SharedMemory(process.newLabel("memory"));
    return answer(kernel.install(process, [{ file: file.refer(), ...typeRights[trap.type] }]), ([fd]) => (trap.result = fd ?? 0));
  },

  fd_create2(context, trap) {
    return answer(pair(context, trap.type), ([first = 0, second = 0]) => Object.assign(trap, { first, second }));
  },

  fd_dup({ kernel, process }, trap) {
    const slot = process.table.get(trap.fd);
    if (slot === undefined) return Errno.EBADF;
    return answer(kernel.install(process, [share(slot)]), ([fd]) => (trap.result = fd ?? 0));
  },

  fd_pin({ process }, trap) {
    const slot = process.table.get(trap.fd);
    if (slot === undefined) return Errno.EBADF;
    trap.result = process.pin(share(slot));
    return 0;
  },

  fd_move({ process }, trap) {
    const slot = process.table.take(trap.fd);
    if (slot === undefined) return Errno.EBADF;
    trap.result = process.pin(slot);
    return 0;
  },

  /** dup2 that only replaces: `to` must be open. */
  fd_replace({ process }, { from, to }) {
    const slot = process.table.get(from);
    if (slot === undefined || process.table.get(to) === undefined) return Errno.EBADF;
    if (from !== to) process.table.put(to, share(slot));
    return 0;
  },

  fd_read: read,
  fd_write: write,

  fd_seek({ kernel, process }, trap) {
    const tellOnly = trap.whence === "cur" && trap.offset === 0;
    const got = kernel.slot(process, trap.fd, NO_RIGHTS);
    if (got.err !== 0) return got.err;
    const { file, base } = got.value;
    if (!includes(base, Right.FD_SEEK) && !(tellOnly && includes(base, Right.FD_TELL))) return Errno.ENOTCAPABLE;
    if (!(file instanceof OpenRegularFile)) return Errno.ESPIPE;
    const from = { set: 0, cur: file.offset, end: file.inode.content.length }[trap.whence];
    if (from + trap.offset < 0) return Errno.EINVAL;
    file.offset = from + trap.offset;
    trap.result = file.offset;
    return 0;
  },

  fd_stat_get({ process }, trap) {
    const slot = process.table.get(trap.fd);
    if (slot === undefined) return Errno.EBADF;
    trap.stat = { type: slot.file.type, flags: slot.file.flags, base: slot.base, inheriting: slot.inheriting };
    return 0;
  },

  fd_stat_put({ kernel, process }, { fd, rights, flags }) {
    const got = kernel.slot(process, fd, flags === undefined ? NO_RIGHTS : Right.FD_STAT_PUT_FLAGS);
    if (got.err !== 0) return got.err;
    const { file, base, inheriting } = got.value;
    if (rights !== undefined && !(includes(base, rights.base) && includes(inheriting, rights.inheriting))) return Errno.ENOTCAPABLE;
    if (rights !== undefined) process.table.narrow(fd, rights.base, rights.inheriting);
    if (flags !== undefined) file.flags = flags;
    return 0;
  },
};
