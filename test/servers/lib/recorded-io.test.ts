import { expect } from "chai";
import { MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { taskSelf } from "../../../glibc-shim/rights.ts";
import { fsCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { strerror } from "../../../servers/interfaces/errno.ts";
import { onEachRoot } from "../probe.ts";
import { differences, hex, look, named, portType, recorded } from "./recorded.ts";

const utf8 = new TextEncoder();
const status = (err: number): string => (err === 0 ? "0" : `${hex(err)} ${strerror(err)}`);

/** probe.c's section "io", line by line. */
class Io {
  readonly lines: string[] = [];
  private readonly libc: Libc;
  constructor(libc: Libc) {
    this.libc = libc;
  }
  *open(path: string, flags: number): Syscall<MachPort> {
    return yield* this.libc.file_name_lookup(path, flags, 0o644);
  }
  say(line: string): void {
    this.lines.push(line);
  }
  *read(label: string, file: MachPort, offset: number, amount: number): Syscall<void> {
    const r = yield* ioCall.io_read(file, { offset, amount });
    this.say(`io_read ${label} off=${offset} amount=${amount} = ${status(r.err)} n=${r.err ? 0 : r.data.length} inline=1`);
  }
  *write(label: string, file: MachPort, offset: number, text: string): Syscall<void> {
    const r = yield* ioCall.io_write(file, { data: utf8.encode(text), offset });
    this.say(`io_write ${label} off=${offset} len=${text.length} = ${status(r.err)} amount=${r.err ? 0 : r.amount}`);
  }
  *position(file: MachPort): Syscall<number> {
    const r = yield* ioCall.io_seek(file, { offset: 0, whence: 1 });
    return r.err ? -1 : r.newp;
  }
  *modes(file: MachPort): Syscall<string> {
    const r = yield* ioCall.io_get_openmodes(file, {});
    return r.err ? "?" : hex(r.bits);
  }
  *allowed(file: MachPort): Syscall<string> {
    const r = yield* fsCall.file_check_access(file, {});
    return r.err ? "?" : hex(r.allowed);
  }
}

interface Files {
  readonly r: MachPort;
  readonly w: MachPort;
  readonly n: MachPort;
  readonly x: MachPort;
  readonly d: MachPort;
  readonly rw: MachPort;
  readonly ap: MachPort;
}

function* readWrite(io: Io, { r, w, n, x, d, rw, ap }: Files): Syscall<void> {
  yield* io.read("r", r, -1, 10);
  yield* io.read("r", r, -1, 10);
  io.say(`pos=${yield* io.position(r)}`);
  yield* io.read("r", r, 0, 5);
  io.say(`pos=${yield* io.position(r)}`);
  yield* io.read("r", r, 1000, 5);
  yield* io.read("r", r, -2, 5);
  for (const [label, file] of [["w", w], ["norw", n], ["exec", x]] as const) yield* io.read(label, file, -1, 5);
  yield* io.read("dir", d, -1, 64);
  yield* io.read("r amount 0", r, 0, 0);
  yield* io.read("r amount -1", r, 0, -1);
  yield* io.read("r big", r, 0, 100000);
  yield* io.write("r", r, -1, "x");
  yield* io.write("norw", n, -1, "x");
  yield* io.write("w", w, -1, "hello");
  yield* io.write("w", w, -2, "x");
  yield* io.write("w", w, 2, "ZZ");
  io.say(`pos w=${yield* io.position(w)}`);
  yield* io.write("exec", x, -1, "x");
  yield* io.write("dir", d, -1, "x");
  yield* io.write("w zero", w, -1, "");
  yield* io.write("rw", rw, -1, "0123456789");
  yield* io.write("append", ap, -1, "AB");
  yield* io.write("append off0", ap, 0, "C");
  io.say(`pos ap=${yield* io.position(ap)} rw=${yield* io.position(rw)}`);
  yield* io.write("append", ap, -1, "D");
}

function* seekAndReadable(io: Io, { r, w, n }: Files): Syscall<void> {
  const seeks = [["SET -1", r, -1, 0], ["END -1", r, -1, 2], ["whence 9", r, 0, 9], ["CUR -100", r, -100, 1], ["norw", n, 3, 0]] as const;
  for (const [label, file, offset, whence] of seeks) io.say(named(`io_seek ${label}`, (yield* ioCall.io_seek(file, { offset, whence })).err));
  const readable = yield* ioCall.io_readable(r, {});
  io.say(named("io_readable r", readable.err));
  io.say(` amount ${readable.err ? 0 : readable.amount}`);
  io.say(named("io_readable w", (yield* ioCall.io_readable(w, {})).err));
  io.say(named("io_readable norw", (yield* ioCall.io_readable(n, {})).err));
}

function* readdir(io: Io, { d, r }: Files): Syscall<void> {
  const ask = function* (label: string, dir: MachPort, entry: number, nentries: number, show: boolean): Syscall<void> {
    const got = yield* fsCall.dir_readdir(dir, { entry, nentries, bufsiz: 0 });
    io.say(named(`dir_readdir ${label}`, got.err));
    if (show && !got.err) io.say(` amount=${got.amount} n=${got.data.length}`);
  };
  yield* ask("O_READ", d, 0, -1, true);
  yield* ask("entry 2 n 1", d, 2, 1, true);
  yield* ask("entry 9999", d, 9999, -1, true);
  yield* ask("entry -1", d, -1, -1, false);
  yield* ask("norw", yield* io.open("/probe", 0), 0, -1, false);
  yield* ask("on file", r, 0, -1, false);
}

function* duplicates(io: Io, { r, n }: Files): Syscall<MachPort> {
  yield* ioCall.io_seek(r, { offset: 4, whence: 0 });
  const copy = yield* ioCall.io_duplicate(r, {});
  const du = copy.err ? MACH_PORT_NULL : copy.newport;
  io.say(named("io_duplicate", copy.err));
  io.say(` dup name same=${du === r ? 1 : 0} pos dup=${yield* io.position(du)}`);
  yield* io.read("dup", du, -1, 3);
  io.say(` pos orig=${yield* io.position(r)}`);
  const restricted = yield* ioCall.io_restrict_auth(r, { uids: [], gids: [] });
  const ra = restricted.err ? MACH_PORT_NULL : restricted.new_object;
  io.say(named("io_restrict_auth none", restricted.err));
  io.say(` pos=${yield* io.position(ra)}`);
  yield* io.read("restricted", ra, -1, 3);
  io.say(` pos orig=${yield* io.position(r)}`);
  for (const [label, file] of [["restricted", ra], ["orig", r]] as const) {
    io.say(named(`file_check_access ${label}`, (yield* fsCall.file_check_access(file, {})).err));
    io.say(` allowed=${yield* io.allowed(file)}`);
  }
  for (const [label, file] of [["restricted", ra], ["orig", r], ["norw", n]] as const) {
    io.say(named(`file_chmod ${label}`, (yield* fsCall.file_chmod(file, { new_mode: 0o644 })).err));
  }
  const again = yield* ioCall.io_restrict_auth(ra, { uids: [0], gids: [0] });
  io.say(named("io_restrict_auth(none).restrict{0}", again.err));
  io.say(named(" file_chmod re-restricted{0}", (yield* fsCall.file_chmod(again.err ? MACH_PORT_NULL : again.new_object, { new_mode: 0o644 })).err));
  yield* reopen(io, r);
  return du;
}

function* reopen(io: Io, r: MachPort): Syscall<void> {
  const user = yield* ioCall.io_restrict_auth(r, { uids: [1001], gids: [1001] });
  const rb = user.err ? MACH_PORT_NULL : user.new_object;
  io.say(named("io_restrict_auth{1001}", user.err));
  io.say(yield* look("restricted port of dir n/a", rb, "", 1));
  io.say(yield* look("restricted", rb, "", 2));
  const em = yield* fsCall.dir_lookup(r, { file_name: "", flags: 1, mode: 0 });
  io.say(named('dir_lookup ""', em.err));
  io.say(` pos new peropen=${em.err ? -1 : yield* io.position(em.result)} pos orig=${yield* io.position(r)}`);
}

function* openmodes(io: Io, r: MachPort, du: MachPort): Syscall<void> {
  io.say(named("io_set_all_openmodes dup APPEND", (yield* ioCall.io_set_all_openmodes(du, { newbits: 0x100 })).err));
  io.say(` orig openmodes=${yield* io.modes(r)}`);
  io.say(named("io_set_all_openmodes 0xffff", (yield* ioCall.io_set_all_openmodes(r, { newbits: 0xffff })).err));
  io.say(` orig openmodes=${yield* io.modes(r)}`);
  io.say(named("io_clear_some 0xffff", (yield* ioCall.io_clear_some_openmodes(r, { bits_to_clear: 0xffff })).err));
  io.say(` openmodes=${yield* io.modes(r)}`);
  const a = yield* ioCall.io_identity(r, {});
  const b = yield* ioCall.io_identity(du, {});
  const same = !a.err && !b.err;
  io.say(named("io_identity r", a.err));
  io.say(named("io_identity dup", b.err));
  io.say(` idport same=${same && a.idport === b.idport ? 1 : 0} fsid same=${same && a.fsidport === b.fsidport ? 1 : 0}`);
}

function* mapsAndSizes(io: Io, root: MachPort, { r, w, n, x, rw }: Files): Syscall<void> {
  io.say(named("file_getcontrol root", (yield* fsCall.file_getcontrol(root, {})).err));
  io.say(named("file_getcontrol motd", (yield* fsCall.file_getcontrol(r, {})).err));
  for (const [label, file] of [["r", r], ["rw", rw], ["w", w], ["norw", n], ["exec", x]] as const) {
    const got = yield* ioCall.io_map(file, {});
    io.say(named(`io_map ${label}`, got.err));
    const [rd, wr] = got.err ? [MACH_PORT_NULL, MACH_PORT_NULL] : [got.memobjrd, got.memobjwt];
    io.say(` rd=${yield* portType(rd)} wr=${yield* portType(wr)}${label === "rw" ? ` same=${rd === wr ? 1 : 0}` : ""}`);
  }
  for (const [label, file] of [["r", r], ["norw", n], ["w", w]] as const) io.say(named(`file_set_size ${label}`, (yield* fsCall.file_set_size(file, { new_size: 3 })).err));
  for (const [label, select_type] of [["r", 1], ["r 7", 7]] as const) {
    const got = yield* ioCall.io_select(r, { select_type });
    io.say(named(`io_select ${label}`, got.err));
    io.say(` type=${got.err ? -1 : got.select_type}`);
  }
  io.say(named("io_get_owner", (yield* ioCall.io_get_owner(r, {})).err));
  io.say(named("io_mod_owner", (yield* ioCall.io_mod_owner(r, { owner: 5 })).err));
  const owner = yield* ioCall.io_get_owner(r, {});
  io.say(named("io_get_owner", owner.err));
  io.say(` owner=${owner.err ? -1 : owner.owner}`);
}

function* lastQuestions(io: Io, libc: Libc, { r }: Files): Syscall<void> {
  io.say(named("io_get_icky_async_id", (yield* ioCall.io_get_icky_async_id(r, {})).err));
  const max = yield* ioCall.io_pathconf(r, { name: 3 });
  io.say(named("io_pathconf NAME_MAX", max.err));
  io.say(` =${max.err ? -1 : max.value}`);
  io.say(named("io_pathconf 999", (yield* ioCall.io_pathconf(r, { name: 999 })).err));
  const none = yield* ioCall.io_restrict_auth(r, { uids: [], gids: [] });
  io.say(named("io_revoke r (restricted none)", (yield* ioCall.io_revoke(none.err ? MACH_PORT_NULL : none.new_object, {})).err));
  for (const [label, port] of [["auth", libc.ports.auth], ["proc", libc.ports.proc], ["task", yield* taskSelf()]] as const) {
    io.say(named(`io_get_openmodes on ${label}`, (yield* ioCall.io_get_openmodes(port, {})).err));
  }
}

/** Six entries with the lengths of the recorded /etc. */
function* furnish(libc: Libc): Syscall<void> {
  yield* libc.umask(0);
  yield* libc.mkdir("/probe", 0o755);
  const write = function* (path: string, text: string, mode: number): Syscall<void> {
    const fd = yield* libc.open(path, 0x12 | 0x10000, mode);
    yield* libc.writeAll(fd, text);
    yield* libc.close(fd);
  };
  yield* write("/etc/motd", "Welcome to the recorded Hurd.\n", 0o644);
  for (const name of ["passwd", "group", "shadow", "motd"]) yield* write(`/probe/${name}`, "", 0o644);
  yield* write("/bin/mini", "x", 0o755);
}

onEachRoot("io", function (probed) {
  this.timeout(60_000);

  it("answers on files as recorded", () => {
    const elsewhere = /^PROBE|^$|on dead name|on null|io_server_version|^ ext2fs|^ idport/;
    const lines = recorded("p-io-root").filter((line) => !elsewhere.test(line)).map((line) => line.replace(/ ino=\d+| ino \d+ \d+/, ""));
    const got = probed(function* (libc) {
      yield* furnish(libc);
      const io = new Io(libc);
      const files: Files = {
        r: yield* io.open("/etc/motd", 1), w: yield* io.open("/tmp/iow", 0x12), n: yield* io.open("/etc/motd", 0), x: yield* io.open("/bin/mini", 4),
        d: yield* io.open("/probe", 1), rw: yield* io.open("/tmp/iorw", 0x13), ap: yield* io.open("/tmp/iorw", 0x102),
      };
      yield* readWrite(io, files);
      yield* seekAndReadable(io, files);
      yield* readdir(io, files);
      const du = yield* duplicates(io, files);
      yield* openmodes(io, files.r, du);
      yield* mapsAndSizes(io, libc.ports.crdir, files);
      yield* lastQuestions(io, libc, files);
      return io.lines;
    });
    expect(got).to.include(" idport same=1 fsid same=1");
    expect(differences(lines, got.filter((line) => !elsewhere.test(line)))).to.deep.equal([]);
  });
});
