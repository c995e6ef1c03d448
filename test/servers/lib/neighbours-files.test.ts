/** Requests to files beside the recorded ones: what libdiskfs answers by its source (file named in each test). */
import { expect } from "chai";
import { copySend, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { fsCall, fsysCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { decodeArgz, encodeArgz } from "../../../servers/interfaces/argz.ts";
import { F_RDLCK, F_SETLK64, F_WRLCK, LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, O_CREAT, O_EXLOCK, O_NOTRANS, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { ifsockCall } from "../../../servers/interfaces/ifsock.ts";
import { decodeStat } from "../../../servers/interfaces/stat.ts";
import { deadName, newSend } from "../exec-probe.ts";
import { probed } from "../probe.ts";
import { translated } from "./recorded.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const create = (libc: Libc, path: string, mode = 0o644, flags = O_READ | O_WRITE): Syscall<MachPort> => libc.file_name_lookup(path, flags | O_CREAT, mode);
function* errs(calls: readonly Syscall<{ readonly err: number }>[]): Syscall<readonly number[]> {
  const out: number[] = [];
  for (const call of calls) out.push((yield* call).err);
  return out;
}
function* status(file: MachPort) {
  const got = yield* ioCall.io_stat(file, {});
  if (got.err) throw new Error("io_stat");
  return decodeStat(got.stat_info);
}
/** `file` as the user with these ids has it. */
function* as(file: MachPort, uids: readonly number[], gids: readonly number[]): Syscall<MachPort> {
  const got = yield* ioCall.io_restrict_auth(file, { uids, gids });
  return got.err ? MACH_PORT_NULL : got.new_object;
}

describe("requests to files, beside the recorded ones", () => {
  it("io_write: no bytes beyond the end make the file so long, and leave the place; places beyond 4 GiB are EFBIG (io-write.c, io-seek.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a");
      const codes = yield* errs([
        ioCall.io_write(f, { data: text(""), offset: 100 }),
        ioCall.io_seek(f, { offset: 2 ** 32, whence: 0 }),
        ioCall.io_seek(f, { offset: 2 ** 32 + 1, whence: 0 }),
        ioCall.io_write(f, { data: text("xy"), offset: 2 ** 32 - 1 }),
        ioCall.io_seek(f, { offset: 0, whence: 3 }),
      ]);
      return { codes, size: (yield* status(f)).size };
    });
    expect(got).to.deep.equal({ codes: [0, 0, Errno.EFBIG, Errno.EFBIG, Errno.EINVAL], size: 100 });
  });

  it("io_select takes URG away and nothing else; the shared page's calls are EINVAL without a page, EROFS comes before (io-select.c, io-get-conch.c, io-prenotify.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a");
      const select = yield* ioCall.io_select(f, { select_type: 15 });
      return [
        select.err ? -1 : select.select_type,
        ...(yield* errs([ioCall.io_sigio(f, {}), ioCall.io_get_conch(f, {}), ioCall.io_release_conch(f, {}), ioCall.io_prenotify(f, { write_start: 0, write_end: 4 })])),
      ];
    });
    expect(got).to.deep.equal([11, 0, Errno.EINVAL, Errno.EINVAL, Errno.EINVAL]);
  });

  it("io_pathconf knows all of POSIX's names; io_server_version is name and version in one (io-pathconf.c, io-version.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a");
      const values: number[] = [];
      for (let name = 1; name <= 21; name++) {
        const r = yield* ioCall.io_pathconf(f, { name });
        values.push(r.err || r.value);
      }
      const version = yield* ioCall.io_server_version(f, {});
      return { values, version: version.err ? "" : version.server_name };
    });
    expect(got.values).to.deep.equal([-1, -1, 255, -1, -1, 1, 1, -1, 1, 1, 0, -1, 32, -1, -1, 4096, 4096, 4096, -1, 1, Errno.EINVAL]);
    expect(got.version).to.match(/^tmpfs 0\.9/);
  });

  it("io_identity: the filesystem has an identity that is no file's; below a reparented directory it is that directory's (io-identity.c)", () => {
    const got = probed(function* (libc) {
      const root = yield* ioCall.io_identity(libc.ports.crdir, {});
      const tmp = yield* libc.file_name_lookup("/tmp", 0);
      const ofTmp = yield* ioCall.io_identity(tmp, {});
      const moved = yield* fsCall.file_reparent(tmp, { parent: libc.ports.crdir });
      const below = moved.err ? moved : yield* ioCall.io_identity(moved.new_file, {});
      if (root.err || ofTmp.err || below.err) throw new Error("no identity");
      return [root.idport === root.fsidport, root.fsidport === ofTmp.fsidport, below.idport === ofTmp.idport, below.fsidport === below.idport];
    });
    expect(got).to.deep.equal([false, true, true, true]);
  });

  it("dir_readdir: EBADF before ENOTDIR; file_notice_changes is for directories too, and needs a port that can be told (dir-readdir.c, file-chg.c, dir-chg.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a", 0o644, O_WRITE);
      const tmp = yield* libc.file_name_lookup("/tmp", 0);
      const dead = yield* deadName();
      return yield* errs([
        fsCall.dir_readdir(f, { entry: 0, nentries: -1, bufsiz: 0 }),
        fsCall.file_notice_changes(tmp, { port: copySend(yield* newSend()) }),
        fsCall.file_notice_changes(f, { port: copySend(MACH_PORT_NULL) }),
        fsCall.dir_notice_changes(tmp, { port: copySend(dead) }),
        fsCall.dir_notice_changes(f, { port: copySend(MACH_PORT_NULL) }),
      ]);
    });
    expect(got).to.deep.equal([Errno.EBADF, 0, 0x10000003, 0x10000003, Errno.ENOTDIR]);
  });

  it("an owner gives ids that he has, even those the file has already; -1 twice is nothing (file-chown.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a");
      yield* fsCall.file_chown(f, { new_owner: 1000, new_group: 500 });
      const owner = yield* as(f, [1000], [100]);
      const other = yield* as(f, [1001], [500]);
      const codes = yield* errs([
        fsCall.file_chown(owner, { new_owner: -1, new_group: 500 }),
        fsCall.file_chown(owner, { new_owner: -1, new_group: 100 }),
        fsCall.file_chown(owner, { new_owner: 1001, new_group: -1 }),
        fsCall.file_chown(other, { new_owner: -1, new_group: -1 }),
        fsCall.file_chown(other, { new_owner: 1001, new_group: -1 }),
      ]);
      const { uid, gid } = yield* status(f);
      return { codes, uid, gid };
    });
    expect(got).to.deep.equal({ codes: [Errno.EPERM, 0, Errno.EPERM, 0, Errno.EPERM], uid: 1000, gid: 100 });
  });

  it("chmod: set-uid is for who has the file's uid, set-gid for who has its gid, sticky for directories (file-chmod.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a");
      yield* fsCall.file_chown(f, { new_owner: 1000, new_group: 500 });
      const modes: string[] = [];
      for (const user of [yield* as(f, [1000], [500]), yield* as(f, [1000], []), yield* as(f, [500], [500])]) {
        yield* fsCall.file_chmod(user, { new_mode: 0o7755 });
        modes.push(((yield* status(f)).mode & 0o7777).toString(8));
      }
      return modes;
    });
    expect(got).to.deep.equal(["6755", "4755", "2755"]);
  });

  it("the upper half of the flags is root's; times are the owner's alone, though others may write (file-chflags.c, file-utimes.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a", 0o666);
      yield* fsCall.file_chmod(f, { new_mode: 0o666 });
      yield* fsCall.file_chown(f, { new_owner: 1000, new_group: 500 });
      const owner = yield* as(f, [1000], []);
      const other = yield* as(f, [1001], []);
      const now = [0, -1] as const;
      return yield* errs([
        fsCall.file_chflags(owner, { new_flags: 1 }),
        fsCall.file_chflags(owner, { new_flags: 0x10001 }),
        fsCall.file_chflags(f, { new_flags: 0x10001 }),
        fsCall.file_chflags(owner, { new_flags: 0x10000 }),
        fsCall.file_utimes(other, { new_atime: now, new_mtime: now }),
        fsCall.file_utimes(owner, { new_atime: now, new_mtime: now }),
      ]);
    });
    expect(got).to.deep.equal([0, Errno.EPERM, 0, 0, Errno.EPERM, 0]);
  });

  it("links and renames: a directory that may not be changed decides before a name that exists (dir-link.c), its own name after the target's (dir-rename.c)", () => {
    const got = probed(function* (libc) {
      yield* libc.mkdir("/tmp/d", 0o755);
      yield* libc.mkdir("/tmp/open", 0o777);
      const f = yield* create(libc, "/tmp/d/f");
      yield* create(libc, "/tmp/d/g");
      const open = yield* libc.file_name_lookup("/tmp/open", 0);
      yield* fsCall.file_chmod(open, { new_mode: 0o777 });
      yield* create(libc, "/tmp/open/taken");
      const d = yield* libc.file_name_lookup("/tmp/d", 0);
      const mine = yield* as(d, [1000], []);
      const away = yield* as(open, [1000], []);
      const rename = (oldname: string, newname: string, to: MachPort, excl: number): Syscall<{ readonly err: number }> =>
        fsCall.dir_rename(mine, { oldname, newdirectory: to, newname, excl });
      return yield* errs([
        fsCall.dir_link(mine, { file: f, name: "g", excl: 1 }),
        fsCall.dir_link(d, { file: f, name: "g", excl: 1 }),
        rename("f", "taken", away, 1),
        rename("f", "fresh", away, 0),
        rename("nosuch", "taken", away, 1),
        rename("f", "g", mine, 1),
        fsCall.dir_link(d, { file: f, name: "/slashed", excl: 1 }),
        fsCall.dir_unlink(d, { name: "//slashed" }),
      ]);
    });
    expect(got).to.deep.equal([Errno.EACCES, Errno.EEXIST, Errno.EEXIST, Errno.EACCES, Errno.ENOENT, Errno.EACCES, 0, 0]);
  });

  it("new files: set-gid only for who has the directory's group, root or not; unnamed ones are not sticky (node-create.c, dir-mkfile.c)", () => {
    const got = probed(function* (libc) {
      yield* libc.mkdir("/tmp/d", 0o755);
      const d = yield* libc.file_name_lookup("/tmp/d", 0);
      yield* fsCall.file_chown(d, { new_owner: 0, new_group: 500 });
      const made = yield* fsCall.dir_lookup(d, { file_name: "x", flags: O_CREAT, mode: 0o6755 });
      const unnamed = yield* fsCall.dir_mkfile(d, { flags: O_READ, mode: 0o5755 });
      if (made.err || unnamed.err) throw new Error("not made");
      return [(yield* status(made.result)).mode.toString(8), (yield* status(unnamed.newnode)).mode.toString(8)];
    });
    expect(got).to.deep.equal(["104755", "104755"]);
  });

  it("locks of files and of ranges are in one box; any access is enough for LOCK_EX, but not for O_EXLOCK; LOCK_SH takes nothing from LOCK_EX (file-lock.c, rlock-tweak.c)", () => {
    const got = probed(function* (libc) {
      const r = yield* create(libc, "/tmp/a", 0o666, O_READ);
      const w = yield* libc.file_name_lookup("/tmp/a", O_READ | O_WRITE);
      const none = yield* libc.file_name_lookup("/tmp/a", 0);
      const range = (file: MachPort, l_type: number, whence = 0): Syscall<{ readonly err: number }> =>
        fsCall.file_record_lock(file, { cmd: F_SETLK64, flock64: [l_type, whence, 4, 0, 2, 0, 0], rendezvous: copySend(MACH_PORT_NULL) });
      const codes = yield* errs([
        fsCall.file_lock(r, { flags: LOCK_EX }),
        fsCall.file_lock(none, { flags: LOCK_EX }),
        range(w, F_RDLCK),
        fsCall.file_lock(r, { flags: LOCK_SH }),
        range(w, F_RDLCK),
        fsCall.file_lock(r, { flags: LOCK_UN }),
        range(w, F_RDLCK),
        fsCall.file_lock(r, { flags: LOCK_EX | LOCK_NB }),
        range(r, F_WRLCK, 7),
        range(w, F_WRLCK, 7),
        fsCall.dir_lookup(r, { file_name: "", flags: O_READ | O_EXLOCK, mode: 0 }),
        fsCall.dir_lookup(r, { file_name: "", flags: O_WRITE | O_EXLOCK, mode: 0 }),
      ]);
      const stat = yield* fsCall.file_lock_stat(r, {});
      return { codes, stat: stat.err ? [] : [stat.mystatus, stat.otherstatus] };
    });
    const again = Errno.EAGAIN;
    expect(got).to.deep.equal({ codes: [0, Errno.EBADF, again, 0, again, 0, 0, again, Errno.EBADF, Errno.EINVAL, Errno.EBADF, again], stat: [LOCK_UN, LOCK_SH] });
  });

  it("file_getcontrol makes a port each time, all as good (file-getcontrol.c)", () => {
    const got = probed(function* (libc) {
      const [a, b] = [yield* fsCall.file_getcontrol(libc.ports.crdir, {}), yield* fsCall.file_getcontrol(libc.ports.crdir, {})];
      const other = yield* fsCall.file_getcontrol(yield* as(libc.ports.crdir, [1000], []), {});
      return [a.err, b.err, !a.err && !b.err && a.control !== b.control, other.err];
    });
    expect(got).to.deep.equal([0, 0, true, Errno.EPERM]);
  });

  it("file_set_translator: contents without a last NUL are EINVAL though only the active one is set; EXCL heeds records, not links (file-set-trans.c)", () => {
    const got = probed(function* (libc) {
      yield* libc.symlink("target", "/tmp/link");
      const link = yield* libc.file_name_lookup("/tmp/link", O_NOTRANS);
      const set = (passive_flags: number, active_flags: number, passive: Uint8Array): Syscall<{ readonly err: number }> =>
        fsCall.file_set_translator(link, { passive_flags, active_flags, oldtrans_flags: 0, passive, active: copySend(MACH_PORT_NULL) });
      const codes = yield* errs([
        set(0, 4, text("x")),
        set(4, 0, encodeArgz(["/hurd/blkdev", "3"])),
        set(6, 0, encodeArgz(["/hurd/null"])),
        set(6, 0, encodeArgz(["/hurd/null"])),
        set(4, 0, new Uint8Array(0)),
      ]);
      return { codes, mode: (yield* status(link)).mode.toString(8), target: yield* libc.readlink("/tmp/link") };
    });
    expect(got).to.deep.equal({ codes: [Errno.EINVAL, Errno.EINVAL, 0, Errno.EBUSY, 0], mode: "120777", target: "target" });
  });

  it("ifsock_getsockaddr: EOPNOTSUPP on what is no socket, EACCES without write permission, else one address a node (ifsock.c)", () => {
    const got = probed(function* (libc) {
      const f = yield* create(libc, "/tmp/a");
      yield* translated(libc, "/servers/socket/1", 0o644, ["/hurd/pflocal"]);
      yield* fsCall.file_set_translator(yield* create(libc, "/tmp/s", 0o644, O_NOTRANS), {
        passive_flags: 4, active_flags: 0, oldtrans_flags: 0, passive: encodeArgz(["/hurd/ifsock"]), active: copySend(MACH_PORT_NULL),
      });
      const s = yield* libc.file_name_lookup("/tmp/s", 0);
      const first = yield* ifsockCall.ifsock_getsockaddr(s, {});
      const second = yield* ifsockCall.ifsock_getsockaddr(s, {});
      const codes = yield* errs([ifsockCall.ifsock_getsockaddr(f, {}), ifsockCall.ifsock_getsockaddr(yield* as(s, [1000], []), {})]);
      return [first.err, second.err, !first.err && !second.err && first.sockaddr === second.sockaddr, ...codes];
    });
    expect(got).to.deep.equal([0, 0, true, Errno.EOPNOTSUPP, Errno.EACCES]);
  });
});

