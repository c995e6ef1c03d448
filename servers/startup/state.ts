/** What startup knows: the kernel's privileged ports, the core servers' ports, and what it hands to programs that it starts. */
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { Terminal } from "./console.ts";

/** A task without which the system cannot live. */
export interface EssentialTask {
  readonly task: MachPort;
  readonly name: string;
}

/** Somebody who wants to know before the system goes down. */
export interface ShutdownNotice {
  readonly port: MachPort;
  readonly name: string;
}

/** A call that is answered later: its reply right. */
export interface PendingReply {
  readonly port: MachPort;
  readonly type: number;
}

export class StartupState {
  readonly libc: Libc;
  readonly argv: readonly string[];
  readonly console: Terminal;
  hostPriv: MachPort = MACH_PORT_NULL;
  deviceMaster: MachPort = MACH_PORT_NULL;
  fsTask: MachPort = MACH_PORT_NULL;
  /** Receive rights: requests, notifications, and the set of both. */
  startupPort: MachPort = MACH_PORT_NULL;
  notifyPort: MachPort = MACH_PORT_NULL;
  portSet: MachPort = MACH_PORT_NULL;
  /** The boot filesystem's control port for us; used up by `fsys_init`. */
  bootinfo: MachPort = MACH_PORT_NULL;
  kernelTask: MachPort = MACH_PORT_NULL;
  procTask: MachPort = MACH_PORT_NULL;
  authTask: MachPort = MACH_PORT_NULL;
  /** Pid 2's process port, and the root auth handle. */
  procServer: MachPort = MACH_PORT_NULL;
  authServer: MachPort = MACH_PORT_NULL;
  procinit: PendingReply | undefined;
  authinit: PendingReply | undefined;
  /** Init ports for programs: CWDIR, CRDIR, AUTH, PROC, CTTYID, BOOTSTRAP. */
  readonly defaultPorts: MachPort[] = [];
  defaultInts: readonly number[] = [];
  defaultFds: readonly MachPort[] = [];
  readonly essential: EssentialTask[] = [];
  readonly notices: ShutdownNotice[] = [];
  /** Which of auth, exec, proc and the filesystem have registered as essential. */
  readonly registered = { auth: false, exec: false, proc: false, fs: false };
  booted = false;

  constructor(libc: Libc, argv: readonly string[]) {
    this.libc = libc;
    this.argv = argv;
    this.console = new Terminal();
  }
}
