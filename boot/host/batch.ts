/**
 * A session without a terminal: host input goes to the console a line at a time, when the machine is idle. Virtual time jumps, so nothing waits.
 */
import type { Session } from "../session.ts";
import type { Output } from "./output.ts";

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

/** Traps between two looks at stdout. */
const SLICE = 10_000;

/** Runs to the end of the commands, or until the system halts. Answers the exit status. */
export async function runBatch(session: Session, output: Output): Promise<number> {
  const lines = stdinLines();
  for (;;) {
    const state = session.run(SLICE);
    if (!(await output.flush())) return failed("stdout was closed");
    if (state === "more") continue;
    if (state === "done") return session.status ?? 1;
    if (state === "halted") return session.reason === undefined ? 0 : failed(session.reason);
    const next = await lines.next();
    if (!next.done) session.type(next.value);
    else if (!session.typeEnd()) return failed(session.stuck);
  }
}

function failed(why: string): number {
  process.stderr.write(`boot: ${why}\n`);
  return 1;
}
