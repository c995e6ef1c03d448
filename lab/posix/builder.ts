/**
 * The process builder that Linux discussed in 2026: a descriptor stands for a process that does not run yet; calls that name it give it an executable, arguments, descriptors; one call starts it.
 *
 * The embryo is a process like any other, without a thread, so all that the kernel can do to a process it can do to this one. Its table is empty, or a copy of the caller's, as the caller asks. It starts once; a start
 * that fails leaves the embryo as it was, and closing its descriptor ends it.
 */
import type { Calls, Configuration } from "./calls.ts";
import { changeDirectory } from "./calls-file.ts";
import { Description } from "./description.ts";
import type { ErrorName, Result } from "./errors.ts";
import { install, load } from "./exec.ts";
import type { Caller, Handlers, PosixKernel } from "./kernel.ts";
import type { PosixProcess } from "./process.ts";
import { NO_FLAGS } from "./table.ts";

/** What an embryo will start; kept beside it until then. */
interface Plan {
  executable: { readonly path?: string; readonly inode?: NonNullable<PosixProcess["image"]> } | undefined;
  args: { readonly argv?: readonly string[]; readonly env?: ReadonlyMap<string, string>; readonly bytes?: number };
}

export function builderCalls(kernel: PosixKernel): Pick<Handlers, "pidfd_open_empty" | "pidfd_config" | "pidfd_start"> {
  const plans = new Map<PosixProcess, Plan>();
  const embryoOf = (caller: Caller, fd: number): PosixProcess | ErrorName => {
    const to = caller.process.table.get(fd)?.description.to;
    if (to === undefined) return "EBADF";
    const process = to.kind === "process" ? kernel.byPid(to.pid) : undefined;
    if (process === undefined) return to.kind === "process" ? "ESRCH" : "EINVAL";
    return process.embryo ? process : "EBUSY";
  };
  return {
    pidfd_open_empty(caller, args) {
      // the number first: an embryo that nobody can name would stay for ever
      const fd = caller.process.table.lowest();
      if (typeof fd === "string") return fd;
      const embryo = open(kernel, caller, args);
      plans.set(embryo, { executable: undefined, args: {} });
      return caller.process.table.add(new Description(`process ${embryo.name}`, "process", ["config", "kill", "wait"], { kind: "process", pid: embryo.pid, killOnClose: false }), { closeOnExec: true, closeOnFork: false });
    },
    pidfd_config(caller, { fd, set }) {
      const embryo = embryoOf(caller, fd);
      if (typeof embryo === "string") return embryo;
      const plan = plans.get(embryo);
      const result = plan === undefined ? "EINVAL" : configure(kernel, caller.process, embryo, plan, set);
      kernel.changed(embryo);
      return result;
    },
    pidfd_start(caller, { fd }) {
      const embryo = embryoOf(caller, fd);
      return typeof embryo === "string" ? embryo : start(kernel, embryo, plans.get(embryo));
    },
  };
}

function open(kernel: PosixKernel, { process }: Caller, { inherit = false, name = "P" }: Calls["pidfd_open_empty"]): PosixProcess {
  const embryo = kernel.create(name, process, inherit ? process.table.fork() : undefined);
  embryo.embryo = true;
  kernel.meter.moved(embryo.table.size);
  return embryo;
}

function configure(kernel: PosixKernel, by: PosixProcess, embryo: PosixProcess, plan: Plan, set: Configuration): Result {
  switch (set.kind) {
    case "executable": {
      const to = set.fd === undefined ? undefined : by.table.get(set.fd)?.description.to;
      if (set.fd !== undefined && to?.kind !== "inode") return "EBADF";
      plan.executable = to?.kind === "inode" ? { inode: to.inode } : set.path === undefined ? undefined : { path: set.path };
      return 0;
    }
    case "arguments":
      plan.args = set;
      return 0;
    case "install": {
      const descriptor = by.table.get(set.fd);
      if (descriptor === undefined || set.to < 0 || set.to >= embryo.table.limit) return "EBADF";
      embryo.table.put(set.to, { description: descriptor.description, ...NO_FLAGS, limit: descriptor.limit });
      kernel.meter.moved(1);
      return set.to;
    }
    case "close":
      return embryo.table.close(set.fd);
    case "chdir":
      return changeDirectory(kernel, embryo, set.path);
    case "mask":
      embryo.signals.mask = new Set(set.signals);
      return 0;
  }
}

function start(kernel: PosixKernel, embryo: PosixProcess, plan: Plan | undefined): Result {
  if (plan?.executable === undefined) return "EINVAL";
  const { inode, path } = plan.executable;
  const fd = inode === undefined ? undefined : embryo.table.add(new Description("executable", "file", [], { kind: "inode", inode, writing: false }));
  const image = load(kernel, embryo, { ...plan.args, ...(path === undefined ? {} : { path }), ...(typeof fd === "number" ? { fd } : {}) });
  if (typeof fd === "number") embryo.table.close(fd);
  if (typeof image === "string") return image;
  install(kernel, embryo, image);
  return embryo.pid;
}
