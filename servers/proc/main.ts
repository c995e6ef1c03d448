/** /hurd/proc: the first records, the handshake with startup, then serving (boot.md steps 20, 23). */
import { makeSend, MACH_PORT_NULL, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { asPort } from "../../mach/ipc/names.ts";
import { gnumachCall } from "../../mach/interfaces/gnumach.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { machHostCall } from "../../mach/interfaces/mach-host.ts";
import { mach_task_self, store, type Syscall } from "../../mach/kern/syscall.ts";
import { orThrow } from "../../glibc-shim/errno.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import { addSendRef, deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { PAGE_SIZE } from "../interfaces/hurd-types.ts";
import { startupCall } from "../interfaces/startup.ts";
import { argumentPage } from "../lib/argument-page.ts";
import { lookupStartup, registerEssential } from "../lib/essential.ts";
import { Bucket } from "../lib/ports.ts";
import { HostData } from "./host.ts";
import { PID_PROC, type Proc } from "./process.ts";
import { procDemuxer } from "./serve.ts";
import { ProcessTable } from "./table.ts";

export const main: Main = function* (libc, argv) {
  const bucket = yield* Bucket.create(libc);
  const table = new ProcessTable(bucket, libc, libc.holes);
  const host = new HostData(table);
  table.genericPort = yield* bucket.create(table.generic, "generic");
  yield* table.givePort(table.init);
  yield* table.givePort(table.startup);
  const self = yield* table.newProcessWithPid(yield* mach_task_self(), PID_PROC);
  yield* handshake(table, libc);
  yield* ownArguments(self, argv);
  yield* raisePriority();
  yield* host.readKernelVersion();
  yield* watchNewTasks(table, kernelTaskOption(argv));
  yield* registerWithStartup(table, libc);
  yield* bucket.serveMultithread(procDemuxer(table, host));
  return 0;
};

/** Startup gets the port of pid 2, and answers when it has heard from auth too. */
function* handshake(table: ProcessTable, libc: Libc): Syscall<void> {
  const { startup, bucket } = table;
  if (startup.port === undefined) return;
  const right = yield* bucket.getSendRight(startup.port);
  const answer = orThrow("startup_procinit", yield* startupCall.startup_procinit(libc.ports.bootstrap, { startup_proc: right }));
  yield* deallocate(right);
  startup.task = answer.startup_task;
  table.auth = answer.auth;
  table.hostPriv = answer.host_priv;
  table.deviceMaster = answer.device_master;
  yield* table.watchDeath(startup);
  table.enter(startup);
}

/** Puts our arguments where we can read them when somebody asks. */
function* ownArguments(self: Proc, argv: readonly string[]): Syscall<void> {
  const place = yield* machCall.vm_allocate(yield* taskSelf(), { address: 0, size: PAGE_SIZE, anywhere: true });
  if (place.err) return;
  const page = argumentPage(place.address, argv);
  yield* store(place.address, page.bytes);
  self.argv = page.argv;
  self.envp = page.envp;
}

/** We answer everybody: run before others. */
function* raisePriority(): Syscall<void> {
  yield* machHostCall.task_priority(yield* taskSelf(), { priority: 2, change_threads: true });
}

/** The name in --kernel-task=NAME, null without. */
function kernelTaskOption(argv: readonly string[]): MachPort {
  const option = argv.find((arg) => arg.startsWith("--kernel-task="));
  return asPort(Number(option?.slice("--kernel-task=".length) ?? 0));
}

/** The kernel is to announce every new task, on its own process's port if it has one. */
function* watchNewTasks(table: ProcessTable, kernelTask: MachPort): Syscall<void> {
  table.kernelProc = portValid(kernelTask) ? yield* table.ofTask(kernelTask) : table.find(3);
  const port = table.kernelProc?.port ?? table.genericPort;
  if (port === undefined) return;
  const { name } = yield* table.bucket.getRight(port);
  yield* gnumachCall.register_new_task_notification(table.hostPriv, { notification: makeSend(name) });
}

/** Startup has not bound /servers/startup yet, as a rule: then we register on its message port, when it has one (boot.md steps 23, 32). */
function* registerWithStartup(table: ProcessTable, libc: Libc): Syscall<void> {
  const startup = yield* lookupStartup(libc);
  const registered = startup !== MACH_PORT_NULL && (yield* registerEssential(startup, "proc", table.hostPriv)) === 0;
  yield* deallocate(startup);
  if (registered) return;
  table.onStartupMsgport = function* (msgport) {
    yield* addSendRef(msgport);
    yield* libc.thread(function* () {
      yield* registerEssential(msgport, "proc", table.hostPriv);
      yield* deallocate(msgport);
    });
  };
}
