/**
 * A small world around one program: a task that plays exec's start-up data, proc, auth, a root directory and a terminal-less stdout, each as far as the library needs it.
 * Programs run in tasks of their own, as they would, and speak to it in messages only.
 */
import type { MachMsg } from "../../mach/ipc/message.ts";
import { copySend, MACH_PORT_NULL, makeSend, makeSends, type MachPort } from "../../mach/ipc/names.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { mach } from "../../mach/interfaces/mach.ts";
import { machPort } from "../../mach/interfaces/mach-port.ts";
import { Mig } from "../../mach/kern/kern-return.ts";
import { code, type Syscall } from "../../mach/kern/syscall.ts";
import { RandomStream } from "../../mach/kern/random.ts";
import { RandomStrategy } from "../../mach/kern/scheduler.ts";
import type { KernelEvent } from "../../mach/kern/events.ts";
import { firstOf, machMsgServer, replyTo, serve, type Demuxer } from "../../mach/mig/server.ts";
import { program } from "../../glibc-shim/crt0.ts";
import type { Main } from "../../glibc-shim/libc.ts";
import { taskSelf as selfPort } from "../../glibc-shim/rights.ts";
import { setEntry } from "../../glibc-shim/thread.ts";
import { encodeArgz } from "../../servers/interfaces/argz.ts";
import { auth } from "../../servers/interfaces/auth.ts";
import { catalogue } from "../../servers/interfaces/catalogue.ts";
import { Errno } from "../../servers/interfaces/errno.ts";
import { execStartup } from "../../servers/interfaces/exec-startup.ts";
import { fs } from "../../servers/interfaces/fs.ts";
import { interrupt } from "../../servers/interfaces/interrupt.ts";
import { io } from "../../servers/interfaces/io.ts";
import { encodeStat } from "../../servers/interfaces/stat.ts";
import { bootMachine } from "../mach/kern/boot-machine.ts";
import { WorldProc } from "./world-proc.ts";

/** What a `dir_lookup` answers: a retry with a port of the world's, or an error. */
export type LookupAnswer =
  | { readonly err: number }
  | { readonly retry: number; readonly name: string; readonly port: "root" | "file" | "hang" | "null" };

export interface WorldOptions {
  readonly argv?: readonly string[];
  readonly env?: readonly string[];
  /** By the file name as it was sent. */
  readonly lookups?: Readonly<Record<string, LookupAnswer>>;
  readonly ids?: { readonly euids: readonly number[]; readonly auids: readonly number[] };
  readonly ints?: readonly number[];
  /** Who runs next is drawn from this seed; without one the machine's own order holds. */
  readonly seed?: number;
}

export interface Outcome {
  /** What programs wrote to descriptor 1 and 2. */
  readonly out: string;
  readonly err: string;
  /** Status words by pid: the marked one, 9 when the task ended without. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Names of all requests that tasks other than the world's sent, in order; lookups with their file names. */
  readonly calls: readonly string[];
  readonly state: "idle" | "halted" | "steps";
}

type Kind = "boot" | "auth" | "root" | "file" | "hang" | "out" | "err" | "rendezvous";
const text = new TextDecoder();
const idsOf = ({ ids }: WorldOptions) => ({ euids: ids?.euids ?? [0], auids: ids?.auids ?? [0, 0], egids: [0], agids: [0, 0] });
const names = new Map<number, string>();
for (const sub of [mach, machPort, ...catalogue]) for (const [name, r] of Object.entries(sub.routines)) names.set(r.id, name);

/** Runs `main` in the world to the end of all that can happen. */
export function runInWorld(main: Main, options: WorldOptions = {}): Outcome {
  const chunks = { out: [] as Uint8Array[], err: [] as Uint8Array[] };
  const calls: string[] = [];
  const proc = new WorldProc();
  const machine = bootMachine(function* ({ self }) {
    yield* serveWorld(self, main, options, proc, chunks);
  }, options.seed === undefined ? {} : { scheduler: new RandomStrategy(new RandomStream(options.seed)) });
  machine.tap.listen((event) => note(event, calls));
  const state = machine.run();
  const joined = (parts: Uint8Array[]) => parts.map((b) => text.decode(b)).join("");
  return { out: joined(chunks.out), err: joined(chunks.err), statuses: proc.statuses, calls, state };
}

const WORLD_TASK = 1;
function note(event: KernelEvent, calls: string[]): void {
  if (event.kind !== "message-sent" || event.task <= WORLD_TASK) return;
  const name = names.get(event.id);
  if (name === undefined) return;
  const file = name === "dir_lookup" ? `(${String(event.items[0]?.data)})` : "";
  calls.push(name + file);
}

function* serveWorld(self: MachPort, main: Main, options: WorldOptions, proc: WorldProc, chunks: { out: Uint8Array[]; err: Uint8Array[] }): Syscall<void> {
  const set = yield* machPortCall.mach_port_allocate(self, { right: 3 });
  if (set.err) return;
  const ports = new Map<MachPort, Kind>();
  const newPort = function* (): Syscall<MachPort> {
    const made = yield* machPortCall.mach_port_allocate(self, { right: 1 });
    if (made.err) return MACH_PORT_NULL;
    yield* machPortCall.mach_port_move_member(self, { member: made.name, after: set.name });
    return made.name;
  };
  const kinds: Kind[] = ["boot", "auth", "root", "file", "hang", "out", "err"];
  const by = new Map<Kind, MachPort>();
  for (const kind of kinds) {
    const port = yield* newPort();
    ports.set(port, kind);
    by.set(kind, port);
  }
  const port = (kind: Kind): MachPort => by.get(kind) ?? MACH_PORT_NULL;
  // programs get a copy of the world's text, so theirs stands there first
  const pc = yield* code(program(main));
  const task = yield* machCall.task_create(self, { inherit_memory: true });
  if (task.err) return;
  const own = yield* proc.adopt(task.child_task, 0, newPort);
  yield* machPortCall.mach_port_insert_right(self, { name: port("boot"), poly: makeSend(port("boot")) });
  yield* machCall.task_set_special_port(task.child_task, { which_port: 4, special_port: port("boot") });
  const thread = yield* machCall.thread_create(task.child_task, {});
  if (thread.err) return;
  yield* setEntry(thread.child_thread, pc);
  yield* machCall.thread_resume(thread.child_thread, {});
  yield* machMsgServer(set.name, worldDemuxer({ options, proc, chunks, ports, port, own, newPort }));
}

