/**
 * The last that a core signal does before the process exits: the crash server is asked to deal with the task (signals-fork.md §5).
 *
 * It gets a file that has no name yet; the file gets one when the server says that the core is in it, and when nothing has that name. Whoever may not make a file there, or finds no server, dies without.
 */
import { machPortCall } from "../mach/interfaces/mach-port.ts";
import { copySend, MACH_PORT_NULL, type MachPort, PortType } from "../mach/ipc/names.ts";
import type { Failure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { crashCall } from "../servers/interfaces/crash.ts";
import { EXEC_SECURE, INIT_PORT_CRDIR, INIT_PORT_CTTYID, O_WRITE } from "../servers/interfaces/hurd-types.ts";
import { RLIMIT_CORE } from "../servers/interfaces/resource.ts";
import { lookup, lookupSplit, ownNames } from "./lookup.ts";
import type { Process } from "./process.ts";
import { deallocate, taskSelf } from "./rights.ts";
import { currentLimit } from "./rlimit.ts";
import { fsCall } from "./stubs.ts";

const CRASH_SERVER = "/servers/crash";
const CORE_FILE = "core";
const CORE_MODE = 0o600;
const EXC_BAD_ACCESS = 1;

/** A machine exception as the kernel told it; all 0 for a signal that is none. */
export interface ExceptionDetail {
  readonly exception: number;
  readonly code: number;
  readonly subcode: number;
}

/** What the process dies of. */
export interface Death {
  readonly signo: number;
  readonly code: number;
  readonly detail?: ExceptionDetail;
}

/** A set-id program does not believe its environment here. */
const getenv = (p: Process, name: string): string | undefined => (p.execFlags & EXEC_SECURE ? undefined : p.environ.get(name));

/** Hands the task to the crash server. True: there is a core, and the status word says so. False, at once, under a core limit of 0. */
export function* dumpCore(p: Process, death: Death): Syscall<boolean> {
  if (currentLimit(p, RLIMIT_CORE) === 0 || (yield* isOurOwn(p.port(INIT_PORT_CRDIR)))) return false;
  const server = yield* crashServer(p);
  if (server.err) return false;
  const core = yield* newFile(p, getenv(p, "COREFILE") ?? CORE_FILE);
  const { exception: exc = 0, code = 0, subcode = 0 } = death.detail ?? {};
  const { err } = yield* crashCall.crash_dump_task(server.port, {
    task: yield* taskSelf(),
    file: core.file,
    signo: death.signo,
    sigcode: death.code,
    sigerror: exc === EXC_BAD_ACCESS ? code : 0,
    exc,
    code,
    subcode,
    cttyid_port: copySend(p.port(INIT_PORT_CTTYID)),
  });
  yield* deallocate(server.port);
  if (err !== 0 || core.file === MACH_PORT_NULL) return false;
  return (yield* fsCall.dir_link(core.dir, { file: core.file, name: core.name, excl: 1 })).err === 0;
}

/** $CRASHSERVER, and if that is nothing the system's. */
function* crashServer(p: Process): Syscall<{ readonly err: 0; readonly port: MachPort } | { readonly err: Failure }> {
  const own = getenv(p, "CRASHSERVER");
  const found = own === undefined ? undefined : yield* lookup(ownNames(p), own, 0, 0);
  return found?.err === 0 ? found : yield* lookup(ownNames(p), CRASH_SERVER, 0, 0);
}

/** A file without a name in the directory where it is to have one; a null port when that cannot be. The process ends soon: its rights need no giving back. */
function* newFile(p: Process, path: string): Syscall<{ readonly dir: MachPort; readonly name: string; readonly file: MachPort }> {
  const split = yield* lookupSplit(ownNames(p), path);
  if (split.err) return { dir: MACH_PORT_NULL, name: "", file: MACH_PORT_NULL };
  const made = yield* fsCall.dir_mkfile(split.port, { flags: O_WRITE, mode: CORE_MODE & ~p.umask });
  return { dir: split.port, name: split.name, file: made.err ? MACH_PORT_NULL : made.newnode };
}

/** The root filesystem cannot ask itself: its threads stand still. */
function* isOurOwn(root: MachPort): Syscall<boolean> {
  if (root === MACH_PORT_NULL) return true;
  const type = yield* machPortCall.mach_port_type(yield* taskSelf(), { name: root });
  return type.err !== 0 || (type.ptype & PortType.RECEIVE) !== 0;
}
