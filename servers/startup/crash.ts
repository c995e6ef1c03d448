/**
 * Going down: everybody who asked is told, latest first, and has a minute; then the kernel reboots (boot.md §4).
 * A crash of an essential task goes the same way with the crash flags; before there is anybody to tell, the machine is simply rebooted.
 */
import { machHostCall } from "../../mach/interfaces/mach-host.ts";
import { Msg } from "../../mach/kern/kern-return.ts";
import { mach_reply_port, type Syscall } from "../../mach/kern/syscall.ts";
import { MachMsg, MsgOption } from "../../mach/ipc/message.ts";
import { MsgType, MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { readReply } from "../../mach/mig/client.ts";
import { strerror } from "../interfaces/errno.ts";
import { RB_AUTOBOOT, RB_DEBUGGER, RB_HALT } from "../interfaces/hurd-types.ts";
import { startupNotify } from "../interfaces/startup-notify.ts";
import type { ShutdownNotice, StartupState } from "./state.ts";

/** Milliseconds that one task has to make itself safe. */
const DOSYNC_TIMEOUT = 60_000;
/** Seconds between the last notice and the reboot. */
const GRACE = 5;

const crashFlags = (s: StartupState): number => (s.argv.includes("--crash-debug") ? RB_DEBUGGER : RB_AUTOBOOT);
const going = (flags: number): string => (flags & RB_HALT ? "halt" : "reboot");

/** Tells everybody and reboots or halts (RB_…). Does not come back. */
export function* rebootSystem(s: StartupState, flags: number): Syscall<void> {
  for (const notice of [...s.notices].reverse()) yield* notify(s, notice, flags);
  yield* rebootMach(s, flags);
}

/** An essential part is gone: the system goes down in order. */
export function* crashSystem(s: StartupState): Syscall<void> {
  yield* rebootSystem(s, crashFlags(s));
}

/** There is nobody to tell yet: the machine goes down at once. */
export function* crashMach(s: StartupState): Syscall<void> {
  yield* rebootMach(s, crashFlags(s));
}

function* rebootMach(s: StartupState, flags: number): Syscall<void> {
  const { console: terminal, hostPriv, libc } = s;
  yield* terminal.print(`startup: ${going(flags)}ing Mach (flags 0x${flags.toString(16)})...\n`.replace("0x0)", "0)"));
  yield* libc.sleep(GRACE);
  yield* machHostCall.host_reboot(hostPriv, { options: flags });
}

function* notify({ console: terminal }: StartupState, { name, port }: ShutdownNotice, flags: number): Syscall<void> {
  yield* terminal.print(`startup: notifying ${name} of ${going(flags)}...`);
  const code = yield* dosync(port);
  if (code === 0) yield* terminal.print("done\n");
  else if (code === Msg.SEND_INVALID_DEST) yield* terminal.print("(no longer present)\n");
  else yield* terminal.print(`${strerror(code)}\n`);
}

/** `startup_dosync` with a time limit: a task that hangs does not stop the others. */
function* dosync(port: MachPort): Syscall<number> {
  const r = startupNotify.routines.startup_dosync;
  const reply = yield* mach_reply_port();
  const msg = new MachMsg();
  msg.header(port, MsgType.COPY_SEND, reply, MsgType.MAKE_SEND_ONCE, r.id, []);
  msg.option = MsgOption.SEND | MsgOption.RCV | MsgOption.SEND_TIMEOUT | MsgOption.RCV_TIMEOUT;
  msg.rcvName = reply;
  msg.timeout = reply === MACH_PORT_NULL ? 0 : DOSYNC_TIMEOUT;
  msg.take = true;
  const code = yield msg;
  return code === Msg.SUCCESS ? readReply(r, msg).err : code;
}
