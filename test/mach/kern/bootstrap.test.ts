import { expect } from "chai";
import { encodeImage } from "../../../mach/kern/image.ts";
import { Machine } from "../../../mach/kern/machine.ts";
import { load, type Entry, type Registers } from "../../../mach/kern/syscall.ts";

/** Boots `script`; answers the arguments of each program that ran, and the console. */
function boot(script: string, modules: readonly string[], commandLine = ""): { argv: string[][]; console: string; machine: Machine } {
  const argv: string[][] = [];
  const entry: Entry = function* ({ sp }: Registers) {
    const word = function* (i: number) {
      return new DataView((yield* load(sp + 4 * i, 4)).buffer).getUint32(0, true);
    };
    const args: string[] = [];
    const argc = yield* word(0);
    for (let i = 1; i <= argc; i++) {
      const at = yield* word(i);
      let text = "";
      for (let c = (yield* load(at, 1))[0]; c; c = (yield* load(at + text.length, 1))[0]) text += String.fromCharCode(c);
      args.push(text);
    }
    argv.push(args);
    if ((yield* word(argc + 1)) !== 0) argv.push(["argv is not ended by 0"]);
  };
  const machine = new Machine({ instructions: new Map(modules.map((m) => [m, entry])), commandLine });
  let console = "";
  machine.console.onOutput((b) => (console += new TextDecoder().decode(b)));
  machine.boot(script, modules.map((name) => ({ name, bytes: encodeImage(name) })));
  machine.run();
  return { argv, console, machine };
}

const USUAL = `hurd/fs.static --multiboot-command-line=\${kernel-command-line} --host-priv-port=\${host-port} --device-master-port=\${device-port} --exec-server-task=\${exec-task} --kernel-task=\${kernel-task} -T typed \${root} $(task-create) $(task-resume)
hurd/exec.static $(exec-task=task-create)
`;

describe("loading the first tasks (boot.md §1)", () => {
  it("gives ports as names from 1 in the arguments, and starts only what the script resumes", () => {
    const { argv, machine } = boot(USUAL, ["hurd/fs.static", "hurd/exec.static"], "/boot/gnumach root=device:rd0");
    expect(argv).to.deep.equal([
      ["hurd/fs.static", "--multiboot-command-line=/boot/gnumach root=device:rd0", "--host-priv-port=1", "--device-master-port=2", "--exec-server-task=3", "--kernel-task=4", "-T", "typed", "device:rd0"],
    ]);
    expect([...machine.tasks].map((t) => [t.name, t.suspendCount, t.threads.length])).to.deep.equal([
      ["gnumach", 0, 0],
      ["hurd/fs.static", 0, 0],
      ["hurd/exec.static", 1, 1],
    ]);
  });

  it("says on the console what the real kernel says", () => {
    const { console } = boot("a x $(task-create) $(task-resume)\nb $(task-create)", ["a", "b"]);
    expect(console).to.contain("module 0: a x $(task-create) $(task-resume)\nmodule 1: b $(task-create)\n2 multiboot modules\ntask loaded: a x\ntask loaded: b\n\nstart a: ");
  });

  it("starts a lone module without arguments as the task bootstrap", () => {
    const { argv } = boot("hurd/fs.static", ["hurd/fs.static"], "-s root=/dev/hd0");
    expect(argv).to.deep.equal([["bootstrap", "-s", "1", "2", "hd0"]]);
  });

  it("panics on a bad script, a missing module, and a damaged image, with the reason", () => {
    expect(boot("a ${nothing} $(task-create)", ["a"]).machine.haltReason).to.match(/UNDEF_SYM: nothing/);
    expect(boot("b $(task-create)", ["a"]).machine.haltReason).to.match(/no module b/);
    const machine = new Machine({ instructions: new Map() });
    machine.boot("a $(task-create)", [{ name: "a", bytes: encodeImage("a").subarray(0, 30) }]);
    expect(machine.haltReason).to.match(/module a: truncated/);
    expect(machine.run()).to.equal("halted");
  });

  it("an instruction that the machine does not have is a bad instruction: the task ends", () => {
    const machine = new Machine({ instructions: new Map() });
    machine.boot("a $(task-create) $(task-resume)\nb $(task-create)", ["a", "b"].map((name) => ({ name, bytes: encodeImage(name) })));
    machine.run();
    expect([...machine.tasks].map((t) => t.name)).to.deep.equal(["gnumach", "b"]);
  });
});
