/** tee [-a] [-i] [FILE …]: standard input to standard output and to files. */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDIN, type Fd } from "../../../glibc-shim/libc.ts";
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from "../../../servers/interfaces/hurd-types.ts";
import { SIGINT } from "../../../servers/interfaces/signals.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { BLOCK } from "../lib/input.ts";
import { tool } from "../lib/tool.ts";

export const main = tool({ letters: "ai", long: { append: "a", "ignore-interrupts": "i" }, usage: "[-ai] [FILE]..." }, function* (t) {
  if (t.has("i")) yield* t.libc.sigaction(SIGINT, { handler: "SIG_IGN" });
  let outputs: { readonly path: string; readonly fd: Fd }[] = [];
  for (const path of t.operands) {
    const fd = yield* t.try(path, t.libc.open(path, O_WRONLY | O_CREAT | (t.has("a") ? O_APPEND : O_TRUNC), 0o666));
    if (fd !== undefined) outputs.push({ path, fd });
  }
  for (let data = yield* t.libc.read(STDIN, BLOCK); data.length > 0; data = yield* t.libc.read(STDIN, BLOCK)) {
    yield* t.out.bytes(data);
    yield* t.out.flush();
    for (const o of [...outputs]) {
      const done = yield* attempt(t.libc.writeAll(o.fd, data));
      if (done.err === 0) continue;
      yield* t.complain(`${o.path}: ${strerror(done.err)}`);
      outputs = outputs.filter((x) => x !== o);
    }
  }
});
