/**
 * File name lookup: what the library does with a name and with each server's answer (fs-io.md §3.1, §3.3, §3.4).
 *
 * Servers know only their own files. The way from one to the next, the root directory, the terminal, descriptors and the own pid are known
 * here alone; that is what the retry types and magical strings are for.
 */
import { MACH_PORT_NULL, type MachPort } from "../mach/ipc/names.ts";
import { type Failure, Mig } from "../mach/kern/kern-return.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { decodeArgz } from "../servers/interfaces/argz.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { FS_RETRY_MAGICAL, FS_RETRY_NORMAL, FS_RETRY_REAUTH, HURD_SYMLINK, INIT_PORT_AUTH, INIT_PORT_CRDIR, INIT_PORT_CTTYID, INIT_PORT_CWDIR, O_DIRECTORY, O_NOFOLLOW, O_NOTRANS } from "../servers/interfaces/hurd-types.ts";
import { decodeStat, S_IATRANS, S_IPTRANS, S_ISDIR, S_ISLNK } from "../servers/interfaces/stat.ts";
import type { PortCell } from "./cell.ts";
import type { Process } from "./process.ts";
import { reauthenticated } from "./reauth.ts";
import { addSendRef, deallocate } from "./rights.ts";
import { fsCall, ioCall, termCall } from "./stubs.ts";

/** What lookups start from and use: the process's own, or those that a process about to be spawned will have. */
export interface Names {
  readonly pid: number;
  readonly umask: number;
  cell(which: number): PortCell;
  /** The io port of a descriptor; undefined when it is not open. */
  fdCell(fd: number): PortCell | undefined;
}

/** The process's own names. */
export const ownNames = (p: Process): Names => ({
  get pid() {
    return p.pid;
  },
  get umask() {
    return p.umask;
  },
  cell: (which) => p.cell(which),
  fdCell: (fd) => p.dtable[fd]?.port,
});

/** Answers that lead on before a lookup is given up. */
const MAX_RETRIES = 32;

type Found = { readonly err: 0; readonly port: MachPort } | { readonly err: Failure };

/** `file_name_lookup`: a new send right, or why not. `dir` undefined: the current directory. A name that starts with "/" starts at the root. */
export function* lookup(n: Names, path: string, flags: number, mode: number, dir?: PortCell): Syscall<Found> {
  if (path === "") return { err: Errno.ENOENT };
  const start = path.startsWith("/") ? n.cell(INIT_PORT_CRDIR) : (dir ?? n.cell(INIT_PORT_CWDIR));
  const name = withDirectorySlash(path.replace(/^\/+/, ""), flags);
  return yield* start.use((port) => new Walk(n, wireFlags(flags), mode & ~n.umask).from(port, name));
}

/** O_NOFOLLOW means the untranslated node. */
const wireFlags = (flags: number): number => (flags & O_NOFOLLOW ? flags | O_NOTRANS : flags);

/** O_DIRECTORY is asked for by a slash, unless the last link is not to be followed. */
const withDirectorySlash = (name: string, flags: number): string =>
  flags & O_DIRECTORY && !(flags & O_NOFOLLOW) && !name.endsWith("/") ? `${name}/` : name;

/** "/x" as "x"; a lone slash stays. */
const stripped = (name: string): string => (/^\/+[^/]/.test(name) ? name.replace(/^\/+/, "") : name);

interface Answer {
  readonly do_retry: number;
  readonly retry_name: string;
  readonly result: MachPort;
}

/** One lookup on its way. Owns the ports that servers have answered, and gives back those that it leaves behind. */
class Walk {
  private readonly n: Names;
  private readonly flags: number;
  private readonly mode: number;
  private retries = 0;
  /** The last directory that a server was asked in; owned unless it is where we started. */
  private last: MachPort = MACH_PORT_NULL;
  private owned = false;

  constructor(n: Names, flags: number, mode: number) {
    this.n = n;
    this.flags = flags;
    this.mode = mode;
  }

  *from(start: MachPort, name: string): Syscall<Found> {
    this.last = start;
    const first = yield* this.ask(name);
    const found = first.err ? first : yield* this.follow(first);
    yield* this.leave(MACH_PORT_NULL);
    return found;
  }

  /** Makes `port`, a reference of ours, the directory where we are. */
  private *leave(port: MachPort): Syscall<void> {
    const { last, owned } = this;
    this.last = port;
    this.owned = true;
    if (owned) yield* deallocate(last);
  }

  private *ask(name: string): Syscall<({ readonly err: 0 } & Answer) | { readonly err: Failure }> {
    const { flags, mode } = this;
    const r = yield* fsCall.dir_lookup(this.last, { file_name: name, flags, mode });
    return r.err === Errno.EOPNOTSUPP || r.err === Mig.BAD_ID ? { err: Errno.ENOTDIR } : r;
  }

  /** Does what one answer after the other says, to the end. */
  private *follow(first: Answer): Syscall<Found> {
    let answer = first;
    for (;;) {
      const step = yield* this.step(answer);
      if (step.err !== 0 || "port" in step) return step;
      const next = yield* this.ask(step.name);
      if (next.err) return next;
      answer = next;
    }
  }

  /** Where one answer leads: an end, or a name to look up in `last`. */
  private *step({ do_retry, retry_name, result }: Answer): Syscall<Found | { readonly err: 0; readonly name: string }> {
    switch (do_retry) {
      case FS_RETRY_REAUTH: {
        const port = yield* this.n.cell(INIT_PORT_AUTH).use((auth) => reauthenticated(result, auth));
        if (port === MACH_PORT_NULL) return { err: Errno.EOPNOTSUPP };
        yield* this.leave(port);
        return this.counted(retry_name);
      }
      case FS_RETRY_NORMAL:
        if (retry_name === "") return yield* this.final(result);
        yield* this.leave(result);
        return this.counted(retry_name);
      case FS_RETRY_MAGICAL:
        return yield* this.magical(retry_name, result);
      default:
        yield* deallocate(result);
        return { err: Errno.EGRATUITOUS };
    }
  }

