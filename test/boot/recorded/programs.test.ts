import { readFileSync } from "node:fs";
import { expect } from "chai";
import { runCommands } from "../../../boot/session.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN, STDOUT, type Libc, type Main } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { O_DIRECTORY, O_NONBLOCK, O_RDONLY, O_RDWR } from "../../../servers/interfaces/hurd-types.ts";
import { SIGKILL, SIGTSTP, SIGTTIN, SIGTTOU } from "../../../servers/interfaces/signals.ts";
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
  *"m-ls"(libc, argv) {
    const dir = argv[1] ?? "";
    const fd = yield* libc.open(dir, O_DIRECTORY | O_NONBLOCK | O_RDONLY);
    let asked = false;
    for (const { name } of yield* libc.freaddir(fd)) {
      yield* libc.lstat(`${dir}/${name}`);
      if (!asked) yield* libc.fstat(STDOUT);
      asked = true;
      yield* libc.writeAll(STDOUT, `${name}\n`);
    }
    return 0;
  },
  *"m-exec"(libc, argv) {
    const path = argv[1] ?? "";
    const { err: code } = yield* attempt(libc.execve(path, argv.slice(1)));
    yield* print(libc, `execv(${path}): errno=0x${code.toString(16)} ${strerror(code)}\n`);
    return 0;
  },
  *"m-args"(libc, argv) {
    yield* libc.fstat(STDOUT);
    for (const [i, word] of argv.entries()) yield* libc.writeAll(STDOUT, `argv[${i}]=${word}\n`);
    const ids = `uid=${yield* libc.getuid()} euid=${yield* libc.geteuid()} gid=${yield* libc.getgid()} egid=${yield* libc.getegid()}`;
    yield* libc.writeAll(STDOUT, `${ids}\n`);
    yield* libc.writeAll(STDOUT, `LD_ORIGIN_PATH=${libc.environ.get("LD_ORIGIN_PATH") ?? "(unset)"}\n`);
    return 0;
  },
  *"m-false"() {
    return 1;
  },
  *"m-forkonly"(libc) {
    const pid = yield* libc.fork((child) => child._exit(7));
    const { status } = yield* libc.waitpid(pid);
    yield* print(libc, `fork: wait=ok status=0x${status.toString(16)}\n`);
    return 0;
  },
  *"m-pipe"(libc) {
    const [from, to] = yield* libc.pipe();
    const pid = yield* libc.fork(function* (child) {
      yield* child.close(from);
      yield* child.writeAll(to, "hello pipe\n");
      return yield* child._exit(0);
    });
    yield* libc.close(to);
    let total = 0;
    for (;;) {
      const data = yield* libc.read(from, 64);
      if (data.length === 0) break;
      yield* libc.write(STDOUT, data);
      total += data.length;
    }
    yield* print(libc, `pipe read total ${total}, last 0\n`);
    const { status } = yield* libc.waitpid(pid);
    yield* libc.writeAll(STDOUT, `pipe: wait=ok status=${status}\n`);
    return 0;
  },
  *"m-killchild"(libc) {
    const pid = yield* libc.fork(function* (child) {
      for (;;) yield* attempt(child.pause());
    });
    yield* libc.usleep(100_000);
    yield* libc.kill(pid, SIGKILL);
    yield* print(libc, "kill=0 \n");
    const { status } = yield* libc.waitpid(pid);
    yield* libc.writeAll(STDOUT, `kill: wait=ok status=0x${status.toString(16)}\n`);
    return 0;
  },
  *"m-setuidself"(libc, argv) {
    yield* libc.setuid(Number(argv[1]));
    yield* print(libc, "setuid=0 \n");
    return 0;
  },
  *"m-open"(libc, argv) {
    yield* libc.open(argv[1] ?? "", Number(argv[2]), 0o644);
    yield* print(libc, `open(${argv[1]},${argv[2]})=ok errno=0 \n`);
    return 0;
  },
  *"m-spawn"(libc) {
    const pid = yield* libc.posix_spawn("/bin/m-true", ["m-true"]);
    yield* print(libc, "spawn=0 Success\n");
    const { status } = yield* libc.waitpid(pid);
    yield* libc.writeAll(STDOUT, `spawn: wait=ok status=${status}\n`);
    return 0;
  },
  *"m-forkexec"(libc) {
    const pid = yield* libc.fork((child) => child.execve("/bin/m-true", ["m-true"]));
    const { status } = yield* libc.waitpid(pid);
    yield* print(libc, `fork+exec: wait=ok status=${status}\n`);
    return 0;
  },
  /** Starts a program as rpctrace started it: in a fresh task, without a controlling terminal, with a fourth descriptor (rpctrace's output). */
  *"m-start"(libc, argv) {
    const pid = yield* libc.fork(function* (child) {
      yield* child.setsid();
      yield* child.open("/etc/motd", O_RDONLY);
      const started = yield* child.posix_spawn(argv[1] ?? "", argv.slice(1));
      return WEXITSTATUS((yield* child.waitpid(started)).status);
    });
    return WEXITSTATUS((yield* libc.waitpid(pid)).status);
  },
  /** The same with a controlling terminal, from a job-control shell: two ports of it on four descriptors, and one that is no terminal. */
  *"m-start-ctty"(libc, argv) {
    const pid = yield* libc.fork(function* (child) {
      for (const signo of [SIGTSTP, SIGTTIN, SIGTTOU]) yield* child.sigaction(signo, { handler: "SIG_IGN" });
      const other = yield* child.open("/dev/console", O_RDWR);
      for (const fd of [STDOUT, STDERR]) yield* child.dup2(other, fd);
      yield* child.dup2(STDIN, other);
      yield* child.open("/etc/motd", O_RDONLY);
      const started = yield* child.posix_spawn(argv[1] ?? "", argv.slice(1));
      return WEXITSTATUS((yield* child.waitpid(started)).status);
    });
    return WEXITSTATUS((yield* libc.waitpid(pid)).status);
  },
};

