/** Requests to trivial translators beside the recorded ones: what libtrivfs and the translators answer by their source (file named in each test). */
import { expect } from "chai";
import { copySend, MACH_PORT_NULL, type MachPort } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { fsCall, fsysCall, ioCall } from "../../../glibc-shim/stubs.ts";
import { attempt } from "../../../glibc-shim/errno.ts";
import type { Libc } from "../../../glibc-shim/libc.ts";
import { decodeArgz } from "../../../servers/interfaces/argz.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { execCall } from "../../../servers/interfaces/exec.ts";
import { FSYS_GOAWAY_FORCE, O_NONBLOCK, O_NOTRANS, O_READ, O_WRITE } from "../../../servers/interfaces/hurd-types.ts";
import { termCall } from "../../../servers/interfaces/term.ts";
import { decodeStat } from "../../../servers/interfaces/stat.ts";
import { probed } from "../probe.ts";
import { translated } from "./recorded.ts";

type Call = Syscall<{ readonly err: number }>;
function* errs(calls: readonly Call[]): Syscall<readonly number[]> {
  const out: number[] = [];
  for (const call of calls) out.push((yield* call).err);
  return out;
}
function* status(file: MachPort) {
  const got = yield* ioCall.io_stat(file, {});
  if (got.err) throw new Error("io_stat");
  return decodeStat(got.stat_info);
}
/** The control port of the translator on `path`, as its owner has it from the node underneath. */
function* control(libc: Libc, path: string): Syscall<MachPort> {
  const got = yield* fsCall.file_get_translator_cntl(yield* libc.file_name_lookup(path, O_NOTRANS), {});
  return got.err ? MACH_PORT_NULL : got.translator_cntl;
}
function* lookupErr(libc: Libc, path: string, flags: number): Syscall<number> {
  return (yield* attempt(libc.file_name_lookup(path, flags))).err;
}

/** The console, as a terminal. */
const terminal = (libc: Libc): Syscall<void> => translated(libc, "/tmp/tty", 0o666, ["/hurd/term", "/tmp/tty", "device", "console"]);