interface World {
  readonly options: WorldOptions;
  readonly proc: WorldProc;
  readonly chunks: { out: Uint8Array[]; err: Uint8Array[] };
  readonly ports: Map<MachPort, Kind>;
  readonly port: (kind: Kind) => MachPort;
  /** The first program's process port. */
  readonly own: MachPort;
  readonly newPort: () => Syscall<MachPort>;
}

function worldDemuxer(w: World): Demuxer {
  const kindOf = (request: MachMsg): Kind | undefined => w.ports.get(request.localPort);
  return firstOf(startupDemuxer(w, kindOf), authDemuxer(w, kindOf), w.proc.demuxer(w.newPort), fsDemuxer(w, kindOf), ioDemuxer(w, kindOf));
}

type KindOf = (request: MachMsg) => Kind | undefined;

const startupDemuxer = (w: World, kindOf: KindOf): Demuxer =>
  serve(execStartup, kindOf, {
    *exec_startup_get_info() {
      yield* nothing();
      const { argv = ["prog"], env = ["PATH=/bin"], ints = [0o22, 0, 0, 0, 0] } = w.options;
      const root = w.port("root");
      return {
        ...{ err: 0, user_entry: 0, phdr_data: 0, phdr_size: 0, stack_base: 0, stack_size: 0, flags: 0 },
        argv: encodeArgz(argv),
        envp: encodeArgz(env),
        dtable: makeSends([w.port("out"), w.port("out"), w.port("err")]),
        portarray: makeSends([root, root, w.port("auth"), w.own, MACH_PORT_NULL, MACH_PORT_NULL].filter((p) => p !== MACH_PORT_NULL)),
        intarray: ints,
      };
    },
  });

const authDemuxer = (w: World, kindOf: KindOf): Demuxer =>
  serve(auth, kindOf, {
    *auth_getids() {
      yield* nothing();
      return { err: 0, ...idsOf(w.options) };
    },
    *auth_makeauth() {
      yield* nothing();
      return { err: 0, newhandle: w.port("auth") };
    },
    *auth_user_authenticate(_, { rendezvous }) {
      yield* machPortCall.mach_port_deallocate(yield* selfPort(), { name: rendezvous });
      return { err: 0, newport: makeSend(w.port("root")) };
    },
  });

const fsDemuxer = (w: World, kindOf: KindOf): Demuxer =>
  serve(fs, kindOf, {
    *dir_lookup(_, { file_name }) {
      yield* nothing();
      const answer = w.options.lookups?.[file_name] ?? { err: Errno.ENOENT };
      if ("err" in answer) return { err: answer.err as typeof Errno.ENOENT };
      const result = answer.port === "null" ? copySend(MACH_PORT_NULL) : makeSend(w.port(answer.port));
      return { err: 0, do_retry: answer.retry, retry_name: answer.name, result };
    },
    *file_exec_paths(_, { fdarray, portarray, exec_task, deallocnames, destroynames }) {
      yield* nothing();
      w.proc.execs.push({ fds: fdarray.length, ports: portarray.length, task: exec_task, deallocnames, destroynames });
      return { err: Errno.ENOEXEC };
    },
  });

/** Reads on the port "hang" wait until somebody interrupts them. */
function ioDemuxer(w: World, kindOf: KindOf): Demuxer {
  const late = replyTo(io);
  let hanging: { to: MachPort; type: number } | undefined;
  const files = serve(io, kindOf, {
    *io_write(kind, { data }) {
      yield* nothing();
      (kind === "err" ? w.chunks.err : w.chunks.out).push(data);
      return { err: 0, amount: data.length };
    },
    *io_read(kind, _, request) {
      yield* nothing();
      if (kind !== "hang") return { err: 0, data: new Uint8Array(0) };
      hanging = { to: request.remotePort, type: request.remoteType };
      request.remotePort = MACH_PORT_NULL;
      return { err: Mig.NO_REPLY };
    },
    *io_stat() {
      yield* nothing();
      const at = { sec: 0, nsec: 0 };
      const zero = { fstype: 0, fsid: 0, gen: 0, rdev: 0, nlink: 1, uid: 0, gid: 0, size: 7, blksize: 4096, blocks: 1, author: 0, flags: 0 };
      return { err: 0, stat_info: encodeStat({ ...zero, ino: 42, mode: 0o100644, atim: at, mtim: at, ctim: at }) };
    },
  });
  const interruption = serve(interrupt, kindOf, {
    *interrupt_operation() {
      if (hanging !== undefined) yield* late.io_read(hanging.to, { err: Errno.EINTR }, hanging.type);
      hanging = undefined;
      return { err: 0 };
    },
  });
  return firstOf(files, interruption);
}

export function* nothing(): Syscall<void> {
  // handlers are generators; many have nothing to wait for
}
