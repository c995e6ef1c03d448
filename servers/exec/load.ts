/** Putting a checked image into a task's memory (exec.md §5.2, steps 11, 12, 15). */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import type { Segment } from "../../mach/kern/image.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import { THREAD_STATE_FLAVOR, threadState, type Syscall } from "../../mach/kern/syscall.ts";
import { PAGE_SIZE, VM_INHERIT_COPY, VM_PROT_ALL, VM_PROT_EXECUTE, VM_PROT_NONE, VM_PROT_WRITE } from "../interfaces/hurd-types.ts";
import type { Executable } from "./check.ts";
import type { ExecFile, Result } from "./file.ts";

type Code = 0 | Failure;

const truncPage = (n: number): number => n - (n % PAGE_SIZE);
const roundPage = (n: number): number => Math.ceil(n / PAGE_SIZE) * PAGE_SIZE;
/** The range that user memory can have. */
export const VM_USER_RANGE = { address: 0, size: 0xc0000000 } as const;
export const STACK_SIZE = 16 * 1024 * 1024;

interface Place {
  readonly address: number;
  readonly size: number;
  readonly protection: number;
  readonly object?: MachPort;
  readonly offset?: number;
}

function* map(task: MachPort, { address, size, protection, object = MACH_PORT_NULL, offset = 0 }: Place): Syscall<Code> {
  const mapped = yield* machCall.vm_map(task, {
    address,
    size,
    mask: 0,
    anywhere: false,
    memory_object: object,
    offset,
    copy: true,
    cur_protection: protection,
    max_protection: protection === VM_PROT_NONE ? VM_PROT_NONE : VM_PROT_ALL,
    inheritance: VM_INHERIT_COPY,
  });
  return mapped.err;
}

/** A page that nobody can touch, at address 0: null pointers fault. Room that is taken already is no error. */
export function* guardNull(task: MachPort): Syscall<void> {
  yield* map(task, { address: 0, size: PAGE_SIZE, protection: VM_PROT_NONE });
}

/** All segments that the scan found. */
export function* loadImage(task: MachPort, { file, segments }: Executable): Syscall<Code> {
  for (const segment of segments) {
    const code = yield* loadSegment(task, file, segment);
    if (code !== 0) return code;
  }
  return 0;
}

/** The file's part by mapping it, or by reading and writing; then zeroes up to the size in memory. */
function* loadSegment(task: MachPort, file: ExecFile, s: Segment): Syscall<Code> {
  const start = truncPage(s.address);
  const fileEnd = s.size === 0 ? start : roundPage(s.address + s.size);
  const end = roundPage(s.address + s.memory);
  if (fileEnd > start) {
    const code = portValid(file.filemap) ? yield* mapFilePart(task, file, s) : yield* copyFilePart(task, file, s);
    if (code !== 0) return code;
  }
  if (end > fileEnd) {
    const code = yield* map(task, { address: fileEnd, size: end - fileEnd, protection: s.protection });
    if (code !== 0) return code;
  }
  return s.memory > s.size && s.size > 0 ? yield* clearTail(task, s, fileEnd) : 0;
}

function* mapFilePart(task: MachPort, file: ExecFile, s: Segment): Syscall<Code> {
  const start = truncPage(s.address);
  const size = roundPage(s.address + s.size) - start;
  return yield* map(task, { address: start, size, protection: s.protection, object: file.filemap, offset: truncPage(s.offset) });
}

function* copyFilePart(task: MachPort, file: ExecFile, s: Segment): Syscall<Code> {
  const start = truncPage(s.address);
  const size = roundPage(s.address + s.size) - start;
  const bytes = yield* file.read(s.offset, s.size);
  if (bytes.err) return bytes.err;
  const placed = yield* map(task, { address: start, size, protection: VM_PROT_ALL });
  if (placed !== 0) return placed;
  const page = new Uint8Array(size);
  page.set(bytes.value, s.address - start);
  const written = yield* machCall.vm_write(task, { address: start, data: page });
  if (written.err) return written.err;
  return (yield* machCall.vm_protect(task, { address: start, size, set_maximum: false, new_protection: s.protection })).err;
}

/** Bytes of the file's last page behind the segment are not the program's: zeroes, also where the program may not write. */
function* clearTail(task: MachPort, s: Segment, fileEnd: number): Syscall<Code> {
  const from = s.address + s.size;
  if (from >= fileEnd) return 0;
  const page = { address: truncPage(from), size: PAGE_SIZE, set_maximum: false };
  const writable = (s.protection & VM_PROT_WRITE) !== 0;
  if (!writable) yield* machCall.vm_protect(task, { ...page, new_protection: s.protection | VM_PROT_WRITE });
  const whole = yield* machCall.vm_read(task, { address: page.address, size: PAGE_SIZE });
  if (whole.err) return whole.err;
  const data = Uint8Array.from(whole.data);
  data.fill(0, from - page.address);
  const written = yield* machCall.vm_write(task, { address: page.address, data });
  if (!writable) yield* machCall.vm_protect(task, { ...page, new_protection: s.protection });
  return written.err;
}

/** The range of executable memory (`proc_set_code`). */
export function codeRange(...executables: readonly Executable[]): { readonly start: number; readonly end: number } {
  const code = executables.flatMap((e) => e.segments).filter((s) => (s.protection & VM_PROT_EXECUTE) !== 0);
  if (code.length === 0) return { start: 0, end: 0 };
  return { start: Math.min(...code.map((s) => s.address)), end: Math.max(...code.map((s) => s.address + s.memory)) };
}

export interface Stack {
  readonly base: number;
  readonly size: number;
}

/** The stack, with a page below it that nobody can touch, and the thread's first registers (`mach_setup_thread`). */
export function* setupThread(task: MachPort, thread: MachPort, pc: number): Syscall<Result<Stack>> {
  const whole = yield* machCall.vm_allocate(task, { address: 0, size: STACK_SIZE + PAGE_SIZE, anywhere: true });
  if (whole.err) return whole;
  const protect = yield* machCall.vm_protect(task, { address: whole.address, size: PAGE_SIZE, set_maximum: false, new_protection: VM_PROT_NONE });
  if (protect.err) return { err: protect.err };
  const base = whole.address + PAGE_SIZE;
  const new_state = threadState({ pc, sp: base + STACK_SIZE, arg: 0 });
  const set = yield* machCall.thread_set_state(thread, { flavor: THREAD_STATE_FLAVOR, new_state });
  return set.err ? { err: set.err } : { err: 0, value: { base, size: STACK_SIZE } };
}
