/** E13: a launcher of the host that leaks by default, and a small helper in CloudABI between it and the program. */
import { Machine } from "../../mach/kern/machine.ts";
import { fd as fdNode, map, seq, text, type Argdata } from "../cloudabi/argdata/node.ts";
import { serialiseLiterally } from "../cloudabi/argdata/serialise.ts";
import { getFd } from "../cloudabi/argdata/get.ts";
import { iterateSeq } from "../cloudabi/argdata/iterate.ts";
import { newDirectory, newFile, OpenRegularFile } from "../cloudabi/kernel/files.ts";
import { imageOf } from "../cloudabi/kernel/image.ts";
import { CloudAbiKernel } from "../cloudabi/kernel/kernel.ts";
import type { Slot } from "../cloudabi/kernel/table.ts";
import type { Program } from "../cloudabi/kernel/traps.ts";
import { fdStatGet, pause } from "../cloudabi/libc/calls.ts";
import { hostExecve, hostOpen } from "../cloudabi/libc/host.ts";
import { programExec, programMain } from "../cloudabi/libc/program.ts";
import { cloudabiRun, reexec, REEXEC_PATH } from "../cloudabi/run/launcher.ts";
import { rights } from "../cloudabi/rights.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";

const LOG = "log";
const TARGET = "target";

/** A helper that gives all that it holds. */
const compromised: Program = programMain(function* (ad) {
  const target = iterateSeq(ad).get();
  const execfd = target === undefined ? undefined : getFd(target);
  if (execfd?.err !== 0) return 127;
  const all: (readonly [Argdata, Argdata])[] = [];
  for (let fd = 0; fd < 64; fd++) {
    const node = fdNode(fd);
    if (fd !== execfd.value && node.err === 0 && (yield* fdStatGet(fd)).err === 0) all.push([text(fd === 0 ? LOG : `loot ${fd}`), node.value]);
  }
  yield* programExec(execfd.value, map(all));
  return 127;
});

/** What each program held when it began, but for the log and the target's own executable. */
interface Stages {
  readonly helper: number;
  readonly target: number;
  readonly ran: boolean;
}

/** The shell holds a log and `leaked` other things, none of them closed on exec, and starts the target, which wants the log. */
function launch(leaked: number, stages: string, helper: string, seed: number): Stages {
  const machine = new Machine({ instructions: new Map(), seed });
  const kernel = new CloudAbiKernel(machine);
  const held = { helper: 0, target: 0, ran: false };
  kernel.programs.set("reexec", helper === "honest" ? reexec : compromised);
  kernel.programs.set(TARGET, programMain(function* () {
    yield* pause();
    return 0;
  }));
  kernel.onExec = ({ table }, program) => {
    const excess = table.all.filter(([, { file }]) => file.label !== LOG && file.label !== TARGET).length;
    if (program === TARGET) Object.assign(held, { target: excess, ran: true });
    else held.helper = excess;
  };
  const file = (label: string): Slot => ({ file: new OpenRegularFile(newFile(label), false), base: rights("FD_READ"), inheriting: 0n });
  kernel.hostRoot.entries.set(TARGET, newFile(TARGET, imageOf(TARGET), true));
  kernel.hostRoot.entries.set("libexec", newDirectory("libexec", { "cloudabi-reexec": newFile(REEXEC_PATH, imageOf("reexec"), true) }));
  const slots = new Map([[0, file(LOG)], ...Array.from({ length: leaked }, (_, i) => [i + 1, file(`open by accident ${i}`)] as const)]);
  const shell = kernel.start("shell", slots, function* () {
    if (stages === "two") return yield* cloudabiRun(`/${TARGET}`, `${LOG}: !fd 0`);
    const target = yield* hostOpen(`/${TARGET}`, true);
    const log = fdNode(0);
    const data = log.err === 0 ? serialiseLiterally(seq([log.value])) : log;
    if (target.err === 0 && data.err === 0) yield* hostExecve(target.value, data.value);
    return 127;
  });
  shell.host = true;
  machine.run();
  return held;
}

