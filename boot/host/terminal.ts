/**
 * This terminal as the machine's console: raw keys in, bytes out, window size, and the pace. Virtual time runs with the wall clock here: an idle
 * machine waits for its next timer as long as a real one would.
 */
import type { Session } from "../session.ts";
import type { Output } from "./output.ts";

/** Steps between two looks at the keyboard. */
const SLICE = 50_000;

/** Runs until the system halts. Answers the exit status. */
export async function runTerminal(session: Session, output: Output): Promise<number> {
  const { machine } = session;
  const { stdin, stdout } = process;
  let wake: () => void = () => undefined;
  const resize = (): void => {
    machine.console.resize(stdout.rows, stdout.columns);
    wake();
  };
  const key = (bytes: Buffer): void => {
    session.type(bytes);
    wake();
  };
  stdin.setRawMode(true);
  stdin.on("data", key);
  stdout.on("resize", resize);
  resize();
  try {
    for (;;) {
      const before = Date.now();
      const state = machine.run({ steps: SLICE, jump: false });
      if (!(await output.flush())) return 1;
      if (state === "halted") return session.reason === undefined ? 0 : 1;
      await (state === "steps" ? new Promise<void>((resolve) => setImmediate(resolve)) : pause(machine.nextTimer, machine.now, (w) => (wake = w)));
      machine.advance(Math.min(machine.now + (Date.now() - before) * 1000, machine.nextTimer ?? Infinity));
    }
  } finally {
    stdin.setRawMode(false);
    stdin.off("data", key);
    stdin.pause();
    stdout.off("resize", resize);
    if (session.reason !== undefined) process.stderr.write(`boot: ${session.reason}\r\n`);
  }
}

/** Waits for the next timer of the machine, or for `wake`. Times in virtual microseconds. */
function pause(next: number | undefined, now: number, setWake: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = next === undefined ? undefined : setTimeout(resolve, Math.max(0, Math.ceil((next - now) / 1000)));
    setWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
