/**
 * /hurd/fifo: a named pipe (fs-io.md §7). Opening waits for the other side; one reader at a time unless told otherwise.
 *
 * -m  many readers · -n  nobody waits for anybody · -d  writes stay apart (seqpacket)
 */
import type { Failure } from "../../mach/kern/kern-return.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { STDERR, type Main } from "../../glibc-shim/libc.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_NONBLOCK, O_READ, O_WRITE, SELECT_READ, SELECT_WRITE } from "../interfaces/hurd-types.ts";
import { S_IFIFO, S_IFMT } from "../interfaces/stat.ts";
import { Pipe, readiness, SEQPACKET, STREAM } from "../lib/pipe/pipe.ts";
import { Condition } from "../lib/sync.ts";
import { unchangeable } from "../lib/trivfs/io.ts";
import { Trivfs, whileUnused, type TrivfsDescription } from "../lib/trivfs/trivfs.ts";

interface Settings {
  readonly oneReader: boolean;
  readonly waits: boolean;
  readonly keepsBounds: boolean;
}

/** What each open keeps: the pipe that there was then, and its part in it. Without access it has none. */
interface Open {
  readonly pipe: Pipe | undefined;
  readonly reads: boolean;
  readonly writes: boolean;
}

class Fifo {
  private readonly settings: Settings;
  /** The pipe that new writers join; there is one while somebody reads. */
  private active: Pipe | undefined = undefined;
  private readonly changed = new Condition();
  constructor(settings: Settings) {
    this.settings = settings;
  }

  *open(flags: number): Syscall<Result<Open>> {
    const reads = (flags & O_READ) !== 0;
    const writes = (flags & O_WRITE) !== 0;
    const noblock = (flags & O_NONBLOCK) !== 0;
    if (!reads && !writes) return { err: 0, value: { pipe: undefined, reads, writes } };
    const joined = reads ? yield* this.join(noblock) : yield* this.awaitReader(noblock);
    if (joined.err) return joined;
    const pipe = joined.value;
    if (writes) {
      if (pipe.readers > 0) pipe.broken = false;
      yield* pipe.addWriter();
      yield* this.changed.broadcast();
    } else {
      const err = yield* this.awaitWriter(pipe, noblock);
      if (err) {
        yield* this.leave({ pipe, reads, writes });
        return { err };
      }
    }
    return { err: 0, value: { pipe, reads, writes } };
  }

  /** Becomes a reader, after the one before has gone. */
  private *join(noblock: boolean): Syscall<Result<Pipe>> {
    while (this.settings.oneReader && this.active !== undefined && this.active.readers > 0) {
      if (noblock) return { err: Errno.EAGAIN };
      if ((yield* this.changed.wait()) === "cancelled") return { err: Errno.EINTR };
    }
    const pipe = this.pipe();
    yield* pipe.addReader();
    yield* this.changed.broadcast();
    return { err: 0, value: pipe };
  }

  private *awaitReader(noblock: boolean): Syscall<Result<Pipe>> {
    while (this.settings.waits && this.active === undefined) {
      if (noblock) return { err: Errno.ENXIO };
      if ((yield* this.changed.wait()) === "cancelled") return { err: Errno.EINTR };
    }
    return { err: 0, value: this.pipe() };
  }

  private *awaitWriter(pipe: Pipe, noblock: boolean): Syscall<0 | Failure> {
    while (this.settings.waits && !noblock && pipe.writers === 0 && !pipe.readable) {
      if ((yield* this.changed.wait()) === "cancelled") return Errno.EINTR;
    }
    return 0;
  }

  private pipe(): Pipe {
    this.active ??= new Pipe(this.settings.keepsBounds ? SEQPACKET : STREAM);
    return this.active;
  }

  /** An open is over. When nobody reads any more, the next reader gets a new pipe. */
  *leave({ pipe, reads, writes }: Open): Syscall<void> {
    if (pipe === undefined) return;
    if (writes) yield* pipe.removeWriter();
    if (!reads) return;
    yield* pipe.removeReader();
    if (pipe.readers === 0 && this.active === pipe) this.active = undefined;
    yield* this.changed.broadcast();
  }
}

