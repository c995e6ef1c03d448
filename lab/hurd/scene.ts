/**
 * A launch on a booted system: pid 1 starts S, S gets its things and starts P by one of the Hurd's ways, P looks around, uses what it came for, waits until nothing else moves,
 * looks again and exits. A peer, another process of the same user, holds the other ends of S's raw rights.
 */
import { attempt, orThrow } from "../../glibc-shim/errno.ts";
import { asFd, type Libc, type Main } from "../../glibc-shim/libc.ts";
import { deallocate } from "../../glibc-shim/rights.ts";
import { encodeImage } from "../../mach/kern/image.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { O_CREAT, O_WRITE } from "../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../servers/interfaces/process.ts";
import { WEXITSTATUS, WIFEXITED, WTERMSIG } from "../../servers/interfaces/wait-status.ts";
import type { FailState, Launch, Launched } from "../model/launch.ts";
import { Entry } from "./entry.ts";
import { look, selfOf, type Look } from "./graph.ts";
import { BROKEN, PROGRAM, SET_UID_BROKEN, SET_UID_PROGRAM, start, type Way } from "./launcher.ts";
import { manifestArguments, useManifest } from "./program.ts";
import { PLACE, Props } from "./props.ts";
import { Stage, type StageOptions } from "./stage.ts";
import type { Line } from "./transcript.ts";

const LAUNCHER = "/bin/launcher";
const PEER = "/bin/peer";
const GUEST = 1000;
/** Microseconds in which whatever still moves comes to rest: before the launch, so that it alone is counted, and before the last look. */
const REST = 20_000;

/** What an experiment adds to the play. */
export interface SceneOptions extends Omit<StageOptions, "programs"> {
  readonly launch: Launch;
  readonly way: Way;
  /** Whose S and the peer are. Default: guest's for a secure exec, which would else gain nothing; root's for others. */
  readonly user?: "root" | "guest";
  /** Pid 1, as root, before anything else: files that the play needs. */
  before?(libc: Libc): Syscall<void>;
  /** S, before the launch, when all its things are there. `peer` is the peer's task port. */
  prepare?(libc: Libc, scene: Scene, peer: MachPort): Syscall<void>;
  /** The peer's doings; it is over when P is. */
  peer?(libc: Libc, scene: Scene): Syscall<void>;
  /** P, between its first look and its work. */
  program?(libc: Libc, scene: Scene): Syscall<void>;
  /** In place of the usual way to start P. Answers the code; 0 when P is another task and runs. */
  start?(libc: Libc, scene: Scene, args: readonly string[]): Syscall<number>;
}

/** What became of P for who waits for it. */
export type Ended = { readonly status: number } | { readonly signal: number } | undefined;

export class Scene {
  readonly options: SceneOptions;
  readonly stage: Stage;
  props: Props | undefined;
  /** Who could steer P before its first instruction. */
  readonly entry: Entry;
  /** At P's main, and at quiescence. */
  first: Look | undefined;
  rest: Look | undefined;
  /** The code that the initiator got; undefined: none. */
  error: number | undefined;
  ended: Ended;
  /** S was told that P runs, as another task. */
  reported = false;
  private readonly guest: boolean;

  constructor(options: SceneOptions) {
    this.options = options;
    const programs = [[LAUNCHER, this.launcher], [PEER, this.peer], [PROGRAM, this.program], [SET_UID_PROGRAM, this.program]] as const;
    this.guest = (options.user ?? (options.way === "secure" ? "guest" : "root")) === "guest";
    this.stage = new Stage((libc) => this.play(libc), { ...options, programs });
    this.entry = new Entry(this.stage.eye);
  }

  /** Runs it to its end. */
  run(): this {
    this.stage.run();
    this.stage.end();
    return this;
  }

  private readonly play = function* (this: Scene, libc: Libc): Syscall<void> {
    yield* libc.waitpid(yield* libc.posix_spawn("/bin/settrans", ["settrans", "-c", "/servers/socket/1", "/hurd/pflocal"]));
    yield* libc.chmod(SET_UID_PROGRAM, 0o4755);
    yield* writeBroken(libc, BROKEN, 0o755);
    yield* writeBroken(libc, SET_UID_BROKEN, 0o4755);
    yield* libc.mkdir(PLACE, 0o777);
    yield* this.options.before?.(libc) ?? nothing();
    const peer = yield* libc.posix_spawn(PEER, [PEER]);
    const launcher = yield* libc.posix_spawn(LAUNCHER, [LAUNCHER, String(peer)]);
    const { status } = yield* libc.waitpid(launcher);
    this.ended = WIFEXITED(status) ? { status: WEXITSTATUS(status) } : { signal: WTERMSIG(status) };
    this.stage.end();
    this.stage.cue("over");
  }.bind(this);

