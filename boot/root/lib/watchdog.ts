/**
 * The watchdog of a session without ids (utils/login.c): a process that ends the login collection when nobody has become its owner in time.
 *
 * It is forked while the process still has an owner, so that those whom it watches cannot kill it, and it can kill them, being of their collection.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, type Libc, type Program } from "../../../glibc-shim/libc.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { mach_task_self, store, type Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { decodeProcInfo, PI_FETCH_TASKINFO, PI_NOTOWNED } from "../../../servers/interfaces/procinfo.ts";
import { SIGHUP, SIGKILL } from "../../../servers/interfaces/signals.ts";
import { namedInterval } from "./intervals.ts";
import { encode } from "./output.ts";

/** Seconds between two looks, and between the first word and the last. */
const LOOK = 5;
const NOTHING_LEFT = 42;
const LINE_SIZE = 4096;

/** Starts the watchdog of this process, the leader of a login collection. `name`: the program's. */
export function* startWatchdog(libc: Libc, name: string, timeout: number): Syscall<void> {
  const watched = libc.getpid();
  yield* attempt(libc.fork((own) => watch(own, name, watched, timeout)));
}

function* watch(libc: Libc, name: string, watched: number, timeout: number): Program {
  const place = yield* machCall.vm_allocate(yield* mach_task_self(), { address: 0, size: LINE_SIZE, anywhere: true });
  for (let left = timeout; left > 0; left -= LOOK) {
    if (place.err === 0) yield* showInPs(libc, place.address, `(watchdog for ${name} ${watched}: ${namedInterval(left)} remaining)`);
    yield* libc.sleep(Math.min(left, LOOK));
    const over = yield* outcome(libc, watched);
    if (over !== undefined) return over;
  }
  yield* libc.writeAll(STDERR, `\n${name}: Timed out after ${namedInterval(timeout)}.\n`);
  yield* killCollection(libc, watched, SIGHUP);
  yield* libc.sleep(LOOK);
  yield* killCollection(libc, watched, SIGKILL);
  return 0;
}

/** Our exit status, if there is nothing to watch any more: somebody owns the process now (0), or it has gone. */
function* outcome(libc: Libc, watched: number): Syscall<number | undefined> {
  const got = yield* procCall.proc_getprocinfo(libc.ports.proc, { which: watched, flags: PI_FETCH_TASKINFO });
  if (got.err === Errno.ESRCH) return NOTHING_LEFT;
  return got.err === 0 && (decodeProcInfo(got.procinfo).state & PI_NOTOWNED) === 0 ? 0 : undefined;
}

/** Makes `text` this process's only argument, where proc finds it. */
function* showInPs(libc: Libc, address: number, text: string): Syscall<void> {
  const pointers = new Uint8Array(8);
  new DataView(pointers.buffer).setUint32(0, address, true);
  yield* store(address, encode(`${text}\0`));
  yield* store(libc.argLocations.argv, pointers);
}

function* killCollection(libc: Libc, leader: number, signo: number): Syscall<void> {
  const all = yield* procCall.proc_getloginpids(libc.ports.proc, { id: leader });
  for (const pid of all.err ? [] : all.pids) if (pid !== libc.getpid()) yield* attempt(libc.kill(pid, signo));
}
