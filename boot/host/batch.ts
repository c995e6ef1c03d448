/**
 * A session without a terminal: host input goes to the console a line at a time, when the machine is idle. Virtual time jumps, so nothing waits.
 */
import type { Session } from "../session.ts";

/** The lines of stdin, each read only when asked for; ends at end of file. */
async function* stdinLines(): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}

/** Lets stdout take what was written, so that a closed one is noticed. */
const flushed = (): Promise<void> => new Promise((resolve) => void process.stdout.write("", () => resolve()));

/** Runs to the end of the commands, or until the system halts. Answers the exit status. */
export async function runBatch(session: Session, commands: boolean): Promise<number> {
  const closed = new Promise<"closed">((resolve) => process.stdout.once("error", () => resolve("closed")));
  const lines = stdinLines();
  for (;;) {
    const state = session.run();
    if ((await Promise.race([closed, flushed()])) === "closed") {
      process.stderr.write("boot: stdout was closed\n");
      return 1;
    }
    if (state === "done") return session.status ?? 1;
    if (state === "halted") return halted(session, commands);
    const next = await Promise.race([closed, lines.next()]);
    if (next === "closed") continue;
    if (!next.done) session.type(next.value);
    else if (!session.typeEnd()) {
      process.stderr.write("boot: the system waits for something that cannot come\n");
      return 1;
    }
  }
}

function halted(session: Session, commands: boolean): number {
  const { reason } = session;
  if (reason !== undefined) process.stderr.write(`boot: ${reason}\n`);
  return commands || reason !== undefined ? 1 : 0;
}
