/** Every server that can be executed: where it lies, and its body. */
import type { Main } from "../glibc-shim/libc.ts";
import { main as authServer } from "../servers/auth/main.ts";
import { main as crashServer } from "../servers/crash/main.ts";
import { main as execServer } from "../servers/exec/main.ts";
import { main as ext2fsServer } from "../servers/ext2fs/main.ts";
import { main as mke2fsProgram } from "../servers/ext2fs/mke2fs.ts";
import { main as fakeauthServer } from "../servers/fakeauth/main.ts";
import { main as fakerootServer } from "../servers/fakeroot/main.ts";
import { main as fifoServer } from "../servers/fifo/main.ts";
import { main as firmlinkServer } from "../servers/firmlink/main.ts";
import { main as helloServer } from "../servers/hello/main.ts";
import { main as initServer } from "../servers/init/main.ts";
import { main as magicServer } from "../servers/magic/main.ts";
import { main as nullServer } from "../servers/null/main.ts";
import { main as passwordServer } from "../servers/password/main.ts";
import { main as pflocalServer } from "../servers/pflocal/main.ts";
import { main as procServer } from "../servers/proc/main.ts";
import { main as startupServer } from "../servers/startup/main.ts";
import { main as storeioServer } from "../servers/storeio/main.ts";
import { main as symlinkServer } from "../servers/symlink/main.ts";
import { main as termServer } from "../servers/term/main.ts";
import { main as tmpfsServer } from "../servers/tmpfs/main.ts";
import { main as zeroServer } from "../servers/zero/main.ts";

export const servers: readonly (readonly [path: string, main: Main])[] = [
  ["/hurd/auth", authServer],
  ["/hurd/crash", crashServer],
  ["/hurd/exec", execServer],
  ["/hurd/ext2fs", ext2fsServer],
  ["/bin/mke2fs", mke2fsProgram],
  ["/bin/fakeauth", fakeauthServer],
  ["/hurd/fakeauth", fakeauthServer],
  ["/hurd/fakeroot", fakerootServer],
  ["/hurd/fifo", fifoServer],
  ["/hurd/firmlink", firmlinkServer],
  ["/hurd/hello", helloServer],
  ["/hurd/init", initServer],
  ["/hurd/magic", magicServer],
  ["/hurd/null", nullServer],
  ["/hurd/password", passwordServer],
  ["/hurd/pflocal", pflocalServer],
  ["/hurd/proc", procServer],
  ["/hurd/startup", startupServer],
  ["/hurd/storeio", storeioServer],
  ["/hurd/symlink", symlinkServer],
  ["/hurd/term", termServer],
  ["/hurd/tmpfs", tmpfsServer],
  ["/hurd/zero", zeroServer],
];