  private readonly launcher: Main = function* (this: Scene, libc: Libc, argv: readonly string[]): Syscall<number> {
    const { options, stage } = this;
    const { launch, way } = options;
    stage.eye.open();
    for (let fd = 0; fd < 10; fd++) yield* attempt(libc.close(asFd(fd)));
    const { task: peer } = orThrow("proc_pid2task", yield* procCall.proc_pid2task(libc.ports.proc, { pid: Number(argv[1]) }));
    this.props = new Props(libc, launch.holds);
    yield* this.props.make(peer);
    if (this.guest) yield* becomeGuest(libc);
    stage.eye.cast("S");
    yield* this.props.introduce(stage);
    yield* options.prepare?.(libc, this, peer) ?? nothing();
    yield* deallocate(peer);
    const args = [...manifestArguments(launch.manifest, launch.holds), ...(launch.argumentBytes === undefined ? [] : ["x".repeat(launch.argumentBytes)])];
    yield* libc.usleep(REST);
    stage.begin();
    this.entry.watch();
    const err = yield* options.start?.(libc, this, args) ?? start(libc, this.props, way, launch, args);
    if (err !== 0) this.error = err;
    if (err !== 0) return 127;
    this.reported = true;
    const { status } = yield* libc.waitpid(-1);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }.bind(this) as Main;

  private readonly program: Main = function* (this: Scene, libc: Libc, argv: readonly string[]): Syscall<number> {
    const { options, stage } = this;
    stage.eye.cast("P");
    this.first = look(stage.eye, options.launch.holds, yield* selfOf(libc));
    stage.end();
    stage.cue("P at main");
    yield* options.program?.(libc, this) ?? nothing();
    const failed = yield* useManifest(libc, argv.slice(1).filter((arg) => arg.includes("=")));
    yield* libc.usleep(REST);
    this.rest = look(stage.eye, options.launch.holds, yield* selfOf(libc));
    stage.cue("P at rest");
    return failed;
  }.bind(this) as Main;

  private readonly peer: Main = function* (this: Scene, libc: Libc): Syscall<number> {
    this.stage.eye.cast("peer");
    if (this.guest) yield* becomeGuest(libc);
    yield* this.options.peer?.(libc, this) ?? nothing();
    yield* this.stage.until(libc, "over");
    return 0;
  }.bind(this) as Main;

  /** The messages in words, when `transcribed`: up to the last one that `decides`. */
  told(decides: (line: Line) => boolean): readonly string[] {
    return this.stage.transcript.upTo(decides);
  }

  /** As every mechanism answers (`Mechanism.launch`). */
  launched(): Launched {
    const ran = this.first !== undefined && this.ended !== undefined && "status" in this.ended;
    return {
      outcome: ran && this.ended !== undefined && "status" in this.ended ? { ran: true, status: this.ended.status } : { ran: false, error: this.error === undefined ? undefined : errnoName(this.error) },
      failState: ran ? "none" : this.failState(),
      atFirst: this.first?.graph,
      atQuiescence: (this.rest ?? look(this.stage.eye, this.options.launch.holds, undefined)).graph,
      cost: this.stage.meter.cost,
    };
  }

  /** Without faults from outside an error reaches S, which goes on as it was. */
  private failState(): FailState {
    return this.error === undefined ? "silent" : "clean";
  }
}

function* nothing(): Syscall<void> {
  // Nothing to do.
}

function* writeBroken(libc: Libc, path: string, mode: number): Syscall<void> {
  const fd = yield* libc.open(path, O_WRITE | O_CREAT, 0o755);
  yield* libc.writeAll(fd, encodeImage("no such instruction"));
  yield* libc.close(fd);
  yield* libc.chmod(path, mode);
}

/** The second user of the system. What is open already stays open, under the new identity. */
export function* becomeGuest(libc: Libc): Syscall<void> {
  yield* libc.setgroups([GUEST]);
  yield* libc.setgid(GUEST);
  yield* libc.setuid(GUEST);
}
