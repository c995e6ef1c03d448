/**
 * Exec, fork, threads, and the end (cloudabi.md §§2.1, 2.4).
 *
 * `proc_exec` gives its errors in FreeBSD's order: sizes, pointers, the list, and only then the executable.
 */
import { BLOCKED } from "../../../mach/ipc/host.ts";
import { answer, Errno, fail, ok, type Result } from "../errno.ts";
import { Right, typeRights, FileType } from "../rights.ts";
import { OpenRegularFile } from "./files.ts";
import { programIn } from "./image.ts";
import type { Calls, Context } from "./kernel.ts";
import { FdTable, share } from "./table.ts";
import type { AuxiliaryVector, ProcExec } from "./traps.ts";

/** Step 1 refuses this many bytes of argument data. */
const ARG_MAX = 262_144;
const PAGE = 4096;
const CANARY = 64;

/** Steps 1 to 5: what is handed over, and the new table. */
function prepare({ kernel, process }: Context, { data, fds, references }: ProcExec): Result<{ readonly data: Uint8Array; readonly table: FdTable }> {
  if (data !== null && data.length >= (kernel.options.argMax ?? ARG_MAX)) return fail(Errno.E2BIG);
  if (references !== undefined) return pinned({ kernel, process }, data, references);
  const table = fds === null ? undefined : process.table.copyRemapped(fds);
  if (table?.err === Errno.E2BIG) return table;
  if (data === null || table === undefined) {
    if (table?.err === 0) table.value.free();
    return fail(Errno.EFAULT);
  }
  return table.err === 0 ? ok({ data, table: table.value }) : table;
}

/** The same for references in the place of numbers. */
function pinned({ process }: Pick<Context, "kernel" | "process">, data: Uint8Array | null, references: readonly number[]): Result<{ readonly data: Uint8Array; readonly table: FdTable }> {
  const slots = references.flatMap((r) => process.pins.get(r) ?? []);
  if (data === null) return fail(Errno.EFAULT);
  return slots.length === references.length ? ok({ data, table: FdTable.of(slots.map(share)) }) : fail(Errno.EBADF);
}

/** Steps 6 to 11: the program's name. `by`: the right that the call needs. */
export function executable({ kernel, process }: Context, fd: number, by: bigint): Result<string> {
  const got = kernel.slot(process, fd, by);
  if (got.err !== 0) return got;
  const { file } = got.value;
  if (!(file instanceof OpenRegularFile)) return fail(Errno.EACCES);
  if (file.writing) return fail(Errno.EBADF);
  if (!file.inode.executable) return fail(Errno.EACCES);
  if (file.inode.writers > 0) return fail(Errno.ETXTBSY);
  const name = programIn(file.inode.content);
  return name === undefined ? fail(Errno.ENOEXEC) : ok(name);
}

/** The point of no return: a new image in the same process. When it cannot be loaded the process is killed (13). */
export function activate({ kernel, process }: Context, name: string, data: Uint8Array): number {
  const program = kernel.programs.get(name);
  process.dropImage();
  process.host = false;
  if (program === undefined) {
    kernel.kill(process, "SIGABRT");
    return BLOCKED;
  }
  process.uuid = kernel.newUuid();
  const canary = kernel.randomBytes(CANARY);
  const start = (tid: number): AuxiliaryVector => ({
    ...{ argdata: data, base: PAGE, canary, ncpus: 1, pagesz: PAGE },
    ...{ phdr: PAGE + 64, phnum: 4, pid: process.uuid, sysinfoEhdr: 0x7fff0000, tid },
  });
  kernel.onExec(process, name, data);
  return kernel.replaceProgram(process, () => program(start(process.task.threads[0]?.id ?? 0)));
}

function exec(context: Context, trap: ProcExec): number {
  const { kernel, process } = context;
  const prepared = prepare(context, trap);
  if (prepared.err !== 0) return prepared.err;
  const { data, table } = prepared.value;
  const program = executable(context, trap.fd, Right.PROC_EXEC);
  const fits = data.length + 4 * table.size <= (kernel.options.argumentMemory ?? Infinity);
  if (program.err !== 0 || !fits) {
    table.free();
    return program.err === 0 ? Errno.ENOMEM : program.err;
  }
  kernel.meter.copied(data.length + 4 * table.size);
  kernel.meter.moved(table.size);
  process.table.installRemapped(table);
  return activate(context, program.value, data.slice());
}

export const processCalls: Calls<"proc_exec" | "proc_exit" | "proc_raise" | "proc_fork" | "thread_create" | "thread_exit"> = {
  proc_exec: exec,

  proc_exit({ kernel, process }, { status }) {
    kernel.exit(process, status);
    return BLOCKED;
  },

  proc_raise({ kernel, process }, { signal }) {
    kernel.kill(process, signal);
    return BLOCKED;
  },

  proc_fork({ kernel, process }, trap) {
    const { child, file } = kernel.fork(process, trap.child);
    const installed = kernel.install(process, [{ file: file.refer(), ...typeRights[FileType.PROCESS] }]);
    if (installed.err !== 0) kernel.kill(child, "SIGKILL");
    return answer(installed, ([fd]) => (trap.result = fd ?? 0));
  },

  thread_create({ kernel, process }, trap) {
    const { body } = trap;
    const thread = kernel.spawnThread(process, function* () {
      yield* body();
      return 0;
    });
    trap.tid = thread.id;
    return 0;
  },

  thread_exit({ kernel, thread, process }) {
    if (process.task.threads.length <= 1) kernel.exit(process, 0);
    else kernel.machine.terminateThread(thread);
    return BLOCKED;
  },
};
