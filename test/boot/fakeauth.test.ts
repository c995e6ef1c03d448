import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

const guest = (commands: string, input = "", scheduler = "default", seed = 0): string => runCommands({ user: "guest", commands, input, scheduler, seed }).output;
const lines = (text: string): readonly string[] => text.split("\n").filter((l) => l !== "");

describe("fakeauth: a private auth server (feature-table.md row 25)", function () {
  this.timeout(30_000);
  it("its command believes itself root, and can become anybody", () => {
    expect(lines(guest("fakeauth sh -c 'id -u; ids -tuv; id -g; setauth guest -p $$; id -u'"))).to.deep.equal([
      "0", "euids=0 auids=0,0", "0", "1000",
    ]);
  });
  it("to every server it is who started it: its files are his, what he may not do fails", () => {
    const said = lines(guest("cd; fakeauth sh -c 'touch x; stat -c %U x; chmod 600 /etc/motd; cat /etc/shadow; ps -A | grep -c \"^root.*fakeauth\"; kill -9 7'"));
    expect(said.slice(0, 5)).to.deep.equal([
      "guest", "chmod: /etc/motd: Operation not permitted", "cat: /etc/shadow: Permission denied", "0", "sh: 1: kill: Operation not permitted",
    ]);
    expect(said.at(-1)).to.match(/^fakeauth: Error 1 for child \d+$/);
  });
  it("a set-id program has the file's id and those of who opened it, not what the fake handle claims", () => {
    expect(lines(guest("fakeauth sh -c 'su -c \"id -u\"'", "wrong\n")).at(-2)).to.match(/su: Authentication failure$/);
    expect(lines(guest("fakeauth sh -c 'su -c \"id -u; cat /etc/shadow >/dev/null && echo read\"'", "hurd\n")).slice(-2)).to.deep.equal(["0", "read"]);
  });
  it("ends with its command's status, 128 and its signal, 3 when there is none, 64 without one", () => {
    const said = lines(guest("fakeauth sh -c 'exit 4' 2>&1; echo $?; fakeauth sh -c 'kill -9 $$'; echo $?; fakeauth nosuch; echo $?; fakeauth; echo $?"));
    expect(said[0]).to.match(/^fakeauth: Error 4 for child \d+$/);
    expect(said[2]).to.match(/^fakeauth: Killed for child \d+$/);
    expect([said[1], said[3], said[5], said.at(-1)]).to.deep.equal(["4", "137", "3", "64"]);
    expect(said[4]).to.equal("fakeauth: nosuch: No such file or directory");
  });
  for (const seed of [1, 2, 3])
    it(`works under a random schedule (seed ${seed})`, () => {
      expect(guest("fakeauth sh -c 'id -u; fakeauth id -u | cat'; id -u", "", "random", seed)).to.equal("0\n0\n1000\n");
    });
});

describe("fakeroot: files as root would have them (feature-table.md row 25)", function () {
  this.timeout(30_000);
  it("what nobody has changed is root's; chown and chmod succeed and are shown, to all that run under it", () => {
    const said = lines(guest("fakeroot sh -c 'touch x; stat -c \"%a %U\" x /etc/motd; chown guest x; chmod 4711 x; chmod 600 /etc/motd; sh -c \"stat -c \\\"%a %U\\\" x /etc/motd\"'"));
    expect(said).to.deep.equal(["644 root", "644 root", "4711 guest", "600 root"]);
  });
  it("outside, nothing of that is so but what the user may do himself", () => {
    const said = lines(guest("fakeroot sh -c 'touch x; chown root x; chmod 0 x; chmod 600 /etc/motd; cat x && echo read'; stat -c '%a %U' x /etc/motd; cat /etc/motd | wc -l"));
    expect(said).to.deep.equal(["read", "600 guest", "644 root", "2"]);
  });
  it("what the user may not read stays closed; what he does to names and contents is done", () => {
    const script = "cat /etc/shadow; mkdir d; echo a > d/f; echo b >> d/f; mv d/f d/g; ln d/g h; rm d/g; rmdir d; ln -s h l; cat l; exec 3< h; read q <&3; cat <&3; pwd";
    expect(lines(guest(`fakeroot sh -c '${script}'; cat h; readlink l`))).to.deep.equal(["cat: /etc/shadow: Permission denied", "a", "b", "b", "/home/guest", "a", "b", "h"]);
  });
  it("ends with its last client, and takes its command's status along", () => {
    const said = lines(guest("fakeroot sh -c 'exit 3' 2>/dev/null; echo $?; sleep 1; ps -A | grep -c '/hurd/fakeroot$'; fakeroot true; echo $?"));
    expect(said).to.deep.equal(["3", "0", "0"]);
  });
  for (const seed of [1, 2, 510])
    it(`works under a random schedule (seed ${seed})`, () => {
      expect(guest("fakeroot sh -c 'echo a >x; chown 7 x; stat -c %u x; cat x | cat'; cat x", "", "random", seed)).to.equal("7\na\na\n");
    });
});
