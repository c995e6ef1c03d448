/** false: failure. */
import type { Main } from "../../../glibc-shim/libc.ts";

export const main: Main = function* () {
  return 1;
};