/** Sixteen pages. */
const BLOCK_SIZE = 0x10000;

/** Waits; milliseconds, undefined for ever. What this open cannot do is ready at once: the call will say so (trans/fifo.c). */
function* select({ pipe, reads, writes }: Open, wanted: number, timeout: number | undefined): Syscall<{ readonly err: 0; readonly select_type: number } | { readonly err: Failure }> {
  const refused = (reads ? 0 : wanted & SELECT_READ) | (writes ? 0 : wanted & SELECT_WRITE);
  for (;;) {
    const { err, types } = readiness(wanted, reads ? pipe : undefined, writes ? pipe : undefined);
    if (err) return { err };
    if ((types | refused) !== 0 || pipe === undefined) return { err: 0, select_type: types | refused };
    const how = yield* pipe.changed.wait(undefined, timeout);
    if (how === "cancelled") return { err: Errno.EINTR };
    if (how === "timed out") return { err: 0, select_type: 0 };
  }
}

const describe = (fifo: Fifo, options: readonly string[]): TrivfsDescription<Open> => ({
  allowOpen: O_READ | O_WRITE,
  options: () => options,
  open: ({ flags }) => fifo.open(flags),
  close: ({ hook }) => fifo.leave(hook),
  goaway: whileUnused,
  modifyStat: (st, { po }) => {
    const size = po.hook.pipe?.size ?? 0;
    return { ...st, mode: (st.mode & ~S_IFMT) | S_IFIFO, size, blocks: size >> 9, blksize: BLOCK_SIZE };
  },
  io: {
    ...unchangeable,
    *io_read({ po }, { amount }) {
      if (!(po.openmodes & O_READ) || po.hook.pipe === undefined) return { err: Errno.EBADF };
      const got = yield* po.hook.pipe.recv((po.openmodes & O_NONBLOCK) !== 0, amount);
      return got.err ? got : { err: 0, data: got.data };
    },
    *io_write({ po }, { data }) {
      if (!(po.openmodes & O_WRITE) || po.hook.pipe === undefined) return { err: Errno.EBADF };
      return yield* po.hook.pipe.send((po.openmodes & O_NONBLOCK) !== 0, { data, control: new Uint8Array(0), ports: [], source: undefined });
    },
    *io_seek() {
      return { err: Errno.ESPIPE };
    },
    *io_readable({ po }) {
      if (!(po.openmodes & O_READ)) return { err: Errno.EBADF };
      return { err: 0, amount: po.hook.pipe?.size ?? 0 };
    },
    io_select: ({ po }, { select_type }) => select(po.hook, select_type, undefined),
    io_select_timeout: ({ po }, { timeout, select_type }) =>
      select(po.hook, select_type, (timeout[0] ?? 0) * 1000 + Math.ceil((timeout[1] ?? 0) / 1e6)),
  },
  fs: {
    *file_set_size(_self, { new_size }) {
      return new_size === 0 ? { err: 0 } : { err: Errno.EINVAL };
    },
  },
});

export const main: Main = function* (libc, argv) {
  const words = argv.slice(1);
  const has = (...names: readonly string[]): boolean => words.some((word) => names.includes(word));
  const known = ["-m", "--multiple-readers", "-n", "--noblock", "-d", "--dgram"];
  if (!words.every((word) => known.includes(word))) {
    yield* libc.writeAll(STDERR, `Usage: ${argv[0] ?? "fifo"} [-m] [-n] [-d]\n`);
    return 64;
  }
  const fifo = new Fifo({ oneReader: !has("-m", "--multiple-readers"), waits: !has("-n", "--noblock"), keepsBounds: has("-d", "--dgram") });
  const trivfs = yield* Trivfs.create(libc, argv, describe(fifo, words));
  return yield* trivfs.run();
};
