import { readFileSync } from "node:fs";
import { expect } from "chai";
import { msgidsFiles } from "../../boot/msgids.ts";
import { runCommands } from "../../boot/session.ts";
import { catalogue, msgidName } from "../../servers/interfaces/catalogue.ts";
import { MsgIds } from "../../servers/interfaces/msgids.ts";
import { comparable, recordedCalls, spoken } from "./recorded/calls.ts";

const recorded = (name: string): string => readFileSync(new URL(`../data/recorded/${name}`, import.meta.url), "utf8");
const run = (commands: string): { readonly lines: readonly string[]; readonly status: number; readonly output: string } => {
  const { output, status, reason } = runCommands({ commands });
  expect(reason).to.equal(undefined);
  return { lines: output.split("\n").filter((l) => l !== ""), status, output };
};
/** Calls that a program of ours must make as the real one does. Here every program has a controlling terminal, there none had. */
const calls = (trace: string): readonly string[] =>
  recordedCalls(trace).filter((c) => comparable(c) && !c.entry.name.startsWith("term_")).map(spoken);

const NAME = String.raw`(?:  \d+<--\d+\(pid-?\d+\)|(?:task|thread)\d+\(pid\d+\)| *\d+)`;
/** A call with its answer, a one-way message, a call left open, a late answer, the end. */
const LINE = new RegExp(
  String.raw`^(?:${NAME}->\s*\w+ \(.*\)(?:;| \.\.\.\d+| = (?:0|0x[0-9a-f]+ \(.+\)) .*)|\d+\.\.\. = (?:0|0x[0-9a-f]+ \(.+\)) .*|Child \d+ (?:exited with \d+|[A-Z][a-z ]+))$`,
);
const badLines = (text: string): readonly string[] => text.split("\n").filter((l) => l !== "" && !LINE.test(l));