describe("requests to trivial translators, beside the recorded ones", () => {
  it("have an identity of their own, the limits of the node underneath, no version (io-identity.c, io-pathconf.c, io-version.c)", () => {
    const got = probed(function* (libc) {
      const a = yield* libc.file_name_lookup("/dev/null", O_READ);
      const b = yield* libc.file_name_lookup("/dev/null", O_WRITE);
      const under = yield* libc.file_name_lookup("/dev/null", O_NOTRANS);
      const [ia, ib, iu] = [yield* ioCall.io_identity(a, {}), yield* ioCall.io_identity(b, {}), yield* ioCall.io_identity(under, {})];
      if (ia.err || ib.err || iu.err) throw new Error("no identity");
      const link = yield* ioCall.io_pathconf(a, { name: 0 });
      const same = yield* ioCall.io_pathconf(under, { name: 0 });
      return [ia.idport === ib.idport, ia.idport === iu.idport, ia.fsidport === iu.fsidport, ia.fileno === iu.fileno, !link.err && !same.err && link.value === same.value, (yield* ioCall.io_server_version(a, {})).err];
    });
    expect(got).to.deep.equal([true, false, false, true, true, Errno.EOPNOTSUPP]);
  });

  it("null: open bits do not change, and that is no failure; sizes below 0 are EINVAL; the other directory counts first (null.c, dir-link.c, dir-rename.c)", () => {
    const got = probed(function* (libc) {
      const n = yield* libc.file_name_lookup("/dev/null", O_READ | O_WRITE);
      const f = libc.ports.crdir;
      const codes = yield* errs([
        ioCall.io_set_all_openmodes(n, { newbits: O_NONBLOCK }),
        ioCall.io_set_some_openmodes(n, { bits_to_set: O_NONBLOCK }),
        ioCall.io_clear_some_openmodes(n, { bits_to_clear: O_READ }),
        fsCall.file_set_size(n, { new_size: -1 }),
        fsCall.dir_link(n, { file: f, name: "x", excl: 0 }),
        fsCall.dir_link(n, { file: n, name: "x", excl: 0 }),
        fsCall.dir_rename(n, { oldname: "a", newdirectory: f, newname: "b", excl: 0 }),
        fsCall.dir_rename(n, { oldname: "a", newdirectory: n, newname: "b", excl: 0 }),
        fsCall.file_lock(n, { flags: 1 }),
        fsCall.file_exec_paths(n, {
          exec_task: MACH_PORT_NULL, flags: 0, path: "", abspath: "", argv: new Uint8Array(0), envp: new Uint8Array(0),
          fdarray: { names: [], disposition: 19 }, portarray: { names: [], disposition: 19 }, intarray: [], deallocnames: [], destroynames: [],
        }),
      ]);
      const bits = yield* ioCall.io_get_openmodes(n, {});
      const st = yield* status(n);
      return { codes, bits: bits.err ? -1 : bits.bits, st: [st.size, st.blocks, st.blksize] };
    });
    const [no, notdir] = [Errno.EOPNOTSUPP, Errno.ENOTDIR];
    expect(got).to.deep.equal({ codes: [0, 0, 0, Errno.EINVAL, no, notdir, Errno.EXDEV, notdir, no, no], bits: O_READ | O_WRITE, st: [0, 0, 0x100000] });
  });

  it("hello: writing is EBADF, for it cannot be opened so; every read moves the place on, from wherever (io-write.c, hello.c)", () => {
    const got = probed(function* (libc) {
      yield* translated(libc, "/tmp/hello", 0o644, ["/hurd/hello"]);
      const h = yield* libc.file_name_lookup("/tmp/hello", O_READ);
      yield* ioCall.io_read(h, { offset: 3, amount: 5 });
      const rest = yield* ioCall.io_read(h, { offset: -1, amount: 50 });
      const codes = yield* errs([ioCall.io_write(h, { data: new Uint8Array(1), offset: 0 }), fsCall.file_set_size(h, { new_size: 0 }), ioCall.io_map(h, {}), fsCall.dir_mkdir(h, { name: "x", mode: 0 })]);
      const statfs = yield* fsCall.file_statfs(h, {});
      return { rest: rest.err ? "" : new TextDecoder().decode(rest.data), codes, statfs: statfs.err };
    });
    expect(got).to.deep.equal({ rest: ", world!\n", codes: [Errno.EBADF, Errno.EOPNOTSUPP, Errno.EOPNOTSUPP, Errno.ENOTDIR], statfs: 0 });
  });

  it("control ports are for root and who the translator is; fifo, magic, firmlink stay while they are used, term always (file-getcontrol.c, fifo.c, magic.c, term/users.c)", () => {
    const got = probed(function* (libc) {
      yield* translated(libc, "/tmp/fifo", 0o666, ["/hurd/fifo"]);
      const f = yield* libc.file_name_lookup("/tmp/fifo", O_READ | O_WRITE);
      const nobody = yield* ioCall.io_restrict_auth(f, { uids: [1000], gids: [] });
      const dev = yield* libc.file_name_lookup("/dev/fd", O_READ);
      yield* terminal(libc);
      const console = yield* libc.file_name_lookup("/tmp/tty", 0);
      const ask = (port: MachPort, flags: number): Call => fsysCall.fsys_goaway(port, { flags });
      return yield* errs([
        fsCall.file_getcontrol(nobody.err ? MACH_PORT_NULL : nobody.new_object, {}),
        fsCall.file_getcontrol(f, {}),
        ask(yield* control(libc, "/tmp/fifo"), 0),
        ask(yield* control(libc, "/dev/fd"), 0),
        ask(yield* control(libc, "/tmp/tty"), FSYS_GOAWAY_FORCE),
        ioCall.io_get_openmodes(dev, {}),
        termCall.term_set_nodename(console, { name: "/dev/other" }),
        termCall.term_set_filenode(console, { filenode: MACH_PORT_NULL }),
        termCall.term_get_peername(console, {}),
        ask(yield* control(libc, "/tmp/fifo"), FSYS_GOAWAY_FORCE),
      ]);
    });
    expect(got).to.deep.equal([Errno.EPERM, 0, Errno.EBUSY, Errno.EBUSY, Errno.EBUSY, 0, Errno.EINVAL, Errno.EINVAL, Errno.ENOENT, 0xfffffecc]);
  });

  it("fifo: what the open is not for is ready at once, the rest waits, for so long as is said; only size 0 can be set (fifo.c)", () => {
    const got = probed(function* (libc) {
      yield* translated(libc, "/tmp/fifo", 0o666, ["/hurd/fifo"]);
      const r = yield* libc.file_name_lookup("/tmp/fifo", O_READ | O_NONBLOCK);
      const select = function* (select_type: number): Syscall<number> {
        const got = yield* ioCall.io_select_timeout(r, { timeout: [0, 1_000_000], select_type });
        return got.err || got.select_type;
      };
      const early = [yield* select(1), yield* select(2), yield* select(3)];
      const w = yield* libc.file_name_lookup("/tmp/fifo", O_WRITE);
      yield* ioCall.io_write(w, { data: Uint8Array.of(1, 2, 3), offset: -1 });
      const st = yield* status(r);
      return { early, later: yield* select(3), size: st.size, codes: yield* errs([fsCall.file_set_size(w, { new_size: 0 }), fsCall.file_set_size(w, { new_size: 1 })]) };
    });
    expect(got).to.deep.equal({ early: [0, 2, 2], later: 3, size: 3, codes: [0, Errno.EINVAL] });
  });

  it("terminals: nothing is ready that the open is not for; sizes need writing; lines have a limit (term/users.c)", () => {
    const got = probed(function* (libc) {
      yield* terminal(libc);
      const r = yield* libc.file_name_lookup("/tmp/tty", O_READ);
      const w = yield* libc.file_name_lookup("/tmp/tty", O_WRITE);
      const ready = function* (port: MachPort): Syscall<number> {
        const got = yield* ioCall.io_select_timeout(port, { timeout: [0, 1_000_000], select_type: 3 });
        return got.err || got.select_type;
      };
      const canon = yield* ioCall.io_pathconf(r, { name: 1 });
      const codes = yield* errs([fsCall.file_set_size(r, { new_size: 0 }), fsCall.file_set_size(w, { new_size: 0 }), fsCall.file_set_size(w, { new_size: -1 })]);
      return { ready: [yield* ready(r), yield* ready(w)], canon: canon.err ? 0 : canon.value, codes };
    });
    expect(got).to.deep.equal({ ready: [0, 2], canon: 8100, codes: [Errno.EBADF, 0, Errno.EINVAL] });
  });

  it("magic: a directory of nothing, by any open; firmlink shows one empty word, and its target as source (magic.c, firmlink.c)", () => {
    const got = probed(function* (libc) {
      const dir = yield* libc.file_name_lookup("/dev/fd", 0);
      const all = yield* fsCall.dir_readdir(dir, { entry: 0, nentries: 1, bufsiz: 1 });
      const two = yield* fsCall.dir_lookup(dir, { file_name: ".//./../x", flags: 0, mode: 0 });
      yield* libc.mkdir("/tmp/to", 0o755);
      yield* translated(libc, "/tmp/firm", 0o644, ["/hurd/firmlink", "/tmp/to"]);
      yield* libc.file_name_lookup("/tmp/firm", 0);
      const port = yield* control(libc, "/tmp/firm");
      const [options, source] = [yield* fsysCall.fsys_get_options(port, {}), yield* fsysCall.fsys_get_source(port, {})];
      return {
        all: all.err ? -1 : all.amount, two: two.err ? [] : [two.do_retry, two.retry_name],
        options: options.err ? [] : decodeArgz(options.options), source: source.err ? "" : source.source,
        refused: [yield* lookupErr(libc, "/dev/fd", O_WRITE), yield* lookupErr(libc, "/dev/fd", 4)],
      };
    });
    expect(got).to.deep.equal({ all: 2, two: [2, "x"], options: ["/hurd/firmlink", ""], source: "/tmp/to", refused: [Errno.EROFS, Errno.EACCES] });
  });

  it("the exec server is one, too; who may not set it up is told EPERM, on any port (exec/main.c)", () => {
    const got = probed(function* (libc) {
      const e = yield* libc.file_name_lookup("/servers/exec", 0);
      const nobody = yield* ioCall.io_restrict_auth(e, { uids: [1000], gids: [] });
      const other = nobody.err ? MACH_PORT_NULL : nobody.new_object;
      const codes = yield* errs([
        execCall.exec_init(other, { auth_handle: libc.ports.auth, proc_server: copySend(libc.ports.proc) }),
        execCall.exec_init(yield* control(libc, "/servers/exec"), { auth_handle: libc.ports.auth, proc_server: copySend(libc.ports.proc) }),
        ioCall.io_read(e, { offset: 0, amount: 1 }), ioCall.io_write(e, { data: new Uint8Array(1), offset: 0 }),
        fsCall.dir_lookup(e, { file_name: "x", flags: 0, mode: 0 }), fsCall.dir_lookup(e, { file_name: "", flags: 0, mode: 0 }),
        fsCall.dir_readdir(e, { entry: 0, nentries: 0, bufsiz: 0 }), fsCall.file_getcontrol(other, {}),
      ]);
      return { codes, opens: [yield* lookupErr(libc, "/servers/exec", O_READ), yield* lookupErr(libc, "/servers/exec", O_WRITE)] };
    });
    const { EPERM, EOPNOTSUPP, EBADF, ENOTDIR, EACCES, EROFS } = Errno;
    expect(got).to.deep.equal({ codes: [EPERM, EPERM, EOPNOTSUPP, EBADF, ENOTDIR, 0, ENOTDIR, EPERM], opens: [EACCES, EROFS] });
  });
});
