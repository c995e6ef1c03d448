import { expect } from "chai";
import { passwordFits } from "../../../glibc-shim/crypt.ts";
import { etcFiles, type EtcFile } from "../../../boot/root/etc/files.ts";
import { fieldOf, withField } from "../../../boot/root/lib/shadow.ts";
import { parseTtys } from "../../../boot/root/lib/ttys.ts";
import { applied } from "../../../boot/root/bin/stty.ts";
import { characterName, characterOf } from "../../../boot/root/lib/stty-words.ts";
import { wanted } from "../../../boot/root/libexec/runsystem.ts";
import { DEFAULT_CC, DEFAULT_MODES, Lflag, Vc } from "../../../servers/interfaces/termios.ts";

const entry = (path: string): EtcFile | undefined => etcFiles.find(([name]) => `/etc/${name}` === path);
const text = (path: string): string => entry(path)?.[2] ?? "";

describe("the accounts as delivered", () => {
  it("root's password is hurd, guest's is guest", () => {
    expect(passwordFits("hurd", fieldOf(text("/etc/shadow"), "root") ?? "*")).to.equal(true);
    expect(passwordFits("guest", fieldOf(text("/etc/shadow"), "guest") ?? "*")).to.equal(true);
    expect(passwordFits("guest", fieldOf(text("/etc/shadow"), "root") ?? "*")).to.equal(false);
  });
  it("nobody but root reads the hashes, and every account has a line", () => {
    expect(entry("/etc/shadow")?.[1]).to.equal(0o600);
    const names = (path: string): readonly string[] => text(path).trim().split("\n").map((l) => l.split(":")[0] ?? "");
    expect(names("/etc/shadow")).to.deep.equal(names("/etc/passwd"));
  });
  it("a new hash replaces one field of one line", () => {
    const changed = withField(text("/etc/shadow"), "guest", "NEW");
    expect(fieldOf(changed, "guest")).to.equal("NEW");
    expect(fieldOf(changed, "root")).to.equal(fieldOf(text("/etc/shadow"), "root"));
    expect(changed.split("\n")).to.have.length(text("/etc/shadow").split("\n").length);
  });
});

describe("/etc/ttys", () => {
  it("gives the console a getty", () => {
    expect(parseTtys(text("/etc/ttys"))).to.deep.equal([{ name: "console", command: ["/libexec/getty", "9600"], type: "xterm", on: true }]);
  });
  it("leaves comments, blank and broken lines out, and says what is off", () => {
    expect(parseTtys('# x\n\nbroken\ntty1 "g 1" vt100 off\ntty2 g dumb # on\n').map((t) => [t.name, t.on])).to.deep.equal([["tty1", false], ["tty2", false]]);
  });
});

describe("runsystem", () => {
  it("finds init and single-user mode among the words of the command line", () => {
    expect(wanted(["gnumach", "root=device:rd0"])).to.deep.equal({ init: "/hurd/init", single: false });
    expect(wanted(["gnumach", "init=/libexec/run-command", "-s"])).to.deep.equal({ init: "/libexec/run-command", single: true });
  });
});

describe("stty", () => {
  const sane = { ...DEFAULT_MODES, cc: DEFAULT_CC, ispeed: 0, ospeed: 0 };
  it("switches flags off and on again", () => {
    const off = applied(sane, ["-echo", "-icanon"]);
    expect(off.lflag & (Lflag.ECHO | Lflag.ICANON)).to.equal(0);
    expect(applied(off, ["echo", "icanon"])).to.deep.equal(sane);
  });
  it("sane undoes raw", () => {
    expect(applied(applied(sane, ["raw", "-echo"]), ["sane"])).to.deep.equal(sane);
  });
  it("sets control characters and numbers, and refuses what it does not know", () => {
    const t = applied(sane, ["intr", "^A", "min", "3", "eof", "undef"]);
    expect([t.cc[Vc.INTR], t.cc[Vc.MIN], t.cc[Vc.EOF]]).to.deep.equal([1, 3, 0]);
    expect(() => applied(sane, ["nonsense"])).to.throw("invalid argument 'nonsense'");
    expect(() => applied(sane, ["intr"])).to.throw("missing argument");
  });
  it("names every byte so that it reads the name back", () => {
    for (let byte = 0; byte < 128; byte++) expect(characterOf(characterName(byte))).to.equal(byte);
  });
});
