/** nullauth PROGRAM [ARGUMENT …]: runs a program without any user or group id (auth-proc.md part 5). */
import { attempt } from "../../../glibc-shim/errno.ts";
import { MsgType } from "../../../mach/ipc/names.ts";
import { authCall } from "../../../servers/interfaces/auth.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { UsageError } from "../lib/options.ts";
import { EX_USAGE, tool } from "../lib/tool.ts";

export const main = tool({ letters: "+", usage: "PROGRAM [ARGUMENT]...", misuse: EX_USAGE }, function* (t) {
  const [program] = t.operands;
  if (program === undefined) throw new UsageError("");
  const made = yield* authCall.auth_makeauth(t.libc.ports.auth, { other_handles: { names: [], disposition: MsgType.COPY_SEND }, euids: [], auids: [], egids: [], agids: [] });
  if (made.err !== 0) return yield* t.complain(`cannot make an auth port: ${strerror(made.err)}`, 3);
  yield* t.libc.setauth(made.newhandle);
  const failed = yield* attempt(t.libc.execvp(program, t.operands));
  yield* t.complain(`${program}: ${strerror(failed.err)}`, failed.err === Errno.ENOENT ? 127 : 126);
});
