/**
 * Faults of signal threads, which nobody else can take (auth-proc.md §2.12). The thread goes on where its process has said, finds the forwarded message, and makes of
 * it what it can. It can do so only when the kernel has its answer, so that is given here.
 */
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MACH_PORT_NULL, MsgType, type MachPort } from "../../mach/ipc/names.ts";
import { exc } from "../../mach/interfaces/exc.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { packFields } from "../../mach/mig/client.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import { exceptionSignal } from "../../glibc-shim/exception.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { Errno } from "../interfaces/errno.ts";
import { W_EXITCODE } from "../interfaces/wait-status.ts";
import { PortClass } from "../lib/ports.ts";
import type { ProcHandlers } from "./handlers.ts";
import type { ProcessTable } from "./table.ts";

/** Where faults that arrive at an imported port go, and the registers with which the faulting thread then goes on. */
interface Forwarding {
  readonly forward: MachPort;
  readonly flavor: number;
  readonly state: readonly number[];
}

export class Exceptions {
  private readonly table: ProcessTable;
  private readonly forwardings = new PortClass<Forwarding>("exception port", function* (port) {
    yield* deallocate(port.object.forward);
  });

  constructor(table: ProcessTable) {
    this.table = table;
  }

  handlers(): ProcHandlers {
    const { table, forwardings } = this;
    return {
      *proc_handle_exceptions(_proc, { msgport, forwardport, flavor, new_state }) {
        yield* table.bucket.import(forwardings, msgport, { forward: forwardport, flavor, state: new_state });
        return { err: 0 };
      },
    };
  }

  demuxer(): Demuxer {
    const { table, forwardings } = this;
    return serve(exc, (request) => table.bucket.lookup(forwardings, request.localPort)?.object, {
      *exception_raise(to, { thread, task, exception, code, subcode }) {
        const proc = yield* table.ofTask(task);
        if (proc === undefined) return { err: Errno.EINVAL };
        const { id, in: fields } = exc.routines.exception_raise;
        if (yield* forward(to.forward, id, packFields(fields, { thread, task, exception, code, subcode }))) {
          const set = yield* machCall.thread_set_state(thread, { flavor: to.flavor, new_state: to.state });
          if (set.err) return set;
          yield* deallocate(thread);
          yield* deallocate(task);
          return { err: 0 };
        }
        const [signo, sigcode] = exceptionSignal(exception, code, subcode);
        if (!proc.exiting) Object.assign(proc, { exiting: true, status: W_EXITCODE(0, signo), sigcode });
        yield* machCall.task_terminate(task, {});
        return { err: Errno.EBUSY };
      },
    });
  }
}

/** Without waiting: false when the queue is full or the port is gone. */
function* forward(to: MachPort, id: number, items: MachMsg["items"]): Syscall<boolean> {
  const msg = new MachMsg();
  msg.header(to, MsgType.COPY_SEND, MACH_PORT_NULL, 0, id, items);
  msg.option = MsgOption.SEND | MsgOption.SEND_TIMEOUT;
  msg.timeout = 0;
  return (yield msg) === Msg.SUCCESS;
}
