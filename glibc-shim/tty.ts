/** Terminals: modes, the foreground group, the controlling terminal. A port that is no terminal is ENOTTY. */
import type { MachPort } from "../mach/ipc/names.ts";
import { Mig } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_PORT_CTTYID } from "../servers/interfaces/hurd-types.ts";
import { decodeModes, encodeModes, TCSADRAIN, TCSANOW } from "../servers/interfaces/termios.ts";
import { openCtty } from "./ctty.ts";
import { descriptor } from "./dtable.ts";
import { orThrow, UnixError } from "./errno.ts";
import type { Fd, Termios, Winsize } from "./libc.ts";
import type { Process } from "./process.ts";
import { deallocate } from "./rights.ts";
import { output } from "./rw.ts";
import { termCall, tioctlCall } from "./stubs.ts";

/** A terminal call on a descriptor. */
function* onTty<A extends { readonly err: number }>(p: Process, call: string, fd: number, body: (port: MachPort) => Syscall<A>): Syscall<Extract<A, { readonly err: 0 }>> {
  const answer = yield* descriptor(p, fd, call).port.use(body);
  if (answer.err === Mig.BAD_ID || answer.err === Errno.EOPNOTSUPP) throw new UnixError(call, Errno.ENOTTY);
  return orThrow(call, answer);
}

/** By asking for the terminal's id port, which only terminals have. */
export function* isatty(p: Process, fd: Fd): Syscall<boolean> {
  const got = yield* descriptor(p, fd, "isatty").port.use((port) => termCall.term_getctty(port, {}));
  if (got.err) return false;
  yield* deallocate(got.ctty);
  return true;
}

export function* ttyname(p: Process, fd: Fd): Syscall<string> {
  return (yield* onTty(p, "ttyname", fd, (port) => termCall.term_get_nodename(port, {}))).name;
}

export function* tcgetattr(p: Process, fd: Fd): Syscall<Termios> {
  return decodeModes(yield* onTty(p, "tcgetattr", fd, (port) => tioctlCall.tioctl_tiocgeta(port, {})));
}

/** In the background this is SIGTTOU, whatever TOSTOP says. */
export function* tcsetattr(p: Process, fd: Fd, when: number, termios: Termios): Syscall<void> {
  const modes = encodeModes(termios);
  const set = yield* output(p, descriptor(p, fd, "tcsetattr"), (port) => {
    if (when === TCSANOW) return tioctlCall.tioctl_tiocseta(port, modes);
    return when === TCSADRAIN ? tioctlCall.tioctl_tiocsetaw(port, modes) : tioctlCall.tioctl_tiocsetaf(port, modes);
  });
  if (set.err === Mig.BAD_ID || set.err === Errno.EOPNOTSUPP) throw new UnixError("tcsetattr", Errno.ENOTTY);
  orThrow("tcsetattr", set);
}

export function* tcgetpgrp(p: Process, fd: Fd): Syscall<number> {
  return (yield* onTty(p, "tcgetpgrp", fd, (port) => tioctlCall.tioctl_tiocgpgrp(port, {}))).pgrp;
}
export function* tcsetpgrp(p: Process, fd: Fd, pgrp: number): Syscall<void> {
  yield* onTty(p, "tcsetpgrp", fd, (port) => tioctlCall.tioctl_tiocspgrp(port, { pgrp }));
}
export function* tiocgwinsz(p: Process, fd: Fd): Syscall<Winsize> {
  const { sizes } = yield* onTty(p, "ioctl", fd, (port) => tioctlCall.tioctl_tiocgwinsz(port, {}));
  return { row: sizes[0] ?? 0, col: sizes[1] ?? 0 };
}

/** Makes the terminal ours: its id port becomes CTTYID, and every descriptor on it gets its ctty port. */
export function* tiocsctty(p: Process, fd: Fd): Syscall<void> {
  const { ctty } = yield* onTty(p, "ioctl", fd, (port) => termCall.term_getctty(port, {}));
  yield* p.cell(INIT_PORT_CTTYID).set(ctty);
  for (const d of p.dtable) if (d !== undefined) yield* d.ctty.set(yield* d.port.use((port) => openCtty(p, port)));
}
