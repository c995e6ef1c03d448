/** echo [-n] WORD … : its words, escapes replaced. */
import { STDOUT, type Main } from "../../../glibc-shim/libc.ts";
import { echoText } from "../lib/printf.ts";

export const main: Main = function* (libc, argv) {
  yield* libc.writeAll(STDOUT, echoText(argv.slice(1)));
  return 0;
};
