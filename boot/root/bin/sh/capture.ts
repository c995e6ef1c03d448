/** Command substitution: the output of commands run in a subshell. */
import { STDOUT } from "../../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../../mach/kern/syscall.ts";
import { readRest } from "../../lib/input.ts";
import { decode } from "../../lib/output.ts";
import type { List } from "./ast.ts";
import { waitForPid } from "./jobs.ts";
import type { Shell } from "./shell.ts";
import { forkShell, newPipe } from "./subshell.ts";

/** What `body` prints, without newlines at the end; $? is its status. */
export function* capture(shell: Shell, body: List): Syscall<string> {
  if (body.length === 0) return "";
  const { libc } = shell;
  const [reading, writing] = yield* newPipe(shell);
  const pid = yield* forkShell(shell, function* (child) {
    yield* child.libc.close(reading);
    if (writing !== STDOUT) {
      yield* child.libc.dup2(writing, STDOUT);
      yield* child.libc.close(writing);
    }
    child.last = body.length === 1 && body[0]?.command.kind === "simple" && !body[0].background;
    yield* child.interpreter.runList(child, body);
  });
  yield* libc.close(writing);
  const output = yield* readRest(libc, reading);
  yield* libc.close(reading);
  shell.status = yield* waitForPid(shell, pid);
  shell.substituted = true;
  return decode(output).replaceAll("\0", "").replace(/\n+$/, "");
}
