import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

const sh = (commands: string, options: { user?: string; input?: string } = {}) => runCommands({ commands, ...options });
const lines = (text: string): readonly string[] => text.split("\n").filter((l) => l !== "");
const asGuest = (commands: string, input = ""): readonly string[] => lines(sh(commands, { user: "guest", input }).output);
/** What `ids` says of the shell after `commands`: the effective users, the available users. */
const uidsAfter = (commands: string, input = ""): readonly string[] => asGuest(`${commands}; ids -u`, input).slice(-2);

const SHADOW = /^root:\$5/;
const DENIED = /\/etc\/shadow: Permission denied$/;

describe("identity of a running process (feature-table.md §7 scenario 5)", () => {
  it("addauth with the password: the same process now gets in; rmauth: it no longer does", () => {
    const script = "read l < /etc/shadow; addauth root -p $$; read l < /etc/shadow; echo $l; rmauth root -p $$; read l < /etc/shadow; ids -tuv";
    const said = asGuest(script, "hurd\n");
    expect(said[0]).to.match(DENIED);
    expect(said[1]).to.equal("Password:");
    expect(said[2]).to.match(SHADOW);
    expect(said[3]).to.match(DENIED);
    expect(said[4]).to.equal("euids=1000 auids=1000,1000");
  });

  it("a file that is open stays readable, with the descriptor's port reauthenticated", () => {
    const said = asGuest("addauth root -p $$; exec 3< /etc/shadow; rmauth root -p $$; head -1 <&3; cat < /etc/shadow; chmod 600 /dev/fd/3", "hurd\n");
    expect(said[1]).to.match(SHADOW);
    expect(said[2]).to.match(DENIED);
    expect(said[3]).to.match(/Operation not permitted$/);
  });

  it("what was open before, and the working directory, have the new ids at once", () => {
    const script = "exec 3< /etc/motd; cd /; chmod 640 /dev/fd/3; touch new; addauth root -p $$; chmod 640 /dev/fd/3; touch new; stat -c '%a %U' new /etc/motd";
    expect(asGuest(script, "hurd\n")).to.deep.equal([
      "chmod: /dev/fd/3: Operation not permitted", "touch: new: Permission denied", "Password:", "644 guest", "640 root",
    ]);
  });

  it("a wrong password: refused with 15, nothing changed; no user: misuse, 64; an unknown one: 10", () => {
    const said = asGuest("addauth root; echo $?; ids -tuv; addauth; echo $?; addauth nosuch; echo $?", "wrong\n");
    expect(said.slice(0, 4)).to.deep.equal(["Password:", "addauth: Invalid password", "15", "euids=1000 auids=1000,1000"]);
    expect(said.filter((l) => l === "64")).to.have.length(1);
    expect(said.at(-1)).to.equal("10");
    expect(said).to.include("addauth: nosuch: Unknown user");
  });

  it("is told with -v, and with -n only told", () => {
    const said = lines(sh("addauth -vn guest -p $$; ids -tuv; addauth -v guest -p $$; ids -tuv; rmauth -v guest -p $$; rmauth -v guest -p $$").output);
    const added = /^\d+: Added euids: 1000\(guest\), egids: 1000\(guest\),100\(users\)$/;
    expect(said[0]).to.match(added);
    expect(said[1]).to.equal("euids=0 auids=0,0");
    expect(said[2]).to.match(added);
    expect(said[3]).to.equal("euids=0,1000 auids=0,0");
    expect(said[4]).to.match(/^\d+: Removed euids: 1000\(guest\), egids: 1000\(guest\),100\(users\)$/);
    expect(said[5]).to.match(/^\d+: Nothing changed$/);
  });

  it("another's process: its message port takes ids from anybody, but only who holds its task takes them away", () => {
    const root = "sleep 1000 & echo $! > /tmp/pid; chmod 644 /tmp/pid; su guest -c 'addauth guest -p $(cat /tmp/pid); rmauth root -p $(cat /tmp/pid); setauth guest -p $(cat /tmp/pid)'; ids -tuv $!";
    const said = lines(sh(root).output);
    expect(said[0]).to.match(/^rmauth: \d+: Operation not permitted$/);
    expect(said[1]).to.match(/^setauth: \d+: Operation not permitted$/);
    expect(said[2]).to.equal("euids=0,1000 auids=0,0");
  });

  it("addauth to one's own collection: from its own turn on, its proc port is dead (recorded)", () => {
    const said = lines(sh("sleep 100 & addauth guest; echo $?").output);
    expect(said[0]).to.match(/^addauth: \d+: Cannot get message port: \(ipc\/send\) invalid destination port$/);
    expect(said.at(-1)).to.equal("0");
  });
});

