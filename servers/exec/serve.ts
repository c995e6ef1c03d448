/** The exec server's own interface (exec.md §5, §7). Whoever can open /servers/exec may call: authority is the task port in the message. */
import { MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import { asFailure, type Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { exec } from "../interfaces/exec.ts";
import { INIT_INT_MAX, INIT_PORT_AUTH, INIT_PORT_MAX, INIT_PORT_PROC } from "../interfaces/hurd-types.ts";
import { procCall } from "../interfaces/process.ts";
import { lookupStartup, registerEssential } from "../lib/essential.ts";
import { NOBODY } from "../lib/iouser.ts";
import { TrivPeropen, type Control, type Trivfs, type TrivProtid } from "../lib/trivfs/trivfs.ts";
import { bootInfoDemuxer } from "./boot-info.ts";
import { doExec } from "./do-exec.ts";
import type { ExecRequest } from "./request.ts";
import type { ExecServer } from "./server.ts";

type ExecFs = Trivfs<undefined>;
type Result = { readonly err: 0 } | { readonly err: Failure };

const HURD_VERSION = "0.9";

/** Exec's routines on opens of /servers/exec, and start-up data. */
export function execDemuxers(server: ExecServer, opens: ExecFs): readonly Demuxer[] {
  const { libc } = opens;
  const run = function* (request: ExecRequest): Syscall<Result> {
    const code = yield* doExec(server, request);
    return code === 0 ? { err: 0 } : { err: code };
  };
  const lookup = (request: MachMsg): TrivProtid<undefined> | undefined => opens.protidOf(request.localPort);
  const own = serve(exec, lookup, {
    exec_exec_paths: (_open, args) => run(args),
    exec_exec: (_open, args) => run({ ...args, path: "", abspath: "" }),
    /** The proc server's own open, made by exec_init, has no node underneath. EPERM is for all other ports of ours, too. */
    *exec_setexecdata(_open, { ports, ints }, request) {
      const open = lookup(request);
      if (open === undefined || (open.realnode !== MACH_PORT_NULL && !(yield* opens.privileged(open.user)))) return { err: Errno.EPERM };
      if (ports.length < INIT_PORT_MAX || ints.length < INIT_INT_MAX) return { err: Errno.EINVAL };
      yield* server.std.replace({ ports, ints });
      return { err: 0 };
    },
    *exec_init(_open, { auth_handle, proc_server }, request) {
      const open = lookup(request);
      if (open === undefined || !(yield* opens.privileged(open.user))) return { err: Errno.EPERM };
      yield* libc.hurdInit(new Map([[INIT_PORT_AUTH, auth_handle], [INIT_PORT_PROC, proc_server]]));
      yield* listenForExecData(opens, open.po.control);
      return yield* register(libc);
    },
  }, { anyPort: ["exec_setexecdata", "exec_init"] });
  return [own, bootInfoDemuxer(server.bucket, server.bootInfos, server.taken)];
}

/** The proc server gets an open of its own, on which it tells the standard data. */
function* listenForExecData(opens: ExecFs, control: Control): Syscall<void> {
  const open = new TrivPeropen<undefined>(control, 0, undefined);
  yield* procCall.proc_execdata_notify(opens.libc.ports.proc, { notify: yield* opens.port(open, NOBODY, MACH_PORT_NULL) });
}

/** Version and essential task; without /servers/startup on the message port of pid 2. */
function* register(libc: Libc): Syscall<Result> {
  const privileged = yield* procCall.proc_getprivports(libc.ports.proc, {});
  if (privileged.err) return { err: privileged.err };
  const { host_priv, device_master } = privileged;
  yield* procCall.proc_register_version(libc.ports.proc, { credential: host_priv, name: "exec", release: HURD_VERSION, version: HURD_VERSION });
  const startup = yield* startupPort(libc);
  const code = yield* registerEssential(startup, "exec", host_priv);
  for (const port of [startup, host_priv, device_master]) yield* deallocate(port);
  return code === 0 ? { err: 0 } : { err: asFailure(code) };
}

function* startupPort(libc: Libc): Syscall<MachPort> {
  const found = yield* lookupStartup(libc);
  if (portValid(found)) return found;
  const message = yield* procCall.proc_getmsgport(libc.ports.proc, { pid: 2 });
  return message.err ? found : message.msgport;
}
