import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

const sh = (commands: string, options: { user?: string; input?: string } = {}) => runCommands({ commands, ...options });
const lines = (text: string): readonly string[] => text.split("\n").filter((l) => l !== "");
const asRoot = (commands: string): readonly string[] => lines(sh(commands).output);
const asGuest = (commands: string, input?: string): readonly string[] => lines(sh(commands, { user: "guest", ...(input === undefined ? {} : { input }) }).output);
/** Without the pid in front. */
const bare = (said: readonly string[]): readonly string[] => said.map((l) => l.replace(/^\d+: /, ""));

describe("msgport", () => {
  it("a stopped process still answers (feature-table.md §7 scenario 7)", () => {
    const said = asGuest("cd /tmp; sleep 1000 & P=$!; sleep 1; kill -STOP $P; msgport $P --pwd --umask --getroot --report-wait; ps -x -o stat,command -p $P");
    expect(bare(said).slice(0, 4)).to.deep.equal(["/tmp", "022", "/", "2 threads"]);
    expect(said.filter((l) => /^\d+: thread \d+: msgport$/.test(l)), "the signal thread serves").to.have.length(1);
    expect(said.at(-1)).to.match(/^ T.*sleep 1000$/);
  });
  it("changes a process that runs: its mask, environment, directories and descriptors", () => {
    expect(bare(asGuest("msgport $$ --umask 077 --umask --setenv HOME /x --getenv HOME --chdir /etc --pwd --cdroot --pwd; pwd"))).to.deep.equal(["077", "HOME=/x", "/etc", "/", "/home/guest"]);
    expect(asGuest("msgport $$ --stdout /tmp/out; echo into the file; msgport $$ --stdout /dev/tty; cat /tmp/out")).to.deep.equal(["into the file"]);
    expect(bare(asGuest("sleep 1000 & sleep 1; msgport $! --chroot /home --getroot --pwd --clearenv --getenv"))).to.deep.equal(["/home", "/home/guest"]);
  });
  it("what a process waits for is told in its own words, with the name of the call", () => {
    expect(bare(asGuest("msgport $$ --report-wait"))).to.deep.equal(["2 threads", "thread 0: proc_wait_request [init#3]", "thread 1: msgport"]);
    const of = (what: string): string => bare(asGuest(`${what} & sleep 1; msgport $! --report-wait`)).find((l) => l.startsWith("thread 0"))?.replace(/#\d+:/, "#N:") ?? "";
    expect(of("sleep 1000")).to.equal("thread 0: port#N:rcv");
    expect(of("cat < /dev/tty"), "stopped, in a call on the terminal").to.equal("thread 0: io_read_request [bgfd#0]");
  });
  it("a stranger may read the environment, and nothing else", () => {
    expect(asGuest("msgport 1 --getenv PATH --pwd --umask; echo $?; msgport 1 --umask; msgport 1 --setenv A b; msgport 1 --report-wait; msgport 1 --cd /")).to.deep.equal([
      "1: PATH=/bin:/sbin", "msgport: 1: Cannot execute command: Operation not permitted", "2", ...new Array<string>(4).fill("msgport: 1: Cannot execute command: Operation not permitted"),
    ]);
  });
  it("processes are named as for addauth, too; commands may stand without their dashes; oneself is left out", () => {
    const said = bare(asGuest("msgport -p$$,$$ cdroot pwd --umask 7 umask; msgport --pgrp=$$ --session printenv LOGNAME | sort -u; cd /tmp; msgport -L getcwd"));
    expect(said.slice(0, 4)).to.deep.equal(["/", "007", "/", "007"]);
    expect(new Set(said.slice(4, -1)), "the shell and its pipeline").to.deep.equal(new Set(["LOGNAME=guest"]));
    expect(said.at(-1)).to.equal("/tmp");
  });
  it("misuse is 64; a process that is not there 1", () => {
    const said = asGuest("msgport $$ --bad; echo $?; msgport --pwd; echo $?; msgport $$; echo $?; msgport $$ --setfd 1; echo $?; msgport 999 --pwd; echo $?");
    expect(said.filter((l) => /^\d+$/.test(l))).to.deep.equal(["64", "64", "64", "64", "1"]);
    expect(said).to.include("msgport: 999: Cannot get process msgport: No such process");
    expect(said.slice(0, 2)).to.deep.equal(["msgport: unrecognized option '--bad'", "Try `msgport --help' or `msgport --usage' for more information."]);
    expect(said.slice(3, 5)).to.deep.equal(["Usage: msgport [PID...] COMMAND...", "Try `msgport --help' or `msgport --usage' for more information."]);
  });
});

describe("portinfo", () => {
  it("of exec, as recorded: its task, host, init ports, identity, sets and receive rights", () => {
    const said = asRoot("portinfo -v 6");
    const has = (pattern: RegExp): void => {
      expect(said.some((l) => pattern.test(l)), String(pattern)).to.equal(true);
    };
    has(/^ {5}1: send task\(6\)\(self\) \(refs: \d+\)$/);
    has(/^ +\d+: send host\(self\) \(refs: 1\)$/);
    has(/^ {5}3: send BOOTSTRAP \(refs: 1\)$/);
    has(/^ +\d+: send CWDIR CRDIR file\(READ\|WRITE\|EXEC\) io\(2,0\) \(refs: \d+\)$/);
    has(/^ +\d+: send AUTH auth\(\[0\],\[0,0\],\[0\],\[0,0\]\) \(refs: 1\)$/);
    has(/^ +\d+: send PROC proc\(6\) \(refs: 1\)$/);
    has(/^ +\d+: send auth\(\[\],\[\],\[\],\[\]\) \(refs: 1\)$/);
    has(/^ +\d+: port-set \(\d+(, \d+)+\)$/);
    has(/^ +\d+: receive, send msg \(seqno: \d+, ms-count: \d+, send-rights\) \(refs: 1\)$/);
    has(/^ +\d+: receive \(port-set: \d+, seqno: \d+, ms-count: 1, send-rights, ns-req\)$/);
    has(/^ +\d+: send thread \(refs: \d+\)$/);
  });
  it("leaves what it looked into as it was, however often", () => {
    const said = sh("for p in $$ 5 6 7; do portinfo -v $p > /tmp/a$p; done; sleep 1; portinfo $$ > /tmp/1; portinfo -v $$ > /tmp/b; portinfo -v $$ > /tmp/b; portinfo $$ > /tmp/2; cat /tmp/1 | wc -l; cat /tmp/2 | wc -l");
    const [before, after] = lines(said.output);
    expect(before).to.equal(after);
  });
  it("filters by rights; names may be given, in hexadecimal too; members of sets by -m", () => {
    const sets = asRoot("portinfo -p 6; portinfo -pm 6");
    expect(sets[0]).to.match(/^ +\d+: port-set$/);
    expect(sets[1]).to.match(/^ +\d+: port-set \(\d+(, \d+)+\)$/);
    expect(asRoot("portinfo -r 6").every((l) => /: receive/.test(l))).to.equal(true);
    expect(asRoot("portinfo -x 6 0x1 99999; echo $?")).to.deep.equal(["   0x1: send", "portinfo: 0x1869f: (os/kern) invalid name", "0"]);
  });
  it("translates names: two processes of one session share their terminal and root, not their message ports", () => {
    const said = asGuest("sleep 1000 & sleep 1; portinfo -Et $! $$");
    expect(said).not.to.deep.equal([]);
    for (const l of said) expect(l).to.match(/^ +\d+ => +\d+: send$/);
    expect(asGuest("sleep 1000 & sleep 1; portinfo -a $$ | head -1")[0]).to.match(/^ +\d+ -> +\d+: +\d+: send$/);
  });
  it("is refused for another's process", () => {
    expect(asGuest("portinfo 1; echo $?; vminfo 1; echo $?")).to.deep.equal(["portinfo: 1: Operation not permitted", "11", "vminfo: 1: Operation not permitted", "11"]);
  });
  it("tells what is no process and no name: 10 and 11 for a process, nothing for a name, 64 for misuse", () => {
    const said = asGuest("portinfo x; echo $?; portinfo 999; echo $?; portinfo -t 999 $$; echo $?; portinfo -x $$ y 010 99999; echo $?; portinfo; echo $?; portinfo -at 1 $$; echo $?; portinfo -Z; echo $?");
    const help = "Try `portinfo --help' or `portinfo --usage' for more information.";
    expect(said).to.deep.equal([
      "portinfo: x: Invalid process id", "10", "portinfo: 999: No such process", "11", "portinfo: 999: No such process", "11",
      "portinfo: y: Invalid port name", "   0x8: send", "portinfo: 0x1869f: (os/kern) invalid name", "0",
      "Usage: portinfo [OPTION...] PID [NAME...]", help, "64", "portinfo: Both --search and --translate specified", help, "64", "portinfo: invalid option -- 'Z'", help, "64",
    ]);
  });
});

describe("vminfo", () => {
  it("regions with protection, inheritance and offset; holes and parts on demand", () => {
    const said = asGuest("vminfo $$");
    expect(said).to.include(" 0x8048000[0x1000] (prot=RX, max_prot=RWX)");
    for (const l of said) expect(l).to.match(/^ *(0x[0-9a-f]+|0)\[0x[0-9a-f]+\] \(prot=(0|R?W?X?)(, max_prot=R?W?X?)?(, inherit=(share|none))?(, shared)?(, mem_obj=\d+)?(, offs=0x[0-9a-f]+)?\)$/);
    expect(asGuest("vminfo -h $$").filter((l) => l.endsWith("(hole)"))[0]).to.match(/^ {10}\[0x[0-9a-f]+\] \(hole\)$/);
    expect(asGuest("vminfo -as $$ 0x8048000")).to.deep.equal([" 0x8048000[0x1000]"]);
    expect(asGuest("vminfo -d $$ 0x8048000")[0]).to.match(/^ 134512640\[4096\] /);
    expect(asGuest("vminfo -s $$ 0x8048000; vminfo -a $$ 0x8048000; vminfo -sv $$ 0x8048000; vminfo -v $$ 0x8048000")).to.deep.equal([
      "    0x1000", " 0x8048000", "    0x1000 (prot=RX, max_prot=RWX)", " 0x8048000[0x1000] (prot=RX, max_prot=RWX)",
    ]);
  });
  it("of an address in a hole: the region behind it; up to the end of a range; misuse is 64, no process 11", () => {
    expect(asGuest("vminfo -a $$ 0x5000000; vminfo -a $$ 0x8048000 0 | wc -l; vminfo -a $$ 0 0x1000; vminfo -a $$ 0xfffff000; echo $?")).to.deep.equal([" 0x8048000", "1", "         0", "    0x1000", "0"]);
    expect(asGuest("vminfo 999; echo $?; vminfo x; echo $?; vminfo $$ y; echo $?; vminfo 1 2 3 4; echo $?").filter((l) => !l.startsWith("Try "))).to.deep.equal([
      "vminfo: 999: No such process", "11", "vminfo: x: Invalid PID", "64", "vminfo: y: Invalid address", "64", "Usage: vminfo [OPTION...] PID [ADDR [SIZE]]", "64",
    ]);
  });
});

describe("w", () => {
  it("says since when the system is up, who is there, and what he does", () => {
    const said = asGuest("read x; sleep 100; w; w -u; w -U root; w -UH -s pid -r guest; w nosuch; echo $?; w -s nosuch; echo $?", "something\n");
    expect(said[0]).to.match(/^12:01:4\d AM {2}up 10\d seconds, {2}1 user, {2}load averages: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d$/);
    expect(said[1]).to.equal("USER     TTY LOGIN@  IDLE   PID WHAT");
    expect(said[2]).to.match(/^guest {4}co 12:00AM {2}0:01 +\d+ w$/);
    expect(said[3]).to.equal(said[0]);
    expect(said[4]).to.equal(said[1]);
    expect(said[5]).to.match(/^guest {4}co 12:00AM {2}0:01 +\d+ w -UH -s pid -r guest$/);
    expect(said.slice(6).filter((l) => /^\d|Unknown user/.test(l))).to.deep.equal(["w: nosuch: Unknown user", "6", "64"]);
  });
});

describe("ps", () => {
  it("has a column of suspensions when something is suspended, and the Hurd's own formats", () => {
    const said = asRoot("ps -A | head -1; ps -An | head -1; ps -F hurd -A | head -1; ps -F hurd-long -A | head -1; ps -n -o pid,sc,utime,stime 1 | head -1; ps -o pid,sc,utime,stime 1 | head -1");
    const titles = said.map((l) => l.trim().split(/ +/).join(" "));
    expect(titles[0]).to.equal("PID TT STAT TIME COMMAND");
    expect(titles[1]).to.equal("USER PID TT SC STAT TIME COMMAND");
    expect(titles.slice(-4)).to.deep.equal(["PID UID TH Vmem RSS User System Args", "PID UID PPID PGrp Sess TH Vmem RSS %CPU User System Args", "PID SC UTime STime", "PID UTime STime"]);
  });
});

describe("kill", () => {
  it("goes by all of one's ids: another's process is out of reach, until one has its owner's too; CONT is for the whole session", () => {
    const asOther = "/bin/kill -CONT $PPID; echo $?; /bin/kill 1; /bin/kill $P; echo $?; addauth root -p $$; /bin/kill $P; echo $?";
    const said = lines(sh(`settrans -c /tmp/f /hurd/fifo; cat /tmp/f & export P=$!; sleep 1; su guest -c '${asOther}'; wait $P; echo $?`, { input: "hurd\n" }).output);
    expect(said.map((l) => l.replace(/kill: \d{2,}:/, "kill: P:"))).to.deep.equal([
      "0", "/bin/kill: 1: Operation not permitted", "/bin/kill: P: Operation not permitted", "1", "Password:", "0", "143",
    ]);
  });
  it("a process that is not there, one's own, and names of signals", () => {
    expect(asGuest("/bin/kill 999; /bin/kill -0 $$; echo $?; /bin/kill -NOSUCH 1; /bin/kill -l TERM 9").filter((l) => !l.startsWith("Usage"))).to.deep.equal([
      "/bin/kill: 999: No such process", "0", "/bin/kill: NOSUCH: invalid signal", "15", "KILL",
    ]);
  });
});
