/** Calls about embryos: a task without a thread is made, filled, started or thrown away by its owner. */
import type { Calls, Grant, Result } from "./calls.ts";
import type { Caller, CapabilityKernel, Handlers } from "./kernel.ts";
import type { CapabilityProcess } from "./process.ts";
import { carry, select } from "./selection.ts";
import type { Capability } from "./space.ts";

type EmbryoCalls = Pick<Handlers, "create" | "grant" | "start" | "destroy" | "bootstrap" | "take_bootstrap" | "swap">;

export const embryoCalls = (kernel: CapabilityKernel): EmbryoCalls => ({
  create: (caller, args) => create(kernel, caller, args),
  grant: ({ process }, { task, grants }) => {
    const embryo = embryoOf(kernel, process, task);
    if (embryo === undefined) return "ESRCH";
    for (const grant of grants) if (!give(kernel, process, embryo, grant)) return "EBADF";
    return 0;
  },
  start({ process }, { task, bytes = 0 }) {
    const embryo = embryoOf(kernel, process, task);
    if (embryo === undefined) return "ESRCH";
    if (!kernel.allocate()) return "ENOMEM";
    kernel.meter.copied(bytes);
    kernel.run(embryo);
    return 0;
  },
  destroy({ process }, { task }) {
    const embryo = embryoOf(kernel, process, task);
    if (embryo === undefined) return "ESRCH";
    kernel.kill(embryo, "SIGKILL");
    return 0;
  },
  bootstrap: (caller, args) => bootstrap(kernel, caller, args),
  take_bootstrap({ process }) {
    const message = process.bootstrap.shift();
    if (message === undefined) return 0;
    for (const [i, capability] of message.capabilities.entries()) put(process, message.grants[i], capability);
    kernel.meter.arrived(message.capabilities.length);
    return process.bootstrap.length;
  },
  swap: (caller, args) => swap(kernel, caller, args),
});

/** An embryo that `by` owns. */
function embryoOf(kernel: CapabilityKernel, by: CapabilityProcess, name: string): CapabilityProcess | undefined {
  const found = kernel.byName(name);
  return found?.embryo === true && found.owner === by ? found : undefined;
}

function create(kernel: CapabilityKernel, { process }: Caller, { name, copy }: Calls["create"]): Result {
  if (!kernel.allocate()) return "ENOMEM";
  const embryo = kernel.create(name, process);
  if (copy === undefined) return 0;
  kernel.snapshotTaken();
  kernel.window = 0;
  kernel.meter.moved(carry(process.space, embryo.space, select(process.space, copy), copy));
  return 0;
}

function give(kernel: CapabilityKernel, from: CapabilityProcess, to: CapabilityProcess, grant: Grant): boolean {
  const capability = taken(from, grant);
  if (capability === undefined) return false;
  kernel.meter.moved(1);
  put(to, grant, capability);
  return true;
}

/** What a grant hands out; gone from the giver when it is moved. */
function taken({ space }: CapabilityProcess, { fd, rights, move = false }: Grant): Capability | undefined {
  const capability = space.capabilityAt(fd);
  if (capability !== undefined && move) space.close(fd);
  return capability === undefined || rights === undefined ? capability : { ...capability, rights: capability.rights.filter((r) => rights.includes(r)) };
}

function put({ space }: CapabilityProcess, grant: Grant | undefined, capability: Capability | undefined): void {
  if (grant === undefined || capability === undefined) return;
  const known = [...space.names].find(([, c]) => c === capability)?.[0];
  space.fds.set(grant.to, { name: known ?? space.add(capability), closeOnExec: false });
}

function bootstrap(kernel: CapabilityKernel, { process }: Caller, { task, grants, bytes }: Calls["bootstrap"]): Result {
  const embryo = embryoOf(kernel, process, task);
  if (embryo === undefined) return "ESRCH";
  embryo.bootstrap.push({ grants, capabilities: grants.map((g) => taken(process, g)) });
  kernel.meter.message(grants.length, bytes);
  return 0;
}

/** The caller's task keeps its port and its pid; all else is the embryo's. */
function swap(kernel: CapabilityKernel, { process }: Caller, { task, choice }: Calls["swap"]): Result {
  const embryo = embryoOf(kernel, process, task);
  if (embryo === undefined || !embryo.memory) return "ESRCH";
  if (choice === undefined) {
    process.space.become(embryo.space);
    kernel.installed();
  } else {
    carry(process.space, process.space, select(process.space, choice), choice);
    kernel.window = 0;
  }
  kernel.meter.moved(process.space.names.size);
  kernel.kill(embryo, "SIGKILL");
  return kernel.run(process);
}
