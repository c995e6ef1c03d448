/**
 * The boot filesystem: the first program of the system, which starts with no port but the names in its arguments, and brings up exec and startup
 * (boot.md phases A–C and F; the steps are numbered as there).
 */
import { copySend, copySends, MACH_PORT_NULL, moveSend, portValid, type MachPort } from "../../../mach/ipc/names.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Kern } from "../../../mach/kern/kern-return.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { addSendRef, deallocate, taskSelf } from "../../../glibc-shim/rights.ts";
import { execCall, fsCall, fsysCall, procCall } from "../../../glibc-shim/stubs.ts";
import { encodeArgz } from "../../interfaces/argz.ts";
import {
  FS_RETRY_MAGICAL, FS_TRANS_SET, INIT_PORT_AUTH, INIT_PORT_BOOTSTRAP, INIT_PORT_CRDIR, INIT_PORT_CWDIR, INIT_PORT_MAX, INIT_PORT_PROC, O_EXEC, O_NOTRANS, O_READ,
  TASK_BOOTSTRAP_PORT,
} from "../../interfaces/hurd-types.ts";
import { lookupStartup, registerEssential } from "../essential.ts";
import { ROOT } from "../iouser.ts";
import { BootPorts, type Privileged } from "./boot-ports.ts";
import type { Diskfs } from "./filesystem.ts";
import { diskfsDemuxer } from "./serve.ts";

/** What the boot filesystem is told by the boot script. */
export interface BootArguments extends Privileged {
  /** The kernel's command line. */
  readonly commandLine: string;
  /** Words that replace the whole command for startup, if given. */
  readonly bootCommand: readonly string[] | undefined;
  /** Name for messages: program and device. */
  readonly program: string;
}

export const VERSION = { release: "0.9", version: "0.9" } as const;
const STARTUP = "/hurd/startup";
const MAX_LINKS = 8;

export class Boot {
  private readonly fs: Diskfs;
  private readonly args: BootArguments;
  private readonly ports: BootPorts;
  private readonly console: MachPort;
  private root: MachPort = MACH_PORT_NULL;

  constructor(fs: Diskfs, args: BootArguments, console: MachPort) {
    this.fs = fs;
    this.args = args;
    this.console = console;
    this.ports = new BootPorts(fs, console, args, { initialized: (proc, auth) => this.initialized(proc, auth) });
  }

  /** Serves from now on, boots, and goes on serving. Returns only when the receive fails. */
  *run(): Syscall<void> {
    const { fs } = this;
    fs.control = yield* fs.bucket.create(fs.controls, fs);
    fs.bucket.hold(fs.control);
    const demuxer = this.ports.demuxer(diskfsDemuxer(fs));
    yield* fs.libc.thread(() => fs.bucket.serveMultithread(demuxer));
    this.root = yield* fs.rootPort(O_READ | O_EXEC, ROOT);
    yield* this.print(`Hurd server bootstrap: ${this.args.program}[${fs.store.source}]`);
    yield* this.startExec();
    yield* this.startStartup();
    yield* fs.bucket.serveMultithread(demuxer);
  }

  private *print(text: string): Syscall<void> {
    yield* deviceCall.device_write_inband(this.console, { mode: 0, recnum: 0, data: new TextEncoder().encode(text) });
  }

  // ---- phase B: exec

  private *startExec(): Syscall<void> {
    const { fs, args, ports } = this;
    const execboot = yield* fs.bucket.getSendRight(yield* fs.bucket.create(ports.execboot, ports));
    yield* machCall.task_set_special_port(args.execTask, { which_port: TASK_BOOTSTRAP_PORT, special_port: execboot });
    yield* deallocate(execboot);
    yield* machCall.task_resume(args.execTask, {});
    while (ports.execControl === MACH_PORT_NULL) yield* ports.execStarted.wait();
    const ids = [0, 0, 0];
    const got = yield* fsysCall.fsys_getroot(ports.execControl, { dotdot_node: copySend(MACH_PORT_NULL), gen_uids: ids, gen_gids: ids, flags: 0 });
    if (got.err) return yield* fs.libc._exit(1);
    fs.exec = got.file;
    const node = yield* this.lookup("/servers/exec", O_NOTRANS);
    if (node === MACH_PORT_NULL) yield* this.print("\nno /servers/exec");
    else {
      const { err } = yield* fsCall.file_set_translator(node, {
        passive_flags: 0, active_flags: FS_TRANS_SET, oldtrans_flags: 0, passive: new Uint8Array(0), active: copySend(ports.execControl),
      });
      yield* deallocate(node);
      if (err) return yield* fs.libc._exit(1);
    }
    yield* deallocate(ports.execControl);
    yield* this.print(" exec");
  }

