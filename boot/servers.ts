/** Every server that can be executed: where it lies, and its body. */
import type { Main } from "../glibc-shim/libc.ts";
import { main as authServer } from "../servers/auth/main.ts";
import { main as initServer } from "../servers/init/main.ts";
import { main as procServer } from "../servers/proc/main.ts";
import { main as startupServer } from "../servers/startup/main.ts";
import { main as tmpfsServer } from "../servers/tmpfs/main.ts";

export const servers: readonly (readonly [path: string, main: Main])[] = [
  ["/hurd/auth", authServer],
  ["/hurd/init", initServer],
  ["/hurd/proc", procServer],
  ["/hurd/startup", startupServer],
  ["/hurd/tmpfs", tmpfsServer],
];
