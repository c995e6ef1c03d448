import { expect } from "chai";
import { BootScript, BootScriptError, type BootActions } from "../../../mach/kern/boot-script.ts";

/** Plays a script; answers what the kernel was told to do. */
function play(lines: readonly string[], define: Readonly<Record<string, string>> = {}): string[] {
  const log: string[] = [];
  let names = 0;
  const actions: BootActions<string, string> = {
    createTask: (path) => (log.push(`create ${path}`), path),
    insertRight: (task, value) => (log.push(`insert ${value.type === "port" ? value.port : `task ${value.task}`} into ${task}`), ++names),
    load: (_task, path, argv) => void log.push(`load ${path}: ${argv.join("|")}`),
    resume: (task) => void log.push(`resume ${task}`),
    promptResume: (task) => void log.push(`prompt ${task}`),
  };
  const script = new BootScript<string, string>(actions);
  script.define("host-port", { type: "port", port: "host" });
  for (const [name, text] of Object.entries(define)) script.define(name, { type: "string", text });
  lines.forEach((line) => script.parse(line));
  script.execute();
  return log;
}

function kindOf(lines: readonly string[]): string {
  try {
    play(lines);
    return "fine";
  } catch (e) {
    if (e instanceof BootScriptError) return e.kind;
    throw e;
  }
}

describe("the boot script (boot.md §1)", () => {
  it("loads every task, then resumes; a symbol may be defined by a later line", () => {
    const log = play(["fs --host=${host-port} --exec=${exec-task} -T typed ${root} $(task-create) $(task-resume)", "exec $(exec-task=task-create)"], { root: "device:hd0" });
    expect(log).to.deep.equal([
      "create fs",
      "create exec",
      "insert host into fs",
      "insert task exec into fs",
      "load fs: fs|--host=1|--exec=2|-T|typed|device:hd0",
      "load exec: exec",
      "resume fs",
    ]);
  });
  it("skips comments, empty lines, leading blanks, and commands without a task", () => {
    expect(play(["# $(task-create)", "", "  a $(task-create)", "b x y"])).to.deep.equal(["create a", "load a: a"]);
  });
  it("starts a new argument after a closing brace; inside a word only ${ is special", () => {
    expect(play(["a x${v}y p$(q $(task-create)"], { v: "V" })).to.include("load a: a|xV|y|p$(q");
  });
  it("assigns functions' results and other symbols, in chains", () => {
    expect(play(["a $(x=y=task-create)", "b $(z=x) ${z} ${y} $(task-create)"]).slice(2, 4)).to.deep.equal(["load a: a", "insert task a into b"]);
  });
  it("tells what is wrong", () => {
    expect(kindOf(["a $(task-create"])).to.equal("SYNTAX_ERROR");
    expect(kindOf(["a ${x"])).to.equal("SYNTAX_ERROR");
    expect(kindOf(["a ${task-create}"])).to.equal("INVALID_SYM");
    expect(kindOf(["a $(nothing)"])).to.equal("INVALID_SYM");
    expect(kindOf(["a $(task-create=host-port)"])).to.equal("INVALID_ASG");
    expect(kindOf(["a ${nothing} $(task-create)"])).to.equal("UNDEF_SYM");
    expect(kindOf(["a $(x=y) $(y=x) ${x} $(task-create)"])).to.equal("UNDEF_SYM");
  });
  it("runs prompt-task-resume after loading too", () => {
    expect(play(["a $(task-create) $(prompt-task-resume)"])).to.deep.equal(["create a", "load a: a", "prompt a"]);
  });
});