  /** Looks a name up on the root as any client would, but follows absolute links by hand: there is no C library to do it yet. Null: failed. */
  private *lookup(path: string, flags: number): Syscall<MachPort> {
    let name = path;
    for (let links = 0; links < MAX_LINKS; links++) {
      const got = yield* fsCall.dir_lookup(this.root, { file_name: name, flags, mode: 0 });
      if (got.err) return MACH_PORT_NULL;
      if (got.do_retry !== FS_RETRY_MAGICAL || !got.retry_name.startsWith("/")) return got.result;
      name = got.retry_name;
    }
    return MACH_PORT_NULL;
  }

  // ---- phase C: startup

  private *startStartup(): Syscall<void> {
    const { fs, args, ports, console } = this;
    const made = yield* machCall.task_create(yield* taskSelf(), { inherit_memory: false });
    if (made.err) return yield* fs.libc._exit(1);
    const task = made.child_task;
    const argv = args.bootCommand ?? [STARTUP, ...(yield* this.giveKernelTask(task)), ...args.commandLine.split(/ +/).filter((w) => w !== "")];
    const file = yield* this.lookup(argv[0] ?? STARTUP, O_READ | O_EXEC);
    if (file === MACH_PORT_NULL) {
      yield* this.print(`\n${argv[0] ?? STARTUP}: cannot be opened\n`);
      return yield* fs.libc._exit(1);
    }
    const bootinfo = yield* fs.bucket.getSendRight(yield* fs.bucket.create(ports.bootinfo, ports));
    const init = new Array<MachPort>(INIT_PORT_MAX).fill(MACH_PORT_NULL);
    init[INIT_PORT_CWDIR] = init[INIT_PORT_CRDIR] = this.root;
    init[INIT_PORT_BOOTSTRAP] = bootinfo;
    const { err } = yield* execCall.exec_exec(fs.exec, {
      file: moveSend(file), oldtask: task, flags: 0, argv: encodeArgz(argv), envp: new Uint8Array(0), dtable: copySends([console, console, console]),
      portarray: copySends(init), intarray: [], deallocnames: [], destroynames: [],
    });
    if (err) yield* this.print(`\n${argv[0] ?? STARTUP}: cannot be executed\n`);
    for (const port of [bootinfo, task]) yield* deallocate(port);
  }

  /** Puts the kernel task's port into startup's name space under the lowest free name; the option that tells it. */
  private *giveKernelTask(task: MachPort): Syscall<readonly string[]> {
    const { kernelTask } = this.args;
    if (!portValid(kernelTask)) return [];
    for (let name = 1; ; name++) {
      const { err } = yield* machPortCall.mach_port_insert_right(task, { name: name as MachPort, poly: copySend(kernelTask) });
      if (err === Kern.NAME_EXISTS) continue;
      if (err) return [];
      yield* deallocate(kernelTask);
      return [`--kernel-task=${name}`];
    }
  }

  // ---- phase F: an ordinary process at last

  private *initialized(proc: MachPort, auth: MachPort): Syscall<void> {
    const { fs, args } = this;
    fs.authPort = auth;
    const execProc = yield* procCall.proc_task2proc(proc, { task: args.execTask });
    if (!execProc.err) {
      yield* procCall.proc_child(proc, { child: args.execTask });
      yield* procCall.proc_mark_exec(execProc.proc, {});
      yield* execCall.exec_init(fs.exec, { auth_handle: auth, proc_server: moveSend(execProc.proc) });
    }
    yield* deallocate(args.execTask);
    yield* addSendRef(auth);
    yield* addSendRef(this.root);
    yield* fs.libc.hurdInit(new Map([[INIT_PORT_PROC, proc], [INIT_PORT_AUTH, auth], [INIT_PORT_CRDIR, this.root], [INIT_PORT_CWDIR, this.root]]));
    yield* this.introduce(proc);
  }

  /** Version, essential task, and the wish to hear of the shutdown. */
  private *introduce(proc: MachPort): Syscall<void> {
    const { fs, args, ports } = this;
    yield* procCall.proc_register_version(proc, { credential: args.hostPriv, name: fs.store.serverName, ...VERSION });
    const startup = yield* lookupStartup(fs.libc);
    if (startup === MACH_PORT_NULL) return;
    yield* registerEssential(startup, fs.store.serverName, args.hostPriv);
    yield* ports.shutdown.request(startup, args.program);
    yield* deallocate(startup);
  }
}
