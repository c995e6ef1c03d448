/**
 * Commands in a freshly booted system, in process: `npm run boot -- -c`, the tests and the lab are this.
 *
 * The host sees the system only through its devices. Console output counts from the guest's "begin" on debug-exit to its "exit N"; input is
 * given a line at a time, when the machine is idle and could not go on otherwise.
 */
import { buildSystem, type SystemOptions } from "./system.ts";

/** What to run, as whom, with what typed at the console. */
export interface SessionOptions extends Omit<SystemOptions, "run"> {
  readonly commands: string;
  readonly user?: string;
  /** Typed at the console; its end is typed as ^D. */
  readonly input?: string | Uint8Array;
}

export interface SessionResult {
  /** What the commands printed, decoded as UTF-8. */
  readonly output: string;
  /** The shell's status; 1 when the system went down before it ended. */
  readonly status: number;
  /** Why the machine stopped, when not by the commands' end. */
  readonly reason: string | undefined;
  /** Everything that came out of the console, boot messages included. */
  readonly console: string;
}

/** ^D is typed this often after the input has ended; a system that still waits then is given up. */
const LAST_EOFS = 64;
const EOT = 4;

/** One session, stepped by whoever has the input. */
export class Session {
  readonly machine: ReturnType<typeof buildSystem>;
  private readonly onOutput: (bytes: Uint8Array) => void;
  private showing = false;
  private began = false;
  /** What the console said before the commands began, when that is not shown. */
  private unseen = "";
  private eofs = 0;
  private readonly verbose: boolean;
  private readonly running: boolean;
  /** The status of the commands, once they have ended. */
  status: number | undefined;

  /** `onOutput` gets what the commands print, or with `verbose` all that the console shows. */
  constructor(options: SystemOptions & { readonly verbose?: boolean }, onOutput: (bytes: Uint8Array) => void) {
    this.verbose = options.verbose ?? false;
    this.running = options.run !== undefined;
    this.onOutput = onOutput;
    this.machine = buildSystem(options);
    this.machine.console.onOutput((bytes) => {
      if (this.showing || this.verbose) this.onOutput(bytes);
      else if (!this.began) this.unseen += new TextDecoder().decode(bytes);
    });
    this.machine.debugExit.onWrite((bytes) => this.told(new TextDecoder().decode(bytes)));
  }

  private told(word: string): void {
    if (word === "begin") this.showing = this.began = true;
    const exit = /^exit (\d+)$/.exec(word);
    if (exit) {
      this.showing = false;
      this.status = Number(exit[1]);
    }
  }

  /**
   * Runs until the machine waits for the console ("input"), the commands have ended ("done"), it went down ("halted"), or it has made
   * `steps` traps ("more").
   */
  run(steps = Infinity): "input" | "done" | "halted" | "more" {
    const why = this.machine.run({ steps });
    if (this.status !== undefined) return "done";
    if (why === "halted") return "halted";
    return why === "steps" ? "more" : "input";
  }

  /** Types `bytes` at the console. */
  type(bytes: Uint8Array): void {
    this.machine.console.input(bytes);
  }

  /** Types the end of the input. False when that has been done so often that nothing more can come of it. */
  typeEnd(): boolean {
    if (this.eofs++ >= LAST_EOFS) return false;
    this.machine.console.input(Uint8Array.of(EOT));
    return true;
  }

  /** Why the machine went down, in words; undefined after an orderly halt. */
  get reason(): string | undefined {
    const { haltReason, halted } = this.machine;
    if (haltReason !== undefined || halted === undefined) return haltReason;
    return this.running && this.status === undefined ? this.explained("the system went down before the commands had ended") : undefined;
  }

  /** What to say of a system that waits although there is nothing more to come. */
  get stuck(): string {
    return this.explained("the system waits for something that cannot come");
  }

  /** Before the commands began, the console's last line is the reason, and nobody has seen it. */
  private explained(what: string): string {
    const line = this.began || this.verbose ? undefined : this.unseen.split(/[\r\n]+/).filter((l) => l !== "").at(-1);
    return line === undefined ? what : `${what}: ${line}`;
  }
}

/** Splits input into the lines that are typed one by one. */
export function* typedLines(input: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < input.length; ) {
    const end = input.indexOf(10, from);
    const to = end < 0 ? input.length : end + 1;
    yield input.subarray(from, to);
    from = to;
  }
}

/** Boots, runs `commands` in `user`'s login shell, answers what came of it. Never waits in real time. */
export function runCommands(options: SessionOptions): SessionResult {
  const { commands, user = "root", input = "", ...rest } = options;
  const out: Uint8Array[] = [];
  const all: Uint8Array[] = [];
  const session = new Session({ ...rest, run: { user, commands } }, (bytes) => out.push(bytes));
  session.machine.console.onOutput((bytes) => all.push(bytes));
  const lines = typedLines(typeof input === "string" ? new TextEncoder().encode(input) : input);
  let state = session.run();
  for (; state === "input"; state = session.run()) {
    const next = lines.next();
    if (!next.done) session.type(next.value);
    else if (!session.typeEnd()) break;
  }
  const reason = state === "input" ? session.stuck : session.reason;
  return { output: text(out), status: session.status ?? 1, reason, console: text(all) };
}

function text(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return chunks.map((c) => decoder.decode(c, { stream: true })).join("") + decoder.decode();
}
