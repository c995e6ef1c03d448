import { readFileSync } from "node:fs";
import { expect } from "chai";
import { runCommands } from "../boot/session.ts";
import { attempt } from "../glibc-shim/errno.ts";
import type { Libc } from "../glibc-shim/libc.ts";
import { allocateReceive, destroyReceive, insertSend } from "../glibc-shim/rights.ts";
import { copySend, copySends, MACH_PORT_NULL, makeSend, type MachPort } from "../mach/ipc/names.ts";
import type { Syscall } from "../mach/kern/syscall.ts";
import { authCall } from "../servers/interfaces/auth.ts";
import { Errno } from "../servers/interfaces/errno.ts";
import { O_IGNORE_CTTY, O_READ } from "../servers/interfaces/hurd-types.ts";
import { passwordCall } from "../servers/interfaces/password.ts";
import { AuthServer } from "../servers/auth/serve.ts";
import { ROOT_IDS } from "../servers/lib/auth-handle.ts";
import { Bucket } from "../servers/lib/ports.ts";
import { probed } from "./servers/probe.ts";

/** A file below test/, and titles of tests in it, as they stand there. */
type Checks = readonly (readonly [file: string, ...titles: string[]])[];

/** Rows 1–25 of feature-table.md: what each must do, and the tests that would fail if it did not. */
const ROWS: readonly (readonly [row: number, feature: string, checks: Checks])[] = [
  [1, "ports and rights", [
    ["mach/conformance.test.ts", "`${file}: every scenario`"],
    ["mach/ipc/right-table.test.ts", "lets each right travel as the law says"],
    ["mach/ipc/model.test.ts", "are what a table without counts says, for any sequence of operations"],
    ["mach/ipc/waits.test.ts", "holds the slot of the message that it was given until it goes on", "gives up after its time, and gets its message back"],
  ]],
  [2, "MIG RPC", [
    ["mach/mig/calls.test.ts", "answer MIG_BAD_ID for unknown ids, MIG_BAD_ARGUMENTS for another shape, and destroy what came", "of simpleroutines do not wait", "find out a reply that is none of theirs"],
    ["servers/interfaces/tables.test.ts", "`${table.name}: ids, order, types, dispositions, counts`"],
    ["servers/exec/races.test.ts", "while it has the task: MIG_SERVER_DIED to the caller; the task keeps its names, and is suspended until somebody resumes it"],
  ]],
  [3, "tasks and threads as capabilities", [
    ["mach/kern/thread.test.ts", "a new pc makes an interrupted thread call the routine there; then it goes on with its own answer"],
    ["boot/db.test.ts", "changes memory, across a page's end; read-only memory is refused", "whose task port one may not have is refused; one's own processes need no privilege"],
    ["boot/identity-tools.test.ts", "exec-in: the process keeps its pid and its parent, which waits for the new program's status"],
  ]],
  [4, "fork", [
    ["glibc-shim/processes.test.ts", "asks in the recorded order, proc_child last before the child runs (recorded forkonly)"],
    ["glibc-shim/fork-space.test.ts", "has receive rights as new ports, references as they were, no port sets, send-once rights or other threads"],
  ]],
  [5, "exec", [
    ["servers/exec/recorded-exec.test.ts", "answers, runs or leaves the task as recorded (p-exec)"],
    ["servers/exec/recorded-space.test.ts", "have the names, ports and start-up data that were recorded (p-space)"],
    ["glibc-shim/system.test.ts", "hands descriptors over by exec, but not those with FD_CLOEXEC; ignored signals stay ignored"],
    ["boot/names-at-main.test.ts", "`${tag}: the very names`"],
  ]],
  [6, "setuid exec", [
    ["servers/exec/exec.test.ts", "in a secure exec: another task, the old one and its process port dead, the pid and new ids on the new one (recorded p-space)"],
    ["servers/exec/recorded-set-uid.test.ts", "`${path}, ${spawn ? \"spawned\" : \"in place\"} by ${uid}`"],
    ["servers/lib/iouser.test.ts", "become effective and saved; the real id stays first", "are no gain when they were there"],
    ["feature-rows.test.ts", "row 6: a traced program that gains ids is traced no more"],
  ]],
  [7, "#! scripts", [
    ["servers/exec/scripts.test.ts", "is an interpreter and at most one argument, blanks trimmed", "gives the interpreter what was recorded, and fails as recorded"],
    ["servers/exec/recorded-space.test.ts", "set-uid scripts: the same (p-suidscript)"],
  ]],
  [8, "wait and zombies", [
    ["servers/proc/process.test.ts", "reports stops, continuations and the end once each, as recorded", "sees a task that just ended as killed, and wakes who waits"],
    ["boot/acceptance.test.ts", "SIGKILL is status 9; a normal exit is what the child marked"],
  ]],
  [9, "signals", [
    ["glibc-shim/system.test.ts", "obeys signals by their reference port alone (recorded sig-refs)"],
    ["glibc-shim/processes.test.ts", "is no message: the task is terminated"],
    ["glibc-shim/signals.test.ts", "break a call off with EINTR, after the server has been asked to", "with SA_RESTART send the call again"],
  ]],
  [10, "a stopped process still answers", [["boot/inspection-tools.test.ts", "a stopped process still answers (feature-table.md §7 scenario 7)"]]],
  [11, "sessions and job control", [
    ["glibc-shim/recorded-fork.test.ts", "each call of fork.c's pg answers the same (fork-pgrp-sid-reparent)"],
    ["boot/acceptance.test.ts", "stops the job by SIGTTIN; in the foreground it reads", "in an orphaned group it is EIO"],
  ]],
  [12, "exception ports", [
    ["mach/kern/exception.test.ts", "asks the thread's port first, then the task's, then terminates the task"],
    ["boot/db.test.ts", "takes exceptions before the program does: it can go on, or die as it would have"],
  ]],
  [13, "crash servers", [
    ["boot/crash.test.ts", "its parent sees it stop by its signal; CONT first reports \\\"continued\\\", then the death with core (recorded)", "changing the link /servers/crash changes the policy at the next crash; $CRASHSERVER is for one user", "RLIMIT_CORE 0 turns every crash server off, crash-suspend too"],
    ["boot/acceptance.test.ts", "a fault stops the job, whose state is T; going on, it dies with a core"],
  ]],
  [14, "debugging by the task port", [
    ["boot/db.test.ts", "lists threads: the main thread and the signal thread of every process", "`attaches to a server and holds it: ${name}; the system goes on afterwards`"],
    ["mach/kern/debug.test.ts", "stops where a debug register says before the routine there begins, once each time; the registers can be read"],
  ]],
  [15, "ptrace", [["boot/ptrace.test.ts", "attach stops it, signals stop it instead of being handled, detach lets it go", "what the C library leaves to the kernel, and what there is not: EOPNOTSUPP"]]],
  [16, "resource limits", [
    ["glibc-shim/rlimit.test.ts", "let anybody raise a hard limit, RLIMIT_AS apart, and cut a soft limit to the hard one", "is how far the table grows: then EMFILE to open, dup, pipe and socketpair, which leave nothing behind", "is how far the break rises, to the byte; nobody looks while no other page is needed, and above it is ENOMEM", "RLIMIT_FSIZE and RLIMIT_NPROC are remembered, and nobody looks at them"],
    ["mach/kern/size-limit.test.ts", "is set through the host's name port; the maximum is raised through the privileged port alone: KERN_NO_ACCESS", "goes to a child, with memory or without; the copy of the memory itself is always made"],
    ["servers/exec/out-of-memory.test.ts", "is none for a set-id program: its task is the exec server's child, and has that one's limit"],
    ["boot/limits.test.ts", "is the shell's own and its subshells'; other programs begin anew, except for -v, which is the kernel's"],
    ["boot/crash.test.ts", "RLIMIT_CORE 0 turns every crash server off, crash-suspend too"],
  ]],
  [17, "scheduling priorities", [["mach/kern/host.test.ts", "takes priorities from 0 to 63, which change nothing"]]],
  [18, "auth handles", [
    ["servers/auth/recorded-auth.test.ts", "answers as recorded (p-auth)"],
    ["servers/auth/auth.test.ts", "answers EPERM for ids that no handle has, and takes other handles' ids", "never gives a user id that is not held, unless root is"],
  ]],
  [19, "the reauthentication handshake", [
    ["servers/auth/auth.test.ts", "`works with the ${first} first and a ${kind} right as new port`", "answers EINVAL for a null or dead rendezvous", "ends with EINVAL for those who wait when the rendezvous port dies"],
    ["servers/auth/recorded-reauth.test.ts", "gives files and processes what was recorded (p-reauth)"],
    ["feature-rows.test.ts", "row 19: different auth servers never meet"],
  ]],
  [20, "several effective ids, and none", [
    ["boot/identity-tools.test.ts", "login without a user is nobody's shell: what others may, it may; and it becomes somebody by addauth", "are nobody's in ps, and out of reach for all but root"],
    ["servers/lib/iouser.test.ts", "has a class of its own for users without ids only under S_IUSEUNK"],
  ]],
  [21, "ids added and taken at run time", [
    ["boot/identity-tools.test.ts", "addauth with the password: the same process now gets in; rmauth: it no longer does", "what was open before, and the working directory, have the new ids at once", "a file that is open stays readable, with the descriptor's port reauthenticated"],
  ]],
  [22, "the password server", [
    ["servers/password/check.test.ts", "a user's password gives his groups, the primary one first and once", "a wrong password, a locked account, an unknown id and one without a line in shadow give nothing", "an empty hash lets anything in"],
    ["feature-rows.test.ts", "row 22: gives anybody who knows the password a handle with the ids available, none effective; EACCES for a wrong one"],
  ]],
  [23, "setauth reauthenticates port by port", [
    ["glibc-shim/processes.test.ts", "asks in the recorded order: handle, root, directory, descriptors, proc"],
    ["glibc-shim/system.test.ts", "changes ids of the process and of every port it has"],
    ["feature-rows.test.ts", "row 23: a port that cannot be reauthenticated stays as it was, the others change"],
  ]],
  [24, "login collections", [
    ["servers/proc/process.test.ts", "form login collections breadth first, sessions and groups latest first (recorded p-proc)"],
    ["boot/identity-tools.test.ts", "addauth to one's own collection: from its own turn on, its proc port is dead (recorded)"],
    ["feature-rows.test.ts", "row 24: a login is the head of a collection of its own, which addauth leaves out"],
  ]],
  [25, "fakeauth and fakeroot", [
    ["boot/fakeauth.test.ts", "its command believes itself root, and can become anybody", "to every server it is who started it: its files are his, what he may not do fails",
      "what nobody has changed is root's; chown and chmod succeed and are shown, to all that run under it", "outside, nothing of that is so but what the user may do himself"],
  ]],
];

