import { expect } from "chai";
import { encode } from "cbor-x";
import { encodeImage, type ProgramImage, type Segment } from "../../../mach/kern/image.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../../glibc-shim/rights.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { O_CREAT, O_TRUNC, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { SIGKILL } from "../../../servers/interfaces/signals.ts";
import { probed } from "../probe.ts";

const GOOD = "/bin/recorder";
const whole = (interp?: string): Uint8Array => encodeImage("bin/recorder", interp === undefined ? {} : { interp, data: new Uint8Array(8192) });

/** An image with a header of our own and nothing behind it but `tail` bytes. */
function image(header: ProgramImage, tail = 0): Uint8Array {
  const cbor = encode(header);
  const bytes = new Uint8Array(8 + cbor.length + tail);
  bytes.set([0x7f, 0x48, 0x55, 0x52]);
  new DataView(bytes.buffer).setUint32(4, cbor.length, true);
  bytes.set(cbor, 8);
  return bytes;
}

const segment = (address: number, memory: number, size = 0, offset = 0): Segment => ({ address, offset, size, memory, protection: 7 });

/** Files that cannot be run, and the point of exec.md §5 at which each fails. Before the commit point the caller gets the code. */
const before: readonly (readonly [step: string, content: Uint8Array | string, err: number, mode?: number])[] = [
  ["no x bit (§4 step 5)", whole(), Errno.EACCES, 0o644],
  ["bad magic (step 4)", "text\n", Errno.ENOEXEC],
  ["too short for a header (step 4)", whole().subarray(0, 6), Errno.ENOEXEC],
  ["empty (step 4)", "", Errno.ENOEXEC],
  ["a damaged header (step 4)", whole().fill(0xff, 8, 40), Errno.ENOEXEC],
  ["entry 0 (step 4)", image({ entry: 0, segments: [segment(0x8048000, 4096)] }), Errno.ELIBEXEC],
  ["a script without an interpreter's name (step 5)", "#!\n", Errno.ENOENT],
  ["a script whose interpreter is missing (step 5)", "#!/bin/nosuch\n", Errno.ENOENT],
  ["a script whose interpreter is no program (step 5)", "#!/tmp/text\n", Errno.ENOEXEC],
  ["a script that names itself (step 5)", "#!/tmp/file\n", Errno.EIO],
  ["a missing interpreter (step 9)", whole("/lib/nosuch"), Errno.ENOENT],
  ["an interpreter that is no program (step 9)", whole("/tmp/text"), Errno.ENOEXEC],
  ["an interpreter that is a directory (step 9)", whole("/bin"), Errno.ENOEXEC],
  ["a truncated interpreter (step 9)", whole("/tmp/truncated"), Errno.ENOEXEC],
  ["out of memory for a set-id program's new task (step 12)", image({ entry: 0x1000, segments: [segment(0x1000, 0x1000), segment(0x1000, 0x1000)] }), Errno.ENOMEM, 0o4755],
];

/** Past the commit point a task that was emptied in place can only die. */
const after: readonly (readonly [step: string, content: Uint8Array])[] = [
  ["segments in each other's way (step 12)", image({ entry: 0x1000, segments: [segment(0x1000, 0x1000), segment(0x1000, 0x1000)] })],
  ["a truncated program: what is missing is not loaded (step 6)", whole().subarray(0, -4)],
  ["no room for the stack (step 15)", image({ entry: 0x1000, segments: [segment(0x1000, 0xbf800000)] })],
];

function* write(libc: Libc, path: string, content: Uint8Array | string, mode = 0o755): Syscall<void> {
  const fd = yield* libc.open(path, O_WRITE | O_CREAT | O_TRUNC, 0o755);
  yield* libc.writeAll(fd, content);
  yield* libc.close(fd);
  yield* libc.chmod(path, mode);
}

/** Every name of this task with its rights and references, and how often the task is suspended. */
function* nameSpace(): Syscall<readonly string[]> {
  const task = yield* taskSelf();
  const all = yield* machPortCall.mach_port_names(task, {});
  const lines: string[] = [];
  for (const [i, name] of all.err ? [] : all.names.entries()) {
    let line = `${name} ${((all.err ? [] : all.types)[i] ?? 0).toString(16)}`;
    for (const right of [0, 1, 2, 3, 4]) {
      const got = yield* machPortCall.mach_port_get_refs(task, { name, right });
      line += ` ${got.err ? "-" : got.refs}`;
    }
    lines.push(line);
  }
  const threads = yield* machCall.task_threads(task, {});
  for (const thread of threads.err ? [] : threads.thread_list) yield* deallocate(thread);
  return [...lines, `threads ${threads.err ? -1 : threads.thread_list.length}`];
}

interface Tried {
  readonly err: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

function* furnish(libc: Libc): Syscall<void> {
  yield* write(libc, "/tmp/text", "text\n");
  yield* write(libc, "/tmp/truncated", encodeImage("bin/recorder", { data: new Uint8Array(100) }).subarray(0, 4100));
}

/** A child that tries to become /tmp/file as user 1001 with the saved ids in order, and what it was before and after. */
function* attempted(libc: Libc, content: Uint8Array | string, mode?: number): Syscall<{ readonly status: number; readonly tried: Tried | undefined }> {
  let tried: Tried | undefined;
  yield* write(libc, "/tmp/file", content, mode);
  const pid = yield* libc.fork(function* (child) {
    if (mode === 0o4755) yield* child.setuid(1001);
    yield* attempt(child.execve("/bin/nosuch", ["x"]));
    const names = yield* nameSpace();
    const { err } = yield* attempt(child.execve("/tmp/file", ["file"]));
    tried = { err, before: names, after: yield* nameSpace() };
    return 7;
  });
  const { status } = yield* libc.waitpid(pid);
  return { status, tried };
}

const programs = [
  [
    GOOD,
    function* () {
      return 0;
    },
  ],
] as const;

describe("an exec that fails before the commit point leaves the caller what it had", function () {
  this.timeout(60_000);
  for (const [step, content, err, mode] of before) {
    it(step, () => {
      const got = probed(
        function* (libc) {
          yield* furnish(libc);
          return yield* attempted(libc, content, mode);
        },
        { programs },
      );
      expect(got.tried?.err).to.equal(err);
      expect(got.tried?.after).to.deep.equal(got.tried?.before);
      expect(got.status).to.equal(7 << 8);
    });
  }
});

describe("an exec that fails past the commit point ends the task", function () {
  this.timeout(60_000);
  for (const [step, content] of after) {
    it(`${step}: killed by 9, and a spawned one leaves the parent what it had`, () => {
      const got = probed(
        function* (libc) {
          yield* furnish(libc);
          const inPlace = yield* attempted(libc, content);
          const spawn = function* (): Syscall<number> {
            const spawned = yield* attempt(libc.posix_spawn("/tmp/file", ["file"]));
            const { status } = yield* libc.waitpid(-1);
            return spawned.err === 0 ? status : spawned.err;
          };
          yield* spawn();
          const names = yield* nameSpace();
          const spawned = yield* spawn();
          return { inPlace, spawned, names, later: yield* nameSpace() };
        },
        { programs },
      );
      expect(got.inPlace).to.deep.equal({ status: SIGKILL, tried: undefined });
      expect(got.spawned).to.be.oneOf([SIGKILL, Errno.ENOMEM]);
      expect(got.later).to.deep.equal(got.names);
    });
  }
});
