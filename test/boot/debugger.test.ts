import { expect } from "chai";
import fc from "fast-check";
import { Debugger } from "../../boot/debugger/debugger.ts";
import { Replay } from "../../boot/replay.ts";
import { systemOf } from "../../boot/history.ts";
import type { Trace } from "../../rpctrace/read.ts";
import { noFile, recordCommands } from "./recorded/history.ts";

describe("the debugger of recorded histories", () => {
  let trace: Trace;
  let debug: Debugger;
  before(() => {
    trace = recordCommands({ commands: "read a; ls / | wc; echo $a", input: "one\n" });
    debug = new Debugger(() => new Replay(trace, systemOf(trace.header.run, noFile)), 3000);
  });

  const say = (line: string): string => {
    const answer = debug.command(line);
    return answer === "quit" ? answer : answer.join("\n");
  };

  it("stops where it is told, and says where that is", () => {
    expect(debug.step).to.equal(3000);
    expect(debug.where().join("\n")).to.match(/^step 3000, 3000 us, \d+ events: [\w.-]+\(\d+\), thread \d+, ran last$/);
  });

  it("shows tasks, threads and what they wait for", () => {
    expect(say("tasks")).to.match(/^task +name +threads +names +memory +program\n0 +gnumach\(0\)/).and.match(/\n4 +proc\(4\) .*\/hurd\/proc$/m);
    expect(say("threads proc")).to.match(/^thread +task .*\n\d+\*? +proc\(4\) /).and.match(/waits to receive from a port set|can run/);
    expect(say("threads").split("\n").length).to.be.above(say("threads proc").split("\n").length);
  });

  it("shows ports and rights, each from the other's side", () => {
    const rights = say("rights auth(5)").split("\n");
    const [name, port] = /^(\d+) +receive(?:\+send \d+)? +(\d+)/m.exec(rights.join("\n"))?.slice(1) ?? [];
    expect(say("ports auth")).to.match(new RegExp(`^${port} .* auth\\(5\\) as ${name}$`, "m"));
    expect(say(`port ${port}`)).to.match(new RegExp(`^auth\\(5\\) +${name} +receive`, "m"));
    expect(say("ports")).to.match(/ kernel: task 4$/m);
    expect(say("rights auth")).to.match(/ port set +- +of \d+/);
  });

  it("shows messages that wait", () => {
    let shown = "";
    for (let step = 2000; step < 2600 && !shown.startsWith("port "); step++) {
      say(`goto ${step}`);
      shown = say("queues");
    }
    expect(shown).to.match(/^port +receiver +place +message\n\d+ +[\w.-]+\(\d+\) as \d+ +1 +\d+ \w*, \d+ bytes/);
    say("goto 3000");
  });

  it("shows memory: what is mapped, and bytes", () => {
    expect(say("memory exec")).to.match(/^from +to +may +has\n/).and.match(/^08048000 {2}08049000 {2}r-x/m);
    expect(say("memory exec 0x8048000 20")).to.match(/^08048000 {2}7f 48 55 52 4c .* {2}\.HURL.*\n08048010 {2}(?:[\da-f]{2} ){3}[\da-f]{2} +\S{4}$/);
  });

  it("steps on and back, to the same state", () => {
    const look = (): string => ["threads", "rights tmpfs.static", "ports", "trace 3"].map(say).join("\n");
    const here = look();
    expect(say("step 7")).to.match(/^step 3007,/);
    expect(say("")).to.match(/^step 3014,/);
    expect(look()).to.not.equal(here);
    expect(say("back 14")).to.match(/^step 3000,/);
    expect(look()).to.equal(here);
    expect(say("back")).to.match(/^step 2999,/);
    expect(say("s")).to.match(/^step 3000,/);
    expect(look()).to.equal(here);
  });

  it("goes to the end, input and all, wherever it stopped before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5200), { maxLength: 4 }), (steps) => {
        for (const step of steps) say(`goto ${step}`);
        expect(say("continue")).to.match(new RegExp(`^step \\d+, \\d+ us, ${trace.events.length} events: .*\nthe history ends here$`));
      }),
      { numRuns: 4 },
    );
  }).timeout(120_000);

  it("answers a bad command with one line, and goes on", () => {
    const step = debug.step;
    const bad = ["foo", "step x", "step 1 2", "back -1", "goto", "goto 1e9", "rights", "rights nosuch", "memory", "memory exec 1", "memory exec 0 99999", "memory exec 0x70000000 4", "port 99999", "tasks now", "thread nosuch", "memory exec zz 4", "por x"];
    for (const line of bad) expect(say(line), line).to.match(/^\? [^\n]+$/);
    fc.assert(fc.property(fc.string(), (line) => void (/^\s*(q|qu|qui|s|b|c|g|st|ba|co|go)/.test(line) || say(line))));
    expect(debug.step).to.equal(step);
  });

  it("helps, and ends", () => {
    for (const word of ["tasks", "memory TASK [ADDR LEN]", "step [N]", "quit"]) expect(say("help")).to.include(`${word} `);
    expect([say("quit"), say("q")]).to.deep.equal(["quit", "quit"]);
  });

  it("shows the first difference", () => {
    const at = trace.events.findIndex((e, i) => i > 5000 && e.kind === "message-sent");
    const events = trace.events.map((e, i) => (i === at && e.kind === "message-sent" ? { ...e, id: 1 } : e));
    const other = new Debugger(() => new Replay({ ...trace, events }, systemOf(trace.header.run, noFile)), 0);
    expect(other.command("continue")).to.include(`event ${at + 1} is not the same, in id`);
  });
});
