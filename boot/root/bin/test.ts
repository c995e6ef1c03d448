/** test EXPRESSION, [ EXPRESSION ]: exit status 0 true, 1 false, 2 not understood. */
import { STDERR, type Main } from "../../../glibc-shim/libc.ts";
import { evaluateTest, TestError } from "../lib/test-expression.ts";

export const main: Main = function* (libc, argv) {
  const name = argv[0] ?? "test";
  const args = argv.slice(1);
  try {
    if (/(^|\/)\[$/.test(name) && args.pop() !== "]") throw new TestError("missing ]");
    return (yield* evaluateTest(libc, args)) ? 0 : 1;
  } catch (e) {
    if (!(e instanceof TestError)) throw e;
    yield* libc.writeAll(STDERR, `${name}: ${e.message}\n`);
    return 2;
  }
};
