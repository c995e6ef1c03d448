/** Memory of objects and of one's own, the clock and chance: what is ambient, and what is not (cloudabi.md §§1, 6). */
import { Errno } from "../errno.ts";
import { Right } from "../rights.ts";
import { OpenRegularFile, SharedMemory } from "./files.ts";
import type { Calls } from "./kernel.ts";
import type { MemMap } from "./traps.ts";

const needs = ({ prot }: MemMap): bigint => Right.MEM_MAP | (prot.read ? Right.FD_READ : 0n) | (prot.write ? Right.FD_WRITE : 0n) | (prot.exec ? Right.MEM_MAP_EXEC : 0n);

export const memoryCalls: Calls<"mem_map" | "mem_unmap" | "clock_time_get" | "random_get" | "thread_yield"> = {
  /** ENOTSUP: to be written and executed (W^X); EINVAL: no bytes. */
  mem_map({ kernel, process }, trap) {
    const { fd, prot, length } = trap;
    if (prot.write && prot.exec) return Errno.ENOTSUP;
    if (length <= 0) return Errno.EINVAL;
    const slot = fd === -1 ? undefined : kernel.slot(process, fd, needs(trap));
    if (slot !== undefined && slot.err !== 0) return slot.err;
    const file = slot?.value.file;
    if (file !== undefined && !(file instanceof SharedMemory || file instanceof OpenRegularFile)) return Errno.ENOTCAPABLE;
    trap.address = process.map({ object: file instanceof SharedMemory ? file : undefined, length, write: prot.write === true });
    return 0;
  },

  mem_unmap({ process }, { address }) {
    return process.mappings.delete(address) ? 0 : Errno.EINVAL;
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
