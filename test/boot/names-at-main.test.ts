import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, STDERR, STDIN, STDOUT, type Libc, type Main, type Program } from "../../glibc-shim/libc.ts";
import { addSendRef } from "../../glibc-shim/rights.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { INIT_PORT_CWDIR, O_CLOEXEC, O_RDONLY, O_RDWR } from "../../servers/interfaces/hurd-types.ts";
import { listNames, recordedNameSpaces, type NameSpace } from "./name-space.ts";

const NAMES = "/bin/names";
const SUID = "/bin/suid-names";

/** The program that lists its names; with "fork" its child does. */
const names = (lists: NameSpace[]): Main =>
  function* (libc, [, tag = "", fork]) {
    if (fork === undefined) {
      lists.push(yield* listNames(libc, tag));
      return 0;
    }
    const pid = yield* libc.fork(function* (child) {
      lists.push(yield* listNames(child, tag));
      return 0;
    });
    yield* libc.waitpid(pid);
    return 0;
  };

/** Runs what follows its name in its place. */
const again: Main = (libc, argv) => libc.execve(argv[1] ?? "", argv.slice(1));

/** The user of the recording. */
function* become1001(libc: Libc): Syscall<void> {
  yield* libc.setgroups([1001]);
  yield* libc.setgid(1001);
  yield* libc.setuid(1001);
}

function* spawned(libc: Libc, path: string, tag: string): Program {
  yield* libc.waitpid(yield* libc.posix_spawn(path, [NAMES, tag]));
  return 0;
}

/** Each situation of the recording, in a process as pid 1's program there was one: no terminal, one port in descriptors 0 to 2, one directory. */
const situations: readonly ((libc: Libc) => Program)[] = [
  (libc) => libc.execve(NAMES, [NAMES, "fork-then-exec-in-place"]),
  (libc) => libc.execve(NAMES, [NAMES, "fork-child-only", "fork"]),
  (libc) => libc.execve("/bin/again", ["again", NAMES, "exec-in-place-twice"]),
  (libc) => spawned(libc, NAMES, "posix_spawn-new-task"),
  function* (libc) {
    yield* libc.open("/etc/motd", O_RDONLY);
    yield* libc.open("/etc/motd", O_RDONLY | O_CLOEXEC);
    return yield* libc.execve(NAMES, [NAMES, "fds-3-kept-4-cloexec"]);
  },
  function* (libc) {
    yield* become1001(libc);
    return yield* libc.execve(NAMES, [NAMES, "uid1001"]);
  },
  function* (libc) {
    yield* become1001(libc);
    return yield* libc.execve(SUID, [NAMES, "uid1001-suid-secure"]);
  },
  (libc) => libc.execve(SUID, [NAMES, "root-suid-nonsecure"]),
  function* (libc) {
    yield* become1001(libc);
    return yield* spawned(libc, SUID, "spawn-suid-secure");
  },
  function* (libc) {
    const console = yield* libc.open("/dev/console", O_RDWR);
    yield* libc.dup2(console, STDOUT);
    yield* libc.dup2(console, STDERR);
    yield* libc.close(console);
    const tty = yield* libc.open("/dev/console", O_RDWR);
    yield* libc.tiocsctty(tty);
    yield* libc.dup2(tty, STDIN);
    return yield* libc.execve(NAMES, [NAMES, "withctty"]);
  },
  (libc) => libc.execve("/bin/settrans", ["settrans", "-ac", "/tmp/active", NAMES, "as-active-translator"]),
  function* (libc) {
    yield* libc.waitpid(yield* libc.posix_spawn("/bin/settrans", ["settrans", "-c", "/tmp/passive", NAMES, "as-passive-translator"]));
    yield* attempt(libc.readText("/tmp/passive"));
    return 0;
  },
];

const starter: Main = function* (libc) {
  for (const situation of situations) {
    const pid = yield* libc.fork(function* (child) {
      yield* child.setsid();
      yield* child.umask(0);
      for (let fd = 0; fd < 10; fd++) yield* attempt(child.close(asFd(fd)));
      yield* child.dup(yield* child.open("/dev/null", O_RDWR));
      yield* child.dup(STDIN);
      yield* addSendRef(child.ports.crdir);
      yield* child.setInitPort(INIT_PORT_CWDIR, child.ports.crdir);
      return yield* situation(child);
    });
    yield* libc.waitpid(pid);
  }
  return 0;
};

/** A task's space as lines: in a new task with the names themselves, in one that was forked they follow the parent's history. */
const lines = ({ names: entries, ...who }: NameSpace, numbered: boolean): readonly string[] => [
  JSON.stringify(who),
  ...entries.map((e) => `${numbered ? `${e.name} ` : ""}${e.roles}: ${e.rights}`).sort(),
];

const newTasks = ["posix_spawn-new-task", "uid1001-suid-secure", "spawn-suid-secure", "as-active-translator", "as-passive-translator"] as const;
const oldTasks = ["fork-then-exec-in-place", "fork-child-only", "exec-in-place-twice", "fds-3-kept-4-cloexec", "uid1001", "root-suid-nonsecure", "withctty"] as const;

describe("names, rights and references in a task's space at main (recorded/namespaces)", function () {
  this.timeout(60_000);
  const lists: NameSpace[] = [];
  before(() => {
    runCommands({
      commands: `cp ${NAMES} ${SUID}; chmod 4755 ${SUID}; starter`,
      programs: [[NAMES, names(lists)], ["/bin/again", again], ["/bin/starter", starter]],
    });
  });

  const real = recordedNameSpaces();
  const compare = (tag: string, numbered: boolean): void => {
    const [ours, theirs] = [lists, real].map((all) => all.find((l) => l.tag === tag));
    expect(theirs).to.not.equal(undefined);
    expect(ours && lines(ours, numbered)).to.deep.equal(theirs && lines(theirs, numbered));
  };
  for (const tag of newTasks) it(`${tag}: the very names`, () => compare(tag, true));
  for (const tag of oldTasks) it(tag, () => compare(tag, false));
});
