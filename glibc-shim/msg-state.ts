/** The state of the process that its owner may read and set by message: init ports and ints, descriptors, environment (auth-proc.md §4.3). */
import { copySend, copySends, MACH_PORT_NULL, type MachPort, moveSend } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import type { Handlers } from "../mach/mig/subsystem.ts";
import { decodeEnvz, encodeEnvz } from "../servers/interfaces/argz.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { INIT_INT_MAX, INIT_PORT_AUTH, INIT_SIGIGN, INIT_SIGMASK, INIT_SIGPENDING, INIT_TRACEMASK, INIT_UMASK, O_CLOEXEC } from "../servers/interfaces/hurd-types.ts";
import type { msg } from "../servers/interfaces/msg.ts";
import { NSIG, sigismember, sigmask } from "../servers/interfaces/signals.ts";
import { portToFd } from "./dtable.ts";
import { forOwner } from "./msg-owner.ts";
import type { Process } from "./process.ts";
import { DEFAULT_ACTION } from "./process.ts";
import { addSendRef, deallocate } from "./rights.ts";
import { setauth } from "./setauth.ts";
import { utf8 } from "./text.ts";

const ok = { err: 0 } as const;

function initInt(p: Process, which: number): number | undefined {
  switch (which) {
    case INIT_UMASK:
      return p.umask;
    case INIT_SIGMASK:
      return p.sigstates[0]?.blocked ?? 0;
    case INIT_SIGPENDING:
      return (p.pending | (p.sigstates[0]?.pending ?? 0)) >>> 0;
    case INIT_SIGIGN:
      return ignoredSignals(p);
    case INIT_TRACEMASK:
      return p.traceMask;
    default:
      return undefined;
  }
}

/** The set of signals that are ignored by choice. */
export function ignoredSignals(p: Process): number {
  let set = 0;
  for (let signo = 1; signo < NSIG; signo++) if (p.actions[signo]?.handler === "SIG_IGN") set = (set | sigmask(signo)) >>> 0;
  return set;
}

function setInitInt(p: Process, which: number, value: number): boolean {
  switch (which) {
    case INIT_UMASK:
      p.umask = value & 0o777;
      return true;
    case INIT_SIGMASK:
      if (p.sigstates[0] !== undefined) p.sigstates[0].blocked = value >>> 0;
      return true;
    case INIT_SIGPENDING:
      p.pending = value >>> 0;
      return true;
    case INIT_SIGIGN:
      setIgnored(p, value);
      return true;
    case INIT_TRACEMASK:
      p.traceMask = value >>> 0;
      return true;
    default:
      return false;
  }
}

/** Makes exactly the signals of `set` ignored, of those that are not caught. */
export function setIgnored(p: Process, set: number): void {
  for (let signo = 1; signo < NSIG; signo++) {
    if (sigismember(set, signo)) p.actions[signo] = { handler: "SIG_IGN" };
    else if (p.actions[signo]?.handler === "SIG_IGN") p.actions[signo] = DEFAULT_ACTION;
  }
}

/** Installs an init port. An identity brings every port of the process with it; a proc port registers us again. Takes the reference. */
export function* setInitPort(p: Process, which: number, port: MachPort): Syscall<void> {
  if (which === INIT_PORT_AUTH) {
    yield* setauth(p, port);
    yield* deallocate(port);
  } else yield* p.cell(which).set(port);
}

/** A descriptor's port for sending, which the message copies. */
const dtablePorts = (p: Process): MachPort[] => Array.from(p.dtable, (d) => d?.port.port ?? MACH_PORT_NULL);

/** One init port, or all. */
const initPorts: Partial<Handlers<typeof msg.routines, Process>> = {
  *msg_get_init_port(p, { refport, which }) {
    return yield* forOwner(p, refport, function* () {
      if (which < 0 || which >= p.ports.length) return { err: Errno.EINVAL };
      yield* addSendRef(p.port(which));
      return { err: 0, port: moveSend(p.port(which)) };
    });
  },
  *msg_set_init_port(p, { refport, which, port }) {
    return yield* forOwner(p, refport, function* () {
      if (which < 0 || which >= p.ports.length) return { err: Errno.EINVAL };
      yield* setInitPort(p, which, port);
      return ok;
    });
  },
  *msg_get_init_ports(p, { refport }) {
    return yield* forOwner(p, refport, function* () {
      return { err: 0, ports: copySends(p.ports.map((c) => c.port)) };
    });
  },
  *msg_set_init_ports(p, { refport, ports }) {
    return yield* forOwner(p, refport, function* () {
      for (const [which, port] of ports.entries()) yield* setInitPort(p, which, port);
      return ok;
    });
  },
};

/** One init int, or all. */
const initInts: Partial<Handlers<typeof msg.routines, Process>> = {
  *msg_get_init_int(p, { refport, which }) {
    return yield* forOwner(p, refport, function* () {
      const value = initInt(p, which);
      return value === undefined ? { err: Errno.EINVAL } : { err: 0, value };
    });
  },
  *msg_set_init_int(p, { refport, which, value }) {
    return yield* forOwner(p, refport, function* () {
      return setInitInt(p, which, value) ? ok : { err: Errno.EINVAL };
    });
  },
  *msg_get_init_ints(p, { refport }) {
    return yield* forOwner(p, refport, function* () {
      return { err: 0, values: Array.from({ length: INIT_INT_MAX }, (__, i) => initInt(p, i) ?? 0) };
    });
  },
  *msg_set_init_ints(p, { refport, values }) {
    return yield* forOwner(p, refport, function* () {
      for (const [which, value] of values.entries()) setInitInt(p, which, value);
      return ok;
    });
  },
};

/** Descriptors. The whole table cannot be set: `msg_set_dtable` stays without a handler (EOPNOTSUPP). */
const descriptors: Partial<Handlers<typeof msg.routines, Process>> = {
  *msg_get_dtable(p, { refport }) {
    return yield* forOwner(p, refport, function* () {
      return { err: 0, dtable: copySends(dtablePorts(p)) };
    });
  },
  *msg_get_fd(p, { refport, fd }) {
    return yield* forOwner(p, refport, function* () {
      const d = p.dtable[fd];
      return d === undefined ? { err: Errno.EBADF } : { err: 0, port: copySend(d.port.port) };
    });
  },
  *msg_set_fd(p, { refport, fd, port }) {
    return yield* forOwner(p, refport, function* () {
      const d = p.dtable[fd];
      if (d === undefined) return { err: Errno.EBADF };
      yield* portToFd(p, d, port, d.cloexec ? O_CLOEXEC : 0);
      return ok;
    });
  },
};

/** The environment; anybody may read it. */
const environment: Partial<Handlers<typeof msg.routines, Process>> = {
  *msg_get_environment(p) {
    return { err: 0, value: encodeEnvz(p.environ) };
  },
  *msg_set_environment(p, { refport, value }) {
    return yield* forOwner(p, refport, function* () {
      p.environ.clear();
      for (const [name, text] of decodeEnvz(value)) p.environ.set(name, text);
      return ok;
    });
  },
  *msg_get_env_variable(p, { variable }) {
    const value = p.environ.get(variable);
    return value === undefined ? { err: Errno.ENOENT } : { err: 0, value: utf8(value) };
  },
  *msg_set_env_variable(p, { refport, variable, value, replace }) {
    return yield* forOwner(p, refport, function* () {
      if (replace || !p.environ.has(variable)) p.environ.set(variable, value);
      return ok;
    });
  },
};

export const stateHandlers: Partial<Handlers<typeof msg.routines, Process>> = { ...initPorts, ...initInts, ...descriptors, ...environment };
