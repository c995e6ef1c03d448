/** Calls about the caller's own space and program. */
import type { Calls, Result } from "./calls.ts";
import type { Caller, CapabilityKernel, Handlers } from "./kernel.ts";
import { carry, select } from "./selection.ts";

type SpaceCalls = Pick<Handlers, "open" | "set_flag" | "close" | "use" | "reduce" | "thread" | "exit" | "pause" | "step" | "snapshot" | "commit" | "exec">;

export const spaceCalls = (kernel: CapabilityKernel): SpaceCalls => ({
  open({ process }, { capability, closeOnExec = false }) {
    if (!kernel.allocate()) return "ENOMEM";
    return process.space.addFd(process.space.add(capability), closeOnExec);
  },
  set_flag({ process }, { fd }) {
    const entry = process.space.fds.get(fd);
    if (entry === undefined) return "EBADF";
    process.space.fds.set(fd, { ...entry, closeOnExec: true });
    return 0;
  },
  close: ({ process }, { fd }) => (process.space.close(fd) ? 0 : "EBADF"),
  use: ({ process }, { fd, right }) => (process.space.capabilityAt(fd)?.rights.includes(right) === true ? 0 : "EBADF"),
  reduce({ process }, { fd, rights }) {
    const capability = process.space.capabilityAt(fd);
    if (capability === undefined) return "EBADF";
    kernel.meter.moved(1);
    return process.space.addFd(process.space.add({ ...capability, rights: capability.rights.filter((r) => rights.includes(r)) }), true);
  },
  thread: ({ process }, { body }) => kernel.spawnThread(process, body).id,
  exit({ process }, { status }) {
    kernel.exit(process, status);
    return 0;
  },
  pause: ({ thread }) => kernel.forever.wait(thread, () => 0),
  step: () => (kernel.allocate() ? 0 : "ENOMEM"),
  snapshot({ process }, { choice }) {
    process.selection = select(process.space, choice);
    kernel.snapshotTaken();
    return 0;
  },
  commit: (caller, args) => commit(kernel, caller, args),
  exec({ process }, { choice, numbers = "keep", bytes = 0 }) {
    if ((choice.list ?? []).some((fd) => !process.space.fds.has(fd))) return "EBADF";
    kernel.snapshotTaken();
    kernel.window = 0;
    kernel.meter.moved(carry(process.space, process.space, select(process.space, choice), choice, numbers));
    kernel.meter.copied(bytes);
    return kernel.run(process);
  },
});

function commit(kernel: CapabilityKernel, { process }: Caller, { choice, bytes = 0 }: Calls["commit"]): Result {
  if (process.selection === undefined) return "EPERM";
  kernel.installed();
  kernel.meter.moved(carry(process.space, process.space, process.selection, choice));
  kernel.meter.copied(bytes);
  return kernel.run(process);
}
