/**
 * settrans: sets the passive and the active translator of a node (rpctrace.md §6). Exit: 1 the node cannot be opened, 4 the translator does not start,
 * 5 it cannot be set, 6 … 9 --chroot, 64 misuse.
 */
import { STDIN, type Main } from "../../../glibc-shim/libc.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsCall, fsysCall } from "../../../glibc-shim/stubs.ts";
import { copySend, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { decodeArgz, encodeArgz } from "../../../servers/interfaces/argz.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import {
  FS_TRANS_EXCL, FS_TRANS_ORPHAN, FS_TRANS_SET, FSYS_GOAWAY_FORCE, FSYS_GOAWAY_NOSYNC, FSYS_GOAWAY_RECURSE, O_CREAT, O_NOTRANS, O_READ,
} from "../../../servers/interfaces/hurd-types.ts";
import { UsageError } from "../lib/options.ts";
import { runChrooted, startActive, StartError } from "../lib/start-active.ts";
import { tool, type Tool } from "../lib/tool.ts";

const OPEN_FAILED = 1;
const START_FAILED = 4;
const SET_FAILED = 5;
const CREATE_MODE = 0o666;
/** Seconds that a translator has for its first word. */
const DEFAULT_TIMEOUT = "60";

/** What the options come to. */
interface Plan {
  readonly node: string;
  argv: readonly string[];
  readonly active: boolean;
  readonly passiveFlags: number;
  readonly activeFlags: number;
  readonly goawayFlags: number;
  readonly lookupFlags: number;
}

function plan(t: Tool): Plan {
  const [node, ...argv] = t.operands;
  if (node === undefined) throw new UsageError("No node given");
  const stack = t.has("K");
  const active = t.has("aKs") || t.has("W");
  const passive = t.has("p") || !active;
  const exclusive = t.has("x") ? FS_TRANS_EXCL : 0;
  const bit = (option: string, flag: number): number => (t.has(option) ? flag : 0);
  let activeFlags = active ? FS_TRANS_SET | exclusive | (t.has("o") || stack ? FS_TRANS_ORPHAN : 0) : 0;
  if (passive && !active && !t.has("k")) activeFlags = t.has("g") ? FS_TRANS_SET : FS_TRANS_SET | FS_TRANS_EXCL;
  return {
    node,
    argv,
    active,
    passiveFlags: passive ? FS_TRANS_SET | exclusive : 0,
    activeFlags,
    goawayFlags: bit("R", FSYS_GOAWAY_RECURSE) | bit("f", FSYS_GOAWAY_FORCE) | bit("S", FSYS_GOAWAY_NOSYNC),
    lookupFlags: bit("c", O_CREAT) | (t.has("L") ? 0 : O_NOTRANS),
  };
}

const timeout = (t: Tool): number => {
  const given = t.value("t") ?? DEFAULT_TIMEOUT;
  if (!/^\d*\.?\d+$|^\d+\.$/.test(given)) throw new UsageError(`invalid timeout: '${given}'`);
  return Math.round(Number(given) * 1000);
};

/** Looks the node up once. */
class Target {
  port: MachPort = MACH_PORT_NULL;
  private readonly t: Tool;
  private readonly p: Plan;
  constructor(t: Tool, p: Plan) {
    this.t = t;
    this.p = p;
  }
  /** The node, borrowed. Throws UnixError. */
  *open(): Syscall<MachPort> {
    if (this.port === MACH_PORT_NULL) this.port = yield* this.t.libc.file_name_lookup(this.p.node, this.p.lookupFlags, CREATE_MODE);
    return this.port;
  }
  /** What the translator will sit on: the node, the node's present translator, or what -U says; a new reference. Throws UnixError. */
  *underlying(openflags: number): Syscall<MachPort> {
    const { libc } = this.t;
    if (this.t.has("K")) return yield* libc.file_name_lookup(this.p.node, O_READ, CREATE_MODE);
    const other = this.t.value("U");
    return yield* libc.file_name_lookup(other ?? this.p.node, openflags | this.p.lookupFlags, CREATE_MODE);
  }
}

