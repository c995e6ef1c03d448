import { expect } from "chai";
import fc from "fast-check";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { S_IEXEC, S_IFDIR, S_IFREG, S_IREAD, S_ISVTX, S_IUNKSHIFT, S_IUSEUNK, S_IWRITE } from "../../../servers/interfaces/stat.ts";
import { access, checkDirmod, isOwner, NOBODY, restrict, ROOT } from "../../../servers/lib/iouser.ts";
import { setId } from "../../../servers/lib/exec-reauth.ts";

const alice = { uids: [1000], gids: [1000, 50] };
const file = (mode: number, uid = 1, gid = 1) => ({ mode: S_IFREG | mode, uid, gid });

describe("access by ids (fshelp_access)", () => {
  it("lets the first class that fits decide, even when it is the narrower one", () => {
    expect(access(file(0o077, 1000), S_IREAD, alice)).to.equal(Errno.EACCES);
    expect(access(file(0o707, 1, 50), S_IREAD, alice)).to.equal(Errno.EACCES);
    expect(access(file(0o704), S_IREAD, alice)).to.equal(0);
  });

  it("lets root do all but execute a regular file that nobody may execute", () => {
    expect(access(file(0), S_IWRITE, ROOT)).to.equal(0);
    expect(access(file(0o644), S_IEXEC, ROOT)).to.equal(Errno.EACCES);
    expect(access(file(0o645), S_IEXEC, ROOT)).to.equal(0);
    expect(access({ mode: S_IFDIR, uid: 1, gid: 1 }, S_IEXEC, ROOT)).to.equal(0);
  });

  it("has a class of its own for users without ids only under S_IUSEUNK", () => {
    expect(access(file(0o004), S_IREAD, NOBODY)).to.equal(0);
    expect(access(file(S_IUSEUNK | 0o004), S_IREAD, NOBODY)).to.equal(Errno.EACCES);
    expect(access(file(S_IUSEUNK | (S_IREAD << S_IUNKSHIFT)), S_IREAD, NOBODY)).to.equal(0);
  });

  it("calls the holder of a file's group as uid and gid an owner", () => {
    expect(isOwner(file(0, 1, 7), { uids: [7], gids: [7] })).to.equal(0);
    expect(isOwner(file(0, 1, 7), { uids: [8], gids: [7] })).to.equal(Errno.EPERM);
  });

  it("asks in a sticky directory for the owner of it or of the entry", () => {
    const dir = { mode: S_IFDIR | S_ISVTX | 0o777, uid: 0, gid: 0 };
    expect(checkDirmod(dir, file(0, 1), alice)).to.equal(Errno.EACCES);
    expect(checkDirmod(dir, file(0, 1000), alice)).to.equal(0);
    expect(checkDirmod(dir, undefined, alice)).to.equal(0);
  });

  it("never gives by io_restrict_auth what the port did not have", () => {
    const ids = fc.array(fc.nat(5), { maxLength: 4 });
    fc.assert(
      fc.property(ids, ids, ids, ids, (uids, gids, wantedUids, wantedGids) => {
        const got = restrict({ uids, gids }, wantedUids, wantedGids);
        if (uids.includes(0)) expect(got).to.deep.equal({ uids: wantedUids, gids: wantedGids });
        else expect(got.uids.every((id) => uids.includes(id)) && got.gids.every((id) => gids.includes(id))).to.equal(true);
      }),
    );
  });
});

describe("a set-id file's ids (idvec_setid)", () => {
  it("become effective and saved; the real id stays first", () => {
    const [effective, available] = [[1001], [1001, 1001]];
    expect(setId(effective, available, 0)).to.equal(true);
    expect([effective, available]).to.deep.equal([[0], [1001, 0, 1001]]);
  });

  it("are no gain when they were there", () => {
    expect(setId([1001], [1001, 0], 0)).to.equal(false);
    expect(setId([0], [0, 0], 0)).to.equal(false);
  });
});
