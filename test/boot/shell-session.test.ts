import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

/** Runs commands in a login shell of a freshly booted system. */
const sh = (commands: string, options: { user?: string; input?: string } = {}) => runCommands({ commands, ...options });
const lines = (text: string): readonly string[] => text.split("\n").filter((l) => l !== "");

describe("commands in a booted system", () => {
  it("a pipeline, identity and the terminal: only the commands' output appears", () => {
    const r = sh("echo hello | cat; id; tty");
    expect(r.output).to.match(/^hello\nuid=0\(root\) gid=0\(root\)[^\n]*\n\/dev\/console\n$/);
    expect(r.status).to.equal(0);
  });

  it("the exit status is the shell's", () => {
    expect(sh("exit 7").status).to.equal(7);
    expect(sh("false").status).to.equal(1);
    expect(sh("nosuchcommand").status).to.equal(127);
    expect(sh("kill -TERM $$").status).to.equal(143);
  });

  it("ps shows the first pids of a real boot, with their parents", () => {
    const r = sh("ps -A -j");
    const rows = new Map(lines(r.output).slice(1).map((l) => l.trim().split(/\s+/)).map((w) => [Number(w[1]), w]));
    const parent = (pid: number): number => Number(rows.get(pid)?.[2]);
    expect(lines(r.output)[0]).to.match(/^USER\s+PID\s+PPID\s+PGRP\s+SESS\s+LCOLL\s+STAT\s+TT\s+TIME COMMAND$/);
    expect([1, 2, 3, 4, 5, 6, 7].map(parent)).to.deep.equal([1, 1, 2, 2, 2, 5, 2]);
    expect(rows.has(8), "pid 8 stays unused").to.equal(false);
    expect(rows.get(9)?.join(" ")).to.contain("/hurd/term");
    const command = (name: RegExp): boolean => [...rows.values()].some((w) => name.test(w.slice(9).join(" ")));
    for (const name of [/^\/hurd\/startup/, /^\/hurd\/proc/, /^\/hurd\/exec/, /^\/hurd\/auth/, /pflocal/, /sh/, /ps -A -j/]) expect(command(name), String(name)).to.equal(true);
  });

  it("an ordinary user is refused what is not his", () => {
    const r = sh("cat /etc/shadow; echo $?; kill -9 1; echo $?", { user: "guest" });
    expect(lines(r.output)).to.have.length(4);
    expect(lines(r.output)[0]).to.match(/Permission denied$/);
    expect(lines(r.output)[1]).to.equal("1");
    expect(lines(r.output)[2]).to.match(/Operation not permitted$/);
    expect(lines(r.output)[3]).to.equal("1");
  });

  it("a background process killed by TERM has status 143, without waiting in real time", () => {
    expect(lines(sh("sleep 1000 & kill -TERM $!; wait $!; echo $?").output).at(-1)).to.equal("143");
  });

  it("two hundred processes leave nothing behind", () => {
    const fresh = sh("ps -A | wc -l").output.trim();
    expect(sh("for i in $(seq 200); do /bin/true; done; ps -A | wc -l").output.trim()).to.equal(fresh);
  });

  it("an ordinary owner sets a translator; it runs as him, as a child of the filesystem", () => {
    const r = sh("cd; touch h; settrans -p h /hurd/hello; showtrans h; cat h; ps -A -j", { user: "guest" });
    const [shown, text, , ...rows] = lines(r.output);
    expect([shown, text]).to.deep.equal(["/hurd/hello", "Hello, world!"]);
    const row = rows.find((line) => line.endsWith("/hurd/hello"));
    expect(row).to.match(/^guest /);
    expect(row?.trim().split(/\s+/)[2], "its parent").to.equal("5");
  });

  it("the death of an essential task brings the system down with a message that names it", () => {
    const r = sh("kill -9 4; sleep 5; echo survived");
    expect(r.status).to.equal(1);
    expect(r.output).not.to.contain("survived");
    expect(r.output).to.contain("essential task proc died");
    expect(r.reason).to.equal("the system went down before the commands had ended");
  });

  it("executing what is no program fails as exec says, and the caller lives", () => {
    const r = sh(
      [
        "/etc/passwd; echo $?",
        "head -c 40 /bin/true > /tmp/t; chmod +x /tmp/t; /tmp/t; echo $?",
        "printf '#!/bin/cat\\nhello\\n' > /tmp/s; chmod +x /tmp/s; /tmp/s; echo $?",
        "printf '#!/bin/nosuch\\n' > /tmp/n; chmod +x /tmp/n; /tmp/n; echo $?",
        "/etc; echo $?",
      ].join("\n"),
    );
    const out = lines(r.output);
    expect(out[0]).to.match(/Permission denied$/);
    expect(out[1]).to.equal("126");
    expect(r.output).to.contain("#!/bin/cat\nhello\n0\n");
    expect(out.at(-1)).to.equal("126");
    expect(r.status).to.equal(0);
  });

  it("two runs with one seed are equal, byte for byte", () => {
    const run = (): string => sh("ls -lR /").output;
    expect(run()).to.equal(run());
  });

  it("stdin feeds the console", () => {
    expect(sh("read x; echo got $x", { input: "something\n" }).output).to.equal("got something\n");
    expect(sh("su -c id", { user: "guest", input: "hurd\n" }).output).to.contain("uid=0(root)");
    expect(sh("su -c id", { user: "guest", input: "wrong\n" }).status).to.equal(1);
  });
});
