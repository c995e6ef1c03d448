/** clear: empties the terminal's screen. */
import { STDOUT, type Main } from "../../../glibc-shim/libc.ts";

export const main: Main = function* (libc) {
  yield* libc.writeAll(STDOUT, "\x1b[H\x1b[2J\x1b[3J");
  return 0;
};
