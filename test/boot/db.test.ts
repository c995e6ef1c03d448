import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";
import type { Main } from "../../glibc-shim/libc.ts";
import { SIGUSR1 } from "../../servers/interfaces/signals.ts";

const sh = (commands: string, options: { user?: string; input?: string } = {}): readonly string[] => {
  const { output, reason, console: shown } = runCommands({ commands, ...options });
  if (reason !== undefined) throw new Error(`${reason}\n${shown}`);
  return output.split("\n").filter((l) => l !== "");
};

/** The same of a program that it starts. */
const dbOf = (program: string, commands: readonly string[]): readonly string[] => sh(`printf '${commands.map((c) => `${c}\\n`).join("")}' | db -e ${program} 2>&1; echo status $?`);

/** What the debugger says of process `pid` to these commands, and its exit status. */
const db = (pid: string, commands: readonly string[]): string => `printf '${commands.map((c) => `${c}\\n`).join("")}' | db ${pid}; echo status $?`;

describe("db, a debugger for any task whose port one may have", () => {
  it("lists threads: the main thread and the signal thread of every process", () => {
    const lines = sh(`sleep 1000 & sleep 1; ${db("$!", ["task", "threads"])}; kill $!`);
    expect(lines[0]).to.match(/^task of process \d+: suspended 0, \d+ bytes of memory, \d+ resident$/);
    expect(lines.slice(1, 3).map((l) => l.replace(/eip \w+, \d+ us/, "…"))).to.deep.equal(["thread 1: waiting, suspended 0, …", "thread 2: waiting, suspended 0, …"]);
    expect(lines[3]).to.equal("status 0");
  });

  it("shows registers, the memory map, and the instruction at eip", () => {
    const lines = sh(`sleep 1000 & sleep 1; ${db("$!", ["state", "regions", "memory 0x08048060 16", "ports"])}; kill $!`);
    expect(lines.find((l) => l.startsWith("eip"))).to.match(/^eip {2}08048060 {2}cs .* uesp 0\w+/);
    expect(lines).to.include("00000000-00001000 ---/---");
    expect(lines.some((l) => /^08048000-\w+ r-x\//.test(l))).to.equal(true);
    expect(lines.find((l) => l.startsWith("08048060"))).to.match(/ INSN\.\.bin\/sleep/);
    expect(lines).to.include("     1: send receive");
  });

  it("suspends and continues; leaving continues what it had suspended", () => {
    const lines = sh(`sleep 1000 & sleep 1; ${db("$!", ["suspend", "suspend", "task", "threads", "continue", "task"])}; ${db("$!", ["task"])}; kill $!; wait $!; echo $?`);
    const shown = lines.filter((l) => /suspended|^\d+$/.test(l)).map((l) => l.replace(/.*(stopped|process \d+).*(suspended \d).*/, "$1 $2"));
    expect(shown[0]).to.match(/suspended 2/);
    expect(shown.slice(1, 3)).to.deep.equal(["stopped suspended 0", "stopped suspended 0"]);
    expect(shown[3]).to.match(/suspended 1/);
    expect(shown[4]).to.match(/suspended 0/);
    expect(shown[5]).to.equal("143");
  });

  it("changes memory, across a page's end; read-only memory is refused", () => {
    const lines = sh(`sleep 1000 & sleep 1; ${db("$!", ["write 0x2ffe de ad be ef", "memory 0x2ffe 4", "write 0x08048000 00", "write 0x0 1", "write 0x2000 zz"])}; kill $!`);
    expect(lines[0]).to.match(/^00002ffe {2}de ad be ef/);
    expect(lines.slice(1)).to.deep.equal(["write: (os/kern) protection failure", "write: (os/kern) protection failure", "bytes are two hexadecimal digits each", "status 1"]);
  });

  for (const [name, pid] of [["init", 1], ["startup", 2], ["proc", 4], ["the root filesystem", 5], ["exec", 6], ["auth", 7], ["the terminal", 9]] as const) {
    it(`attaches to a server and holds it: ${name}; the system goes on afterwards`, () => {
      const lines = sh(`${db(String(pid), ["suspend", "threads", "regions", "ports", "continue", "task"])}; ls -d /etc; /bin/true && echo works`);
      expect(lines.filter((l) => l.startsWith("thread ")).every((l) => l.includes("stopped"))).to.equal(true);
      expect(lines.filter((l) => l.startsWith("thread ")).length).to.be.greaterThan(0);
      expect(lines.slice(-4).map((l) => l.replace(/\d+ bytes.*/, ""))).to.deep.equal([`task of process ${pid}: suspended 0, `, "status 0", "/etc", "works"]);
    });
  }

  it("takes exceptions before the program does: it can go on, or die as it would have", () => {
    const one = (kind: string, ...commands: string[]): readonly string[] => sh(`fault -w 5 ${kind} & f=$!; sleep 1; ${db("$f", ["catch", "wait", ...commands])}; wait $f; echo $?`);
    expect(one("fpe", "continue")).to.have.members(["fault: still alive", "thread 1: EXC_ARITHMETIC, code 1, subcode 00000000", "status 0", "1"]);
    expect(one("trap", "pass")).to.deep.equal(["thread 1: EXC_BREAKPOINT, code 2, subcode 00000000", "status 0", "133"]);
    expect(one("segv"), "leaving passes it on").to.deep.equal(["thread 1: EXC_BAD_ACCESS, code 2, subcode 00000000", "status 0", "139"]);
  });

  it("looks into a process that crash-suspend holds, and lets it die", () => {
    const lines = sh(`cd /tmp; export CRASHSERVER=/servers/crash-suspend; fault segv & sleep 1; ${db("$!", ["task", "signal 0"])}; kill -KILL $!; wait $!; echo $?`);
    expect(lines[0]).to.match(/suspended 1/);
    expect(lines.slice(1)).to.deep.equal(["status 0", "137"]);
  });

  it("sends signals and kills", () => {
    expect(sh(`sleep 1000 & sleep 1; ${db("$!", ["signal TERM"])}; wait $!; echo $?`)).to.deep.equal(["status 0", "143"]);
    expect(sh(`sleep 1000 & sleep 1; ${db("$!", ["kill"])}; wait $!; echo $?`)).to.deep.equal(["status 0", "137"]);
  });

  it("whose task port one may not have is refused; one's own processes need no privilege", () => {
    expect(sh(db("4", ["task"]), { user: "guest" })).to.deep.equal(["db: 4: Operation not permitted", "status 1"]);
    expect(sh(`sleep 1000 & sleep 1; ${db("$!", ["threads"])}`, { user: "guest" }).filter((l) => l.startsWith("thread "))).to.have.length(2);
    expect(sh(db("999", []))).to.deep.equal(["db: 999: No such process", "status 1"]);
  });

  it("what it does not understand is told, and the next command is read", () => {
    const lines = sh(`sleep 1000 & sleep 1; ${db("$!", ["frobnicate", "state 7", "memory", "memory 0x0", "pass", "# nothing", "t", "quit", "task"])}`);
    expect(lines.map((l) => l.replace(/process \d+.*/, ""))).to.deep.equal([
      ...["frobnicate: no such command (try help)", "no thread 7", "address: a number is needed", "memory: (os/kern) protection failure"],
      ...["no exception waits for an answer", "task of ", "status 1"],
    ]);
  });

  it("starts a program under EXEC_SIGTRAP: it stands before its first instruction, and runs when told to", () => {
    const lines = dbOf("/bin/echo hello", ["threads", "regions", "continue", "wait"]);
    expect(lines.filter((l) => !/^\w{8}-/.test(l))).to.deep.equal(["hello", "thread 1: stopped, suspended 1, eip 08048060, 0 us", "exited with 0", "status 0"]);
    expect(lines.some((l) => /^08048000-\w+ r-x\//.test(l))).to.equal(true);
    expect(dbOf("/nonexistent", ["threads"]).slice(1)).to.deep.equal(["db: /nonexistent: has not started", "status 1"]);
    expect(sh("printf 'continue\\n' | db -e sleep 1000; ps -A | grep -c ' sleep 1000$'"), "it does not outlive the debugger").to.deep.equal(["0"]);
  });

  it("is told of what it started: each signal stops it, and does not come through when it goes on", () => {
    const lines = dbOf("sh -c 'kill -USR1 $$; sleep 1; exit 3'", ["continue", "wait", "continue", "wait", "continue", "wait", "wait 1"]);
    expect(lines).to.deep.equal(["stopped by SIGUSR1", "stopped by SIGCHLD", "exited with 3", "no exception", "status 0"]);
    expect(dbOf("fault segv", ["continue", "wait", "signal SEGV", "wait"])).to.deep.equal(["stopped by SIGSEGV", "killed by SIGSEGV", "status 0"]);
  });

  it("a breakpoint stops a thread where a routine begins: the program's entry", () => {
    const lines = dbOf("/bin/true", ["break 0x08048060", "break", "continue", "wait", "threads", "delete 0x08048060", "delete 1", "break", "continue", "wait"]);
    expect(lines).to.deep.equal([
      ...["08048060 execute", "thread 1: EXC_BREAKPOINT, code 1, subcode 00000000", "thread 1: waiting, suspended 0, eip 08048060, 0 us"],
      ...["no breakpoint there", "exited with 0", "status 1"],
    ]);
    expect(dbOf("/bin/true", ["break 1", "break 2", "break 3", "watch 4", "watch 8 rw"]).slice(0, 1)).to.deep.equal(["there are 4 debug registers"]);
  });

  it("a handler is a routine too: once its address is known, a breakpoint there stops the thread at the next signal", () => {
    const catcher: Main = function* (libc) {
      yield* libc.sigaction(SIGUSR1, { handler: () => libc.usleep(2_000_000) });
      for (;;) yield* libc.usleep(1_000_000);
    };
    const run = (commands: string): readonly string[] => runCommands({ commands, programs: [["/bin/catcher", catcher]] }).output.split("\n");
    const found = run(`catcher & p=$!; sleep 1; kill -USR1 $p; sleep 1; ${db("$p", ["threads"])}`).find((l) => l.startsWith("thread 1"));
    const [, address = ""] = /eip (b\w+)/.exec(found ?? "") ?? [];
    const lines = run(`catcher & p=$!; (sleep 2; kill -USR1 $p) & sleep 1; ${db("$p", ["catch", `break 0x${address}`, "wait", "threads", "continue", "threads"])}`);
    expect(lines[0]).to.equal("thread 1: EXC_BREAKPOINT, code 1, subcode 00000000");
    expect(lines.filter((l) => l.startsWith("thread 1: ") && l.includes(`eip ${address},`))).to.have.length(2);
  });

  it("a step lets a thread make one trap; a breakpoint exception that the C library gets is SIGTRAP", () => {
    const lines = dbOf("/bin/true", ["step", "threads", "step", "step", "step", "threads", "continue", "wait"]);
    expect(lines.filter((l) => l.startsWith("thread 1: EXC"))).to.deep.equal(new Array(4).fill("thread 1: EXC_BREAKPOINT, code 1, subcode 00000000"));
    expect(lines.filter((l) => l.includes("waiting"))).to.deep.equal(["thread 1: waiting, suspended 0, eip 08048060, 0 us", "thread 1: waiting, suspended 0, eip 08048060, 3 us"]);
    expect(lines.slice(-2)).to.deep.equal(["exited with 0", "status 0"]);
  });

  it("steps a server through a request, and the system goes on afterwards", () => {
    // auth's thread that waited last is the next to have work
    const lines = sh(`(sleep 1; id -u) & ${db("7", ["step 4", "step 4", "continue"])}; wait; id -un`);
    expect(lines.filter((l) => l === "thread 4: EXC_BREAKPOINT, code 1, subcode 00000000")).to.have.length(2);
    expect(lines.slice(-1)).to.deep.equal(["root"]);
    expect(lines).to.include("0");
  });

  it("on a terminal it prompts", () => {
    const lines = sh("db 4", { input: "task\nquit\n" });
    expect(lines.join("\n")).to.match(/\(db\) (task\n)?task of process 4: suspended 0[^\n]*\n\(db\)/);
  });
});
