/** Calls about descriptors. */
import type { BLOCKED } from "../../mach/ipc/host.ts";
import { WaitQueue } from "../kernel/waits.ts";
import type { Gives } from "./calls.ts";
import { Description, type Pipe } from "./description.ts";
import type { Result } from "./errors.ts";
import { Mode } from "./inode.ts";
import type { Caller, Handlers, PosixKernel } from "./kernel.ts";
import { rightsOf } from "./table.ts";

type DescriptorCalls = Pick<Handlers, "close" | "use" | "read" | "write" | "seek" | "seal" | "dup" | "dup2" | "dup3" | "fcntl_dupfd" | "fcntl_getfd" | "fcntl_setfd" | "pipe2">;

/** The flags that a call sets at once with the number: no moment between. */
export const flagsOf = ({ closeOnExec = false, closeOnFork = false }: { readonly closeOnExec?: boolean; readonly closeOnFork?: boolean }): { readonly closeOnExec: boolean; readonly closeOnFork: boolean } => ({ closeOnExec, closeOnFork });

export const descriptorCalls = (kernel: PosixKernel): DescriptorCalls => ({
  close: ({ process }, { fd }) => process.table.close(fd),
  use({ process }, { fd, right }) {
    const descriptor = process.table.get(fd);
    if (descriptor === undefined || !descriptor.description.rights.includes(right)) return "EBADF";
    return rightsOf(descriptor).includes(right) ? 0 : "ENOTCAPABLE";
  },
  read: (caller, { fd }, gives) => read(caller, fd, gives),
  write: (caller, { fd, text }) => write(kernel, caller, fd, text),
  seek({ process }, { fd, offset }) {
    const descriptor = process.table.get(fd);
    if (descriptor === undefined) return "EBADF";
    descriptor.description.offset = offset;
    return offset;
  },
  seal({ process }, { fd }) {
    const to = process.table.get(fd)?.description.to;
    if (to?.kind !== "inode") return to === undefined ? "EBADF" : "EINVAL";
    if (to.inode.writers > 0) return "EBUSY";
    to.inode.sealed = true;
    return 0;
  },
  dup: ({ process }, { fd }) => process.table.dup(fd, undefined),
  dup2: ({ process }, { fd, to }) => process.table.dup(fd, to),
  dup3: ({ process }, args) => (args.fd === args.to ? "EINVAL" : process.table.dup(args.fd, args.to, flagsOf(args))),
  fcntl_dupfd: ({ process }, { fd, from, closeOnExec = false }) => process.table.dup(fd, undefined, { closeOnExec, closeOnFork: false }, from),
  fcntl_getfd({ process }, { fd }) {
    const descriptor = process.table.get(fd);
    return descriptor === undefined ? "EBADF" : (descriptor.closeOnExec ? 1 : 0) | (descriptor.closeOnFork ? 2 : 0);
  },
  fcntl_setfd: ({ process }, args) => process.table.setFlags(args.fd, flagsOf(args)),
  pipe2: (caller, args, gives) => makePipe(kernel, caller, flagsOf(args), gives),
});

function makePipe(kernel: PosixKernel, { process }: Caller, flags: { readonly closeOnExec: boolean; readonly closeOnFork: boolean }, gives: Gives): Result {
  const pipe: Pipe = { pieces: [], readers: 1, writers: 1, readable: new WaitQueue(kernel.machine) };
  const read = process.table.add(new Description("pipe", "pipe", ["read"], { kind: "pipe", pipe, end: "read" }), flags);
  if (typeof read === "string") return read;
  const write = process.table.add(new Description("pipe", "pipe", ["write"], { kind: "pipe", pipe, end: "write" }), flags);
  if (typeof write === "string") {
    process.table.close(read);
    return write;
  }
  gives.second = write;
  return read;
}

/** A file is read whole once; a pipe a piece at a time, and empty when nobody can write any more. */
function read({ process, thread }: Caller, fd: number, gives: Gives): Result {
  const descriptor = process.table.get(fd);
  if (descriptor === undefined || !descriptor.description.rights.some((r) => r === "read" || r === "r")) return "EBADF";
  if (!rightsOf(descriptor).some((r) => r === "read" || r === "r")) return "ENOTCAPABLE";
  const { description } = descriptor;
  if (description.to.kind === "pipe") return readPipe({ process, thread }, description.to.pipe, gives);
  if (description.to.kind !== "inode") return 0;
  gives.text = description.to.inode.content.slice(description.offset);
  description.offset += gives.text.length;
  return gives.text.length;
}

function readPipe(caller: Caller, pipe: Pipe, gives: Gives): Result | typeof BLOCKED {
  const piece = pipe.pieces.shift();
  if (piece === undefined && pipe.writers > 0) return pipe.readable.wait(caller.thread, () => readPipe(caller, pipe, gives) as number);
  gives.text = piece ?? "";
  return gives.text.length;
}

function write(kernel: PosixKernel, { process }: Caller, fd: number, text: string): Result {
  const descriptor = process.table.get(fd);
  if (descriptor === undefined || !descriptor.description.rights.some((r) => r === "write" || r === "w")) return "EBADF";
  if (!rightsOf(descriptor).some((r) => r === "write" || r === "w")) return "ENOTCAPABLE";
  const { to } = descriptor.description;
  if (to.kind === "pipe") {
    if (to.pipe.readers === 0) {
      kernel.signal(process, "SIGPIPE");
      return "EPIPE";
    }
    to.pipe.pieces.push(text);
    to.pipe.readable.wakeOne();
  }
  if (to.kind === "inode") {
    to.inode.content = text;
    // Who writes takes the set-id bits away, unless he is root.
    if (process.uid.effective !== 0) to.inode.mode &= ~(Mode.SETUID | Mode.SETGID);
  }
  return text.length;
}
