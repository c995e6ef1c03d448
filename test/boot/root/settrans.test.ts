import { expect } from "chai";
import { runCommands } from "../../../boot/session.ts";

/** What the commands print, standard error included, line by line; the status of each is printed by `try`. */
function lines(user: string, commands: readonly string[]): readonly string[] {
  const script = ["t() { \"$@\" 2>&1; echo \"= $?\"; }", "cd /tmp", ...commands].join("\n");
  return runCommands({ user, commands: script }).output.replaceAll("\r", "").trimEnd().split("\n");
}

describe("settrans, showtrans, fsysopts (recorded tools-run)", function () {
  this.timeout(60_000);

  it("show and set passive translators; EBUSY while an active one runs, unless it is asked to go", () => {
    const got = lines("root", [
      "t settrans -c bootello /hurd/hello", "t showtrans bootello", "t showtrans /etc/motd", "t showtrans bootello /etc/motd /dev/null", "t showtrans nosuch",
      "t cat bootello", "t settrans bootello /hurd/null", "t settrans -g bootello /hurd/null", "t showtrans bootello",
    ]);
    expect(got).to.deep.equal([
      "= 0", "/hurd/hello", "= 0", "= 1", "bootello: /hurd/hello", "/etc/motd", "/dev/null: /hurd/null", "= 0", "showtrans: nosuch: No such file or directory", "= 1",
      "Hello, world!", "= 0", "settrans: bootello: Device or resource busy", "= 5", "= 0", "/hurd/null", "= 0",
    ]);
  });

  it("start active translators, and say why they cannot", () => {
    const got = lines("root", [
      "settrans -c bootello /hurd/hello", "t settrans -a bootello /hurd/hello", "t cat bootello", "t settrans -a -x bootello /hurd/hello", "t settrans -a bootello /bin/true",
      "t settrans -a bootello /bin/nosuch", "t settrans -a -t 2 bootello2x /hurd/hello", "t settrans -ac -t 2 pausing /bin/sleep 10", "t settrans -ag bootello", "settrans bootello", "t cat bootello",
    ]);
    expect(got).to.deep.equal([
      "= 0", "Hello, world!", "= 0", "settrans: bootello: Device or resource busy", "= 5", "settrans: /bin/true: Translator died", "= 4",
      "settrans: /bin/nosuch: No such file or directory", "= 4", "settrans: bootello2x: No such file or directory", "= 4",
      "settrans: /bin/sleep: (ipc/rcv) timed out", "= 4", "= 0", "= 0",
    ]);
  });

  it("let only the owner set a translator, and only a controller change options", () => {
    const got = lines("guest", ["t settrans -a /etc/motd /hurd/hello", "t fsysopts / -r", "t fsysopts /"]);
    expect(got).to.deep.equal([
      "settrans: /etc/motd: Operation not permitted", "= 5", "fsysopts: /: Operation not permitted", "= 6",
      "hurd/tmpfs.static --writable --relatime --store-type=typed device:rd0", "= 0",
    ]);
  });

  it("make a filesystem read-only and writable again", () => {
    const got = lines("root", ["settrans -ac t /hurd/tmpfs 1m", "t fsysopts t -r", "t fsysopts t", "t touch t/x", "t fsysopts t --writable", "t touch t/x", "t fsysopts t --nonsense"]);
    expect(got).to.deep.equal([
      "= 0", "/hurd/tmpfs --readonly --relatime 1M", "= 0", "touch: t/x: Read-only file system", "= 1", "= 0", "= 0", "fsysopts: t --nonsense: Invalid argument", "= 5",
    ]);
  });

  it("refuse misuse with 64", () => {
    expect(lines("root", ["settrans 2>/dev/null; echo $?", "settrans --nonsense x 2>/dev/null; echo $?", "fsysopts 2>/dev/null; echo $?"])).to.deep.equal(["64", "64", "64"]);
  });

  it("run a command with the translator's root as its own (--chroot)", () => {
    expect(lines("root", ["mkdir /tmp/etc /tmp/bin", "cp /bin/ls bin", "echo > etc/inside", "touch n", "t settrans --chroot ls /etc -- n /hurd/firmlink /tmp"])).to.deep.equal(["inside", "= 0"]);
  });
});

describe("translators in a running system", function () {
  this.timeout(60_000);

  it("run as the node's owner, whoever comes by first, as children of the filesystem", () => {
    const user = ["touch h; chown guest h; settrans h /hurd/hello", "cat h", "ps -A -j | grep ' /hurd/hello$'"];
    const [hello, ps] = lines("root", user);
    expect(hello).to.equal("Hello, world!");
    expect(ps).to.match(/^guest +\d+ +5 /);
  });

  it("start once for several lookups at the same time", () => {
    const got = lines("guest", ["settrans -c h /hurd/hello", "cat h & cat h & cat h & wait", "ps -A | grep -c ' /hurd/hello$'"]);
    expect(got).to.deep.equal(["Hello, world!", "Hello, world!", "Hello, world!", "1"]);
  });

  it("come back after a crash when passive, and leave the node bare when active only", () => {
    const kill = "kill -9 $(ps -A | grep ' /hurd/hello$' | tr -s ' ' | cut -d' ' -f2)";
    expect(lines("guest", ["settrans -c p /hurd/hello", "cat p", kill, "cat p"])).to.deep.equal(["Hello, world!", "Hello, world!"]);
    expect(lines("guest", ["echo bare > a", "settrans -a a /hurd/hello", "cat a", kill, "cat a"])).to.deep.equal(["Hello, world!", "bare"]);
  });

  it("firmlink shows the target with the link's directory as its parent", () => {
    const got = lines("root", ["mkdir /tmp/here", "cd here", "settrans -c m /hurd/firmlink /etc", "cd m", "pwd", "ls -d motd", "cd ..; pwd", "t settrans -g m; cat m/motd 2>&1"]);
    expect(got).to.deep.equal(["/tmp/here/m", "motd", "/tmp/here", "= 0", "cat: m/motd: Not a directory"]);
  });

  it("give up a lookup that waits for them when the client is interrupted", () => {
    const got = lines("root", ["settrans -c q /hurd/fifo", "cat q & sleep 1; kill -TERM $!; wait $!; echo $?", "(sleep 1; echo through) > q & cat q"]);
    expect(got).to.deep.equal(["143", "through"]);
  });

  it("symlink and fifo in the node itself, null, zero and full as everywhere", () => {
    const got = lines("root", [
      "settrans -c s /hurd/symlink /etc/motd", "readlink s", "settrans -c q /hurd/fifo", "(sleep 1; echo through) > q & cat q", "head -c 3 /dev/zero | wc -c",
      "cat /dev/null | wc -c", "t dd if=/dev/zero of=/dev/full count=1 | grep -c space",
    ]);
    expect(got.map((line) => line.trim())).to.deep.equal(["/etc/motd", "through", "3", "0", "1"]);
  });
});
