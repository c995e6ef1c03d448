/**
 * Messages that the proc server sends to processes. A process that does not listen must not hold it up: the messages are one-way whatever the
 * interface says, and when a queue is full a thread of its own waits (auth-proc.md §2.11, §4.1).
 */
import { MachMsg, MsgOption, type Item } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, portValid, type MachPort } from "../../mach/ipc/names.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { packFields } from "../../mach/mig/client.ts";
import { msg } from "../interfaces/msg.ts";
import { deallocate, addSendRef } from "../../glibc-shim/rights.ts";
import type { Proc } from "./process.ts";
import type { ProcessTable } from "./table.ts";

const { msg_sig_post, msg_proc_newids } = msg.routines;

/** SIGCHLD and the like. Lost when the port is dead or null. */
export function* sendSignal(table: ProcessTable, msgport: MachPort, signal: number, sigcode: number, refport: MachPort): Syscall<void> {
  yield* oneWay(table, msgport, msg_sig_post.id, packFields(msg_sig_post.in, { signal, sigcode, refport }));
}

/** Tells `proc` its parent, group and whether that is orphaned. `pgrp`: another number than the group's. */
export function* sendNewIds(table: ProcessTable, proc: Proc, pgrp?: number): Syscall<void> {
  const args = { task: proc.task, ppid: proc.parent.pid, pgrp: pgrp ?? proc.pgrp?.pgid ?? 0, orphaned: proc.orphaned ? 1 : 0 };
  yield* oneWay(table, proc.msgport, msg_proc_newids.id, packFields(msg_proc_newids.in, args));
}

function* oneWay(table: ProcessTable, to: MachPort, id: number, items: readonly Item[]): Syscall<void> {
  if (!portValid(to)) return;
  const message = new MachMsg();
  message.header(to, MsgType.COPY_SEND, MACH_PORT_NULL, 0, id, items);
  message.option = MsgOption.SEND | MsgOption.SEND_TIMEOUT;
  message.timeout = 0;
  const code = yield message;
  if (code === Msg.SEND_TIMED_OUT) yield* sendLater(table, message, to);
}

/** The queue is full: after the time-out the message is ours again, with its rights as they arrive. */
function* sendLater(table: ProcessTable, message: MachMsg, to: MachPort): Syscall<void> {
  yield* addSendRef(to);
  message.option = MsgOption.SEND;
  yield* table.threads.thread(function* () {
    yield message;
    yield* deallocate(to);
  });
}
