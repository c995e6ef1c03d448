/** A core of a task: all that its port lets us see, written into a file. The task has to stand still. */
import { machCall } from "../../mach/interfaces/mach.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import { THREAD_STATE_COUNT, THREAD_STATE_FLAVOR, type Syscall } from "../../mach/kern/syscall.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { ioCall } from "../../glibc-shim/stubs.ts";
import { Errno } from "../interfaces/errno.ts";
import { PAGE_SIZE } from "../interfaces/hurd-types.ts";
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
    if (read === undefined || read.err) regions.push({ address: r.address, size: r.size, protection: r.protection, data: undefined });
    else regions.push(...withoutZeros(r.address, r.protection, read.data));
    address = r.address + r.size;
  }
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((b) => b === 0);

/** A region in runs of pages: those that hold nothing but zeros, as most of a stack does, need no bytes in the file. */
function withoutZeros(address: number, protection: number, bytes: Uint8Array): readonly Region[] {
  const runs: Region[] = [];
  const pages = Math.ceil(bytes.length / PAGE_SIZE);
  const zero = Array.from({ length: pages }, (_, i) => isZero(bytes.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE)));
  for (let from = 0, to = 0; from < pages; from = to) {
    while (to < pages && zero[to] === zero[from]) to++;
    const data = bytes.subarray(from * PAGE_SIZE, to * PAGE_SIZE);
    runs.push({ address: address + from * PAGE_SIZE, size: data.length, protection, data: zero[from] ? undefined : data });
  }
  return runs;
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
