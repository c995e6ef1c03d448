import { expect } from "chai";
import { STDOUT, type Libc } from "../../glibc-shim/libc.ts";
import { attempt } from "../../glibc-shim/errno.ts";
import { Errno, errnoName } from "../../servers/interfaces/errno.ts";
import { O_DIRECTORY, O_NOFOLLOW } from "../../servers/interfaces/hurd-types.ts";
import { runInWorld, type LookupAnswer } from "./world.ts";

const file: LookupAnswer = { retry: 1, name: "", port: "file" };

/** Looks `path` up; "found" or the error, and the lookups and reauthentications that it took. */
function look(path: string, lookups: Record<string, LookupAnswer>, flags = 0) {
  const { out, calls } = runInWorld(
    function* (libc: Libc) {
      const got = yield* attempt(libc.file_name_lookup(path, flags));
      yield* libc.writeAll(STDOUT, got.err === 0 ? "found" : errnoName(got.err));
      return 0;
    },
    { lookups },
  );
  return { out, calls: calls.filter((c) => /^(dir_lookup|io_reauth|auth_user)/.test(c)) };
}

describe("file name lookup", () => {
  it("starts at the root for a name with a slash, which it takes off", () => {
    expect(look("///etc/motd", { "etc/motd": file })).to.deep.equal({ out: "found", calls: ["dir_lookup(etc/motd)"] });
  });
  it("asks nobody about an empty name", () => {
    expect(look("", {})).to.deep.equal({ out: "ENOENT", calls: [] });
  });
  it("follows a retry in the port that came", () => {
    const { out, calls } = look("a/b", { "a/b": { retry: 1, name: "b", port: "root" }, b: file });
    expect(out).to.equal("found");
    expect(calls).to.deep.equal(["dir_lookup(a/b)", "dir_lookup(b)"]);
  });
  it("reauthenticates, and then always looks up again, an empty name too", () => {
    const { out, calls } = look("a", { a: { retry: 2, name: "", port: "root" }, "": file });
    expect(out).to.equal("found");
    expect(calls).to.deep.equal(["dir_lookup(a)", "io_reauthenticate", "auth_user_authenticate", "dir_lookup()"]);
  });
  it("goes back to the own root for an absolute link", () => {
    const { out, calls } = look("link", { link: { retry: 3, name: "/etc/motd", port: "null" }, "etc/motd": file });
    expect(out).to.equal("found");
    expect(calls).to.deep.equal(["dir_lookup(link)", "dir_lookup(etc/motd)"]);
  });
  it("gives up at the 33rd answer that leads on", () => {
    const { out, calls } = look("loop", { loop: { retry: 3, name: "/loop", port: "null" } });
    expect(out).to.equal("ELOOP");
    expect(calls).to.have.length(33);
  });
  it("puts the own pid, and the machine type, into the last directory", () => {
    expect(look("self", { self: { retry: 3, name: "pid/stat", port: "null" }, "100/stat": file }).out).to.equal("found");
    expect(look("m", { m: { retry: 3, name: "machtype/x", port: "null" }, "19/1/x": file }).out).to.equal("found");
  });
  it("answers a descriptor's own port for fd/N", () => {
    const fd = (name: string) => look("d", { d: { retry: 3, name, port: "null" } }).out;
    expect(fd("fd/1")).to.equal("found");
    expect(fd("fd/")).to.equal("found");
    expect(fd("fd/9")).to.equal("EBADF");
    expect(fd("fd/1x")).to.equal("ENOENT");
  });
  it("has no terminal without one, and takes no other word of a server", () => {
    expect(look("t", { t: { retry: 3, name: "tty", port: "null" } }).out).to.equal("ENXIO");
    expect(look("t", { t: { retry: 3, name: "whatever", port: "null" } }).out).to.equal("EGRATUITOUS");
    expect(look("t", { t: { retry: 9, name: "", port: "null" } }).out).to.equal("EGRATUITOUS");
  });
  it("takes a server that knows no directories for no directory", () => {
    expect(look("t", { t: { err: Errno.EOPNOTSUPP } }).out).to.equal("ENOTDIR");
  });
  it("asks for a directory by a slash, or with O_NOFOLLOW by looking", () => {
    expect(look("/", { "/": file }, O_DIRECTORY).out).to.equal("found");
    expect(look("f", { f: file }, O_DIRECTORY | O_NOFOLLOW).out).to.equal("ENOTDIR");
  });
});
