import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import { STDOUT, type Main } from "../../glibc-shim/libc.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { gnumachCall } from "../../mach/interfaces/gnumach.ts";
import { machCall } from "../../mach/interfaces/mach.ts";

const WORD = 0x200000;

/** Two threads wait on a word of memory and a third in a read; the first wakes them, the readers' order reversed. */
const threads: Main = function* (libc) {
  const self = yield* taskSelf();
  yield* machCall.vm_allocate(self, { address: WORD, size: 4096, anywhere: false });
  const [[from1, to1], [from2, to2]] = [yield* libc.pipe(), yield* libc.pipe()];
  let done = 0;
  const waiter = function* () {
    const { err } = yield* gnumachCall.gsync_wait(self, { addr: WORD, val1: 0, val2: 0, msec: 0, flags: 0 });
    if (err === 0) done++;
  };
  const reader = (fd: number) =>
    function* () {
      if ((yield* libc.read(fd as typeof from1, 4)).length === 4) done++;
    };
  for (const body of [waiter, waiter, reader(from1), reader(from2)]) yield* libc.thread(body);
  yield* libc.sleep(1);
  yield* libc.writeAll(to2, "two.");
  yield* libc.writeAll(to1, "one.");
  for (let i = 0; i < 2; i++) yield* gnumachCall.gsync_wake(self, { addr: WORD, val: 0, flags: 0 });
  while (done < 4) yield* libc.sleep(1);
  yield* libc.writeAll(STDOUT, `${done} done\n`);
  return 0;
};

const run = (commands: string): string => {
  const { output, reason } = runCommands({ commands, programs: [["/bin/threads", threads]] });
  expect(reason).to.equal(undefined);
  return output;
};

describe("/bin/rpctrace and several threads", () => {
  let text = "";
  before(() => {
    text = run("threads; rpctrace -o /tmp/t threads; cat /tmp/t");
  });

  it("a traced program does what it does untraced", () => {
    expect(text.split("\n").slice(0, 2)).to.deep.equal(["4 done", "4 done"]);
    expect(text).to.match(/\nChild \d+ exited with 0\n$/);
  });

  it("threads that wait in the kernel (gsync_wait) hold up nobody: their lines stay open and are answered late", () => {
    const open = [...text.matchAll(/^task\d+\(pid\d+\)->gsync_wait \(2097152 0 0 0 0\) \.\.\.(\d+)$/gm)].map((m) => m[1] ?? "");
    expect(open.length).to.equal(2);
    for (const port of open) {
      const [asked, answered] = [text.indexOf(`gsync_wait (2097152 0 0 0 0) ...${port}\n`), text.lastIndexOf(`\n${port}... = 0 `)];
      expect(answered).to.be.above(asked);
      expect(text.slice(asked, answered)).to.match(/io_write_request \("two\."/).and.match(/gsync_wake \(2097152 0 0\);\n/);
    }
  });

  it("calls of several threads are open at once, and answered in the order of the answers", () => {
    const open = [...text.matchAll(/io_read_request \(-1 4\) \.\.\.(\d+)$/gm)].map((m) => m[1] ?? "");
    expect(open.length).to.equal(2);
    const at = open.map((port) => text.indexOf(`\n${port}... = 0 "`));
    expect(at[1], "the second reader is answered first").to.be.below(at[0] ?? 0).and.above(text.lastIndexOf("io_read_request (-1 4) ..."));
  });

  it("each thread has a wrapper of its own", () => {
    const names = new Set([...text.matchAll(/\b(thread\d+)\(pid\d+\)/g)].map((m) => m[1]));
    expect(names.size).to.be.at.least(5);
  });

  it("a process with waiting threads can be attached to and let go of", () => {
    const out = run("threads >/tmp/o & P=$!; rpctrace -o /tmp/t -p $P; wait; cat /tmp/o; grep -c gsync_wake /tmp/t; tail -n 1 /tmp/t");
    expect(out).to.match(/^(?:.*\n)*4 done\n2\nProcess \d+ exited\n$/);
  });
});
