/**
 * The ports by which the boot filesystem brings the core servers up, and what it answers on them (boot.md steps 5–8, 14, 33): exec asks on one for its start-up
 * data and gives its control port there, startup asks on the other for privileged ports and hands out proc and auth.
 */
import { copySend, copySends, MACH_PORT_NULL, makeSends, MsgType, type MachPort } from "../../../mach/ipc/names.ts";
import type { MachMsg } from "../../../mach/ipc/message.ts";
import { Mig } from "../../../mach/kern/kern-return.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { firstOf, replyTo, serve, type Demuxer } from "../../../mach/mig/server.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../interfaces/errno.ts";
import { execStartup } from "../../interfaces/exec-startup.ts";
import { fsys } from "../../interfaces/fsys.ts";
import { EXEC_STACK_ARGS, INIT_PORT_MAX, O_EXEC, O_NOTRANS, O_READ } from "../../interfaces/hurd-types.ts";
import { ROOT } from "../iouser.ts";
import { PortClass, type PortInfo } from "../ports.ts";
import { Condition } from "../sync.ts";
import type { Diskfs } from "./filesystem.ts";
import { dirLookup } from "./lookup.ts";
import { NO_PLACE, Protid } from "./peropen.ts";
import { Shutdown } from "./shutdown.ts";

/** What the kernel gave the boot filesystem in its arguments. */
export interface Privileged {
  readonly hostPriv: MachPort;
  readonly deviceMaster: MachPort;
  readonly execTask: MachPort;
  readonly kernelTask: MachPort;
}

/** What is done with the answers. */
export interface BootEvents {
  /** `fsys_init`: startup has proc and auth for us. Both rights are ours. */
  initialized(proc: MachPort, auth: MachPort): Syscall<void>;
}

export class BootPorts {
  readonly execboot = new PortClass<BootPorts>("execboot");
  readonly bootinfo = new PortClass<BootPorts>("bootinfo");
  readonly shutdown: Shutdown;
  /** The exec server's control port, once it has told. */
  execControl: MachPort = MACH_PORT_NULL;
  readonly execStarted = new Condition();
  initDone = false;
  readonly fs: Diskfs;
  readonly console: MachPort;
  readonly privileged: Privileged;
  readonly events: BootEvents;

  constructor(fs: Diskfs, console: MachPort, privileged: Privileged, events: BootEvents) {
    this.fs = fs;
    this.shutdown = new Shutdown(fs);
    this.console = console;
    this.privileged = privileged;
    this.events = events;
  }

  /** These ports' requests before those of `files`. */
  demuxer(files: Demuxer): Demuxer {
    const on = (cls: PortClass<BootPorts>) => (request: MachMsg): BootPorts | undefined => this.fs.bucket.lookup(cls, request.localPort)?.object;
    const bootFsys = serve(fsys, on(this.bootinfo), bootinfoHandlers(this));
    const execFsys = serve(fsys, on(this.execboot), execbootHandlers(this));
    const fsysHere: Demuxer = {
      handles: (id) => bootFsys.handles(id),
      find: (request) => {
        if (on(this.bootinfo)(request) !== undefined) return bootFsys.find(request);
        return (on(this.execboot)(request) !== undefined ? execFsys : files).find(request);
      },
    };
    return firstOf(fsysHere, serve(execStartup, on(this.execboot), startupData(this)), this.shutdown.demuxer(), files);
  }

  /** The root, for exec. */
  *rootPort(): Syscall<PortInfo<Protid>> {
    const { fs } = this;
    return yield* fs.protid(yield* fs.open(fs.store.root, O_READ | O_EXEC, NO_PLACE), ROOT);
  }
}

/** Step 6: exec takes its arguments from its stack; everything else it gets here. */
function startupData(boot: BootPorts): Partial<Handlers<typeof execStartup.routines, BootPorts>> {
  return {
    *exec_startup_get_info(_self, _args, request) {
      const root = yield* boot.rootPort();
      yield* boot.fs.bucket.getRight(root);
      yield* boot.fs.bucket.getRight(root);
      const own = boot.fs.bucket.lookup(boot.execboot, request.localPort);
      if (own !== undefined) yield* boot.fs.bucket.getRight(own);
      const ports = new Array<MachPort>(INIT_PORT_MAX).fill(MACH_PORT_NULL);
      ports.splice(0, 2, root.name, root.name);
      ports[5] = request.localPort;
      const none = new Uint8Array(0);
      return {
        err: 0, user_entry: 0, phdr_data: 0, phdr_size: 0, stack_base: 0, stack_size: 0, flags: EXEC_STACK_ARGS, argv: none, envp: none,
        dtable: copySends([boot.console, boot.console, boot.console]), portarray: makeSends(ports), intarray: [],
      };
    },
  };
}

/** Step 8. There must be a node /servers/exec: without it nothing can be executed, and the filesystem gives up. */
function execbootHandlers(boot: BootPorts): Partial<Handlers<typeof fsys.routines, BootPorts>> {
  return {
    *fsys_startup(_self, { openflags, control_port }) {
      const { fs } = boot;
      const root = new Protid(yield* fs.open(fs.store.root, O_READ | O_EXEC, NO_PLACE), ROOT);
      const found = yield* dirLookup(fs, root, "servers/exec", openflags | O_NOTRANS, 0);
      fs.store.root.opens--;
      if (found.err) return yield* fs.libc._exit(1);
      boot.execControl = control_port;
      yield* boot.execStarted.broadcast();
      return { err: 0, realnode: found.right };
    },
  };
}

function bootinfoHandlers(boot: BootPorts): Partial<Handlers<typeof fsys.routines, BootPorts>> {
  return {
    *fsys_getpriv() {
      const { hostPriv, deviceMaster } = boot.privileged;
      return { err: 0, host_priv: copySend(hostPriv), device_master: copySend(deviceMaster), fstask: copySend(yield* taskSelf()) };
    },
    *fsys_init(_self, { proc_server, auth_handle }, request) {
      if (boot.initDone) return { err: Errno.EPERM };
      boot.initDone = true;
      const reply = request.remotePort;
      request.remotePort = MACH_PORT_NULL;
      yield* replyTo(fsys).fsys_init(reply, { err: 0 }, MsgType.MOVE_SEND_ONCE);
      yield* boot.events.initialized(proc_server, auth_handle);
      return { err: Mig.NO_REPLY };
    },
  };
}
