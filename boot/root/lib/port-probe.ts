/**
 * What a port is, found out by asking it (rpctrace.md §6, portinfo): the kernel says which of its objects is behind a name; every other port is
 * sent one harmless request of each protocol. A port that nobody serves would keep us for ever, so a request waits only for so long.
 */
import { MsgOption } from "../../../mach/ipc/message.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machDebugCall } from "../../../mach/interfaces/mach-debug.ts";
import { Msg } from "../../../mach/kern/kern-return.ts";
import { mach_host_self, type Syscall } from "../../../mach/kern/syscall.ts";
import { client, type Rpc } from "../../../mach/mig/client.ts";
import { auth } from "../../../servers/interfaces/auth.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { fs } from "../../../servers/interfaces/fs.ts";
import { fsys } from "../../../servers/interfaces/fsys.ts";
import { INIT_UMASK, O_EXEC, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { io } from "../../../servers/interfaces/io.ts";
import { msg } from "../../../servers/interfaces/msg.ts";
import { proc, procCall } from "../../../servers/interfaces/process.ts";
import { socket } from "../../../servers/interfaces/socket.ts";
import { decodeStat } from "../../../servers/interfaces/stat.ts";
import { term } from "../../../servers/interfaces/term.ts";
import { dropRight } from "./rights.ts";

/** Milliseconds that an answer may take. */
const PATIENCE = 200;

/** `mach_msg` with a time limit on both ways. */
const impatient: Rpc = function* (message) {
  message.option = MsgOption.SEND | MsgOption.SEND_TIMEOUT | MsgOption.RCV | MsgOption.RCV_TIMEOUT;
  message.timeout = PATIENCE;
  message.rcvName = message.localPort;
  message.take = true;
  return yield message;
};

const authProbe = client(auth, impatient);
const fsProbe = client(fs, impatient);
const fsysProbe = client(fsys, impatient);
const ioProbe = client(io, impatient);
const procProbe = client(proc, impatient);
const socketProbe = client(socket, impatient);
const termProbe = client(term, impatient);
/** For talking to message ports of processes that may not listen. */
export const msgProbe = client(msg, impatient);

type Probe = (port: MachPort) => Syscall<{ readonly err: number; readonly says?: string }>;
const joined = (list: readonly number[]): string => `[${list.map((n) => n >>> 0).join(",")}]`;
const modes = (bits: number): string => ([[O_READ, "READ"], [O_WRITE, "WRITE"], [O_EXEC, "EXEC"]] as const).filter(([bit]) => bits & bit).map(([, name]) => name).join("|");

/** In the order in which the words stand. */
const probes: readonly Probe[] = [
  function* (port) {
    const r = yield* authProbe.auth_getids(port, {});
    return r.err ? r : { err: 0, says: `auth(${[r.euids, r.auids, r.egids, r.agids].map(joined).join(",")})` };
  },
  function* (port) {
    const r = yield* fsProbe.file_check_access(port, {});
    return r.err ? r : { err: 0, says: `file(${modes(r.allowed)})` };
  },
  function* (port) {
    const r = yield* fsysProbe.fsys_get_source(port, {});
    return r.err ? r : { err: 0, says: `fsys(${r.source})` };
  },
  function* (port) {
    const r = yield* ioProbe.io_stat(port, {});
    if (r.err) return r;
    const { ino, fsid } = decodeStat(r.stat_info);
    return { err: 0, says: `io(${ino},${fsid})` };
  },
  function* (port) {
    const { err } = yield* msgProbe.msg_get_init_int(port, { refport: MACH_PORT_NULL, which: INIT_UMASK });
    return err === Errno.EPERM ? { err: 0, says: "msg" } : { err };
  },
  function* (port) {
    const r = yield* procProbe.proc_getpids(port, {});
    return r.err ? r : { err: 0, says: `proc(${r.pid})` };
  },
  function* (port) {
    const r = yield* socketProbe.socket_name(port, {});
    if (!r.err) yield* dropRight(r.addr);
    return r.err ? r : { err: 0, says: "socket" };
  },
  function* (port) {
    const r = yield* termProbe.term_get_nodename(port, {});
    return r.err ? r : { err: 0, says: `term(${r.name})` };
  },
];

/** Kinds of kernel objects (IKOT_*). */
const THREAD = 1;
const TASK = 2;
const HOST = 3;
const HOST_PRIV = 4;
const MEMORY = new Set([9, 16, 27]);

/** A process whose names are looked at: its task, and its name space's own port names. */
export interface Subject {
  readonly task: MachPort;
  /** Our proc port. */
  readonly proc: MachPort;
}

/** Words for the port that the subject calls `name` and that is `port` in our space. */
export function* describePort({ task, proc: ours }: Subject, name: MachPort, port: MachPort): Syscall<readonly string[]> {
  const object = yield* machDebugCall.mach_port_kernel_object(task, { name });
  const kind = object.err === 0 ? object.object_type : 0;
  if (kind !== 0) return yield* kernelWords(kind, ours, task, port);
  const words: string[] = [];
  for (const probe of probes) {
    const told = yield* probe(port);
    if (told.says !== undefined) words.push(told.says);
    if (told.err === Msg.RCV_TIMED_OUT || told.err === Msg.SEND_TIMED_OUT) break;
  }
  return words;
}

function* kernelWords(kind: number, proc: MachPort, task: MachPort, port: MachPort): Syscall<readonly string[]> {
  if (kind === THREAD) return ["thread"];
  if (kind === TASK) {
    const pid = yield* procCall.proc_task2pid(proc, { task: port });
    return [`task${pid.err === 0 ? `(${pid.pid})` : ""}${port === task ? "(self)" : ""}`];
  }
  if (kind === HOST || kind === HOST_PRIV) {
    const host = yield* mach_host_self();
    const own = host === port;
    yield* dropRight(host);
    return [own ? "host(self)" : "host"];
  }
  return MEMORY.has(kind) ? ["memory_object"] : [];
}
