/** What libports itself answers on every port: the kernel's notifications, and interrupt_operation. */
import { notify } from "../../mach/interfaces/notify.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import { failure, firstOf, serve, type Demuxer } from "../../mach/mig/server.ts";
import type { KernReturn } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Outcome } from "../../mach/mig/subsystem.ts";
import { interrupt } from "../interfaces/interrupt.ts";

/** Notifications that can be asked for (`mach_port_request_notification`). */
export const NotifyId = { NO_SENDERS: 70, DEAD_NAME: 72 } as const;
/** The one request that is never held back. */
export const INTERRUPT_OPERATION = 33000;

/** What a bucket does with them. `at` is the port to which the message came. */
export interface NotificationSink {
  /** `told`: the make-send count in the message. */
  noSenders(at: MachPort, told: number): Syscall<KernReturn>;
  deadName(at: MachPort, dead: MachPort): Syscall<KernReturn>;
  interrupt(at: MachPort): Syscall<KernReturn>;
}

const port = (request: MachMsg): MachPort => request.localPort;
const outcome = (code: KernReturn): Outcome<null> => (code === 0 ? { err: 0 } : failure(code));

/**
 * Answers notifications for `sink`. A notification is one-way, but a forged one may carry a reply port: then it is answered with the code alone, as
 * MIG's server does for any one-way routine (recorded p-notify).
 */
export function portsDemuxer(sink: NotificationSink): Demuxer {
  const notifications = serve(notify, port, {
    *mach_notify_no_senders(at, { mscount }) {
      return outcome(yield* sink.noSenders(at, mscount));
    },
    *mach_notify_dead_name(at, { name }) {
      return outcome(yield* sink.deadName(at, name));
    },
  });
  const interrupts = serve(interrupt, port, {
    *interrupt_operation(at) {
      return outcome(yield* sink.interrupt(at));
    },
  });
  return firstOf(notifications, interrupts);
}
