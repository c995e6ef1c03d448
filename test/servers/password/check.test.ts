import { expect } from "chai";
import { crypt } from "../../../glibc-shim/crypt.ts";
import { UnixError } from "../../../glibc-shim/errno.ts";
import type { Libc, Passwd } from "../../../glibc-shim/libc.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { Errno } from "../../../servers/interfaces/errno.ts";
import { checkGroup, checkUser } from "../../../servers/password/check.ts";

const HASH = crypt("secret", "$5$rounds=1000$salt") ?? "";
const files = new Map([
  ["/etc/shadow", `ann:${HASH}:::::::\nopen::::::::\nlocked:*:::::::\n`],
  ["/etc/group", `staff:${HASH}:50:\nusers:x:100:ann\nfree::7:\n`],
]);
const user = (name: string, uid: number, passwd: string): Passwd => ({ name, uid, gid: uid, passwd, gecos: "", dir: "/", shell: "" });
const users = [user("ann", 10, "x"), user("open", 11, "x"), user("locked", 12, "x"), user("old", 13, HASH), user("lost", 14, "x")];

/** As much of the library as the server asks. */
function* now<T>(value: T): Syscall<T> {
  return value;
}
const libc = {
  getpwuid: (uid: number) => now(users.find((u) => u.uid === uid)),
  getgrgid: (gid: number) => now([["staff", 50], ["users", 100], ["free", 7]].filter(([, g]) => g === gid).map(([name]) => ({ name: String(name), gid, members: [] }))[0]),
  getgrouplist: (_name: string, gid: number) => now([gid, 100]),
  *readText(path: string): Syscall<string> {
    const text = files.get(path);
    if (text === undefined) throw new UnixError("open", Errno.ENOENT);
    return text;
  },
} as unknown as Libc;

function value<T>(call: Syscall<T>): T {
  const step = call.next();
  if (!step.done) throw new Error("it blocks");
  return step.value;
}
const asUser = (uid: number, password: string): readonly number[] | undefined => value(checkUser(libc, uid, password));
const asGroup = (gid: number, password: string): boolean => value(checkGroup(libc, gid, password));

describe("the password server decides (feature-table.md #22)", () => {
  it("a user's password gives his groups, the primary one first and once", () => {
    expect(asUser(10, "secret")).to.deep.equal([10, 100]);
  });
  it("a wrong password, a locked account, an unknown id and one without a line in shadow give nothing", () => {
    expect([asUser(10, "Secret"), asUser(10, ""), asUser(12, "*"), asUser(99, "secret"), asUser(14, "secret")]).to.deep.equal(Array(5).fill(undefined));
  });
  it("an empty hash lets anything in", () => {
    expect(asUser(11, "whatever")).to.deep.equal([11, 100]);
  });
  it("a hash may stand in /etc/passwd itself", () => {
    expect(asUser(13, "secret")).to.deep.equal([13, 100]);
    expect(asUser(13, "x")).to.equal(undefined);
  });
  it("a group has the password of its line; an x is none", () => {
    expect([asGroup(50, "secret"), asGroup(50, "x"), asGroup(100, "x"), asGroup(7, ""), asGroup(999, "")]).to.deep.equal([true, false, false, true, false]);
  });
});
