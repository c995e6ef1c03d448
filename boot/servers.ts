/** Every server that can be executed: where it lies, and its body. */
import type { Main } from "../glibc-shim/libc.ts";
import { main as startup } from "../servers/startup/main.ts";

export const servers: readonly (readonly [path: string, main: Main])[] = [
  ["/hurd/startup", startup],
];
