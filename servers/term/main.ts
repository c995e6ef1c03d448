/**
 * /hurd/term NODE device NAME: a terminal on the kernel's device NAME (fs-io.md §8). NODE is its name, for `ttyname` and the like; where it sits is
 * whoever starts it to say, as with every translator.
 */
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { STDERR, type Libc, type Main, type Program } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../glibc-shim/stubs.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { Errno } from "../interfaces/errno.ts";
import { _PC_CHOWN_RESTRICTED, _PC_MAX_CANON, _PC_MAX_INPUT, _PC_VDISABLE, FSTYPE_TERM, HONORED_STATE_MODES, O_READ, O_WRITE, UTIME_NOW, UTIME_OMIT } from "../interfaces/hurd-types.ts";
import { isRoot } from "../lib/iouser.ts";
import { PortClass, type PortInfo } from "../lib/ports.ts";
import { Trivfs, type TrivfsDescription, type TrivPeropen } from "../lib/trivfs/trivfs.ts";
import { MachDevice } from "./machdev.ts";
import { termIo } from "./serve-io.ts";
import { baseOf, serveTerm, type TermFs, type TermHook, type TermProtid, type TermSettings } from "./serve-term.ts";
import { serveTioctl } from "./serve-tioctl.ts";
import { Terminal } from "./terminal.ts";
import type { TermUser } from "./user.ts";

/** Bytes that a line, and all input, may have before more is refused. */
const QUEUE_HIWAT = 8100;
/** _POSIX_VDISABLE: no character. */
const VDISABLE = 0xff;
const limits: ReadonlyMap<number, number> = new Map([[_PC_MAX_CANON, QUEUE_HIWAT], [_PC_MAX_INPUT, QUEUE_HIWAT], [_PC_CHOWN_RESTRICTED, 1], [_PC_VDISABLE, VDISABLE]]);

/** What `io_stat` says of a terminal's blocks. */
const BLOCK_SIZE = 512;

