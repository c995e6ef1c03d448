import { expect } from "chai";
import { STDIN, type Main } from "../../glibc-shim/libc.ts";
import { O_CREAT, O_WRITE } from "../../servers/interfaces/hurd-types.ts";
import { asRoot, atLogin, Sitting } from "./sitting.ts";

describe("logging in", () => {
  it("greets with the system's and the terminal's name, and asks who is there", () => {
    expect(new Sitting().wait()).to.match(/\nGNU 0\.9 \(hurd\) \(console\)\n\nhurd login: $/);
  });
  it("does not show the password, and shows the message of the day", () => {
    const s = atLogin();
    expect(s.line("root")).to.match(/Password: $/);
    const shown = s.type("hurd\r");
    expect(shown.split("Welcome")[0]).to.equal("\n");
    expect(shown).to.match(/Welcome[^]*# $/);
  });
  it("refuses a wrong password and an unknown user alike", () => {
    const s = atLogin();
    for (const [name, password] of [["root", "guest"], ["nobody-here", "x"], ["daemon", ""]] as const) {
      expect(s.login(name, password)).to.match(/Login incorrect\n\nhurd login: $/);
    }
  });
  it("gives the user his ids, home, terminal and environment", () => {
    const s = atLogin();
    s.login("guest", "guest");
    expect(s.line("id; pwd; tty")).to.include("uid=1000(guest) gid=1000(guest) groups=1000(guest),100(users)\n/home/guest\n/dev/console\n");
    expect(s.line('echo $USER $HOME $SHELL $PATH $0 "$TERM"')).to.include("guest /home/guest /bin/sh /bin:/sbin -sh xterm\n");
    expect(s.line("ps -A -o pid,ppid,sess,args | grep -e '-sh$'")).to.match(/\n? *(\d+) +\d+ +\1 -sh/);
  });
  it("makes the terminal the user's, and root's again afterwards", () => {
    const s = atLogin();
    s.login("guest", "guest");
    expect(s.line("ls -l /dev/console")).to.match(/^crw------- .* guest /m);
    expect(s.line("echo x > /dev/console")).to.match(/^x$/m);
    s.type("\x04");
    s.login("root", "hurd");
    expect(s.line("ls -l /dev/console")).to.match(/^crw------- .* root /m);
  });
  it("comes back after the session's end, any number of times, and leaves nothing behind", () => {
    const s = atLogin();
    const cycle = (): void => {
      s.login("guest", "guest");
      s.line("echo x | cat; tty < /dev/tty");
      expect(s.type("\x04")).to.match(/hurd login: $/);
    };
    cycle();
    cycle();
    const before = s.names();
    for (let i = 0; i < 5; i++) cycle();
    const servers = [...before.keys()].filter((name) => !/getty|login/.test(name));
    for (const name of servers) expect(s.names().get(name), name).to.equal(before.get(name));
  });
});

/** Leaves the session, so that no job control holds it back, and writes down what it reads from the terminal that it still has. */
const spy: Main = function* (libc) {
  yield* libc.fork(function* (child) {
    yield* child.setsid();
    const heard = yield* child.open("/tmp/heard", O_WRITE | O_CREAT, 0o644);
    for (;;) yield* child.writeAll(heard, yield* child.read(STDIN, 100));
  });
  return 0;
};

describe("the next session", () => {
  it("cannot be overheard: whoever still has the terminal open from the one before has lost it", () => {
    const s = atLogin({ programs: [["/bin/spy", spy]] });
    s.login("guest", "guest");
    s.line("spy");
    for (let i = 0; i < 8 && !/login: $/.test(s.type("\x04")); i++);
    expect(s.login("root", "hurd")).to.match(/# $/);
    expect(s.line("id -un")).to.include("root\n");
    expect(s.line("cat /tmp/heard")).to.not.include("hurd\n# ");
  });
});

describe("the keyboard", () => {
  it("^C ends the foreground job, and the shell says 130", () => {
    const s = asRoot();
    s.line("cat");
    expect(s.type("\x03")).to.match(/^\^C\n\r?# $/);
    expect(s.line("echo $?")).to.include("130\n");
  });
  it("^\\ makes it quit", () => {
    const s = asRoot();
    s.line("cat");
    s.type("\x1c");
    expect(s.line("echo $?")).to.include("131\n");
  });
  it("^Z stops a whole pipeline; fg goes on where it was", () => {
    const s = asRoot();
    s.line("cat | tr a-z A-Z");
    expect(s.line("one")).to.equal("ONE\n");
    expect(s.type("\x1a")).to.match(/\[1\]\+ +Stopped +cat \| tr a-z A-Z/);
    s.line("fg");
    expect(s.line("two")).to.equal("TWO\n");
    expect(s.type("\x04")).to.match(/# $/);
  });
  it("a background job that reads is stopped; one that writes is not, but for tostop", () => {
    const s = asRoot();
    s.line("cat &");
    expect(s.line("jobs")).to.match(/\[1\]\+ +Stopped +cat/);
    expect(s.line("/bin/echo free &")).to.include("free\n");
    s.line("stty tostop");
    s.line("echo held &");
    expect(s.line("jobs")).to.match(/Stopped +echo held/);
  });
  it("a new window size is known, and the foreground hears of it", () => {
    const s = asRoot();
    expect(s.line("stty size")).to.include("24 80\n");
    s.line("sh -c 'trap \"echo changed\" WINCH; read x; stty size'");
    s.machine.console.resize(50, 132);
    expect(s.wait()).to.include("changed\n");
    expect(s.line("stty size")).to.include("50 132\n");
  });
});

describe("other people", () => {
  it("su asks a user for the password, root for none", () => {
    const s = asRoot();
    s.line("su guest");
    expect(s.line("id -un")).to.include("guest\n");
    expect(s.line("su -c id")).to.match(/Password: $/);
    expect(s.line("wrong")).to.include("su: Authentication failure\n");
    s.line("su");
    s.line("hurd");
    expect(s.line("id -un")).to.include("root\n");
  });
  it("passwd changes one's own password, by the old one, and no other's", () => {
    const s = atLogin();
    s.login("guest", "guest");
    expect(s.line("passwd root")).to.include("You may not view or modify");
    s.line("passwd");
    expect(s.line("wrong")).to.include("password unchanged");
    s.line("passwd");
    s.line("guest");
    s.line("new secret");
    expect(s.line("new secret")).to.include("password updated successfully");
    expect(s.line("ls -l /etc/shadow")).to.match(/^-rw------- .* root /m);
    s.type("\x04");
    expect(s.login("guest", "guest")).to.include("Login incorrect");
    expect(s.login("guest", "new secret")).to.match(/\$ $/);
  });
});

describe("the end", () => {
  it("halt is root's, and stops the machine", () => {
    const s = atLogin();
    s.login("guest", "guest");
    expect(s.line("halt")).to.include("Operation not permitted");
    s.type("\x04");
    s.login("root", "hurd");
    s.line("halt");
    expect(s.machine.run()).to.equal("halted");
  });
  it("single-user mode is a shell before anything else, and goes on when it ends", () => {
    const s = new Sitting({ singleUser: true });
    expect(s.wait()).to.match(/# $/);
    expect(s.line("id -un")).to.include("root\n");
    expect(s.type("\x04")).to.match(/hurd login: $/);
  });
});
