/**
 * posix_spawn: one call makes the child and starts its program. File actions are carried out in the child, in order; with a failure there is no child, and the caller has the error (or, in old C
 * libraries, a child that ends with 127).
 *
 * Darwin: with the flag all descriptors close but those that an action names; special ports can be given, and the bootstrap port passes unless one is; the spawn can be an exec.
 */
import type { Calls, FileAction, ProgramArguments, SpawnAttributes } from "./calls.ts";
import { changeDirectory, openPath } from "./calls-file.ts";
import { Description } from "./description.ts";
import type { ErrorName, Result } from "./errors.ts";
import { install, load } from "./exec.ts";
import type { Caller, Handlers, PosixKernel } from "./kernel.ts";
import type { PosixProcess } from "./process.ts";
import { NO_FLAGS } from "./table.ts";

export const spawnCalls = (kernel: PosixKernel): Pick<Handlers, "posix_spawn" | "spawn_template_create" | "spawn_template_spawn"> => ({
  posix_spawn: (caller, args) => spawn(kernel, caller, args),
  spawn_template_create(caller, args) {
    const image = load(kernel, caller.process, args);
    if (typeof image === "string") return image;
    return caller.process.table.add(new Description("template", "template", ["spawn"], { kind: "template", inode: image.inode, actions: args.actions ?? [] }), { closeOnExec: true, closeOnFork: false });
  },
  spawn_template_spawn(caller, args) {
    const to = caller.process.table.get(args.fd)?.description.to;
    if (to === undefined) return "EBADF";
    if (to.kind !== "template") return "EINVAL";
    const actions = [...(to.actions as readonly FileAction[]), ...(args.actions ?? [])];
    return spawn(kernel, caller, { ...args, actions }, to.inode);
  },
});

/** `cached`: the executable that a template has found before, whatever its path denotes now. */
function spawn(kernel: PosixKernel, { process }: Caller, args: Calls["posix_spawn"], cached?: PosixProcess["image"]): Result {
  const { actions = [], attributes = {} } = args;
  const inPlace = attributes.setExec === true;
  const child = inPlace ? process : kernel.create(args.name ?? "P", process, process.table.fork());
  if (!inPlace) kernel.meter.moved(child.table.size);
  const error = prepare(kernel, child, actions, attributes) ?? start(kernel, child, args, cached);
  kernel.changed(child);
  if (error === undefined) return inPlace ? 0 : child.pid;
  if (inPlace) return error;
  return giveUp(kernel, process, child, error);
}

function giveUp(kernel: PosixKernel, process: PosixProcess, child: PosixProcess, error: ErrorName): Result {
  kernel.exit(child, 127);
  if (kernel.options.spawnErrors === "exit-127") return child.pid;
  const at = process.zombies.indexOf(child);
  if (at >= 0) process.zombies.splice(at, 1);
  return error;
}

function start(kernel: PosixKernel, child: PosixProcess, args: ProgramArguments, cached: PosixProcess["image"]): ErrorName | undefined {
  const named: ProgramArguments = cached === undefined ? args : { ...args, fd: hold(child, cached) };
  const image = load(kernel, child, named);
  if (cached !== undefined && named.fd !== undefined) child.table.close(named.fd);
  if (typeof image === "string") return image;
  install(kernel, child, image);
  return undefined;
}

/** A template's executable, for `load`: a descriptor that the child never sees. */
const hold = (child: PosixProcess, inode: NonNullable<PosixProcess["image"]>): number => {
  const fd = child.table.add(new Description("template", "template", [], { kind: "inode", inode, writing: false }));
  return typeof fd === "number" ? fd : -1;
};

/** Attributes, then actions, in the child. Undefined: all went well. */
export function prepare(kernel: PosixKernel, child: PosixProcess, actions: readonly FileAction[], attributes: SpawnAttributes): ErrorName | undefined {
  if (attributes.group !== undefined) child.group = attributes.group === 0 ? child.pid : attributes.group;
  if (attributes.mask !== undefined) child.signals.mask = new Set(attributes.mask);
  for (const signal of attributes.defaults ?? []) child.signals.set(signal, { action: "default" });
  if (attributes.resetIds === true) child.uid = { ...child.uid, effective: child.uid.real };
  if (attributes.bootstrap === "none") child.bootstrap = undefined;
  else if (attributes.bootstrap !== undefined) child.bootstrap = new Description(attributes.bootstrap.object, "port", ["send"]);
  const passing = new Set<number>();
  for (const action of actions) {
    const result = act(kernel, child, action);
    if (typeof result === "string") return result;
    if (action.kind === "dup2") passing.add(action.to);
    else if (action.kind === "open" || action.kind === "inherit") passing.add(action.fd);
  }
  if (attributes.closeOnExecDefault !== true) return undefined;
  for (const [fd] of child.table.all) {
    if (passing.has(fd)) continue;
    child.table.close(fd);
    kernel.meter.moved(1);
  }
  return undefined;
}

function act(kernel: PosixKernel, child: PosixProcess, action: FileAction): Result {
  const { table } = child;
  switch (action.kind) {
    case "open": {
      const opened = openPath(kernel, child, action.path, action.access);
      if (typeof opened === "string") return opened;
      if (action.fd < 0 || action.fd >= table.limit) return "EBADF";
      table.put(action.fd, { description: opened, ...NO_FLAGS, limit: undefined });
      return action.fd;
    }
    case "close":
      // A number that is not open is closed already.
      if (action.fd < 0 || action.fd >= table.limit) return "EBADF";
      if (table.close(action.fd) === 0) kernel.meter.moved(1);
      return 0;
    case "dup2":
      return action.fd === action.to ? table.setFlags(action.fd, NO_FLAGS) : table.dup(action.fd, action.to);
    case "chdir":
      return changeDirectory(kernel, child, action.path);
    case "inherit":
      return table.setFlags(action.fd, NO_FLAGS);
  }
}