const source = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
/** A title as a call of `it` has it: a string, or a template given with its quotes. */
const stands = (text: string, title: string): boolean => text.includes(title.startsWith("`") ? `it(${title}` : `it("${title}`);

describe("the feature table's rows 1–25", () => {
  it("are all here, in order", () => {
    expect(ROWS.map(([row]) => row)).to.deep.equal(Array.from({ length: 25 }, (_, i) => i + 1));
  });
  for (const [row, feature, checks] of ROWS)
    it(`row ${row}, ${feature}: each test that is named for it is there`, () => {
      const missing = checks.flatMap(([file, ...titles]) => titles.filter((title) => !stands(source(file), title)).map((title) => `${file}: ${title}`));
      expect(missing).to.deep.equal([]);
      expect(checks.flatMap(([, ...titles]) => titles)).not.to.deep.equal([]);
    });
});

/** A handle of an auth server of our own: the same program, another server. */
function* secondAuth(libc: Libc): Syscall<MachPort> {
  const bucket = yield* Bucket.create(libc);
  const server = new AuthServer(bucket);
  const right = yield* bucket.getSendRight(yield* server.makeHandle(ROOT_IDS));
  yield* libc.thread(() => bucket.serveMultithread(server.demuxer()));
  return right;
}

describe("rows of the feature table that have no test elsewhere", function () {
  this.timeout(30_000);
  it("row 6: a traced program that gains ids is traced no more", () => {
    const ran = runCommands({ user: "guest", commands: "ptrace su nosuchuser; echo $?; ptrace true; echo $?" });
    expect(ran.output).to.equal("ptrace: exec\nptrace: proc_pid2proc: Operation not permitted\n1\nptrace: exec\nptrace: exited with 0\n0\n");
  });
  it("row 19: different auth servers never meet", () => {
    const got = probed(function* (libc) {
      const other = yield* secondAuth(libc);
      const rendezvous = yield* allocateReceive();
      const answered: number[] = [];
      yield* libc.thread(function* () {
        answered.push((yield* authCall.auth_user_authenticate(other, { rendezvous: makeSend(rendezvous) })).err);
      });
      yield* libc.thread(function* () {
        answered.push((yield* authCall.auth_server_authenticate(libc.ports.auth, { rendezvous: makeSend(rendezvous), newport: copySend(MACH_PORT_NULL) })).err);
      });
      yield* libc.sleep(10);
      const before = [...answered];
      yield* destroyReceive(rendezvous);
      yield* libc.sleep(1);
      return { before, after: answered };
    });
    expect(got).to.deep.equal({ before: [], after: [Errno.EINVAL, Errno.EINVAL] });
  });
  it("row 22: gives anybody who knows the password a handle with the ids available, none effective; EACCES for a wrong one", () => {
    const got = probed(function* (libc) {
      const nobody = yield* authCall.auth_makeauth(libc.ports.auth, { other_handles: copySends([]), euids: [], auids: [], egids: [], agids: [] });
      if (nobody.err === 0) yield* libc.setauth(nobody.newhandle);
      const server = yield* libc.file_name_lookup("/servers/password", 0);
      const wrong = yield* passwordCall.password_check_user(server, { user: 1000, pw: "hurd" });
      const right = yield* passwordCall.password_check_user(server, { user: 1000, pw: "guest" });
      return { wrong: wrong.err, ids: right.err === 0 ? yield* authCall.auth_getids(right.auth, {}) : right };
    });
    expect(got).to.deep.equal({ wrong: Errno.EACCES, ids: { err: 0, euids: [], auids: [1000], egids: [], agids: [1000, 100] } });
  });
  it("row 23: a port that cannot be reauthenticated stays as it was, the others change", () => {
    const got = probed(function* (libc) {
      const dead = yield* allocateReceive();
      yield* insertSend(dead);
      const lost = yield* libc.openport(dead, O_IGNORE_CTTY);
      const file = yield* libc.open("/etc/motd", O_READ);
      const before = [yield* libc.fdPort(lost), yield* libc.fdPort(file), libc.ports.cwdir, libc.ports.proc];
      yield* destroyReceive(dead);
      yield* libc.setuid(1000);
      const after = [yield* libc.fdPort(lost), yield* libc.fdPort(file), libc.ports.cwdir, libc.ports.proc];
      return { same: before.map((port, i) => port === after[i]), uid: yield* libc.getuid(), chmod: (yield* attempt(libc.fchmod(file, 0o600))).err };
    });
    expect(got).to.deep.equal({ same: [true, false, false, false], uid: 1000, chmod: Errno.EPERM });
  });
  it("row 24: a login is the head of a collection of its own, which addauth leaves out", () => {
    const ran = runCommands({ user: "guest", commands: "login guest; ids -tuv", input: "guest\naddauth root\nhurd\nids -tuv\nexit\n" });
    expect(ran.output.split("\n").filter((line) => line.startsWith("euids="))).to.deep.equal(["euids=1000,0 auids=1000,1000", "euids=1000 auids=1000,1000"]);
  });
});
