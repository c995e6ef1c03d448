/** ioctls on terminals (the tioctl interface). What changes the terminal is for the foreground only, tcsetpgrp excepted (recorded term-pty). */
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import type { Handlers } from "../../mach/mig/subsystem.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_READ, O_WRITE } from "../interfaces/hurd-types.ts";
import { tioctl } from "../interfaces/tioctl.ts";
import { decodeModes, encodeModes } from "./modes.ts";
import type { TermUser } from "./user.ts";

type TioctlHandlers = Partial<Handlers<typeof tioctl.routines, TermUser>>;
type Done = { readonly err: 0 } | { readonly err: Failure };

const result = (err: 0 | Failure): Done => (err ? { err } : { err: 0 });
/** What ioctl wants of the open: some access. EBADF. */
const opened = ({ openmodes }: TermUser): 0 | Failure => (openmodes & (O_READ | O_WRITE) ? 0 : Errno.EBADF);

function* change(user: TermUser, body: () => void): Syscall<Done> {
  return result(opened(user) || (yield* user.terminal.change(user.job, body)));
}

type SetArgs = { readonly modes: readonly number[]; readonly ccs: Uint8Array; readonly speeds: readonly number[] };
const setModes = (when: "now" | "drain" | "flush") =>
  function* (user: TermUser, { modes, ccs, speeds }: SetArgs): Syscall<Done> {
    return result(opened(user) || (yield* user.terminal.setModes(user.job, decodeModes(modes, ccs, speeds), when)));
  };

const modes: TioctlHandlers = {
  *tioctl_tiocgeta({ terminal }) {
    return { err: 0, ...encodeModes(terminal.discipline.modes) };
  },
  tioctl_tiocseta: setModes("now"),
  tioctl_tiocsetaw: setModes("drain"),
  tioctl_tiocsetaf: setModes("flush"),
  *tioctl_tiocgetd() {
    return { err: 0, discipline: 0 };
  },
  *tioctl_tiocsetd(_user, { discipline }) {
    return result(discipline === 0 ? 0 : Errno.ENXIO);
  },
  *tioctl_tiocexcl(user) {
    return yield* change(user, () => void (user.terminal.exclusive = true));
  },
  *tioctl_tiocnxcl(user) {
    return yield* change(user, () => void (user.terminal.exclusive = false));
  },
};

const queues: TioctlHandlers = {
  *tioctl_tiocflush(user, { queue_selector }) {
    return yield* change(user, () => user.terminal.discipline.flush(queue_selector));
  },
  *tioctl_tiocdrain(user) {
    const { terminal } = user;
    yield* terminal.lock.lock();
    const err = opened(user) || terminal.mayChange(user.job) || (yield* terminal.drain());
    yield* terminal.lock.unlock();
    return result(err);
  },
  *tioctl_tiocoutq({ terminal }) {
    return { err: 0, queue_size: terminal.discipline.output.size };
  },
  *tioctl_tiocstart(user) {
    return yield* change(user, () => void (user.terminal.discipline.output.suspended = false));
  },
  *tioctl_tiocstop(user) {
    return yield* change(user, () => void (user.terminal.discipline.output.suspended = true));
  },
  *tioctl_tiocsti(user, { datum }) {
    const err = opened(user) || user.terminal.mayChange(user.job);
    if (err) return { err };
    yield* user.terminal.typed(datum);
    return { err: 0 };
  },
};

const foreground: TioctlHandlers = {
  /** ENOTTY while nobody owns the terminal. */
  *tioctl_tiocgpgrp({ terminal }) {
    return terminal.owner === undefined ? { err: Errno.ENOTTY } : { err: 0, pgrp: -terminal.owner };
  },
  /** Any number goes, from anybody: terminals know nothing of sessions. */
  *tioctl_tiocspgrp(user, { pgrp }) {
    const err = opened(user);
    if (err) return { err };
    yield* user.terminal.setOwner(-pgrp);
    return { err: 0 };
  },
  *tioctl_tiocsig(user, { signal }) {
    const err = opened(user);
    if (err) return { err };
    yield* user.terminal.signal(signal);
    return { err: 0 };
  },
  *tioctl_tiocgwinsz({ terminal }) {
    return { err: 0, sizes: terminal.size };
  },
  *tioctl_tiocswinsz(user, { sizes }) {
    const err = opened(user) || user.terminal.mayChange(user.job);
    if (err) return { err };
    yield* user.terminal.resize(sizes);
    return { err: 0 };
  },
};

/** Modem lines: a console has none, and is always there. */
const modem: TioctlHandlers = {
  *tioctl_tiocmget() {
    return { err: 0, bits: 0 };
  },
  *tioctl_tiocmodg() {
    return { err: 0, state: 0 };
  },
};

/** Serves tioctl; `lookup` finds the port's user. */
export function serveTioctl(lookup: (request: MachMsg) => TermUser | undefined): Demuxer {
  return serve(tioctl, lookup, { ...modes, ...queues, ...foreground, ...modem });
}
