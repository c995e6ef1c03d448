/** What a thread of ours waits for, in our own words (`hurd/report-wait.c`): `ps` and `msgport` show it. Anybody may ask. */
import { MACH_PORT_DEAD, MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import type { Failure } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import type { Process } from "./process.ts";
import { taskSelf } from "./rights.ts";

type Report = { readonly err: 0; readonly wait_desc: string; readonly wait_rpc: number } | { readonly err: Failure };

const waits = (wait_desc: string, wait_rpc = 0): Report => ({ err: 0, wait_desc, wait_rpc });

/** A call that a signal can break off stands in brackets; what a plain call waits for is not known here. A thread that is none of ours, or that the library did not start, is EINVAL. */
export function* reportWait(p: Process, thread: MachPort): Syscall<Report> {
  if (thread === p.signalThread) return waits("msgport");
  if (thread === p.timerThread && thread !== MACH_PORT_NULL) return waits("itimer");
  const state = p.sigstates.find((s) => s.thread === thread);
  if (state === undefined || thread === MACH_PORT_NULL) return { err: Errno.EINVAL };
  if (state.suspended !== MACH_PORT_NULL) return waits("sigsuspend");
  if (state.rpc !== undefined) return waits(`[${yield* describePort(p, state.rpc.port)}]`, state.rpc.id);
  return waits(state.receiving === MACH_PORT_NULL ? "" : `${yield* describePort(p, state.receiving)}:rcv`);
}

/** What a port is to us: an init port, a descriptor, the descriptor's port for a background process, or a number. */
function* describePort(p: Process, port: MachPort): Syscall<string> {
  if (port === MACH_PORT_NULL) return "(null)";
  if (port === MACH_PORT_DEAD) return "(dead)";
  if (port === (yield* taskSelf())) return "task-self";
  const init = p.ports.findIndex((c) => c.port === port);
  if (init >= 0) return `init#${init}`;
  const fd = p.dtable.findIndex((d) => d !== undefined && (d.port.port === port || d.ctty.port === port));
  if (fd < 0) return `port#${port}`;
  return p.dtable[fd]?.port.port === port ? `fd#${fd}` : `bgfd#${fd}`;
}