/** The files that the programs are tried on. */
const files = [
  "echo 'Welcome to the recorded Hurd.' > /etc/motd",
  "echo text > /bin/plaintext; chmod 755 /bin/plaintext",
  "echo text > /bin/noexec; chmod 644 /bin/noexec",
  "echo '#!/bin/m-args one two' > /bin/script; chmod 755 /bin/script",
  "echo '#!/bin/nosuch' > /bin/script-nointerp; chmod 755 /bin/script-nointerp",
].join("\n");

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
function ours(command: string, before = "true", start = "m-start"): readonly (readonly string[])[] {
  const seen = new CallsOf();
  runCommands({
    // Pid 1's umask was 0 there, and nobody's profile changed it.
    commands: `umask 0\n${files}\n${before}\n${start} ${command}`,
    programs: Object.entries(programs).map(([name, main]) => [`/bin/${name}`, main] as const),
    observe: (machine) => void machine.tap.listen((e) => seen.event(e)),
  });
  const argv = command.split(" ").map((w) => `${w}\\0`).join("");
  const isStart = (c: Call): boolean => c.entry.name === "exec_startup_get_info" && spoken(c).includes(`"${argv}"`);
  const at = seen.calls.findIndex(isStart);
  const task = seen.calls[at]?.who ?? 0;
  const tasks = new Set([task, ...(seen.children.get(task) ?? [])]);
  const asked = seen.calls.slice(0, at).findLastIndex((c) => c.who === task && c.entry.name === "task_get_special_port");
  return byProcess(seen.calls.slice(asked).filter((c) => tasks.has(c.who)));
}

