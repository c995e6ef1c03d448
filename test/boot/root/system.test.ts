import { readFileSync } from "node:fs";
import { expect } from "chai";
import { runCommands } from "../../../boot/session.ts";
import { buildSystem } from "../../../boot/system.ts";

/** A login session on the console of a booted system, for those who type. */
class Console {
  readonly #machine = buildSystem();
  #output = "";
  constructor() {
    const decoder = new TextDecoder();
    this.#machine.console.onOutput((bytes) => (this.#output += decoder.decode(bytes, { stream: true })));
    this.#machine.run();
    this.type("root\n");
    this.type("hurd\n");
  }
  /** Types, and gives what appears until everybody waits; without what the line editor repeats of the line. */
  type(text: string): string {
    this.#output = "";
    this.#machine.console.input(new TextEncoder().encode(text));
    this.#machine.run();
    return this.#output.replaceAll("\r", "").replace(/\x1b\[[0-9;]*[A-Za-z]/g, "");
  }
}

describe("the shell at the console of a booted system", () => {
  it("stops, continues and ends jobs by the keys of the terminal", () => {
    const c = new Console();
    expect(c.type("cat\r")).to.equal("cat\n");
    expect(c.type("\x1a")).to.match(/\n\[1\]\+ {2}Stopped +cat\n# $/);
    expect(c.type("jobs\r")).to.match(/\n\[1\]\+ {2}Stopped +cat\n# $/);
    expect(c.type("fg\r")).to.match(/\ncat\n$/);
    expect(c.type("there\n")).to.equal("there\nthere\n");
    expect(c.type("\x03")).to.match(/\n# $/);
    expect(c.type("echo $?\r")).to.match(/\n130\n# $/);
  });
  it("a background job that reads the terminal is stopped, fg lets it read", () => {
    const c = new Console();
    expect(c.type("cat &\r")).to.match(/\n\[1\] \d+\n/);
    expect(c.type("\r")).to.match(/\[1\]\+ {2}Stopped.* cat/);
    expect(c.type("fg\r")).to.match(/\ncat\n$/);
    expect(c.type("x\n")).to.equal("x\nx\n");
    expect(c.type("\x04")).to.match(/# $/);
    expect(c.type("jobs; echo none\r")).to.match(/\nnone\n# $/);
  });
  it("pipelines are one job, and say how they ended", () => {
    const c = new Console();
    expect(c.type("cat | cat\r")).to.equal("cat | cat\n");
    expect(c.type("\x1a")).to.match(/Stopped +cat \| cat\n# $/);
    expect(c.type("kill %1; wait\r")).to.match(/# $/);
    expect(c.type("\r")).to.match(/Terminated +cat \| cat\n# $|# $/);
  });
  it("^C at the prompt begins anew, ^D logs out", () => {
    const c = new Console();
    expect(c.type("abc\x03")).to.equal("abc^C\n# ");
    expect(c.type("echo $?\r")).to.match(/\n130\n# $/);
    expect(c.type("\x04")).to.match(/login: $/);
  });
  it("asks for more until a command is complete: lists, quotes, here-documents, continued lines", () => {
    const c = new Console();
    expect(c.type("cat <<E\r")).to.match(/\n> $/);
    expect(c.type("text\r")).to.match(/\n> $/);
    expect(c.type("E\r")).to.match(/\ntext\n# $/);
    expect(c.type("for i in 1 2\r")).to.match(/\n> $/);
    expect(c.type("do echo $i; done\r")).to.match(/\n1\n2\n# $/);
    expect(c.type("echo 'a\r")).to.match(/\n> $/);
    expect(c.type("b'\r")).to.match(/\na\nb\n# $/);
    expect(c.type("echo c\\\r")).to.match(/\n> $/);
    expect(c.type("d\r")).to.match(/\ncd\n# $/);
  });
  it("an inner shell gives the terminal back to the group that it took it from", () => {
    const ran = runCommands({ user: "guest", commands: "sh -i; echo $?; read x; echo \"[$x]\"", input: "exit 3\nline\n" });
    expect(ran.output).to.match(/\n3\n\[line\]\n$/);
  });
  it("keeps its history from one login to the next", () => {
    const c = new Console();
    c.type("echo one\r");
    c.type("exit\r");
    c.type("root\n");
    c.type("hurd\n");
    expect(c.type("\x1b[A\x1b[A\r")).to.match(/\none\n# $/);
  });
});

interface Recorded {
  readonly script: string;
  readonly out: string;
  readonly status: number;
}
const { scripts } = JSON.parse(readFileSync(new URL("../../data/shell-scripts.json", import.meta.url), "utf8")) as { readonly scripts: readonly Recorded[] };
const quote = (s: string): string => `'${s.replaceAll("'", `'"'"'`)}'`;

describe("the shell and the tools on the Hurd", () => {
  it("answer as on the small Unix in memory", () => {
    const chosen = scripts.filter((s, i) => i % 4 === 0 && !/env -i|\/nosuch\/x/.test(s.script));
    const one = ({ script }: Recorded, i: number): string =>
      `mkdir /tmp/w${i}; cd /tmp/w${i}; printf 'l1\\nl2 x y\\nl3\\n' | HOME=/home/guest sh -c ${quote(script)} sh >/tmp/out 2>/dev/null; echo "@@$?"; cat /tmp/out; echo "@@"`;
    const { output } = runCommands({ commands: `umask 022\n${chosen.map(one).join("\n")}` });
    const answers = output.split(/(?<=\n|^)@@(?=\d+\n)/).slice(1);
    expect(answers).to.have.length(chosen.length);
    for (const [i, { script, out, status }] of chosen.entries()) expect(answers[i], script).to.equal(`${status}\n${out}@@\n`);
  }).timeout(120_000);
});
