import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import { encodeImage } from "../../../mach/kern/image.ts";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import { machCall } from "../../../mach/interfaces/mach.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import { Mig, Msg } from "../../../mach/kern/kern-return.ts";
import { swtch_pri, type Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc, Main } from "../../../glibc-shim/libc.ts";
import { allocateReceive, destroyReceive } from "../../../glibc-shim/rights.ts";
import { O_CREAT, O_EXEC, O_IGNORE_CTTY, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../../servers/interfaces/process.ts";
import { SIGKILL } from "../../../servers/interfaces/signals.ts";
import { TASK_BASIC_INFO, TASK_BASIC_WORDS } from "../../../servers/interfaces/procinfo.ts";
import { ECHO, echo, newSend, newTask, Probe } from "../exec-probe.ts";
import { holdings } from "../holdings.ts";
import { probed, probeMachine } from "../probe.ts";

const EXEC_PID = 6;
const INTERPRETED = "/bin/interpreted";

/** A program whose interpreter is looked up in the root directory of the exec: the place where a caller's own server can keep exec waiting. */
function* furnish(libc: Libc): Syscall<void> {
  const fd = yield* libc.open(INTERPRETED, O_WRITE | O_CREAT, 0o755);
  yield* libc.writeAll(fd, encodeImage("bin/m-echo", { interp: "/lib/ld.so" }));
  yield* libc.close(fd);
}

interface Under {
  readonly err: number | undefined;
  readonly suspend: number;
  readonly names: number;
}

/** An exec in another task that waits for `root`, a directory nobody serves. */
class Waiting extends Probe {
  code: number | undefined = undefined;
  task: MachPort = MACH_PORT_NULL;
  *begin(root: MachPort): Syscall<void> {
    this.task = yield* newTask();
    yield* machPortCall.mach_port_allocate(this.task, { right: 1 });
    const file = yield* this.open(INTERPRETED, O_EXEC);
    const ports = (yield* this.ports(this.task)).with(1, root);
    const answered = (err: number): void => {
      this.code = err;
    };
    const asked = this.fileExec(file, this.task, { ports, path: INTERPRETED });
    yield* this.libc.thread(function* () {
      answered((yield* asked).err);
    });
    yield* this.libc.usleep(10_000);
  }
  *state(): Syscall<Under> {
    const info = yield* machCall.task_info(this.task, { flavor: TASK_BASIC_INFO, task_info_outCnt: TASK_BASIC_WORDS });
    const names = yield* machPortCall.mach_port_names(this.task, {});
    return { err: this.code, suspend: info.err ? -1 : (info.task_info_out[0] ?? -1), names: names.err ? -1 : names.names.length };
  }
}

/** The latest process of the exec server's program. */
function* youngestExec(libc: Libc): Syscall<number> {
  const all = yield* procCall.proc_getallpids(libc.ports.proc, {});
  let found = 0;
  for (const pid of all.err ? [] : all.pidarray) {
    const exe = yield* procCall.proc_get_exe(libc.ports.proc, { which: pid });
    if (!exe.err && exe.path === "/hurd/exec") found = Math.max(found, pid);
  }
  return found;
}

const programs = [[ECHO, echo(() => undefined)]] as const;

/** Every race is run under the default schedule and under random ones: the answer is the same, whoever runs when. */
const SCHEDULES = [{ scheduler: "default", seed: 0 }, ...[1, 2, 3, 4, 5, 28].map((seed) => ({ scheduler: "random", seed }))];

for (const schedule of SCHEDULES) races(schedule, `(${schedule.scheduler}, seed ${schedule.seed})`);

function races(schedule: (typeof SCHEDULES)[number], under: string): void {
describe(`an exec server that is killed ${under}`, function () {
  this.timeout(60_000);
  it("before it is asked: MIG_BAD_ID from the plain node, and the task is as it was (recorded)", () => {
    const got = probed(
      function* (libc) {
        const p = new Waiting(libc);
        const task = yield* newTask();
        const file = yield* p.open(ECHO, O_EXEC);
        yield* libc.kill(EXEC_PID, SIGKILL);
        yield* libc.usleep(1000);
        const { err } = yield* p.fileExec(file, task, { ports: yield* p.ports(task) });
        p.task = task;
        return { ...(yield* p.state()), err };
      },
      { programs, ...schedule },
    );
    expect(got).to.deep.equal({ err: Mig.BAD_ID, suspend: 0, names: 0 });
  });

  it("while it has the task: MIG_SERVER_DIED to the caller; the task keeps its names, and is suspended until somebody resumes it", () => {
    const got = probed(
      function* (libc) {
        yield* furnish(libc);
        const p = new Waiting(libc);
        yield* p.begin(yield* newSend());
        const during = yield* p.state();
        yield* libc.kill(EXEC_PID, SIGKILL);
        yield* libc.usleep(1000);
        return { during, after: yield* p.state() };
      },
      { programs, ...schedule },
    );
    expect(got.during).to.deep.equal({ err: undefined, suspend: 1, names: 1 });
    expect(got.after).to.deep.equal({ err: Mig.SERVER_DIED, suspend: 1, names: 1 });
  });

  it("at any moment of an exec: the caller has an answer", () => {
    const answers = probed(
      function* (libc) {
        const seen: (number | undefined)[] = [];
        const settrans = yield* libc.posix_spawn("/bin/settrans", ["settrans", "-c", "/tmp/exec2", "/hurd/exec"]);
        yield* libc.waitpid(settrans);
        const file = yield* libc.file_name_lookup(ECHO, O_READ);
        for (let delay = 0; delay < 150; delay += 5) {
          const p = new Waiting(libc);
          const server = yield* p.open("/tmp/exec2", 0);
          const pid = yield* youngestExec(libc);
          const task = yield* newTask();
          const ports = yield* p.ports(task);
          yield* libc.thread(function* () {
            p.code = (yield* p.exec(server, file, task, { ports })).err;
          });
          for (let i = 0; i < delay; i++) yield* swtch_pri();
          yield* libc.kill(pid, SIGKILL);
          yield* libc.usleep(10_000);
          seen.push(p.code);
          yield* machCall.task_terminate(task, {});
        }
        return seen;
      },
      { programs, ...schedule },
    );
    const allowed = [0, Mig.SERVER_DIED, Msg.SEND_INVALID_DEST];
    expect(answers.filter((code) => code === undefined || !allowed.includes(code))).to.deep.equal([]);
    expect(new Set(answers).size).to.be.above(1);
  });
});

describe(`a file server that hangs ${under}`, function () {
  this.timeout(60_000);
  it("keeps one exec waiting and nobody else; when it dies the exec fails, and the task is as it was", () => {
    const got = probed(
      function* (libc) {
        yield* furnish(libc);
        const hung = yield* newSend();
        const p = new Waiting(libc);
        yield* p.begin(hung);
        const during = yield* p.state();
        const other = yield* libc.posix_spawn(ECHO, [ECHO]);
        const { status } = yield* libc.waitpid(other);
        yield* destroyReceive(hung);
        yield* libc.usleep(1000);
        return { during, status, after: yield* p.state() };
      },
      { programs, ...schedule },
    );
    expect(got.during).to.deep.equal({ err: undefined, suspend: 1, names: 1 });
    expect(got.status).to.equal(0);
    expect(got.after).to.deep.equal({ err: Mig.SERVER_DIED, suspend: 0, names: 1 });
  });

  it("behind a descriptor of a set-uid exec keeps only that exec in its filesystem", () => {
    const got = probed(
      function* (libc) {
        const fd = yield* libc.openport(yield* newSend(), O_IGNORE_CTTY);
        let spawned: number | undefined;
        yield* libc.thread(function* () {
          spawned = (yield* attempt(libc.posix_spawn("/bin/su", ["su", "--nosuch"]))).err;
        });
        yield* libc.usleep(10_000);
        yield* libc.setCloexec(fd, true);
        const { status } = yield* libc.waitpid(yield* libc.posix_spawn(ECHO, [ECHO]));
        return { spawned, status, text: (yield* libc.readText("/etc/passwd")).length > 0 };
      },
      { programs, ...schedule },
    );
    expect(got).to.deep.equal({ spawned: undefined, status: 0, text: true });
  });
});

describe(`a caller that dies ${under}`, function () {
  this.timeout(120_000);
  const step = schedule.scheduler === "default" ? 40 : 150;
  it("at any moment of a spawn leaves nothing behind in any server", () => {
    const parent: Main = function* (libc) {
      return (yield* libc.waitpid(yield* libc.posix_spawn(ECHO, [ECHO]))).status === 0 ? 3 : 4;
    };
    killedAtAnyMoment("/bin/parent", [["/bin/parent", parent]], 1600, step, schedule);
  });

  it("at any moment of an exec in its place leaves nothing behind in any server", () => {
    const self: Main = (libc) => libc.execve(ECHO, [ECHO]);
    killedAtAnyMoment("/bin/self", [["/bin/self", self]], 1200, step, schedule);
  });

  it("and one with other threads that go on making ports is replaced all the same", () => {
    const busy: Main = function* (libc) {
      yield* libc.thread(function* () {
        for (;;) yield* allocateReceive();
      });
      return yield* libc.execve(ECHO, [ECHO]);
    };
    const got = probed(
      function* (libc) {
        return (yield* libc.waitpid(yield* libc.posix_spawn("/bin/busy", ["busy"]))).status;
      },
      { programs: [...programs, ["/bin/busy", busy]], ...schedule },
    );
    expect(got).to.equal(0);
  });
});
}

/** A server keeps the threads that it once needed, with their reply ports: that many times the same may be done until it needs no more. What leaks would grow each time. */
const ROUNDS = 6;

/** Starts `path` and kills it after so many traps, for delays up to `until`; when that is done again no server holds more than before, and a program still starts. */
function killedAtAnyMoment(path: string, more: readonly (readonly [string, Main])[], until: number, step: number, schedule: (typeof SCHEDULES)[number]): void {
  const seen: Readonly<Record<string, string>>[] = [];
  const ends = new Set<number>();
  let last = -1;
  const machine = probeMachine(
    function* (libc) {
      for (let round = 0; round < ROUNDS && (round < 2 || !isDeepStrictEqual(seen.at(-1), seen.at(-2))); round++) {
        for (let delay = 0; delay < until; delay += step) {
          const pid = yield* libc.posix_spawn(path, [path]);
          for (let i = 0; i < delay; i++) yield* swtch_pri();
          yield* attempt(libc.kill(pid, SIGKILL));
          ends.add((yield* libc.waitpid(pid)).status);
          yield* libc.usleep(10_000);
          for (let orphan = yield* attempt(libc.waitpid(-1, 1)); orphan.err === 0 && orphan.value.pid > 0; orphan = yield* attempt(libc.waitpid(-1, 1)));
        }
        yield* libc.sleep(1);
        seen.push(holdings(machine));
      }
      last = (yield* libc.waitpid(yield* libc.posix_spawn(ECHO, [ECHO]))).status;
      for (;;) yield* libc.pause();
    },
    { programs: [...programs, ...more], ...schedule },
  );
  machine.run({ steps: 60_000_000 });
  expect(last).to.equal(0);
  expect(ends.size).to.be.above(1);
  expect(seen.at(-1)).to.deep.equal(seen.at(-2));
}
