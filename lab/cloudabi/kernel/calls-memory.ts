/** Memory of objects and of one's own, the clock and chance: what is ambient, and what is not (cloudabi.md §§1, 6). */
import { BLOCKED } from "../../../mach/ipc/host.ts";
import { Errno } from "../errno.ts";
import { Right } from "../rights.ts";
import { OpenRegularFile, SharedMemory, type OpenFile } from "./files.ts";
import type { Calls, Context } from "./kernel.ts";
import type { CloudProcess } from "./process.ts";
import type { MemMap } from "./traps.ts";

const needs = ({ prot }: MemMap): bigint => Right.MEM_MAP | (prot.read ? Right.FD_READ : 0n) | (prot.write ? Right.FD_WRITE : 0n) | (prot.exec ? Right.MEM_MAP_EXEC : 0n);

/** The cell that stands for the bytes. */
function cellOf({ name }: CloudProcess, file: OpenFile | undefined): string {
  if (file === undefined) return `PG(${name})`;
  return file instanceof OpenRegularFile ? `INO(${file.inode.label})` : `PG(${file.label})`;
}

/** The bytes behind a descriptor; fresh ones without. Of a file it is its content as it is now. */
function memoryOf(file: OpenFile | undefined, length: number): { content: Uint8Array } | undefined {
  if (file === undefined) return { content: new Uint8Array(length) };
  if (file instanceof SharedMemory) return file.memory;
  return file instanceof OpenRegularFile ? file.inode : undefined;
}

/** An access that cannot be made ends the process. */
function fault({ kernel, process }: Context): typeof BLOCKED {
  kernel.kill(process, "SIGSEGV");
  return BLOCKED;
}

const resized = (bytes: Uint8Array, size: number): Uint8Array => {
  const next = new Uint8Array(size);
  next.set(bytes.subarray(0, size));
  return next;
};

export const memoryCalls: Calls<"mem_map" | "mem_unmap" | "mem_load" | "mem_store" | "file_stat_fput_size" | "clock_time_get" | "random_get" | "thread_yield"> = {
  /** ENOTSUP: to be written and executed (W^X); EINVAL: no bytes. */
  mem_map({ kernel, process }, trap) {
    const { fd, prot, length } = trap;
    if (prot.write && prot.exec) return Errno.ENOTSUP;
    if (length <= 0) return Errno.EINVAL;
    const slot = fd === -1 ? undefined : kernel.slot(process, fd, needs(trap));
    if (slot !== undefined && slot.err !== 0) return slot.err;
    const memory = memoryOf(slot?.value.file, length);
    if (memory === undefined) return Errno.ENOTCAPABLE;
    trap.address = process.map({ memory, cell: cellOf(process, slot?.value.file), length, read: prot.read === true, write: prot.write === true });
    return 0;
  },

  mem_unmap({ process }, { address }) {
    return process.mappings.delete(address) ? 0 : Errno.EINVAL;
  },

  mem_load(context, trap) {
    const place = context.process.place(trap.address, trap.length);
    if (!place?.mapping.read) return fault(context);
    trap.data = place.mapping.memory.content.slice(place.offset, place.offset + trap.length);
    return 0;
  },

  mem_store(context, { address, data }) {
    const place = context.process.place(address, data.length);
    if (!place?.mapping.write) return fault(context);
    place.mapping.memory.content.set(data, place.offset);
    return 0;
  },

  file_stat_fput_size({ kernel, process }, { fd, size }) {
    const slot = kernel.slot(process, fd, Right.FILE_STAT_FPUT_SIZE);
    if (slot.err !== 0) return slot.err;
    const memory = memoryOf(slot.value.file, 0);
    if (memory === undefined || size < 0) return Errno.EINVAL;
    memory.content = resized(memory.content, size);
    return 0;
  },

  clock_time_get({ kernel }, trap) {
    trap.time = kernel.machine.now;
    return 0;
  },

  random_get({ kernel }, trap) {
    trap.data = kernel.randomBytes(trap.length);
    return 0;
  },

  thread_yield() {
    return 0;
  },
};