/** Starts the active translator; its control port, or the exit status after a complaint. */
function* start(t: Tool, p: Plan, target: Target): Syscall<MachPort | "failed"> {
  const own = !t.has("K") && t.value("U") === undefined;
  const paused = function* (pid: number): Syscall<void> {
    const file = t.value("F");
    if (file !== undefined) {
      const fd = yield* t.libc.open(file, 0x10000 | 0x10 | 2, CREATE_MODE);
      yield* t.libc.writeAll(fd, `${pid}\n`);
      yield* t.libc.close(fd);
    }
    if (!t.has("P")) return;
    yield* t.out.line(`Translator pid: ${pid}`);
    yield* t.out.line("Pausing...");
    yield* t.out.flush();
    yield* t.libc.read(STDIN, 1);
  };
  try {
    return yield* startActive(t.libc, p.argv, timeout(t), t.has("PF") ? paused : undefined, p.node, function* (flags) {
      const port = yield* target.underlying(flags);
      if (own && !t.has("W")) target.port = port;
      return { port, keep: own && !t.has("W") };
    });
  } catch (e) {
    if (!(e instanceof StartError)) throw e;
    yield* t.complain(`${e.what}: ${strerror(e.errno)}`, START_FAILED);
    return "failed";
  }
}

function* setTranslator(t: Tool, p: Plan, target: Target, control: MachPort): Syscall<number> {
  const node = yield* t.try(p.node, target.open(), OPEN_FAILED);
  if (node === undefined) return OPEN_FAILED;
  const { err } = yield* fsCall.file_set_translator(node, {
    passive_flags: p.passiveFlags, active_flags: p.activeFlags, oldtrans_flags: p.goawayFlags, passive: encodeArgz(p.argv), active: copySend(control),
  });
  if (!err) return 0;
  if (control !== MACH_PORT_NULL) yield* fsysCall.fsys_goaway(control, { flags: FSYS_GOAWAY_FORCE });
  yield* t.complain(`${p.node}: ${strerror(err)}`, SET_FAILED);
  return SET_FAILED;
}

/** The words of the passive record, for --start. */
function* recorded(t: Tool, p: Plan): Syscall<readonly string[] | undefined> {
  const node = yield* t.try(p.node, t.libc.file_name_lookup(p.node, O_NOTRANS, 0), OPEN_FAILED);
  if (node === undefined) return undefined;
  const got = yield* fsCall.file_get_translator(node, {});
  yield* deallocate(node);
  if (!got.err) return decodeArgz(got.translator);
  yield* t.complain(`${p.node}: ${strerror(got.err)}`, OPEN_FAILED);
  return undefined;
}

function* settrans(t: Tool): Syscall<number> {
  const p = plan(t);
  if (t.has("s")) {
    const argv = yield* recorded(t, p);
    if (argv === undefined) return OPEN_FAILED;
    p.argv = argv;
  }
  const target = new Target(t, p);
  const control = p.active && p.argv.length > 0 ? yield* start(t, p, target) : MACH_PORT_NULL;
  if (control === "failed") return START_FAILED;
  if (t.has("W")) return yield* runChrooted(t.libc, control, t.options.values("W"), t.value("D"), (what, err) => t.complain(`${what}: ${strerror(err)}`));
  return yield* setTranslator(t, p, target, control);
}

/** `-C COMMAND ARG... --` is an option with many words: each becomes the value of one `-W`. */
function chrootWords(args: readonly string[]): readonly string[] {
  const from = args.findIndex((word) => word === "-C" || word === "--chroot");
  if (from < 0) return args;
  const to = args.indexOf("--", from);
  if (to <= from + 1) throw new UsageError("--chroot command must be terminated with `--'");
  return [...args.slice(0, from), ...args.slice(from + 1, to).flatMap((word) => ["-W", word]), ...args.slice(to + 1)];
}

export const main: Main = tool(
  {
    letters: "+aspcLF:Pt:xoU:KW:D:gkRfS",
    long: {
      active: "a", start: "s", passive: "p", create: "c", dereference: "L", "pid-file": "F", pause: "P", timeout: "t", exclusive: "x", orphan: "o",
      underlying: "U", stack: "K", "chroot-chdir": "D", goaway: "g", "keep-active": "k", recursive: "R", force: "f", nosync: "S",
    },
    usage: "[OPTION...] NODE [TRANSLATOR ARG...]",
    misuse: 64,
    prepare: chrootWords,
  },
  settrans,
);
