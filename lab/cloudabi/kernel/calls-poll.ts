/** `poll`: waits for the first of some events (cloudabi.md §§2.4, 6). */
import { Errno } from "../errno.ts";
import { Right, type Rights } from "../rights.ts";
import { OpenRegularFile, ProcessFile, type OpenFile } from "./files.ts";
import type { Calls, Context } from "./kernel.ts";
import { Socket } from "./sockets.ts";
import type { PollEvent, Subscription } from "./traps.ts";

/** A subscription with what it is about, as it was when the call was made. */
interface Watched {
  readonly subscription: Subscription;
  readonly file: OpenFile | undefined;
  readonly error: number;
  /** When a clock rings, in microseconds since boot. */
  readonly at: number;
}

const needs: Readonly<Record<"fd_read" | "fd_write" | "proc_terminate", Rights>> = {
  fd_read: Right.POLL_FD_READWRITE | Right.FD_READ,
  fd_write: Right.POLL_FD_READWRITE | Right.FD_WRITE,
  proc_terminate: Right.POLL_PROC_TERMINATE,
};

function watch({ kernel, process }: Context, subscription: Subscription): Watched {
  if (subscription.event === "condvar") return { subscription, file: undefined, error: 0, at: 0 };
  if (subscription.event === "clock") return { subscription, file: undefined, error: 0, at: kernel.machine.now + subscription.after };
  const got = kernel.slot(process, subscription.fd, needs[subscription.event]);
  return got.err === 0 ? { subscription, file: got.value.file, error: 0, at: 0 } : { subscription, file: undefined, error: got.err, at: 0 };
}

/** The event, if it has come. */
function eventOf({ subscription: { event, userdata }, file, error, at }: Watched, now: number): PollEvent | undefined {
  if (error !== 0) return { userdata, error };
  switch (event) {
    case "condvar":
      return undefined;
    case "clock":
      return now >= at ? { userdata, error: 0 } : undefined;
    case "fd_read":
      if (file instanceof Socket) return file.canRead ? { userdata, error: 0, hangup: file.atEnd } : undefined;
      return { userdata, error: 0, hangup: file instanceof OpenRegularFile && file.offset >= file.inode.content.length };
    case "fd_write":
      if (file instanceof Socket) return file.canWrite ? { userdata, error: 0, hangup: file.broken } : undefined;
      return { userdata, error: 0 };
    case "proc_terminate":
      return file instanceof ProcessFile && file.ended !== undefined ? ended(userdata, file.ended) : undefined;
  }
}

const ended = (userdata: number, how: { readonly status: number } | { readonly signal: string }): PollEvent =>
  "status" in how ? { userdata, error: 0, signal: 0, exitcode: how.status } : { userdata, error: 0, signal: how.signal, exitcode: 0 };

export const pollCalls: Calls<"poll"> = {
  poll(context, trap) {
    const { kernel, thread } = context;
    if (trap.subscriptions.length === 0) return Errno.EINVAL;
    const watched = trap.subscriptions.map((s) => watch(context, s));
    for (const { at } of watched) if (at > 0) kernel.machine.clock.after(at - kernel.machine.now, () => kernel.changes.wakeAll());
    const attempt = (): number => {
      const events = watched.flatMap((w) => eventOf(w, kernel.machine.now) ?? []);
      if (events.length === 0) return kernel.changes.wait(thread, attempt);
      trap.events = events;
      return 0;
    };
    return attempt();
  },
};
