import { expect } from "chai";
import type { MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { O_READ } from "../../../servers/interfaces/hurd-types.ts";
import { onEachRoot } from "../probe.ts";
import { differences, look, recorded, translated } from "./recorded.ts";

/** The recorded system's files, as far as the lookups touch them. */
function* furnish(libc: Libc): Syscall<void> {
  yield* libc.umask(0);
  const write = function* (path: string, mode: number, text: string): Syscall<void> {
    const fd = yield* libc.open(path, 0x12 | 0x10000, mode);
    yield* libc.writeAll(fd, text);
    yield* libc.close(fd);
    yield* libc.chmod(path, mode);
  };
  yield* write("/etc/motd", 0o644, "Welcome to the recorded Hurd.\n");
  yield* write("/bin/mini", 0o755, "x");
  yield* write("/bin/noexec", 0o644, "x");
  yield* write("/bin/m-xonly", 0o711, "x");
  yield* libc.mkdir("/home/u1", 0o755);
  yield* libc.mkdir("/home/u2", 0o755);
  for (const name of ["null", "tty"]) yield* libc.unlink(`/dev/${name}`);
  yield* libc.unlink("/dev/fd");
  yield* libc.mkdir("/dev/fd", 0o755);
  yield* translated(libc, "/dev/fd", 0o755, ["/hurd/magic", "--directory", "fd"]);
  yield* translated(libc, "/dev/null", 0o644, ["/hurd/null"]);
  yield* translated(libc, "/dev/tty", 0o644, ["/hurd/magic", "tty"]);
  yield* translated(libc, "/servers/socket/1", 0o644, ["/hurd/pflocal"]);
  const links = [["/etc/motd", "abs"], ["../etc/motd", "rel"], ["loop", "loop"], ["dangling-target", "dangl"], ["", "emptyl"]] as const;
  for (const [target, name] of links) yield* libc.symlink(target, `/tmp/${name}`);
  for (let i = 1; i <= 12; i++) yield* libc.symlink(i === 1 ? "../etc/motd" : `ch${i - 1}`, `/tmp/ch${i}`);
}

/** Lines about things that this system has not, or has otherwise: its console is a terminal from the start. */
const elsewhere = /"dev\/console"/;

const wanted = (file: string): readonly string[] =>
  recorded(file)
    .filter((line) => line.startsWith("dir_lookup") && !elsewhere.test(line))
    .map((line) => line.replace(/ ino=\d+/, ""));

function* replay(libc: Libc, lines: readonly string[]): Syscall<readonly string[]> {
  const ports: Record<string, MachPort> = {
    root: libc.ports.crdir,
    file: yield* libc.file_name_lookup("/etc/motd", O_READ),
    "null-trivfs": yield* libc.file_name_lookup("/dev/null", O_READ),
    "auth-port": libc.ports.auth,
    "task-port": yield* taskSelf(),
    "proc-port": libc.ports.proc,
    etc: yield* libc.file_name_lookup("/etc", O_READ),
  };
  const out: string[] = [];
  for (const line of lines) {
    const m = /^dir_lookup (\S+) \("(.*)", (\w+)\)/.exec(line);
    const port = ports[m?.[1] ?? ""];
    if (m === null || port === undefined) throw new Error(`no such line: ${line}`);
    out.push(yield* look(m[1] ?? "", port, m[2] ?? "", Number(m[3])));
  }
  return out;
}

onEachRoot("dir_lookup", function (probed) {
  this.timeout(60_000);

  it("answers root as recorded", () => {
    const lines = wanted("p-lookup-root");
    const got = probed(function* (libc) {
      yield* furnish(libc);
      return yield* replay(libc, lines);
    });
    expect(differences(lines, got)).to.deep.equal([]);
  });

  it("answers an ordinary user as recorded", () => {
    const lines = wanted("p-lookup-u1");
    const got = probed(function* (libc) {
      yield* furnish(libc);
      for (const name of ["newf", "dangling-target"]) yield* libc.close(yield* libc.open(`/tmp/${name}`, 0x12, 0o644));
      yield* libc.chown("/home/u1", 1001, 1001);
      // root's file in a directory of group 1001: who has 1001 as uid and gid counts as its owner
      for (const path of ["/home/u1/x", "/home/u2/y"]) yield* libc.close(yield* libc.open(path, 0x12, 0o644));
      yield* libc.setgroups([]);
      yield* libc.setgid(1001);
      yield* libc.setuid(1001);
      return yield* replay(libc, lines);
    });
    expect(differences(lines, got)).to.deep.equal([]);
  });

  it("goes through the client's library as recorded: magical names, loops, O_NOFOLLOW", () => {
    const got = probed(function* (libc) {
      yield* furnish(libc);
      for (let fd = 0; fd < 3; fd++) yield* libc.open("/etc/motd", O_READ);
      const out: string[] = [];
      for (const [path, flags] of [["/dev/fd/1", 2], ["/dev/fd/77", 0], ["/dev/fd/abc", 0], ["/dev/fd/", 1], ["/dev/tty", 3], ["", 3], ["/etc/motd/", 0], ["/tmp/loop", 0], ["/tmp/abs", 0x100000], ["/tmp/emptyl", 0], ["/tmp/ch9", 0], ["/tmp/ch10", 0]] as const) {
        const opened = yield* attempt(libc.open(path, flags));
        out.push(`${path} ${opened.err === 0 ? "ok" : (opened.err >>> 0).toString(16)}`);
      }
      return out;
    });
    expect(got).to.deep.equal([
      "/dev/fd/1 ok", "/dev/fd/77 40000009", "/dev/fd/abc 40000002", "/dev/fd/ ok", "/dev/tty 40000006", " 40000002", "/etc/motd/ 40000014",
      "/tmp/loop 4000003e", "/tmp/abs 4000003e", "/tmp/emptyl ok", "/tmp/ch9 ok", "/tmp/ch10 4000003e",
    ]);
  });
});
