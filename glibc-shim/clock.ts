/** Time, which is virtual: the host's clock, sleeping by a time-out on a port that gets no message, and alarms by a thread that does the same. */
import { machHostCall } from "../mach/interfaces/mach-host.ts";
import { MachMsg, MsgOption } from "../mach/ipc/message.ts";
import { MACH_PORT_NULL, type MachPort, MsgType } from "../mach/ipc/names.ts";
import { Msg } from "../mach/kern/kern-return.ts";
import { mach_reply_port, type Syscall } from "../mach/kern/syscall.ts";
import { SIGALRM } from "../servers/interfaces/signals.ts";
import { UnixError } from "./errno.ts";
import type { Process} from "./process.ts";
import { sigstateSelf } from "./process.ts";
import { allocateReceive, destroyReceive } from "./rights.ts";
import { postToSelf } from "./signal-thread.ts";
import { ALL_SIGNALS } from "./signo.ts";
import { startThread } from "./thread.ts";

/** Microseconds since the epoch. */
export function* now(p: Process): Syscall<number> {
  const got = yield* machHostCall.host_get_time(p.hostSelf, {});
  if (got.err) throw new UnixError("gettimeofday", got.err);
  return (got.current_time[0] ?? 0) * 1e6 + (got.current_time[1] ?? 0);
}

/** Receives on `port` for up to `milliseconds`; undefined: for ever. The code. */
function* receiveFor(port: MachPort, milliseconds: number | undefined): Syscall<number> {
  const msg = new MachMsg();
  msg.option = milliseconds === undefined ? MsgOption.RCV : MsgOption.RCV | MsgOption.RCV_TIMEOUT;
  msg.timeout = milliseconds ?? 0;
  msg.rcvName = port;
  const state = sigstateSelf();
  const outer = state.receiving;
  state.receiving = port;
  const code = yield msg;
  state.receiving = outer;
  return code;
}

/** Waits that long, or until a signal is handled. Answers the microseconds that were left. */
export function* usleep(p: Process, microseconds: number): Syscall<number> {
  const end = (yield* now(p)) + microseconds;
  const port = yield* mach_reply_port();
  const code = yield* receiveFor(port, Math.ceil(microseconds / 1000));
  yield* destroyReceive(port);
  return code === Msg.RCV_TIMED_OUT ? 0 : Math.max(0, end - (yield* now(p)));
}

export function* sleep(p: Process, seconds: number): Syscall<number> {
  return Math.ceil((yield* usleep(p, seconds * 1e6)) / 1e6);
}

/** alarm(2): SIGALRM after that many seconds; 0 takes it back. Answers the seconds that the old one had left, rounded up. */
export function* alarm(p: Process, seconds: number): Syscall<number> {
  const time = yield* now(p);
  const left = p.alarmAt === 0 ? 0 : Math.max(1, Math.ceil((p.alarmAt - time) / 1e6));
  p.alarmAt = seconds === 0 ? 0 : time + seconds * 1e6;
  if (p.alarmPort === MACH_PORT_NULL) {
    if (seconds === 0) return 0;
    p.alarmPort = yield* allocateReceive();
    p.timerThread = yield* startThread(p, () => timerThread(p));
  } else yield* nudge(p.alarmPort);
  return left;
}

/** Tells the timer thread that the time has changed. */
function* nudge(port: MachPort): Syscall<void> {
  const msg = new MachMsg();
  msg.header(port, MsgType.MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 0, []);
  msg.option = MsgOption.SEND;
  yield msg;
}

/** Waits for the alarm that is set, if one is, and for news. All signals are blocked: it only sends them. */
function* timerThread(p: Process): Syscall<void> {
  sigstateSelf().blocked = ALL_SIGNALS;
  for (;;) {
    const wait = p.alarmAt === 0 ? undefined : Math.max(0, Math.ceil((p.alarmAt - (yield* now(p))) / 1000));
    const code = yield* receiveFor(p.alarmPort, wait);
    if (code !== Msg.RCV_TIMED_OUT || p.alarmAt === 0) continue;
    p.alarmAt = 0;
    yield* postToSelf(p, SIGALRM);
  }
}