describe("rmauth, setauth, unsu", () => {
  it("rmauth -s keeps what it takes as available", () => {
    expect(uidsAfter("addauth root -p $$; rmauth -s root -p $$", "hurd\n")).to.deep.equal(["effective: 1000(guest)", "available: 1000(guest) 1000(guest) 0(root)"]);
  });
  it("rmauth takes a user's groups with him, but none that he did not bring or that another brings, too", () => {
    const gids = (commands: string): readonly string[] => lines(sh(`${commands}; ids`).output).filter((l) => l.startsWith("effective gids"));
    const [start] = gids("true");
    expect(gids("addauth guest -p $$; rmauth guest -p $$")).to.deep.equal([start]);
    expect(gids("addauth guest -p $$; rmauth -u guest -p $$")).to.deep.equal([`${start ?? ""} 1000(guest) 100(users)`]);
    expect(gids("addauth -g users -p $$; rmauth guest -p $$")).to.deep.equal([`${start ?? ""} 100(users)`]);
    expect(gids("addauth -g users -p $$; rmauth -g users -p $$")).to.deep.equal([start]);
  });
  it("setauth replaces; without a user nothing is left, with -k the old stays, with -s as available", () => {
    expect(uidsAfter("setauth root -p $$", "hurd\n")).to.deep.equal(["effective: 0(root)", "available: 0(root) 0(root)"]);
    expect(uidsAfter("setauth -p $$")).to.deep.equal(["effective:", "available:"]);
    expect(uidsAfter("setauth -k root -p $$", "hurd\n")).to.deep.equal(["effective: 0(root) 1000(guest)", "available: 0(root) 0(root) 1000(guest) 1000(guest)"]);
    expect(uidsAfter("setauth -s root -p $$", "hurd\n")).to.deep.equal(["effective: 0(root)", "available: 0(root) 0(root) 1000(guest) 1000(guest)"]);
  });
  it("unsu undoes a setauth -s; the other groups stay available", () => {
    const said = lines(runCommands({ user: "guest", commands: "ids; setauth -s root -p $$; unsu -v -p $$; ids", input: "hurd\n" }).output);
    expect(said.slice(-4)).to.deep.equal([...said.slice(0, 3), `${said[3] ?? ""} 100(users)`]);
    expect(said[5]).to.match(/^\d+: Changed auth to euids: 1000\(guest\), egids: 1000\(guest\),100\(users\), auids: 1000\(guest\),1000\(guest\), agids: 1000\(guest\),1000\(guest\),100\(users\)$/);
  });
  it("several ids: each is asked for by name; root's password is enough for all; an id without an account is root's to give", () => {
    const said = asGuest("nullauth addauth guest -g daemon; echo $?; addauth guest root -p $$; echo $?; ids -tuv; setauth guest -p $$; addauth 4711 -p $$; echo $?", "guest\nwrong\nhurd\nwrong\n");
    expect(said).to.deep.equal([
      "Password for guest:", "Password for group daemon:", "addauth: Invalid password", "15",
      "Password for root:", "0", "euids=1000,0 auids=1000,1000", "Password for root:", "addauth: Invalid password", "15",
    ]);
  });
  it("processes are named by lists; what is none is misuse, a session that is not there 2", () => {
    const said = asGuest("sleep 9 & addauth -v guest -p $$,$!; rmauth -vn guest -S | grep -c Removed; setauth -p x; echo $?; unsu -p 1,,2; echo $?; addauth guest -S 999; echo $?; addauth guest -S999; echo $?");
    expect(said.map((l) => l.replace(/^\d+: A/, "N: A"))).to.deep.equal([
      ...new Array<string>(2).fill("N: Added euids: 1000(guest), egids: 1000(guest),100(users)"), "3",
      "setauth: x: Invalid process id", "Try `setauth --help' or `setauth --usage' for more information.", "64",
      "unsu: Empty element in process id list", "Try `unsu --help' or `unsu --usage' for more information.", "64", "Password for root:", "addauth: Invalid password", "15",
      "addauth: 999: Cannot add session: No such process", "2",
    ]);
  });
  it("unknown users are 10, groups 11", () => {
    expect(asGuest("setauth nosuch; echo $?; rmauth -u nosuch; echo $?; addauth -g nosuch; echo $?")).to.deep.equal([
      "setauth: nosuch: Unknown user", "10", "rmauth: nosuch: Unknown user", "10", "addauth: nosuch: Unknown group", "11",
    ]);
  });
  it("unsu drops the effective ids and the first two available ones: the next is the process' own", () => {
    const said = lines(sh("addauth -a guest -p $$; unsu -p $$; ids; echo $?; cat /etc/shadow").output);
    expect(said[0]).to.equal("effective uids: 1000(guest)");
    expect(said[2]).to.equal("available uids: 1000(guest) 1000(guest)");
    expect(said.at(-1)).to.match(DENIED);
  });
});

