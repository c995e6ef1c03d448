/** A core of a task: all that its port lets us see, written into a file. The task has to stand still. */
import { machCall } from "../../mach/interfaces/mach.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import { THREAD_STATE_COUNT, THREAD_STATE_FLAVOR, type Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { ioCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { encodeCore, type CoreImage, type Region } from "./elf-core.ts";

const VM_PROT_READ = 1;
/** Bytes of one `io_write`. */
const CHUNK = 64 * 1024;

/** Why a core is written. */
export type Reason = Pick<CoreImage, "signo" | "sigcode" | "sigerror" | "pid" | "command">;

/** Writes the image of `task` into `file`. 0, or what went wrong first. */
export function* dumpTask(task: MachPort, file: MachPort, reason: Reason): Syscall<0 | Failure> {
  const threads = yield* threadStates(task);
  const regions = yield* memory(task);
  return yield* writeAll(file, encodeCore({ ...reason, threads, regions }));
}

function* threadStates(task: MachPort): Syscall<readonly (readonly number[])[]> {
  const list = yield* machCall.task_threads(task, {});
  if (list.err) return [];
  const states: (readonly number[])[] = [];
  for (const thread of list.thread_list) {
    const got = yield* machCall.thread_get_state(thread, { flavor: THREAD_STATE_FLAVOR, old_stateCnt: THREAD_STATE_COUNT });
    if (!got.err) states.push(got.old_state);
    yield* deallocate(thread);
  }
  return states;
}

/** Every region. What may not be read, or cannot, is there without its bytes. */
function* memory(task: MachPort): Syscall<readonly Region[]> {
  const regions: Region[] = [];
  for (let address = 0; ; ) {
    const r = yield* machCall.vm_region(task, { address });
    if (r.err) return regions;
    yield* deallocate(r.object_name);
    const read = r.protection & VM_PROT_READ ? yield* machCall.vm_read(task, { address: r.address, size: r.size }) : undefined;
    regions.push({ address: r.address, size: r.size, protection: r.protection, data: read === undefined || read.err ? undefined : read.data });
    address = r.address + r.size;
  }
}

function* writeAll(file: MachPort, bytes: Uint8Array): Syscall<0 | Failure> {
  for (let offset = 0; offset < bytes.length; ) {
    const wrote = yield* ioCall.io_write(file, { offset, data: bytes.subarray(offset, offset + CHUNK) });
    if (wrote.err) return wrote.err;
    if (wrote.amount === 0) return Errno.ENOSPC;
    offset += wrote.amount;
  }
  return 0;
}