export const main: Main = function* (libc, argv): Program {
  const [, nodename, type, device] = argv;
  if (nodename === undefined || type !== "device" || device === undefined) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "term"} NODE device NAME\n`);
    return 1;
  }
  return yield* new TermServer(libc, device).run(argv, nodename);
};

class TermServer {
  private readonly libc: Libc;
  private readonly terminal: Terminal;
  private readonly identities = new PortClass<undefined>("ctty");
  private ctty: PortInfo<undefined> | undefined;
  private trivfs: TermFs | undefined;

  constructor(libc: Libc, device: string) {
    this.libc = libc;
    this.terminal = new Terminal(new MachDevice(libc, device), (owner, signo) => this.post(owner, signo));
  }

  *run(argv: readonly string[], nodename: string): Syscall<number> {
    const settings = { nodename };
    const trivfs = yield* Trivfs.create<TermHook>(this.libc, argv, this.description(argv, settings));
    const ctty = yield* trivfs.bucket.create(this.identities, undefined);
    trivfs.bucket.hold(ctty);
    this.trivfs = trivfs;
    this.ctty = ctty;
    return yield* trivfs.run();
  }

  /** Sends a signal with the terminal's identity as the permission. In a thread of its own: a receiver that is between two programs takes its time. */
  private *post(owner: number, signo: number): Syscall<void> {
    const { libc, ctty, trivfs } = this;
    if (ctty === undefined || trivfs === undefined) return;
    yield* libc.thread(function* () {
      const refport = yield* trivfs.bucket.getSendRight(ctty);
      yield* libc.hurd_sig_post(owner, signo, refport);
      yield* deallocate(refport);
    });
  }

  private user({ po }: TermProtid): TermUser {
    return { terminal: this.terminal, openmodes: baseOf(po).openmodes, job: po.hook.job };
  }

  private description(argv: readonly string[], settings: { nodename: string }): TrivfsDescription<TermHook> {
    const { terminal } = this;
    const io = termIo((self: TermProtid) => this.user(self));
    const { io_read: read } = io;
    return {
      allowOpen: O_READ | O_WRITE,
      open: ({ user }) => opened(terminal, isRoot(user)),
      close: (po) => closed(terminal, po),
      modifyStat: (st) => ({ ...st, ino: 0, blksize: BLOCK_SIZE }),
      fstype: FSTYPE_TERM,
      goaway: neverGoes,
      options: () => argv.slice(1),
      io: { ...io, ...openmodes, io_pathconf: termPathconf, io_read: (self, args, request) => noted(self, read?.(self, args, request)) },
      fs: { file_set_size: noSize },
      demuxers: (trivfs) => this.demuxers(trivfs, settings),
    };
  }

  private demuxers(trivfs: TermFs, settings: { nodename: string }) {
    const lookup = (request: MachMsg): TermUser | undefined => {
      const self = trivfs.protidOf(request.localPort);
      return self === undefined ? undefined : this.user(self);
    };
    const { ctty } = this;
    const all: TermSettings | undefined = ctty === undefined ? undefined : Object.assign(settings, { ctty });
    return [serveTioctl(lookup), ...(all === undefined ? [] : [serveTerm(trivfs, all)])];
  }
}

function* opened(terminal: Terminal, privileged: boolean): Syscall<Result<TermHook>> {
  const err = yield* terminal.open(privileged);
  return err ? { err } : { err: 0, value: { job: undefined, base: undefined } };
}

/** A terminal has no size: `> /dev/console` truncates nothing, and succeeds. */
function* noSize({ po }: TermProtid, { new_size }: { readonly new_size: number }): Syscall<{ readonly err: 0 } | { readonly err: Failure }> {
  if (new_size < 0) return { err: Errno.EINVAL };
  return baseOf(po).openmodes & O_WRITE ? { err: 0 } : { err: Errno.EBADF };
}

/** What is read sets the access time of the node underneath: who has not typed for long is idle. */
function* noted<A extends { readonly err: number }>({ po }: TermProtid, reading: Syscall<A> | undefined): Syscall<A | { readonly err: typeof Errno.EOPNOTSUPP }> {
  if (reading === undefined) return { err: Errno.EOPNOTSUPP };
  const got = yield* reading;
  if (!got.err) yield* fsCall.file_utimens(po.control.underlying, { new_atime: [0, UTIME_NOW], new_mtime: [0, UTIME_OMIT] });
  return got;
}

function* termPathconf({ realnode }: TermProtid, { name }: { readonly name: number }) {
  const value = limits.get(name);
  return value === undefined ? yield* ioCall.io_pathconf(realnode, { name }) : { err: 0 as const, value };
}

/** Not even by force (term/users.c). */
function* neverGoes(): Syscall<Failure> {
  return Errno.EBUSY;
}

/** A view that goes takes its reference on the open with it. */
function* closed(terminal: Terminal, po: TrivPeropen<TermHook>): Syscall<void> {
  const { base } = po.hook;
  if (base === undefined) terminal.close();
  else if (--base.refs === 0) terminal.close();
}

/** Flags are those of the open, whichever view they are asked on. */
const openmodes = {
  *io_get_openmodes({ po }: TermProtid) {
    return { err: 0 as const, bits: baseOf(po).openmodes };
  },
  *io_set_all_openmodes({ po }: TermProtid, { newbits }: { readonly newbits: number }) {
    const base = baseOf(po);
    base.openmodes = (base.openmodes & ~HONORED_STATE_MODES) | (newbits & HONORED_STATE_MODES);
    return { err: 0 as const };
  },
  *io_set_some_openmodes({ po }: TermProtid, { bits_to_set }: { readonly bits_to_set: number }) {
    baseOf(po).openmodes |= bits_to_set & HONORED_STATE_MODES;
    return { err: 0 as const };
  },
  *io_clear_some_openmodes({ po }: TermProtid, { bits_to_clear }: { readonly bits_to_clear: number }) {
    baseOf(po).openmodes &= ~(bits_to_clear & HONORED_STATE_MODES);
    return { err: 0 as const };
  },
};
