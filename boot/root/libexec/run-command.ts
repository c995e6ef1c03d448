/**
 * run-command: what the boot command line's `-c` puts in init's place. Runs one command as one user, in a session as login begins it, tells the host
 * through the device "debug-exit" when its output begins and with what status it ended, and halts the system.
 *
 * /etc/run-command says what: the user's name in the first line, the commands in the rest.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN, type Libc, type Main, type Passwd, type Program } from "../../../glibc-shim/libc.ts";
import { deviceCall } from "../../../mach/interfaces/device.ts";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { RB_HALT } from "../../../servers/interfaces/hurd-types.ts";
import { Lflag, Oflag, TCSANOW } from "../../../servers/interfaces/termios.ts";
import { encode } from "../lib/output.ts";
import { reboot } from "../lib/reboot.ts";
import { become, DEFAULT_PATH, identityByRoot, loginShell, markLogin } from "../lib/session.ts";
import { deallocate } from "../lib/start-terminal.ts";
import { login } from "../lib/utmp.ts";

const REQUEST = "/etc/run-command";
const D_WRITE = 2;

export const main: Main = function* (libc): Program {
  libc.environ.set("PATH", DEFAULT_PATH).set("TERM", "dumb");
  const text = yield* libc.readText(REQUEST);
  const end = text.indexOf("\n");
  const host = yield* openHost(libc);
  yield* quiet(libc);
  yield* tell(host, "begin");
  const status = yield* session(libc, text.slice(0, end), text.slice(end + 1));
  yield* tell(host, `exit ${status}`);
  yield* reboot(libc, RB_HALT);
  return 1;
};

function* openHost(libc: Libc): Syscall<MachPort | undefined> {
  const { hostPriv, deviceMaster } = yield* libc.get_privileged_ports();
  const opened = yield* deviceCall.device_open(deviceMaster, { mode: D_WRITE, name: "debug-exit" });
  yield* deallocate(hostPriv);
  yield* deallocate(deviceMaster);
  return opened.err ? undefined : opened.device;
}

function* tell(host: MachPort | undefined, words: string): Syscall<void> {
  if (host !== undefined) yield* deviceCall.device_write(host, { mode: 0, recnum: 0, data: encode(words) });
}

/** What is typed is not shown and what is written goes out as it is: the host shows the commands' bytes and nothing else. */
function* quiet(libc: Libc): Syscall<void> {
  const old = yield* libc.tcgetattr(STDIN);
  yield* libc.tcsetattr(STDIN, TCSANOW, { ...old, lflag: (old.lflag & ~Lflag.ECHO) >>> 0, oflag: old.oflag & ~Oflag.OPOST });
}

/** Runs the session to its end. Its status: 128 and the signal's number when one ended it. */
function* session(libc: Libc, name: string, commands: string): Syscall<number> {
  const user = yield* libc.getpwnam(name);
  if (user === undefined) {
    yield* libc.writeAll(STDERR, `run-command: no user ${name}\n`);
    return 1;
  }
  const child = yield* libc.fork((inChild) => begin(inChild, user, commands));
  for (;;) {
    const { pid, status } = yield* libc.waitpid(-1);
    if (pid === child) return (status & 0x7f) === 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
  }
}

/** The child: as getty and login would have begun the session. */
function* begin(libc: Libc, user: Passwd, commands: string): Program {
  yield* libc.setsid();
  yield* libc.tiocsctty(STDIN);
  yield* libc.tcsetpgrp(STDIN, libc.getpid());
  yield* attempt(libc.fchown(STDIN, user.uid, -1));
  yield* attempt(markLogin(libc, user.name));
  yield* login(libc, user.name);
  yield* become(libc, user, yield* identityByRoot(libc, user));
  const { err } = yield* attempt(loginShell(libc, user, ["-c", commands]));
  yield* libc.writeAll(STDERR, `run-command: ${user.shell}: ${strerror(err)}\n`);
  return 126;
}