describe("options of a filesystem at run time (opts-common.c, opts-std-runtime.c, opts-append-std.c)", () => {
  it("have many names, which may be cut short; one that is unknown leaves all as it was; what is shown has an order", () => {
    const got = probed(function* (libc) {
      const port = yield* fsCall.file_getcontrol(libc.ports.crdir, {});
      const set = (...words: readonly string[]): Syscall<{ readonly err: number }> =>
        fsysCall.fsys_set_options(port.err ? MACH_PORT_NULL : port.control, { options: encodeArgz(words), do_children: 0 });
      const shown = function* (): Syscall<string> {
        const options = yield* fsCall.file_get_fs_options(libc.ports.crdir, {});
        return options.err ? "" : decodeArgz(options.options).slice(1, -2).join(" ");
      };
      const out: (string | number)[] = [];
      for (const words of [["-E", "--nosuid", "-s", "-A"], ["--exec-ok", "--nonsense"], ["--exec", "--suid", "--rel", "--sync=9"], ["--atime", "--sysvgroups", "--no-sy"], ["--no"], ["-R", "--grpid", "-s5"]]) {
        out.push((yield* set(...words)).err, yield* shown());
      }
      return out;
    });
    expect(got).to.deep.equal([
      0, "--writable --no-suid --no-exec --no-atime --sync",
      Errno.EINVAL, "--writable --no-suid --no-exec --no-atime --sync",
      0, "--writable --no-atime --sync=9",
      0, "--writable --no-inherit-dir-group --no-sync",
      Errno.EINVAL, "--writable --no-inherit-dir-group --no-sync",
      0, "--writable --relatime",
    ]);
  });
});
