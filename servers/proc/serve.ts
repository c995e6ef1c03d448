/** All that the proc server answers, with one lock around everything. */
import { taskNotify, taskNotifyCall } from "../../mach/interfaces/task-notify.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { PortType, portValid, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { firstOf, serve, type Demuxer, type Service } from "../../mach/mig/server.ts";
import type { Fields, Outcome } from "../../mach/mig/subsystem.ts";
import { addSendRef, deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { proc } from "../interfaces/process.ts";
import type { Mutex } from "../lib/sync.ts";
import { Exceptions } from "./exceptions.ts";
import { adopt, familyHandlers, markHandlers, nameHandlers } from "./family.ts";
import { groupHandlers, loginHandlers } from "./groups.ts";
import { OPEN, type ProcHandlers } from "./handlers.ts";
import { hostHandlers, type HostData } from "./host.ts";
import { imageHandlers, infoHandlers } from "./info.ts";
import { msgportHandlers } from "./msgport.ts";
import { namespaceHandlers } from "./namespace.ts";
import { reauthHandlers } from "./reauth.ts";
import type { ProcessTable } from "./table.ts";
import { waitHandlers } from "./wait.ts";

export function procDemuxer(table: ProcessTable, host: HostData): Demuxer {
  const exceptions = new Exceptions(table);
  const handlers: ProcHandlers = {
    ...familyHandlers(table),
    ...nameHandlers(table),
    ...markHandlers(table),
    ...waitHandlers(table),
    ...groupHandlers(table),
    ...loginHandlers(table),
    ...msgportHandlers(table),
    ...reauthHandlers(table),
    ...infoHandlers(table),
    ...imageHandlers(table),
    ...hostHandlers(table, host),
    ...namespaceHandlers(),
    ...exceptions.handlers(),
  };
  const processes = serve(proc, (request) => table.bucket.lookup(table.processes, request.localPort)?.object, handlers, { anyPort: OPEN });
  return locked(table.lock, firstOf(processes, newTaskDemuxer(table), exceptions.demuxer()));
}

/** One request at a time; handlers give the lock up where they wait. */
function locked(lock: Mutex, demuxer: Demuxer): Demuxer {
  const made = new Map<Service, Service>();
  const withLock = (service: Service): Service => {
    const known = made.get(service) ?? {
      run: (request) => lock.with(() => finished(service.run(request))),
      reply: (outcome) => service.reply(outcome),
    };
    made.set(service, known);
    return known;
  };
  return {
    handles: (id) => demuxer.handles(id),
    find: (request) => {
      const service = demuxer.find(request);
      return service === undefined ? undefined : withLock(service);
    },
  };
}

function* finished(run: ReturnType<Service["run"]>): Syscall<Outcome<Fields>> {
  return typeof run === "number" ? { err: run } : yield* run;
}

/** The kernel announces new tasks on the port that we registered, and nobody else is believed (auth-proc.md §2.3). */
function newTaskDemuxer(table: ProcessTable): Demuxer {
  const announced = (name: MachPort): true | undefined => {
    const registered = table.kernelProc?.port ?? table.genericPort;
    return registered?.name === name ? true : undefined;
  };
  return serve(taskNotify, (request) => announced(request.localPort), {
    *mach_notify_new_task(_self, { task, parent }) {
      if (!portValid(task) || (yield* isDead(task))) return { err: Errno.ESRCH };
      const creator = table.byTask.get(parent);
      if (creator === undefined) return { err: Errno.ESRCH };
      if (!table.byTask.has(task)) {
        yield* addSendRef(task);
        yield* table.newProcess(task);
      }
      yield* enterNamespace(table, parent, task);
      yield* deallocate(task);
      yield* deallocate(parent);
      return { err: 0 };
    },
  });
}

/** A task made inside a namespace belongs to it from the start, and is announced to its server. */
function* enterNamespace(table: ProcessTable, parent: MachPort, task: MachPort): Syscall<void> {
  const [creator, child] = [table.byTask.get(parent), table.byTask.get(task)];
  if (creator === undefined || child === undefined || !portValid(creator.namespace)) return;
  if (!child.parentSet) yield* adopt(table, creator, child);
  yield* announce(creator.namespace, task, parent);
}

function* announce(to: MachPort, task: MachPort, parent: MachPort): Syscall<void> {
  yield* addSendRef(task);
  yield* addSendRef(parent);
  const sent = yield* taskNotifyCall.mach_notify_new_task(to, { task, parent });
  if (sent.err === 0) return;
  yield* deallocate(task);
  yield* deallocate(parent);
}

function* isDead(task: MachPort): Syscall<boolean> {
  const type = yield* machPortCall.mach_port_type(yield* taskSelf(), { name: task });
  return type.err !== 0 || (type.ptype & PortType.DEAD_NAME) !== 0;
}