describe("/bin/rpctrace: the lines of a trace", () => {
  it("the shapes are those of the recorded traces", () => {
    expect(badLines(recorded("true-static"))).to.deep.equal([]);
    const { output, status } = run("rpctrace true");
    expect(badLines(output)).to.deep.equal([]);
    expect(output).to.match(/\nChild \d+ exited with 0\n$/);
    expect(status).to.equal(0);
  });

  it("true makes the recorded calls, with the recorded arguments and answers", () => {
    const ours = calls(run("rpctrace -o /tmp/t /bin/true; cat /tmp/t").output);
    expect(ours).to.deep.equal(calls(recorded("true-static").replace('"/bin/m-true', '"/bin/true')));
  });

  it("cat shows lookup, reading and writing in the recorded order", () => {
    const routines = (trace: string): readonly string[] => calls(trace).map((c) => c.replace(/\(.*/, "")).filter((c) => c !== "dir_lookup");
    const { output } = run("rpctrace -o /tmp/t cat /etc/motd >/dev/null; cat /tmp/t");
    expect(routines(output)).to.deep.equal(routines(recorded("cat-motd")));
    expect(output).to.match(/^ {2}\d+<--\d+\(pid\d+\)->dir_lookup \("etc\/motd" 1 0\) = 0 1 "" {4}\d+<--\d+\(pid\d+\)$/m);
    expect(output).to.match(/^ {2}\d+<--\d+\(pid\d+\)->io_read_request \(-1 \d+\) = 0 "Welcome/m);
  });

  it("the message port moves as recorded: wrapped for who is not traced, the real one for its owner", () => {
    const { output } = run("rpctrace true");
    expect(output).to.match(/->mach_port_insert_right \(pn\{ *\d+\} +(\d+)\) = 0 \n[^]*->task_set_special_port \(3 {4}\1<--\d+\(pid-1\)\) = 0 \n[^]*->proc_setmsgport_request \( {3}\1<--\d+\(pid-1\)\) = 0 {2}\(null\)\n/);
    expect(output).to.match(/->proc_handle_exceptions_request \( {3}\d+<--(\d+)\(pid-1\) [^\n]*\n[^\n]*->thread_set_special_port \(3 {3}\1\) = 0 \n/);
  });

  it("children are followed through fork, exec and a pipeline", () => {
    const { lines, output } = run('rpctrace -o /tmp/t sh -c "/bin/true; echo hi | cat" 2>/dev/null; cat /tmp/t');
    expect(lines[0]).to.equal("hi");
    expect(badLines(output.slice(3))).to.deep.equal([]);
    const pids = new Set([...output.matchAll(/\(pid(\d+)\)->/g)].map((m) => m[1]));
    expect(pids.size).to.equal(4);
    expect(output).to.match(/->task_create \(1\)(?: \.\.\.\d+\n[^]*?)? = 0 {4}(\d+)<--\d+\(pid\d+\)\n[^]*->mach_port_insert_right \(pn\{ {2}1\} {2}task\1\(pid\d+\)\)/);
    expect(output).to.match(/ {2}\d+<--\d+\(pid-1\)->msg_sig_post_request \(20 1 {2}task\d+\(pid\d+\)\);\n/);
    expect(output).to.match(/\.\.\. = 0 0 0 \{[\d ]+\} \d+\n/);
  });

  it("wrappers go when nobody has them any more: twenty children leave no more than five", () => {
    const highest = (n: number): number => {
      const words = Array.from({ length: n }, (_, i) => i).join(" ");
      const { output } = run(`rpctrace -o /tmp/t sh -c "for i in ${words}; do cat /etc/motd; done" >/dev/null 2>&1; cat /tmp/t`);
      expect([...output.matchAll(/mark_exit/g)].length).to.equal(n + 1);
      return Math.max(...[...output.matchAll(/<--(\d+)/g)].map((m) => Number(m[1])));
    };
    expect(highest(20)).to.equal(highest(5));
  });

  it("an active translator is served through it", () => {
    const { lines } = run("settrans -ac /tmp/h /bin/rpctrace -o /tmp/t /hurd/hello; cat /tmp/h; grep io_read /tmp/t");
    expect(lines[0]).to.equal("Hello, world!");
    expect(lines[1]).to.match(/^ {2}\d+<--\d+\(pid-1\)->io_read_request \(-1 \d+\) = 0 "Hello, world!\\n"$/);
  });
});

describe("/bin/rpctrace: options, messages, exit statuses", () => {
  it("says what the real one says of a wrong command line", () => {
    const usage = ["Usage: rpctrace [OPTION...] COMMAND [ARG...]", "Try `rpctrace --help' or `rpctrace --usage' for more information."];
    expect(run("/bin/rpctrace; echo $?").lines).to.deep.equal([...usage, "64"]);
    expect(run("/bin/rpctrace -Z; echo $?").lines).to.deep.equal(["/bin/rpctrace: invalid option -- 'Z'", usage[1], "64"]);
    const missing = (name: string): string => `/bin/rpctrace: command not found: ${name}: No such file or directory`;
    expect(run("/bin/rpctrace /bin/nosuch; echo $?; /bin/rpctrace nosuchcmd; echo $?").lines).to.deep.equal([missing("/bin/nosuch"), "1", missing("nosuchcmd"), "1"]);
  });

  it("exits 0 whatever became of the child, and tells it", () => {
    expect(run("rpctrace -o /tmp/t false; echo $?; tail -n 1 /tmp/t").output).to.match(/^0\nChild \d+ exited with 1\n$/);
    expect(run("rpctrace -o /tmp/t sh -c 'kill -9 $$'; echo $?; tail -n 1 /tmp/t").output).to.match(/^0\nChild \d+ Killed\n$/);
  });

  it("-s, --nostdinc and -t", () => {
    const { output } = run("rpctrace --nostdinc -s 3 -t -o /tmp/t true; cat /tmp/t; rpctrace -tt -o /tmp/t true; head -n 1 /tmp/t; rpctrace -t -t -t -o /tmp/t true; head -n 1 /tmp/t");
    expect(output).to.match(/^\d\d:\d\d:\d\d task\d+\(pid\d+\)-> 3206 \(pn\{ {2}3\}\) = 0 \n/);
    expect(output).to.match(/->30500 \(\) = 0 \d+ \d+ \d+ \d+ \d+ 0 "tru" "LD_" \{/);
    expect(output).to.match(/\n\d\d:\d\d:\d\d\.\d{6} task\d+\(pid\d+\)->mach_port_deallocate /);
    expect(output).to.match(/\n\d{10}\.\d{6} task\d+\(pid\d+\)->mach_port_deallocate [^\n]*\n$/);
  });

  it("-E sets and removes in the command's environment", () => {
    const { lines } = run("rpctrace -o /tmp/t -E FOO=bar -E HOME /bin/env");
    expect(lines).to.include("FOO=bar");
    expect(lines.some((l) => l.startsWith("HOME="))).to.equal(false);
  });

  it("-i overrides the standard lists, and tells lines that are no entry", () => {
    const { lines } = run('printf "my 20000 my_lookup 18 20018 20118\\n\\n# no\\nbad\\n" >/tmp/m; rpctrace -i /tmp/m -o /tmp/t cat /etc/motd >/dev/null; grep -c "my_lookup (.etc/motd" /tmp/t');
    expect(lines).to.deep.equal(["rpctrace: /tmp/m:2: invalid format in RPC list file", "rpctrace: /tmp/m:4: invalid format in RPC list file", "1"]);
  });

  it("-I reads every list of a directory, and none of its other files", () => {
    const { lines } = run('mkdir /tmp/d; echo "my 20000 my_lookup 18 20018 20118" >/tmp/d/a.msgids; echo bad >/tmp/d/b.txt; rpctrace --nostdinc -I /tmp/d -o /tmp/t cat /etc/motd >/dev/null; grep -c "my_lookup (.etc/motd" /tmp/t; grep -c io_read /tmp/t');
    expect(lines).to.deep.equal(["1", "0"]);
  });

  it("its death kills what it wrapped, not the system", () => {
    expect(run("rpctrace true 2>&1 | head -n 2 | wc -l; echo still here").output).to.match(/^ *2\nstill here\n$/);
  });
});

describe("/bin/rpctrace -p and -y, which the real one does not have", () => {
  it("-p traces a process that runs already, until it ends", () => {
    const { lines } = run("sleep 3 & rpctrace -p $!");
    expect(lines.some((l) => /->proc_mark_exit_request \(0 0\) = 0 $/.test(l))).to.equal(true);
    expect(lines.at(-1)).to.match(/^Process \d+ exited$/);
  });

  it("-p traces a server while others use it", () => {
    const { lines } = run("rpctrace -o /tmp/t -p 6 2>/dev/null & sleep 1; /bin/true; echo $?; kill -INT $!; wait; id -u; grep -c mach_port_deallocate /tmp/t; tail -n 1 /tmp/t");
    expect(lines.slice(0, 2)).to.deep.equal(["0", "0"]);
    expect(Number(lines[2])).to.be.greaterThan(0);
    expect(lines[3]).to.equal("Process 6 detached");
  });

  it("-p lets go when interrupted: the process goes on with the rights that it had", () => {
    const loop = 'sh -c "while sleep 1; do echo tick; done" & P=$!; sleep 2;';
    const { lines } = run(`${loop} rpctrace -o /tmp/t -p $P 2>/dev/null & R=$!; sleep 4; kill -INT $R; wait $R; echo $?; sleep 3; kill -9 $P && echo killed; tail -n 1 /tmp/t; grep -c tick /tmp/t`);
    expect(lines.slice(0, 3)).to.deep.equal(["tick", "tick", "tick"]);
    const after = lines.slice(lines.indexOf("0") + 1);
    expect(after.filter((l) => l === "tick").length).to.be.greaterThan(1);
    expect(after).to.include("killed");
    expect(after.at(-2)).to.match(/^Process \d+ detached$/);
    expect(Number(after.at(-1))).to.be.greaterThan(1);
  });

  it("-p refuses what is no process, and a command beside it", () => {
    expect(run("rpctrace -p 9999; echo $?").lines).to.deep.equal(["rpctrace: 9999: No such process", "1"]);
    expect(run("rpctrace -p 4; echo $?").lines, "proc, which it needs itself").to.deep.equal(["rpctrace: 4: Resource deadlock avoided", "1"]);
    expect(run("rpctrace -p 1 true 2>/dev/null; echo $?; rpctrace -p x 2>/dev/null; echo $?").lines).to.deep.equal(["64", "64"]);
  });

  it("-y shows paths and descriptors beside port numbers", () => {
    const { output } = run("cd /etc; rpctrace -y cat motd 2>&1 >/dev/null");
    expect(output).to.match(/^ {2}\d+<--\d+\(pid\d+\)<proc>->proc_getpids_request \(\) = 0 /m);
    expect(output).to.match(/^ {2}\d+<--\d+\(pid\d+\)<\/etc>->dir_lookup \("motd" 1 0\) = 0 1 "" /m);
    expect(output).to.match(/^ {2}\d+<--\d+\(pid\d+\)<\/etc\/motd>->io_read_request \(-1 \d+\) = 0 "Welcome/m);
    expect(output).to.match(/^ {2}\d+<--\d+\(pid\d+\)<fd 1>->io_write_request \("Welcome/m);
  });
});

describe("the lists of message ids", () => {
  const ids = new MsgIds();
  const bad = msgidsFiles().map(([, text]) => ids.read(text).length);

  it("are well formed, have names of their own, and give every id the name that the real tool prints", () => {
    expect(bad.every((n) => n === 0)).to.equal(true);
    expect(new Set(msgidsFiles().map(([name]) => name)).size).to.equal(msgidsFiles().length);
    for (const sub of catalogue) {
      for (const { id } of Object.values(sub.routines)) for (const known of [id, id + 100]) expect(ids.name(known), String(known)).to.equal(msgidName(known));
    }
  });

  it("lie in the root filesystem", () => {
    expect(run("grep -h ' io_read\\(_[a-z]*\\)\\? 1 ' /usr/share/msgids/io*.msgids").lines).to.deep.equal([
      "io 21000 io_read 1 21001 21101", "io_reply 21100 io_read_reply 1 21101 21201", "io_request 21000 io_read_request 1 21001 21101",
    ]);
  });
});