describe("small programs make the calls of a real Hurd (recorded/rpctrace)", function () {
  this.timeout(60_000);
  const cases: readonly (readonly [recorded: string, command: string])[] = [
    ["true-static", "/bin/m-true"],
    ["cat-motd", "/bin/m-cat /etc/motd"],
    ["exec-enoent", "/bin/m-exec /bin/nosuch"],
    ["exec-ok", "/bin/m-exec /bin/m-true"],
    ["exec-eacces", "/bin/m-exec /bin/noexec"],
    ["exec-enoexec", "/bin/m-exec /bin/plaintext"],
    ["exec-script", "/bin/m-exec /bin/script A B"],
    ["exec-script-nointerp", "/bin/m-exec /bin/script-nointerp"],
    ["false", "/bin/m-false"],
    ["forkonly", "/bin/m-forkonly"],
    ["forkexec", "/bin/m-forkexec"],
    ["spawn", "/bin/m-spawn"],
    ["pipe", "/bin/m-pipe"],
    ["killchild9", "/bin/m-killchild 9"],
    ["setuid", "/bin/m-setuidself 1001"],
    ["open-creat", "/bin/m-open /tmp/created 0x13"],
  ];
  for (const [name, command] of cases) {
    it(`${command}: ${name}`, () => {
      expect(ours(command)).to.deep.equal(byProcess(recordedCalls(recording(name))));
    });
  }

  it("with a controlling terminal: each port of it is asked once, duplicates are not (true-withctty)", () => {
    expect(ours("/bin/m-true", "true", "m-start-ctty")).to.deep.equal(byProcess(recordedCalls(recording("true-withctty"))));
  });

  /** The two roots hold different files: names, lines and data become `X`, and what is done for each entry stands once. */
  const listing = (processes: readonly (readonly string[])[]): readonly string[] => {
    const lines = (processes[0] ?? []).map((l) => (/^(dir_readdir|io_write|dir_lookup\("(?!\/")[^"]*" 64)/.test(l) ? l.replace(/"(?:[^"\\]|\\.)*"/g, "X").replace(/ = .*/, " = X").replace(/dir_readdir\([1-9]\d*/, "dir_readdir(N") : l));
    return lines.filter((l, i) => !(i >= 3 && l === lines[i - 3] && /64 0\)|io_stat|io_write/.test(l)));
  };
  it("/bin/m-ls /: ls-root", () => {
    const real = listing(byProcess(recordedCalls(recording("ls-root"))));
    const mine = listing(ours("/bin/m-ls /"));
    // The call that finds the end of the directory comes before the entries are used here, behind them there (DIFFERENCES.md).
    const end = "dir_readdir(N -1 0) = X";
    expect([real, mine].map((lines) => lines.filter((l) => l === end).length)).to.deep.equal([1, 1]);
    expect(mine.filter((l) => l !== end)).to.deep.equal(real.filter((l) => l !== end));
    expect(mine.length).to.be.above(10);
  });

  /** These were loaded dynamically: their start-up is the linker's. What they do then is compared, of the program itself. */
  const work = (processes: readonly (readonly string[])[]): readonly string[] => {
    const calls = processes[0] ?? [];
    return calls.slice(calls.findIndex((l) => l.startsWith("proc_handle_exceptions")) + 1);
  };
  const set = "settrans -c /tmp/hello2 /hurd/hello";
  const translators: readonly (readonly [recorded: string, command: string, before?: string])[] = [
    ["settrans-c", "/bin/settrans -c /tmp/hello2 /hurd/hello"],
    ["settrans-g", "/bin/settrans -g /tmp/hello2", set],
    ["settrans-a", "/bin/settrans -ac /tmp/hello /hurd/hello"],
    ["showtrans", "/bin/showtrans /tmp/hello2", `${set}; settrans -g /tmp/hello2`],
  ];
  for (const [name, command, before] of translators) {
    it(`${command}: ${name}`, () => {
      const real = work(byProcess(recordedCalls(recording(name))));
      expect(real).to.have.length.above(3);
      expect(work(ours(command, before))).to.deep.equal(real);
    });
  }
});