function run(point: Point, seed: number): Outcome {
  const leaked = Number(point["leaked"]);
  const { helper, target, ran } = launch(leaked, String(point["stages"]), String(point["helper"]), seed);
  const surface = rounded(Number(point["size"]) * helper + target);
  return { dv: { helperLeak: helper, finalLeak: target, surface, gain: rounded(leaked - surface) }, failState: ran ? "none" : "silent" };
}

const rounded = (x: number): number => Math.round(x * 1000) / 1000;

const expectedFinal = ({ iv }: Line): number => (iv["stages"] === "two" && iv["helper"] === "honest" ? 0 : Number(iv["leaked"]));

function conclude(lines: readonly Line[]): Conclusion {
  const wrong = lines.filter((l) => l.failState !== "none" || l.dv["finalLeak"] !== expectedFinal(l) || l.dv["helperLeak"] !== (l.iv["stages"] === "two" ? l.iv["leaked"] : 0));
  const useful = lines.filter((l) => l.iv["stages"] === "two" && l.iv["helper"] === "honest" && Number(l.iv["leaked"]) > 0);
  const wrongGain = useful.filter((l) => (Number(l.dv["gain"]) > 0) !== Number(l.iv["size"]) < 1);
  return {
    asExpected: wrong.length === 0 && wrongGain.length === 0,
    text: [
      "Everything that the shell had open by accident reaches the helper, and nothing of it the program: final leak 0 with an honest helper, all of it with one that gives away what it holds, or without one.",
      `Weighed by code that has to be trusted with the leaked authority, the second stage gains as long as the helper is smaller than the program: at sizes ${[...new Set(useful.filter((l) => Number(l.dv["gain"]) > 0).map((l) => String(l.iv["size"])))].join(", ")} of the program's; at ${[...new Set(useful.filter((l) => Number(l.dv["gain"]) <= 0).map((l) => String(l.iv["size"])))].join(", ") || "no size"} it gains nothing.`,
      ...(wrong.length > 0 ? [`Not as expected: ${wrong.map((l) => JSON.stringify(l.iv)).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e13-reexec-filter",
  title: "Reexec filter",
  question: "What does a trusted helper that starts the real program from inside the strict system save, and whom must one trust for that?",
  setUp: "A shell of the host holds a log and x other descriptors without the close-on-exec flag. It starts a CloudABI program whose configuration names the log: directly by the host's exec, or by cloudabi-reexec.",
  independent: [
    { name: "leaked", what: "x: descriptors open by accident", values: [0, 1, 2, 4, 8], parse: (t) => (/^([0-9]|[1-4][0-9])$/.test(t) ? Number(t) : undefined) },
    { name: "stages", what: "one: the host executes the program; two: the helper does", values: ["one", "two"] },
    { name: "helper", what: "an honest helper, or one that passes all that it holds", values: ["honest", "compromised"] },
    { name: "size", what: "code of the helper, the program's being 1", values: [0.01, 0.1, 1, 2], parse: (t) => (/^\d+(\.\d+)?$/.test(t) ? Number(t) : undefined) },
  ],
  dependent: [
    { name: "helperLeak", what: "objects that the helper holds beyond its task" },
    { name: "finalLeak", what: "objects that the program holds beyond the log" },
    { name: "surface", what: "sum over the stages of code × objects held beyond need" },
    { name: "gain", what: "x (the surface of one stage) less this surface" },
  ],
  expected: "The final leak is 0, the helper's exposure x; a benefit only if the helper is much smaller than the target.",
  plot: { mark: "line", x: "leaked", y: "surface", colour: "size", facet: "stages" },
  run,
  sensible: (point) => point["stages"] === "two" || (point["helper"] === "honest" && point["size"] === 1),
  conclude,
};
