/**
 * The data segment's end (sysdeps/mach/hurd/brk.c): a reserved area whose pages become accessible as the break rises, and behind it what more the kernel gives.
 * The real library reserves the area when a program starts, ours when somebody first asks for it.
 */
import { machCall } from "../mach/interfaces/mach.ts";
import { MACH_PORT_NULL } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { PAGE_SIZE } from "../servers/interfaces/hurd-types.ts";
import { RLIMIT_DATA } from "../servers/interfaces/resource.ts";
import { hurdFail, UnixError } from "./errno.ts";
import type { Process } from "./process.ts";
import { taskSelf } from "./rights.ts";
import { currentLimit } from "./rlimit.ts";

/** Where it begins on the i386, and how much is reserved. */
const BRK_START = 0x20000000;
const DATA_SIZE = 128 << 20;
const [VM_PROT_NONE, VM_PROT_DEFAULT, VM_PROT_ALL] = [0, 3, 7];
const VM_INHERIT_COPY = 1;

/** The break, and the end of what has been got from the kernel. */
export interface DataSegment {
  readonly brk: number;
  readonly end: number;
}

const roundPage = (address: number): number => Math.ceil(address / PAGE_SIZE) * PAGE_SIZE;

/** Memory that nobody may touch yet, at `address`. The code. */
function* reserve(address: number, size: number): Syscall<number> {
  const where = { address, size, mask: 0, anywhere: false, memory_object: MACH_PORT_NULL, offset: 0, copy: false };
  return (yield* machCall.vm_map(yield* taskSelf(), { ...where, cur_protection: VM_PROT_NONE, max_protection: VM_PROT_ALL, inheritance: VM_INHERIT_COPY })).err;
}

function* segment(p: Process): Syscall<DataSegment> {
  if (p.data === undefined) {
    const err = yield* reserve(BRK_START, DATA_SIZE);
    p.data = { brk: BRK_START, end: err === 0 ? BRK_START + DATA_SIZE : BRK_START };
  }
  return p.data;
}

/** Sets the break. Throws ENOMEM above RLIMIT_DATA, and when there are no addresses left or RLIMIT_AS allows no more. */
export function* brk(p: Process, address: number): Syscall<void> {
  const data = yield* segment(p);
  const err = yield* (roundPage(address) <= roundPage(data.brk) ? lower : rise)(p, data, address);
  if (err !== 0) throw new UnixError("brk", hurdFail(err));
}

/** What is given up becomes reserved again. */
function* lower(p: Process, data: DataSegment, address: number): Syscall<number> {
  const from = roundPage(address);
  const size = roundPage(data.brk) - from;
  if (size > 0) {
    yield* machCall.vm_deallocate(yield* taskSelf(), { address: from, size });
    yield* reserve(from, size);
  }
  p.data = { ...data, brk: address };
  return 0;
}

function* rise(p: Process, data: DataSegment, address: number): Syscall<number> {
  if (address - BRK_START > currentLimit(p, RLIMIT_DATA)) return Errno.ENOMEM;
  const [from, to] = [roundPage(data.brk), roundPage(address)];
  const opened = yield* open(from, Math.min(to, data.end));
  if (opened !== 0) return opened;
  if (to > data.end) {
    p.data = { ...data, brk: data.end };
    const more = yield* machCall.vm_allocate(yield* taskSelf(), { address: data.end, size: to - data.end, anywhere: false });
    if (more.err) return more.err;
  }
  p.data = { brk: address, end: Math.max(to, data.end) };
  return 0;
}

/** Makes reserved memory accessible. The code. */
function* open(from: number, to: number): Syscall<number> {
  if (to <= from) return 0;
  return (yield* machCall.vm_protect(yield* taskSelf(), { address: from, size: to - from, set_maximum: false, new_protection: VM_PROT_DEFAULT })).err;
}

/** Moves the break by `increment` bytes and answers where it was. Throws ENOMEM. */
export function* sbrk(p: Process, increment: number): Syscall<number> {
  const { brk: old } = yield* segment(p);
  if (increment !== 0) yield* brk(p, old + increment);
  return old;
}
