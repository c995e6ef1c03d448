import { readFileSync } from "node:fs";
import { expect } from "chai";
import { runCommands } from "../../../boot/session.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDOUT, type Libc, type Main } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_RDONLY } from "../../../servers/interfaces/hurd-types.ts";
import { WEXITSTATUS } from "../../../servers/interfaces/wait-status.ts";
import { CallsOf, comparable, recordedCalls, spoken, type Call } from "./calls.ts";

/** `printf`: stdio asks what stdout is before it writes the first time. */
function* print(libc: Libc, text: string): Syscall<void> {
  yield* libc.fstat(STDOUT);
  yield* libc.writeAll(STDOUT, text);
}

/** The small programs that ran on the real Hurd (recorded/programs/mini.c), with the same calls of their C library. */
const programs: Readonly<Record<string, Main>> = {
  *"m-true"() {
    return 0;
  },
  *"m-cat"(libc, argv) {
    const fd = yield* libc.open(argv[1] ?? "", O_RDONLY);
    for (;;) {
      const data = yield* libc.read(fd, 8192);
      if (data.length === 0) return 0;
      yield* libc.write(STDOUT, data);
    }
  },
  *"m-exec"(libc, argv) {
    const path = argv[1] ?? "";
    const { err: code } = yield* attempt(libc.execve(path, argv.slice(1)));
    yield* print(libc, `execv(${path}): errno=0x${code.toString(16)} ${strerror(code)}\n`);
    return 0;
  },
  *"m-forkexec"(libc) {
    const pid = yield* libc.fork((child) => child.execve("/bin/m-true", ["m-true"]));
    const { status } = yield* libc.waitpid(pid);
    yield* print(libc, `fork+exec: wait=ok status=${status}\n`);
    return 0;
  },
  /** Starts a program as it was started there: in a fresh task, without a controlling terminal. */
  *"m-start"(libc, argv) {
    const pid = yield* libc.fork(function* (child) {
      yield* child.setsid();
      const started = yield* child.posix_spawn(argv[1] ?? "", argv.slice(1));
      return WEXITSTATUS((yield* child.waitpid(started)).status);
    });
    return WEXITSTATUS((yield* libc.waitpid(pid)).status);
  },
};

const recording = (name: string): string => readFileSync(new URL(`../../data/recorded/${name}`, import.meta.url), "utf8");

/** Lines of each process, in the order in which the processes appear. */
function byProcess(calls: readonly Call[]): readonly (readonly string[])[] {
  const processes = new Map<number, string[]>();
  for (const call of calls.filter((c) => comparable(c) && c.who > 0)) {
    const lines = processes.get(call.who) ?? [];
    lines.push(spoken(call));
    processes.set(call.who, lines);
  }
  return [...processes.values()];
}

/** What the program of `command` did here, and its children. */
function ours(command: string): readonly (readonly string[])[] {
  const seen = new CallsOf();
  runCommands({
    commands: `echo 'Welcome to the recorded Hurd.' > /etc/motd; m-start ${command}`,
    programs: Object.entries(programs).map(([name, main]) => [`/bin/${name}`, main] as const),
    observe: (machine) => void machine.tap.listen((e) => seen.event(e)),
  });
  const argv = command.split(" ").map((w) => `${w}\\0`).join("");
  const isStart = (c: Call): boolean => c.entry.name === "exec_startup_get_info" && spoken(c).includes(`"${argv}"`);
  const start = seen.calls.findIndex(isStart);
  const task = seen.calls[start]?.who ?? 0;
  const tasks = new Set([task, ...(seen.children.get(task) ?? [])]);
  const asked = seen.calls.slice(0, start).findLastIndex((c) => c.who === task && c.entry.name === "task_get_special_port");
  return byProcess(seen.calls.slice(asked).filter((c) => tasks.has(c.who)));
}

describe("small programs make the calls of a real Hurd (recorded/rpctrace)", function () {
  this.timeout(60_000);
  const cases: readonly (readonly [recorded: string, command: string])[] = [
    ["true-static", "/bin/m-true"],
    ["cat-motd", "/bin/m-cat /etc/motd"],
    ["exec-enoent", "/bin/m-exec /bin/nosuch"],
    ["exec-ok", "/bin/m-exec /bin/m-true"],
    ["forkexec", "/bin/m-forkexec"],
  ];
  for (const [name, command] of cases) {
    it(`${command}: ${name}`, () => {
      expect(ours(command)).to.deep.equal(byProcess(recordedCalls(recording(name))));
    });
  }
});
