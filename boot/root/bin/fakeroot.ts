/** fakeroot [COMMAND [ARG …]]: runs COMMAND, or a shell, where it appears to be root and to own all files (utils/fakeroot.sh). */
import { attempt } from "../../../glibc-shim/errno.ts";
import { Errno, strerror } from "../../../servers/interfaces/errno.ts";
import { tool } from "../lib/tool.ts";

const SETTRANS = "/bin/settrans";

export const main = tool({ letters: "+", usage: "[OPTION...] [COMMAND...]" }, function* (t) {
  const { libc, operands } = t;
  const command = operands.length > 0 ? operands : [libc.environ.get("SHELL") ?? "/bin/sh"];
  libc.environ.set("FAKED_MODE", "unknown-is-root");
  const words = ["settrans", "--chroot-chdir", yield* libc.getcwd(), "--chroot", "/bin/fakeauth", ...command, "--", "/", "/hurd/fakeroot"];
  const { err } = yield* attempt(libc.execve(SETTRANS, words));
  yield* t.complain(`${SETTRANS}: ${strerror(err)}`, err === Errno.ENOENT ? 127 : 126);
});