describe("processes without ids", () => {
  it("login without a user is nobody's shell: what others may, it may; and it becomes somebody by addauth", () => {
    const typed = ["ids", "cat /etc/shadow", "head -1 /etc/motd", "touch /root/x", "addauth guest", "guest", "ids -u", "exit"].join("\n");
    const said = asGuest("login; echo back; ids -tuv", `${typed}\n`).filter((l) => !l.includes("login> ")).slice(2);
    expect(said.slice(0, 4)).to.deep.equal(["effective uids:", "effective gids:", "available uids:", "available gids:"]);
    expect(said[4]).to.match(DENIED);
    expect(said[5]).to.match(/^Welcome/);
    expect(said[6]).to.match(/Permission denied$/);
    expect(said.slice(7)).to.deep.equal(["Password:", "effective: 1000(guest)", "available:", "back", "euids=1000 auids=1000,1000"]);
  });
  it("login: 5 for a wrong password, 10 for an unknown user, who with -P is asked for one; with -R the shell is nobody's then", () => {
    const said = asGuest("login guest; echo $?; login nosuch; echo $?; login -P nosuch; echo $?; login -R root -c 'ids -tuv'; echo $?", "wrong\nhurd\nwrong\nids -tuv\nexit 4\n");
    const motd = said.filter((l) => !/^(Welcome|see) /.test(l));
    expect(motd.filter((l) => !l.includes("login> "))).to.deep.equal([
      "Password:", "login: Invalid password", "5", "login: nosuch: Unknown user", "10", "Password:", "login: Invalid password", "5",
      "Password:", "login: Invalid password", "4",
    ]);
  });
  it("login: what it is told of shell, environment, directory and arguments counts before what the account says", () => {
    const said = asGuest("login -a HOME=/etc -a SHELL=/nosh -a MOTD= -e A=b guest -c 'pwd; echo $A $0 $SHELL $LOGNAME'; login -L -0 me -a MOTD= -f guest -c 'echo $0; umask; tty'", "guest\n");
    expect(said).to.deep.equal([
      "Password:", "login: /nosh: No such file or directory", "login: Using SHELL=/bin/sh", "/etc", "b -sh /bin/sh guest", "me", "0022", "/dev/console",
    ]);
  });
  it("login: the message of the day is read with the new identity, and not shown to who has a .hushlogin", () => {
    const said = asGuest("touch .hushlogin; login -f guest -c 'echo quiet'; rm .hushlogin; login -a MOTD=/etc/shadow -f guest -c 'echo nothing'");
    expect(said).to.deep.equal(["quiet", "nothing"]);
  });
  it("login: nobody may, while there is an /etc/nologin", () => {
    const ran = runCommands({ commands: "echo closed >/etc/nologin; login -f guest; echo $?" });
    expect(ran.output).to.equal("closed\n40\n");
  });
  it("have no real uid in a set-uid program either: su asks them for the password, passwd tells them nothing and changes nothing", () => {
    const said = asGuest("nullauth su -c id; echo $?; nullauth passwd root; echo $?; nullauth passwd; echo $?; nullauth su -c 'id -u'", "wrong\nhurd\n");
    expect(said).to.deep.equal([
      "Password: ", "su: Authentication failure", "1",
      "passwd: Cannot determine your user name.", "1", "passwd: Cannot determine your user name.", "1", "Password: ", "0",
    ]);
  });
  it("may be translators: to them all but root are strangers", () => {
    const said = asGuest("touch x; settrans -a x /bin/nullauth /hurd/null; chmod 600 x; echo $?; cat x; echo $?; stat -c %a x; settrans -ag x; echo $?");
    expect(said).to.deep.equal(["0", "0", "600", "0"]);
  });
  it("are nobody's in ps, and out of reach for all but root", () => {
    const said = lines(sh("nullauth sleep 1000 & sleep 1; P=$!; ps -A | grep '^- .*sleep'; su guest -c \"kill $P; ids $P\"; kill $P; wait $P; echo $?").output);
    expect(said[0]).to.match(/^- .* sleep 1000$/);
    expect(said[1]).to.match(/Operation not permitted$/);
    expect(said[2]).to.match(/^ids: \d+: Cannot get process authentication: Operation not permitted$/);
    expect(said[3]).to.equal("143");
  });
  it("ids names what it shows by what else is shown; -t leaves empty lists out (utils/ids.c, ugids-rep.c)", () => {
    const said = asGuest("ids -e; ids -ag; ids -u; ids -eun; ids -t; ids -tn -e; ids -v -g; nullauth sh -c 'ids -t; ids -t | wc -l; ids -eu'; ids 1 2; echo $?; ids 999; echo $?");
    expect(said).to.deep.equal([
      "uids: 1000(guest)", "gids: 1000(guest) 100(users)", "1000(guest) 1000(guest)", "effective: 1000(guest)", "available: 1000(guest) 1000(guest)", "guest",
      "euids=1000(guest) egids=1000(guest),100(users) auids=1000(guest),1000(guest) agids=1000(guest),1000(guest)", "euids=guest egids=guest,users",
      "effective: 1000 100", "available: 1000 1000", "1",
      "ids: Too many arguments", "Try `ids --help' or `ids --usage' for more information.", "64", "ids: 999: Cannot get process msgport: No such process", "5",
    ]);
  });
  it("id asks for the ids alone that it prints: -u for no real one, and -g for no user's", () => {
    const gratuitous = (what: string): string => `id: cannot get ${what}: Gratuitous error`;
    expect(asGuest("nullauth id -u; nullauth id -ru; nullauth id -g; nullauth id -G; nullauth id; echo $?")).to.deep.equal([
      ...["effective UID", "real UID", "effective GID", "real UID", "effective UID"].map(gratuitous),
      "1",
    ]);
  });

  it("a stranger asks ids of pid 1: refused with 6 (recorded)", () => {
    expect(asGuest("ids 1; echo $?; nullauth ids 1; echo $?")).to.deep.equal([
      "ids: 1: Cannot get process authentication: Operation not permitted", "6",
      "ids: 1: Cannot get process authentication: Operation not permitted", "6",
    ]);
  });
});

