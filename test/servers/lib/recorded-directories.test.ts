import { expect } from "chai";
import { MachMsg, MsgOption } from "../../../mach/ipc/message.ts";
import { MACH_PORT_NULL, makeSend, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { decodeStat } from "../../../servers/interfaces/stat.ts";
import { onEachRoot } from "../probe.ts";
import { differences, hex, look, named, octal, recorded } from "./recorded.ts";

/** probe.c's section "dirs", line by line. */
class Dirs {
  readonly lines: string[] = [];
  readonly libc: Libc;
  readonly root: MachPort;
  constructor(libc: Libc) {
    this.libc = libc;
    this.root = libc.ports.crdir;
  }
  *open(path: string, flags: number): Syscall<MachPort> {
    return yield* this.libc.file_name_lookup(path, flags, 0o644);
  }
  *make(path: string): Syscall<void> {
    yield* this.libc.close(yield* this.libc.open(path, 0x13, 0o666));
  }
  say(line: string): void {
    this.lines.push(line);
  }
  /** `E`: the code of one call. */
  *err(label: string, call: Syscall<{ readonly err: number }>): Syscall<void> {
    this.say(named(label, (yield* call).err));
  }
  *stat(file: MachPort): Syscall<ReturnType<typeof decodeStat>> {
    const got = yield* ioCall.io_stat(file, {});
    return decodeStat(got.err ? [] : got.stat_info);
  }
}

interface Ports {
  readonly d: MachPort;
  readonly d0: MachPort;
  readonly f: MachPort;
  readonly sub: MachPort;
  readonly etc: MachPort;
  readonly nul: MachPort;
}

function* mkdirs(t: Dirs, { d, d0, f, etc, nul }: Ports): Syscall<void> {
  for (const name of ["", ".", "..", "f", "sub", "a/b", "new1", "/", "new1/", "sub/"]) yield* t.err(`dir_mkdir "${name}"`, fsCall.dir_mkdir(d, { name, mode: 0o755 }));
  yield* t.err("dir_mkdir 256 chars", fsCall.dir_mkdir(d, { name: "b".repeat(256), mode: 0o755 }));
  yield* t.err("dir_mkdir on norw port", fsCall.dir_mkdir(d0, { name: "new2", mode: 0o7777 }));
  t.say(` mode=${octal((yield* t.stat(yield* t.open("/tmp/dd/new2", 0))).mode)}`);
  yield* t.err("dir_mkdir on file", fsCall.dir_mkdir(f, { name: "x", mode: 0o755 }));
  yield* t.err("dir_mkdir in /etc", fsCall.dir_mkdir(etc, { name: "probedir", mode: 0o755 }));
  yield* t.libc.rmdir("/etc/probedir");
  yield* t.err("dir_mkdir on /dev/null", fsCall.dir_mkdir(nul, { name: "x", mode: 0o755 }));
}

function* removals(t: Dirs, { d }: Ports): Syscall<void> {
  for (const name of ["", ".", "..", "f", "full", "nosuch", "ln", "new1/", "new1", "sub/."]) yield* t.err(`dir_rmdir "${name}"`, fsCall.dir_rmdir(d, { name }));
  for (const name of ["..", "tmp"]) yield* t.err(`dir_rmdir root "${name}"`, fsCall.dir_rmdir(t.root, { name }));
  for (const name of ["", ".", "..", "sub", "nosuch", "full/x", "f/"]) yield* t.err(`dir_unlink "${name}"`, fsCall.dir_unlink(d, { name }));
  for (const name of ["..", "bin"]) yield* t.err(`dir_unlink root "${name}"`, fsCall.dir_unlink(t.root, { name }));
}

function* renames(t: Dirs, { d, f, sub, etc, nul }: Ports): Syscall<void> {
  const moves: readonly (readonly [string, string, number, MachPort, string])[] = [
    ["f", ".", 0, d, ""], [".", "x", 0, d, ""], ["f", "..", 0, d, ""], ["nosuch", "x", 0, d, ""], ["f", "g", 1, d, "excl "], ["f", "f", 0, d, ""],
    ["f", "sub", 0, d, ""], ["sub", "g", 0, d, ""], ["sub", "full", 0, d, ""], ["sub", "sub", 0, d, ""], ["full", "x", 0, sub, "to sub "], ["f", "x/", 0, d, ""],
    ["f", "a/b", 0, d, ""], ["", "x", 0, d, ""], ["f", "", 0, d, ""], ["f", "f2", 0, nul, "to /dev/null "], ["f", "f2", 0, f, "to file "], ["f", "probef", 0, etc, "to /etc "],
  ];
  for (const [oldname, newname, excl, newdirectory, label] of moves) {
    yield* t.err(`dir_rename ${label}"${oldname}"->"${newname}"`, fsCall.dir_rename(d, { oldname, newdirectory, newname, excl }));
  }
}

function* links(t: Dirs, { d, f, sub, nul }: Ports): Syscall<MachPort> {
  yield* t.make("/tmp/dd/f");
  const f2 = yield* t.open("/tmp/dd/f", 0);
  const link = (label: string, file: MachPort, name: string, excl: number): Syscall<void> => t.err(`dir_link ${label}`, fsCall.dir_link(d, { file, name, excl }));
  yield* link("new", f2, "lk", 1);
  yield* link("exists excl", f2, "lk", 1);
  yield* link("same node no excl", f2, "lk", 0);
  yield* t.make("/tmp/dd/other");
  yield* link("over other", f2, "other", 0);
  yield* link("directory", sub, "sl", 1);
  yield* link("over dir", f2, "full", 0);
  for (const name of ["..", "."]) yield* link(`"${name}"`, f2, name, 0);
  yield* link("foreign", nul, "nn", 1);
  yield* link("auth port", t.libc.ports.auth, "nn", 1);
  yield* link('""', f2, "", 1);
  const made = yield* fsCall.dir_mkfile(d, { flags: 3, mode: 0o644 });
  t.say(named("dir_mkfile", made.err));
  const file = made.err ? MACH_PORT_NULL : made.newnode;
  const { mode, nlink } = yield* t.stat(file);
  t.say(` mode=${octal(mode)} nlink=${nlink}`);
  yield* t.err(" dir_link unnamed", fsCall.dir_link(d, { file, name: "named", excl: 1 }));
  yield* t.err("dir_mkfile on file", fsCall.dir_mkfile(f, { flags: 1, mode: 0o644 }));
  return f2;
}

function* linknodes(t: Dirs, { sub, etc }: Ports, f2: MachPort): Syscall<void> {
  const same = yield* fsCall.file_getlinknode(f2, {});
  t.say(named("file_getlinknode f", same.err));
  t.say(` same=${!same.err && same.linknode === f2 ? 1 : 0}`);
  yield* t.err("file_getlinknode root", fsCall.file_getlinknode(t.root, {}));
  const under = yield* fsCall.file_reparent(sub, { parent: etc });
  t.say(named("file_reparent sub -> etc", under.err));
  const moved = under.err ? MACH_PORT_NULL : under.new_file;
  for (const [name, flags] of [["..", 0], ["../motd", 1], [".", 0]] as const) t.say(yield* look("reparented", moved, name, flags));
  const alone = yield* fsCall.file_reparent(sub, { parent: MACH_PORT_NULL });
  t.say(named("file_reparent sub -> null", alone.err));
  const top = alone.err ? MACH_PORT_NULL : alone.new_file;
  for (const name of ["..", ""]) t.say(yield* look("chroot-like", top, name, 0));
}

/** The notices that wait on `port`. */
function* notices(t: Dirs, port: MachPort, kind: "dir" | "file"): Syscall<void> {
  for (let i = 0; i < 8; i++) {
    const msg = new MachMsg();
    msg.option = MsgOption.RCV | MsgOption.RCV_TIMEOUT;
    msg.timeout = 200;
    msg.rcvName = port;
    const code = yield msg;
    if (code !== 0) {
      t.say(` notice rcv=${hex(code)}`);
      return;
    }
    const [tickno, change, third, fourth] = msg.items.map((item) => item.data);
    t.say(kind === "dir" ? ` notice id=${msg.id} tickno=${String(tickno)} change=${String(change)} name="${String(third)}"` : ` fnotice ${String(tickno)} ${String(change)} ${String(third)} ${String(fourth)}`);
  }
}

function* watch(t: Dirs, { d }: Ports): Syscall<MachPort> {
  const receive = function* (): Syscall<MachPort> {
    const made = yield* machPortCall.mach_port_allocate(yield* taskSelf(), { right: Right.RECEIVE });
    return made.err ? MACH_PORT_NULL : made.name;
  };
  const nc = yield* receive();
  yield* t.err("dir_notice_changes", fsCall.dir_notice_changes(d, { port: makeSend(nc) }));
  yield* t.make("/tmp/dd/noticed");
  yield* t.libc.unlink("/tmp/dd/noticed");
  yield* t.libc.rename("/tmp/dd/lk", "/tmp/dd/lk2");
  yield* notices(t, nc, "dir");
  const nf = yield* receive();
  const w = yield* t.open("/tmp/dd/f", 2);
  yield* t.err("file_notice_changes", fsCall.file_notice_changes(w, { port: makeSend(nf) }));
  const text = (s: string): Uint8Array => new TextEncoder().encode(s);
  yield* ioCall.io_write(w, { data: text("abc"), offset: 0 });
  yield* ioCall.io_write(w, { data: text("defgh"), offset: 1 });
  yield* fsCall.file_set_size(w, { new_size: 1 });
  yield* fsCall.file_chmod(w, { new_mode: 0o600 });
  yield* notices(t, nf, "file");
  return w;
}

function* owners(t: Dirs, w: MachPort): Syscall<void> {
  yield* t.err("file_chmod setuid by owner", fsCall.file_chmod(w, { new_mode: 0o4755 }));
  t.say(` mode=${octal((yield* t.stat(w)).mode)}`);
  yield* ioCall.io_write(w, { data: new Uint8Array(1), offset: 0 });
  t.say(` mode after write=${octal((yield* t.stat(w)).mode)}`);
  yield* t.err("file_chown 1002", fsCall.file_chown(w, { new_owner: 1002, new_group: 1002 }));
  const { mode, uid, author } = yield* t.stat(w);
  t.say(` mode after chown=${octal(mode)} uid=${uid} author=${author}`);
  yield* t.err("file_chown own", fsCall.file_chown(w, { new_owner: 0, new_group: 0 }));
  yield* t.err("file_chauthor", fsCall.file_chauthor(w, { new_author: 1002 }));
  yield* t.err("file_chflags", fsCall.file_chflags(w, { new_flags: 0 }));
}

function* locks(t: Dirs, f2: MachPort): Syscall<void> {
  yield* t.err("file_lock LOCK_SH", fsCall.file_lock(f2, { flags: 1 }));
  yield* t.err("file_lock LOCK_EX|NB", fsCall.file_lock(f2, { flags: 6 }));
  const held = yield* fsCall.file_lock_stat(f2, {});
  t.say(named("file_lock_stat", held.err));
  if (!held.err) t.say(` mine=${held.mystatus} other=${held.otherstatus}`);
  yield* t.err("other peropen LOCK_EX|NB", fsCall.file_lock(yield* t.open("/tmp/dd/f", 3), { flags: 6 }));
  yield* t.err("LOCK_UN", fsCall.file_lock(f2, { flags: 8 }));
  yield* t.err("file_lock 0", fsCall.file_lock(f2, { flags: 0 }));
}

function* unlinkedWhileOpen(t: Dirs, { d }: Ports): Syscall<void> {
  const open = yield* t.open("/tmp/dd/g", 1);
  yield* t.err("unlink g", fsCall.dir_unlink(d, { name: "g" }));
  const got = yield* ioCall.io_stat(open, {});
  t.say(named("io_stat unlinked", got.err));
  t.say(` nlink=${(yield* t.stat(open)).nlink}`);
  yield* t.err("dir_link unlinked back", fsCall.dir_link(d, { file: open, name: "gback", excl: 1 }));
}

function* furnish(libc: Libc): Syscall<Ports> {
  yield* libc.umask(0);
  const t = new Dirs(libc);
  yield* t.make("/etc/motd");
  yield* libc.mkdir("/tmp/dd", 0o777);
  for (const name of ["f", "g"]) yield* t.make(`/tmp/dd/${name}`);
  for (const name of ["sub", "full"]) yield* libc.mkdir(`/tmp/dd/${name}`, 0o777);
  yield* t.make("/tmp/dd/full/x");
  yield* libc.symlink("f", "/tmp/dd/ln");
  return {
    d: yield* t.open("/tmp/dd", 1), d0: yield* t.open("/tmp/dd", 0), f: yield* t.open("/tmp/dd/f", 1), sub: yield* t.open("/tmp/dd/sub", 0),
    etc: yield* t.open("/etc", 0), nul: yield* t.open("/dev/null", 0),
  };
}

/** A recorded file notice: words of the message, two ints and two 64-bit numbers with their descriptors. */
function fileNotice(line: string): string {
  const w = /words: (.*)$/.exec(line)?.[1]?.split(" ").map(Number) ?? [];
  return ` fnotice ${w[1] ?? 0} ${w[3] ?? 0} ${w[5] ?? 0} ${w[8] ?? 0}`;
}

onEachRoot("directories", function (probed) {
  this.timeout(60_000);

  it("change as recorded: mkdir, rmdir, unlink, rename, link, notices, owners, locks", () => {
    const all = recorded("p-dirs-root");
    const lines = all
      .slice(1, all.findIndex((line) => line.startsWith("io_read null")))
      .filter((line) => !line.startsWith("file_exec_paths"))
      .map((line) => (line.startsWith(" fnotice") ? fileNotice(line) : line.replace(/ ino=\d+| size=\d+/, "")));
    const got = probed(function* (libc) {
      const ports = yield* furnish(libc);
      const t = new Dirs(libc);
      yield* mkdirs(t, ports);
      yield* removals(t, ports);
      yield* renames(t, ports);
      const f2 = yield* links(t, ports);
      yield* linknodes(t, ports, f2);
      yield* owners(t, yield* watch(t, ports));
      yield* locks(t, f2);
      yield* unlinkedWhileOpen(t, ports);
      return t.lines;
    });
    expect(differences(lines, got)).to.deep.equal([]);
  });
});
