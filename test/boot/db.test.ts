import { expect } from "chai";
import { runCommands } from "../../boot/session.ts";

const sh = (commands: string, options: { user?: string; input?: string } = {}): readonly string[] => {
  const { output, reason, console: shown } = runCommands({ commands, ...options });
  if (reason !== undefined) throw new Error(`${reason}\n${shown}`);
  return output.split("\n").filter((l) => l !== "");
};

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

  it("on a terminal it prompts", () => {
    const lines = sh("db 4", { input: "task\nquit\n" });
    expect(lines.join("\n")).to.match(/\(db\) (task\n)?task of process 4: suspended 0[^\n]*\n\(db\)/);
  });
});
