/**
 * The host system's own calls, as far as launchers need them (cloudabi.md §8): paths, addresses, and an exec that passes every descriptor by default.
 *
 * A process that has become a CloudABI program can make none of them: ENOSYS.
 */
import { answer, Errno, fail, ok, type Result } from "../errno.ts";
import { FileType, NO_RIGHTS, Right, rights, typeRights, without, type RightsPair } from "../rights.ts";
import { walk } from "./calls-file.ts";
import { activate, executable } from "./calls-process.ts";
import { OpenDirectory, OpenRegularFile, type Inode } from "./files.ts";
import type { Calls } from "./kernel.ts";
import { socketPair } from "./sockets.ts";
import { share } from "./table.ts";
import type { HostOpen } from "./traps.ts";

const WRITING = rights("FD_DATASYNC", "FD_WRITE", "FILE_ALLOCATE", "FILE_STAT_FPUT_SIZE");

/** What a descriptor of the host may do as a CloudABI program's: all that its type and its mode allow. The host narrows nothing. */
function hostRights(inode: Inode, { exec }: HostOpen): RightsPair {
  if (inode.kind === "directory") return typeRights[FileType.DIRECTORY];
  return { base: exec ? rights("PROC_EXEC", "FILE_STAT_FGET") : without(typeRights[FileType.REGULAR_FILE].base, WRITING), inheriting: NO_RIGHTS };
}

function find(root: Parameters<typeof walk>[0], path: string): Result<Inode> {
  const place = walk(root, path.replace(/^\/+/, ""));
  if (place.err !== 0) return place;
  return place.value.inode === undefined ? fail(Errno.ENOENT) : ok(place.value.inode);
}

export const hostCalls: Calls<"host_execve" | "host_cloexec" | "host_open" | "host_socket"> = {
  host_execve(context, { fd, data }) {
    const { kernel, process } = context;
    if (!process.host) return Errno.ENOSYS;
    const program = executable(context, fd, Right.PROC_EXEC);
    if (program.err !== 0) return program.err;
    kernel.meter.copied(data.length);
    process.table.closeFlagged();
    return activate(context, program.value, data.slice());
  },

  host_cloexec({ process }, { fd, on }) {
    if (!process.host) return Errno.ENOSYS;
    if (process.table.get(fd) === undefined) return Errno.EBADF;
    if (on) process.table.closeOnExec.add(fd);
    else process.table.closeOnExec.delete(fd);
    return 0;
  },

  host_open({ kernel, process }, trap) {
    if (!process.host) return Errno.ENOSYS;
    const inode = find(kernel.hostRoot, trap.path);
    if (inode.err !== 0) return inode.err;
    const file = inode.value.kind === "directory" ? new OpenDirectory(inode.value) : new OpenRegularFile(inode.value, false);
    return answer(kernel.install(process, [{ file: file.refer(), ...hostRights(inode.value, trap) }]), ([fd]) => (trap.result = fd ?? 0));
  },

  host_socket({ kernel, process }, trap) {
    if (!process.host) return Errno.ENOSYS;
    const service = trap.path === undefined ? undefined : kernel.hostServices.get(trap.path);
    if (service !== undefined) return answer(kernel.install(process, [share(service)]), ([fd]) => (trap.result = fd ?? 0));
    if (trap.path !== undefined) return Errno.ENOENT;
    const label = trap.bind === undefined ? `connection to ${trap.connect ?? "nobody"}` : `listener at ${trap.bind}`;
    const [here, network] = socketPair(trap.type, [label, `${label}, far end`], kernel.machine, () => kernel.changes.wakeAll());
    network.refer();
    return answer(kernel.install(process, [{ file: here.refer(), ...typeRights[trap.type] }]), ([fd]) => (trap.result = fd ?? 0));
  },
};
