/** passwd [USER]: changes a password. Set-uid root: /etc/shadow is root's. Whoever is not root gives the old one first, and may change only his own. */
import { crypt, newSetting, passwordFits } from "../../../glibc-shim/crypt.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Passwd } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { O_CREAT, O_TRUNC, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { fieldOf, withField } from "../lib/shadow.ts";
import { tool, type Tool } from "../lib/tool.ts";
import { readPassword } from "../lib/tty.ts";

const SHADOW = "/etc/shadow";
const NEW = `${SHADOW}.new`;

export const main = tool({ letters: "", usage: "[USER]" }, function* (t) {
  const real = yield* attempt(t.libc.getuid());
  if (real.err !== 0) return yield* refuse(t, "Cannot determine your user name.");
  const caller = real.value;
  const [name] = t.operands;
  const user = yield* name === undefined ? t.libc.getpwuid(caller) : t.libc.getpwnam(name);
  if (user === undefined) return yield* refuse(t, `user '${name ?? caller}' does not exist`);
  if (caller !== 0 && user.uid !== caller) return yield* refuse(t, `You may not view or modify password information for ${user.name}.`);
  const text = yield* t.libc.readText(SHADOW);
  const old = fieldOf(text, user.name);
  if (old === undefined) return yield* refuse(t, `user '${user.name}' has no password entry`);
  if (caller !== 0 && !(yield* knows(t, old))) return yield* refuse(t, "Authentication token manipulation error\npasswd: password unchanged");
  return yield* change(t, user, text);
});

function* refuse(t: Tool, why: string): Syscall<number> {
  yield* t.complain(why);
  return 1;
}

function* knows(t: Tool, hash: string): Syscall<boolean> {
  return passwordFits((yield* readPassword(t.libc, "Current password: ")) ?? "", hash);
}

function* change(t: Tool, user: Passwd, text: string): Syscall<number> {
  const password = yield* readPassword(t.libc, "New password: ");
  const again = yield* readPassword(t.libc, "Retype new password: ");
  if (password === undefined || password === "") return yield* refuse(t, "No password has been supplied.");
  if (password !== again) return yield* refuse(t, "Sorry, passwords do not match.");
  const { sec, usec } = yield* t.libc.gettimeofday();
  const hash = crypt(password, newSetting(`${user.name} ${sec} ${usec}`)) ?? "*";
  yield* replaceFile(t, withField(text, user.name, hash));
  yield* t.out.line("passwd: password updated successfully");
  return 0;
}

/** Writes the new file beside the old one and puts it in its place, so that there is always a whole one. */
function* replaceFile(t: Tool, text: string): Syscall<void> {
  const fd = yield* t.libc.open(NEW, O_WRITE | O_CREAT | O_TRUNC, 0o600);
  yield* t.libc.writeAll(fd, text);
  yield* t.libc.close(fd);
  yield* t.libc.rename(NEW, SHADOW);
}
