/** What belongs to the host: privileged ports, standard exec data, the system's name (auth-proc.md §2.4). */
import { copySends, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { machHostCall } from "../../mach/interfaces/mach-host.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { client } from "../../mach/mig/client.ts";
import { subsystem } from "../../mach/mig/subsystem.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { exec } from "../interfaces/exec.ts";
import { encodeUtsname } from "../interfaces/utsname.ts";
import type { DeadNameHook } from "../lib/ports.ts";
import type { ProcHandlers } from "./handlers.ts";
import type { ProcessTable } from "./table.ts";

const HURD_VERSION = "0.9";
/** One-way: nobody waits for the exec servers. */
const execCall = client(subsystem("exec", exec.base, { exec_setexecdata: exec.routines.exec_setexecdata }));

interface ExecData {
  readonly ports: readonly MachPort[];
  readonly ints: readonly number[];
}

interface Version {
  readonly name: string;
  readonly release: string;
  readonly version: string;
}

/** State of this part. */
export class HostData {
  private readonly table: ProcessTable;
  private execData: ExecData | undefined = undefined;
  private readonly listeners = new Map<MachPort, DeadNameHook>();
  private readonly versions: Version[] = [];
  private kernel = { name: "GNU-Mach", version: "" };
  private machine = "unknown";

  constructor(table: ProcessTable) {
    this.table = table;
  }

  /** Asks the kernel for its version, once at boot: "NAME VERSION…". */
  *readKernelVersion(): Syscall<void> {
    const answer = yield* machHostCall.host_get_kernel_version(this.table.hostPriv, {});
    if (answer.err) return;
    const [, name = "GNU Mach", version = ""] = /^(.*?)(?: (\d[^ :]*).*)?$/.exec(answer.kernel_version) ?? [];
    this.kernel = { name: name.replaceAll(" ", "-"), version };
    this.machine = "i686-AT386";
  }

  /** The name of the system: the kernel's version and the Hurd's, and servers that have another version than the Hurd. */
  uname(nodename: string): Uint8Array {
    const others = this.versions.filter((v) => v.release !== "" && v.release !== HURD_VERSION).map((v) => ` ${v.name}-${v.release}`);
    const kernel = this.kernel.version === "" ? this.kernel.name : `${this.kernel.name} ${this.kernel.version}`;
    const version = `${kernel}/Hurd-${HURD_VERSION}${others.join("")}`;
    return encodeUtsname({ sysname: "GNU", nodename, release: HURD_VERSION, version, machine: this.machine });
  }

  register(entry: Version): void {
    const at = this.versions.findIndex((v) => v.name === entry.name);
    if (at >= 0) this.versions[at] = entry;
    else this.versions.push(entry);
  }

  get data(): ExecData | undefined {
    return this.execData;
  }

  /** Replaces the standard data and tells every exec server. */
  *setExecData(data: ExecData): Syscall<void> {
    const old = this.execData;
    this.execData = data;
    for (const port of old?.ports ?? []) yield* deallocate(port);
    for (const listener of [...this.listeners.keys()]) yield* this.tell(listener);
  }

  /** An exec server wants the data, now and whenever they change, until its port dies. */
  *listen(port: MachPort): Syscall<void> {
    if (!this.listeners.has(port)) {
      const { listeners } = this;
      const hook = function* (): Syscall<void> {
        listeners.delete(port);
        yield* deallocate(port);
      };
      listeners.set(port, hook);
      yield* this.table.bucket.requestDeadName(port, hook);
    }
    if (this.execData !== undefined) yield* this.tell(port);
  }

  private *tell(listener: MachPort): Syscall<void> {
    const { execData } = this;
    if (execData === undefined) return;
    yield* execCall.exec_setexecdata(listener, { ports: copySends(execData.ports), ints: execData.ints });
  }
}

export function hostHandlers(table: ProcessTable, host: HostData): ProcHandlers {
  return {
    *proc_getprivports(proc) {
      if (!proc.isRoot) return { err: Errno.EPERM };
      return { err: 0, host_priv: table.hostPriv, device_master: table.deviceMaster };
    },
    *proc_setexecdata(proc, { ports, ints }) {
      if (!proc.isRoot) return { err: Errno.EPERM };
      yield* host.setExecData({ ports, ints });
      return { err: 0 };
    },
    *proc_getexecdata() {
      const { data } = host;
      if (data === undefined) return { err: Errno.ENOENT };
      return { err: 0, ports: copySends(data.ports), ints: data.ints };
    },
    *proc_execdata_notify(_caller, { notify }) {
      // Null or dead is accepted: there is nobody then who could be told.
      if (portValid(notify)) yield* host.listen(notify);
      return { err: 0 };
    },
    *proc_uname() {
      return { err: 0, uname: host.uname("") };
    },
    *proc_register_version(_caller, { credential, name, release, version }) {
      if (credential !== table.hostPriv) return { err: Errno.EPERM };
      host.register({ name, release, version });
      yield* deallocate(credential);
      return { err: 0 };
    },
  };
}