describe("exec in a task whose port one holds", () => {
  it("exec-in: the process keeps its pid and its parent, which waits for the new program's status", () => {
    const said = asGuest("sleep 1000 & P=$!; sleep 1; exec-in $P sh -c 'echo $$; exit 5'; echo in $?; wait $P; echo $? $P");
    expect(said).to.include("in 0");
    expect(said.at(-1)).to.match(/^5 \d+$/);
    expect(said).to.include(said.at(-1)?.slice(2));
  });
  it("in place, or in a new task that takes its place (-n)", () => {
    const said = asGuest("sleep 1000 & P=$!; sleep 1; exec-in -n $P sh -c 'echo $$; exit 6'; wait $P; echo $? $P");
    expect(said.at(-1)).to.match(/^6 \d+$/);
    expect(said).to.include(said.at(-1)?.slice(2));
  });
  it("not in another's process, and with the reason when the program is none; the process goes on then", () => {
    const said = asGuest("exec-in 1 id; echo $?; sleep 1000 & sleep 1; exec-in $! nosuch; echo $?; exec-in $! /etc/motd; echo $?; echo text > f; chmod 755 f; exec-in $! ./f; kill $!; wait $!; echo $?");
    expect(said).to.deep.equal([
      "exec-in: 1: Cannot get task: Operation not permitted", "1",
      "exec-in: nosuch: No such file or directory", "127",
      "exec-in: /etc/motd: Permission denied", "126",
      "exec-in: ./f: Exec format error", "143",
    ]);
  });
});
