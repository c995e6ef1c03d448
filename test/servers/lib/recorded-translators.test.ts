import { expect } from "chai";
import { asPort, copySend, makeSend, MACH_PORT_NULL, Right, type MachPort } from "../../../mach/ipc/names.ts";
import { machPortCall } from "../../../mach/interfaces/mach-port.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../../glibc-shim/rights.ts";
import { fsCall, fsysCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { decodeStat } from "../../../servers/interfaces/stat.ts";
import { encodeArgz } from "../../../servers/interfaces/argz.ts";
import { onEachRoot } from "../probe.ts";
import { differences, hex, look, named, octal, portType, recorded, translated } from "./recorded.ts";

const NULL_ARGZ = "/hurd/null\0";
const utf8 = new TextEncoder();

function* newSend(): Syscall<MachPort> {
  const self = yield* taskSelf();
  const made = yield* machPortCall.mach_port_allocate(self, { right: Right.RECEIVE });
  const name = made.err ? MACH_PORT_NULL : made.name;
  yield* machPortCall.mach_port_insert_right(self, { name, poly: makeSend(name) });
  return name;
}

function* deadName(): Syscall<MachPort> {
  const name = yield* newSend();
  yield* machPortCall.mach_port_mod_refs(yield* taskSelf(), { name, right: Right.RECEIVE, delta: -1 });
  return name;
}

/** probe.c's section "trans", line by line. */
class Trans {
  readonly lines: string[] = [];
  private readonly libc: Libc;
  constructor(libc: Libc) {
    this.libc = libc;
  }
  *open(path: string, flags: number): Syscall<MachPort> {
    return yield* this.libc.file_name_lookup(path, flags, 0o644);
  }
  /** `st`: one file_set_translator. */
  *set(label: string, file: MachPort, p: number, a: number, argz = "", active = MACH_PORT_NULL): Syscall<void> {
    const passive = utf8.encode(argz);
    const act = yield* portType(active);
    const { err } = yield* fsCall.file_set_translator(file, { passive_flags: p, active_flags: a, oldtrans_flags: 0, passive, active: copySend(active) });
    this.lines.push(named(`set_translator ${label} p=${hex(p)} a=${hex(a)} old=0 len=${passive.length} act=${act}`, err));
  }
  /** `gt`: what the node says of its translator. */
  *state(label: string, file: MachPort): Syscall<void> {
    const got = yield* fsCall.file_get_translator(file, {});
    const record = got.err ? hex(got.err) : `0 "${new TextDecoder().decode(got.translator).replaceAll("\0", "\\0")}"`;
    const cntl = yield* fsCall.file_get_translator_cntl(file, {});
    const port = cntl.err ? MACH_PORT_NULL : cntl.translator_cntl;
    const st = yield* ioCall.io_stat(file, {});
    const mode = st.err ? 0 : decodeStat(st.stat_info).mode;
    this.lines.push(`  state ${label}: get_translator=${record} cntl=${hex(cntl.err)} ${yield* portType(port)} stat=${hex(st.err)} mode=${octal(mode)}`);
    yield* deallocate(port);
  }
  *look(label: string, name: string, flags: number): Syscall<void> {
    this.lines.push(yield* look(label, this.libc.ports.crdir, name, flags));
  }
}

function* activeSide(t: Trans, f: MachPort): Syscall<void> {
  const [c1, c2] = [yield* newSend(), yield* newSend()];
  const steps: readonly (readonly [string, number, number, string, MachPort])[] = [
    ["active SET own port", 0, 4, "", c1],
    ["active SET|EXCL while one active", 0, 6, "", c2],
    ["passive SET + active SET|EXCL null while active", 4, 6, NULL_ARGZ, MACH_PORT_NULL],
    ["active SET|ORPHAN replace", 0, 0xc, "", c2],
    ["active SET|ORPHAN null (detach)", 0, 0xc, "", MACH_PORT_NULL],
    ["active SET null none active", 0, 4, "", MACH_PORT_NULL],
    ["active SET deadname", 0, 4, "", yield* deadName()],
    ["active SET null after", 0, 4, "", MACH_PORT_NULL],
  ];
  for (const [label, p, a, argz, port] of steps) {
    yield* t.set(label, f, p, a, argz, port);
    yield* t.state("", f);
  }
  yield* t.set("active SET c1", f, 0, 4, "", c1);
}

function* passiveSide(t: Trans, f: MachPort): Syscall<void> {
  yield* t.state("fresh", f);
  const steps: readonly (readonly [string, number, string, boolean])[] = [
    ["neither SET", 0, NULL_ARGZ, true],
    ["passive SET", 4, NULL_ARGZ, true],
    ["passive SET again", 4, "/hurd/hello\0", true],
    ["passive SET|EXCL", 6, NULL_ARGZ, true],
    ["passive EXCL only", 2, NULL_ARGZ, false],
    ["not NUL-terminated", 4, "/hurd/null", true],
    ["clear passive", 4, "", true],
  ];
  for (const [label, p, argz, show] of steps) {
    yield* t.set(label, f, p, 0, argz);
    if (show) yield* t.state("", f);
  }
}

function* shortCircuits(t: Trans): Syscall<void> {
  const node = function* (n: number): Syscall<MachPort> {
    return yield* t.open(`/tmp/sc${n}`, 0x90);
  };
  const symlink = yield* node(1);
  yield* t.set("short symlink", symlink, 4, 0, "/hurd/symlink\0/etc/motd\0");
  yield* t.state("symlink", symlink);
  yield* t.set("symlink no arg", symlink, 4, 0, "/hurd/symlink\0");
  yield* t.state("", symlink);
  const chr = yield* node(2);
  yield* t.set("chrdev", chr, 4, 0, "/hurd/chrdev\x003\x000x11\0");
  yield* t.state("chr", chr);
  const blk = yield* node(3);
  yield* t.set("blkdev no minor", blk, 4, 0, "/hurd/blkdev\x003\0");
  yield* t.state("blk", blk);
  yield* t.set("blkdev", blk, 4, 0, "/hurd/blkdev\x00300\x00400\0");
  yield* t.state("blk", blk);
  const fifo = yield* node(4);
  yield* t.set("fifo", fifo, 4, 0, "/hurd/fifo\0");
  yield* t.state("fifo", fifo);
  yield* t.look("fifo NOTRANS READ", "tmp/sc4", 0x81);
  const sock = yield* node(5);
  yield* t.set("ifsock", sock, 4, 0, "/hurd/ifsock\0");
  yield* t.state("sock", sock);
  const forced = yield* node(6);
  yield* t.set("symlink FORCE", forced, 5, 0, "/hurd/symlink\0/etc/motd\0");
  yield* t.state("forced", forced);
  yield* t.look("forced symlink", "tmp/sc6", 1);
}

function* directoriesAndPrograms(t: Trans, libc: Libc, f: MachPort): Syscall<void> {
  yield* libc.mkdir("/tmp/scd", 0o755);
  const dir = yield* t.open("/tmp/scd", 0x80);
  yield* t.set("symlink on dir", dir, 4, 0, "/hurd/symlink\0x\0");
  yield* t.state("dir", dir);
  yield* t.set("null on dir", dir, 4, 0, NULL_ARGZ);
  yield* t.state("dir", dir);
  t.lines.push(named("rmdir translated", (yield* attempt(libc.rmdir("/tmp/scd"))).err));
  const file = yield* t.open("/tmp/sc7", 0x90);
  const programs = [["missing program", "missing program", "/hurd/nosuchprog"], ["noexec program", "noexec program", "/bin/noexec"], ["program that exits", "program that exits", "/bin/m-true"], ["directory as program", "dir program", "/bin"], ["non-ELF", "non ELF program", "/bin/plaintext"]] as const;
  for (const [setting, looking, program] of programs) {
    yield* t.set(setting, file, 4, 0, `${program}\0`);
    yield* t.look(looking, "tmp/sc7", 1);
  }
  const nobody = yield* ioCall.io_restrict_auth(f, { uids: [], gids: [] });
  const none = nobody.err ? MACH_PORT_NULL : nobody.new_object;
  yield* t.set("no-ids user", none, 4, 0, NULL_ARGZ);
  yield* t.state("no-ids", none);
  const trivial = yield* t.open("/dev/null", 0);
  yield* t.set("on trivfs port (no NOTRANS)", trivial, 4, 0, NULL_ARGZ);
  yield* t.state("trivfs", trivial);
  yield* t.set("on O_READ open", yield* t.open("/etc/motd", 1), 0, 0);
}

function* furnish(libc: Libc): Syscall<void> {
  yield* libc.umask(0);
  for (const [path, mode] of [["/bin/noexec", 0o644], ["/bin/plaintext", 0o755]] as const) {
    const fd = yield* libc.open(path, 0x12, mode);
    yield* libc.writeAll(fd, "no program\n");
    yield* libc.close(fd);
  }
  const old = yield* libc.file_name_lookup("/dev/null", 0x80);
  yield* fsCall.file_chmod(old, { new_mode: 0o644 });
}

onEachRoot("translators", function (probed) {
  this.timeout(60_000);

  it("are set, shown and started as recorded", () => {
    const skipped = /^PROBE|^$|unserved control|control port received/;
    const lines = recorded("p-trans-root").filter((line) => !skipped.test(line)).map((line) => line.replace(/ ino=\d+/, ""));
    const got = probed(
      function* (libc) {
        yield* furnish(libc);
        const t = new Trans(libc);
        const f = yield* t.open("/tmp/tr", 0x90);
        yield* passiveSide(t, f);
        yield* activeSide(t, f);
        yield* shortCircuits(t);
        yield* directoriesAndPrograms(t, libc, f);
        return t.lines;
      },
      { programs: [["/bin/m-true", function* () { return 0; }]] },
    );
    expect(differences(lines, got)).to.deep.equal([]);
  });

  it("go away as recorded, with and without somebody using them", () => {
    const lines = recorded("p-goaway-root").filter((line) => /^goaway \/hurd\/(hello|null|tmpfs|symlink)/.test(line));
    const got = probed(function* (libc) {
      yield* libc.umask(0);
      const out: string[] = [];
      for (const [path, argv] of [["/tmp/ga-hello", ["/hurd/hello"]], ["/tmp/ga-null", ["/hurd/null"]], ["/tmp/ga-tmpfs", ["/hurd/tmpfs", "1M"]], ["/tmp/ga-symlink", ["/hurd/symlink", "/etc"]]] as const) {
        out.push(...(yield* sendAway(libc, path, argv)));
      }
      return out;
    });
    expect(differences(lines, got)).to.deep.equal([]);
  });

  it("the root filesystem's control port answers as recorded", () => {
    const lines = recorded("p-goaway-root");
    const wanted = lines.slice(lines.findIndex((line) => line.startsWith("root fs control"))).filter((line) => !/^PROBE|^$|fsys_get_children|^ n=/.test(line));
    expect(differences(wanted, probed(controlRoot))).to.deep.equal([]);
  });

  it("are listed by path for whoever controls the filesystem", () => {
    expect(probed(childrenOfRoot)).to.include.members(["servers/exec", "servers/startup", "tmp/below"]);
  });
});

function* controlRoot(libc: Libc): Syscall<readonly string[]> {
  const got = yield* fsCall.file_getcontrol(libc.ports.crdir, {});
  const control = got.err ? MACH_PORT_NULL : got.control;
  const lines = [named("root fs control", got.err)];
  lines.push(named("fsys_goaway(root,0)", (yield* fsysCall.fsys_goaway(control, { flags: 0 })).err));
  lines.push(named("fsys_goaway(root,UNLINK)", (yield* fsysCall.fsys_goaway(control, { flags: 8 })).err));
  const root = yield* fsysCall.fsys_getroot(control, { dotdot_node: copySend(MACH_PORT_NULL), gen_uids: [], gen_gids: [], flags: 1 });
  lines.push(named("fsys_getroot(root, null dotdot, no ids)", root.err));
  lines.push(root.err ? "?" : ` retry=${root.do_retry} name=${root.retry_name} port=${yield* portType(root.file)}`);
  lines.push(named("fsys_getpriv", (yield* fsysCall.fsys_getpriv(control, {})).err));
  lines.push(named("fsys_init", (yield* fsysCall.fsys_init(control, { proc_server: copySend(libc.ports.proc), auth_handle: libc.ports.auth })).err));
  lines.push(named("fsys_startup on control", (yield* fsysCall.fsys_startup(control, { openflags: 0, control_port: copySend(control) })).err));
  return lines;
}

/** What the root's control port says of the translators below. */
function* childrenOfRoot(libc: Libc): Syscall<readonly string[]> {
  yield* translated(libc, "/tmp/below", 0o644, ["/hurd/hello"]);
  yield* deallocate(yield* libc.file_name_lookup("/tmp/below", 1));
  const got = yield* fsCall.file_getcontrol(libc.ports.crdir, {});
  const children = yield* fsysCall.fsys_get_children(got.err ? MACH_PORT_NULL : got.control, {});
  return children.err ? [] : new TextDecoder().decode(children.names).split("\0").filter((name) => name !== "");
}

function* sendAway(libc: Libc, path: string, argv: readonly string[]): Syscall<readonly string[]> {
  const out: string[] = [];
  const flags = path.endsWith("symlink") ? 0x40 : 1;
  const file = yield* libc.file_name_lookup(path, 0x90, 0o644);
  yield* fsCall.file_set_translator(file, { passive_flags: 5, active_flags: 0, oldtrans_flags: 0, passive: encodeArgz(argv), active: copySend(asPort(0)) });
  for (const goaway of [0, 2, 4, 8, 0x10, 6]) {
    const open = yield* attempt(libc.file_name_lookup(path, flags));
    const got = yield* fsCall.file_get_translator_cntl(file, {});
    const control = got.err ? MACH_PORT_NULL : got.translator_cntl;
    const { err } = yield* fsysCall.fsys_goaway(control, { flags: goaway });
    yield* libc.usleep(50_000);
    const after = open.err ? { err: -1 } : yield* ioCall.io_get_openmodes(open.value, {});
    out.push(`goaway ${argv[0] ?? ""} with open port: open=${hex(open.err)} cntl=${hex(got.err)} flags=${hex(goaway)} -> ${hex(err)} (${strerror(err)}); afterwards open port call=${hex(after.err)} control ${yield* portType(control)}`);
    if (!open.err) yield* deallocate(open.value);
    yield* deallocate(control);
  }
  const open = yield* attempt(libc.file_name_lookup(path, flags));
  if (!open.err) yield* deallocate(open.value);
  yield* libc.usleep(200_000);
  const got = yield* fsCall.file_get_translator_cntl(file, {});
  const control = got.err ? MACH_PORT_NULL : got.translator_cntl;
  const { err } = yield* fsysCall.fsys_goaway(control, { flags: 0 });
  yield* libc.usleep(50_000);
  out.push(`goaway ${argv[0] ?? ""} no open port: cntl=${hex(got.err)} -> ${hex(err)} (${strerror(err)}) control ${yield* portType(control)}`);
  return out;
}
