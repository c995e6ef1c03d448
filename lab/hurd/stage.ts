/**
 * A booted system with the laboratory in it: pid 1 is the experiment's own program, and the programs that it starts are files in the image. What they do goes through the system's
 * servers; what the laboratory sees and directs (who has come how far) goes past it, through this object.
 */
import { rootTree } from "../../boot/image.ts";
import { instructionName } from "../../boot/instructions.ts";
import { startTerminal } from "../../boot/root/lib/start-terminal.ts";
import { buildSystem } from "../../boot/system.ts";
import type { Libc, Main } from "../../glibc-shim/libc.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { Strategy } from "../../mach/kern/scheduler.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Flaw } from "../../servers/interfaces/holes.ts";
import { encodeRamdisk } from "../../servers/tmpfs/ramdisk.ts";
import { Meter } from "./cost.ts";
import { Eye } from "./eye.ts";
import { Transcript } from "./transcript.ts";

/** What startup runs as pid 1. */
const PID_1 = "/libexec/console-run";
/** Traps after which a run that does not end by itself is given up. */
const STEPS = 2_000_000;
/** Microseconds between two looks of somebody who waits for a cue. */
const PATIENCE = 500;

export interface StageOptions {
  readonly seed?: number;
  /** Schedules the launch, from `begin` to `end`; before and after, the machine goes its usual way. */
  readonly strategy?: Strategy;
  readonly holes?: readonly Flaw[];
  readonly programs?: readonly (readonly [path: string, main: Main])[];
  /** Every message from the launch on is written down in words: slow. */
  readonly transcribed?: boolean;
}

export class Stage {
  readonly machine: Machine;
  readonly eye: Eye;
  readonly meter: Meter;
  readonly transcript: Transcript;
  /** Virtual time at which the launch began. */
  beganAt = Infinity;
  private readonly cues = new Set<string>();
  private readonly strategy: Strategy | undefined;
  private readonly transcribed: boolean;

  /** `play` is pid 1's program: root, all core servers up, a terminal on /dev/console. */
  constructor(play: (libc: Libc) => Syscall<void>, options: StageOptions = {}) {
    const { seed = 0, holes = [], programs = [], strategy, transcribed = false } = options;
    this.transcribed = transcribed;
    this.strategy = strategy;
    const tree = rootTree({ programs: programs.map(([path]) => [path, instructionName(path)] as const) });
    const first: Main = function* (libc) {
      yield* startTerminal(libc, "/dev/console", "console");
      yield* play(libc);
      for (;;) yield* libc.pause();
    };
    this.machine = buildSystem({ seed, holes, disk: encodeRamdisk(tree), programs: [...programs, [PID_1, first]] });
    this.eye = new Eye(this.machine);
    this.meter = new Meter(this.machine);
    this.transcript = new Transcript(this.machine, this.eye);
  }

  /** Runs until nothing moves, or up to `steps` traps in all. */
  run(steps = STEPS): "idle" | "halted" | "steps" {
    return this.machine.run({ steps: steps - this.machine.steps });
  }

  /** The launch begins: from here on it is counted, written down, and scheduled by the strategy. */
  begin(): void {
    this.cue("begin");
    this.beganAt = this.machine.now;
    this.eye.markLaunch();
    this.meter.begin();
    if (this.transcribed) this.transcript.begin();
    if (this.strategy !== undefined) this.machine.schedule(this.strategy);
  }

  /** The launch is over. */
  end(): void {
    if (this.strategy !== undefined) this.machine.schedule(undefined);
    this.meter.end();
    this.cue("end");
  }

  /** Something has come to pass. */
  cue(word: string): void {
    this.cues.add(word);
  }

  has(word: string): boolean {
    return this.cues.has(word);
  }

  /** Waits for it. */
  *until(libc: Libc, word: string): Syscall<void> {
    while (!this.cues.has(word)) yield* libc.usleep(PATIENCE);
  }
}