  private counted(name: string): { readonly err: 0; readonly name: string } | { readonly err: Failure } {
    return this.retries++ >= MAX_RETRIES ? { err: Errno.ELOOP } : { err: 0, name: stripped(name) };
  }

  /** The node itself. With O_NOFOLLOW it must be no link, nor a translator that could lead elsewhere. */
  private *final(port: MachPort): Syscall<Found> {
    const err = this.retries++ >= MAX_RETRIES ? Errno.ELOOP : this.flags & O_NOFOLLOW ? yield* mayNotFollow(port, this.flags) : 0;
    if (err === 0) return { err: 0, port };
    yield* deallocate(port);
    return { err };
  }

  private *magical(name: string, result: MachPort): Syscall<Found | { readonly err: 0; readonly name: string }> {
    yield* deallocate(result);
    if (name.startsWith("/")) return yield* this.fromRoot(name);
    if (name === "tty" || name.startsWith("tty/")) return yield* this.terminal(name.slice(3));
    if (name.startsWith("fd/")) return yield* this.ofDescriptor(name.slice(3));
    if (name.startsWith("machtype")) return { err: 0, name: `${CPU_TYPE}/${CPU_SUBTYPE}${name.slice("machtype".length)}` };
    if (name === "pid" || name.startsWith("pid/")) return { err: 0, name: `${this.n.pid}${name.slice(3)}` };
    return { err: Errno.EGRATUITOUS };
  }

  private *fromRoot(name: string): Syscall<{ readonly err: 0; readonly name: string } | { readonly err: Failure }> {
    const root = this.n.cell(INIT_PORT_CRDIR).port;
    yield* addSendRef(root);
    yield* this.leave(root);
    return this.counted(name);
  }

  /** `/dev/tty`: the controlling terminal opened anew under our ids. Names below it do not work in the original either. */
  private *terminal(rest: string): Syscall<Found> {
    if (rest !== "") return { err: Errno.ENOTDIR };
    const cttyid = this.n.cell(INIT_PORT_CTTYID);
    if (cttyid.port === MACH_PORT_NULL) return { err: Errno.ENXIO };
    const opened = yield* cttyid.use((port) => termCall.termctty_open_terminal(port, { flags: this.flags }));
    if (opened.err) return opened;
    const port = yield* this.n.cell(INIT_PORT_AUTH).use((auth) => reauthenticated(opened.terminal, auth));
    return port === MACH_PORT_NULL ? { err: Errno.EOPNOTSUPP } : { err: 0, port };
  }

  /** `fd/N`: the descriptor's own port, whatever flags were asked for; `fd/N/rest` goes on below it. */
  private *ofDescriptor(text: string): Syscall<Found | { readonly err: 0; readonly name: string }> {
    const [, digits = "", rest = ""] = /^(\d*)(.*)$/s.exec(text) ?? [];
    if (rest !== "" && !rest.startsWith("/")) return { err: Errno.ENOENT };
    const cell = this.n.fdCell(Number(digits));
    if (cell === undefined || cell.port === MACH_PORT_NULL) return { err: Errno.EBADF };
    const { port } = cell;
    yield* addSendRef(port);
    if (rest === "") return { err: 0, port };
    yield* this.leave(port);
    return { err: 0, name: stripped(rest) };
  }
}

/** `machtype`'s numbers: an i686, as `mach/machine.h` counts. */
const CPU_TYPE = 19;
const CPU_SUBTYPE = 1;

/** Why O_NOFOLLOW cannot have this node: it is a link, it is no directory though one was asked for, or its translator may lead anywhere. 0 when it can. */
function* mayNotFollow(port: MachPort, flags: number): Syscall<Failure | 0> {
  const st = yield* ioCall.io_stat(port, {});
  if (st.err) return st.err;
  const { mode, uid } = decodeStat(st.stat_info);
  if (S_ISLNK(mode)) return Errno.ELOOP;
  if (flags & O_DIRECTORY && !S_ISDIR(mode)) return Errno.ENOTDIR;
  if ((mode & (S_IPTRANS | S_IATRANS)) === 0) return 0;
  if (uid !== 0) return Errno.ELOOP;
  if ((mode & S_IPTRANS) === 0) return 0;
  const passive = yield* fsCall.file_get_translator(port, {});
  return !passive.err && decodeArgz(passive.translator)[0] === HURD_SYMLINK ? Errno.ELOOP : 0;
}

/** The directory that a name is in, as a new send right, and its last component ("" for the root; slashes at the end stay with it). */
export function* lookupSplit(n: Names, path: string, dir?: PortCell): Syscall<{ readonly err: 0; readonly port: MachPort; readonly name: string } | { readonly err: Failure }> {
  if (path === "") return { err: Errno.ENOENT };
  const [, directory = "", name = ""] = /^(.*?)\/*([^/]*\/*)$/s.exec(path) ?? [];
  if (directory === "") {
    const { port } = path.startsWith("/") ? n.cell(INIT_PORT_CRDIR) : (dir ?? n.cell(INIT_PORT_CWDIR));
    yield* addSendRef(port);
    return { err: 0, port, name };
  }
  const found = yield* lookup(n, directory, 0, 0, dir);
  return found.err ? found : { err: 0, port: found.port, name };
}
