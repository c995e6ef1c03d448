/** Exceptions, from the kernel to an exception port. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { routine, subsystem } from "../mig/subsystem.ts";

export const exc = subsystem("exc", 2400, {
  /** A thread did something that it cannot go on from. 0: go on; else the next handler is asked, at last the task ends. */
  exception_raise: routine(2400, { thread: t.copySend, task: t.copySend, exception: t.int, code: t.int, subcode: t.int }, {}),
});

/** Plain stubs. */
export const excCall = client(exc);
