/** A claim of CloudABI's commit: exactly what the tree names is passed. Trees by chance, well formed and not, each through a real exec. */
import { Machine } from "../../mach/kern/machine.ts";
import { RandomStream } from "../../mach/kern/random.ts";
import { fd as fdNode, fromBuffer, identity, int, map, nothing, seq, text, type Argdata } from "../cloudabi/argdata/node.ts";
import { namedFds } from "../cloudabi/argdata/paths.ts";
import { serialiseLiterally } from "../cloudabi/argdata/serialise.ts";
import { newFile, OpenRegularFile } from "../cloudabi/kernel/files.ts";
import { imageOf } from "../cloudabi/kernel/image.ts";
import { CloudAbiKernel } from "../cloudabi/kernel/kernel.ts";
import type { Slot } from "../cloudabi/kernel/table.ts";
import { exiting, pause, procExec } from "../cloudabi/libc/calls.ts";
import { programExec, programMain } from "../cloudabi/libc/program.ts";
import { Right } from "../cloudabi/rights.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";

/** Descriptors 0 … 9 are there to be named; 10 is the program. */
const FDS = 10;
const EXECFD = 10;
/** Length 5, tag fd, number 9: a subfield. */
const FD_NINE = [0x85, 3, 0, 0, 0, 9];
/** A length of 127 where nothing follows. */
const OVERRUN = 0xff;

const byChance = (random: RandomStream, depth: number): Argdata => {
  const kind = random.below(depth === 0 ? 4 : 6);
  const children = (): readonly Argdata[] => Array.from({ length: random.below(4) }, () => byChance(random, depth - 1));
  const node = fdNode(random.below(FDS - 1));
  if (kind < 2 && node.err === 0) return node.value;
  if (kind === 2) return int(random.below(1000));
  if (kind === 3) return text("word");
  return kind === 4 ? seq(children()) : map(children().map((value, i) => [i % 2 === 0 ? text(`key ${i}`) : byChance(random, depth - 1), value] as const));
};

/** A tree of the kind: some of it well formed, then what is wrong. Number 9 stands in what is wrong only. */
function treeOf(kind: string, random: RandomStream): Argdata {
  const good = seq([byChance(random, 3), byChance(random, 2)]);
  const bytes = got(serialiseLiterally(good));
  const spoiled = (tag: number, ...tail: readonly number[]): Argdata => fromBuffer(Uint8Array.from([tag, ...bytes.slice(1), ...tail]), identity);
  switch (kind) {
    case "garbage in a sequence":
      return spoiled(7, 0, ...FD_NINE);
    case "garbage in a map":
      return spoiled(6, 0, ...FD_NINE);
    case "key without a value":
      return spoiled(6, ...FD_NINE, OVERRUN);
    default:
      return good;
  }
}

interface Counts {
  granted: number;
  named: number;
  unnamed: number;
  phantom: number;
  exact: number;
}

/** One exec; what the new table holds against what its arguments lead to. */
function exec(kind: string, tree: Argdata, seed: number, counts: Counts): void {
  const machine = new Machine({ instructions: new Map(), seed });
  const kernel = new CloudAbiKernel(machine);
  kernel.programs.set("p", programMain(function* () {
    yield* pause();
    return 0;
  }));
  kernel.onExec = ({ table }, _name, data) => {
    const named = new Set(namedFds(fromBuffer(data, identity)).map((n) => n.fd));
    const unnamed = table.all.filter(([fd]) => !named.has(fd)).length;
    const phantom = [...named].filter((fd) => table.get(fd) === undefined).length;
    counts.granted += table.size;
    counts.named += named.size;
    counts.unnamed += unnamed;
    counts.phantom += phantom;
    if (unnamed === 0 && phantom === 0) counts.exact++;
  };
  const file = (name: string, base: bigint, content?: Uint8Array): Slot => ({ file: new OpenRegularFile(newFile(name, content, true), false), base, inheriting: 0n });
  const slots = new Map([...Array.from({ length: FDS }, (_, i) => [i, file(`file ${i}`, Right.FD_READ)] as const), [EXECFD, file("program", Right.PROC_EXEC, imageOf("p"))]]);
  kernel.start("S", slots, exiting(function* () {
    if (kind === "a list by hand") yield* procExec(EXECFD, new Uint8Array(0), [1, 2, 3]);
    else yield* programExec(EXECFD, tree);
    return 1;
  }));
  machine.run();
}

function run(point: Point, seed: number): Outcome {
  const kind = String(point["tree"]);
  const random = new RandomStream(seed);
  const trees = Number(point["trees"]);
  const counts: Counts = { granted: 0, named: 0, unnamed: 0, phantom: 0, exact: 0 };
  for (let i = 0; i < trees; i++) exec(kind, kind === "a list by hand" ? nothing : treeOf(kind, random), seed, counts);
  return { dv: { ...counts }, verdict: `sampled(${trees} trees)` };
}

/** Descriptors per exec that are granted and not named. */
const UNNAMED: Readonly<Record<string, number>> = { "well formed": 0, "garbage in a sequence": 0, "garbage in a map": 0, "key without a value": 1, "a list by hand": 3 };

function fits({ iv, dv }: Line): boolean {
  return dv["unnamed"] === (UNNAMED[String(iv["tree"])] ?? 0) * Number(iv["trees"]) && dv["phantom"] === 0;
}

function conclude(lines: readonly Line[]): Conclusion {
  const off = lines.filter((l) => !fits(l));
  const each = lines.map((l) => `${String(l.iv["tree"])} ${String(l.dv["unnamed"])} of ${String(l.dv["granted"])}`);
  return {
    asExpected: off.length === 0,
    text: [
      `Descriptors passed that the arguments do not lead to: ${each.join("; ")}. Nothing is ever named that was not passed.`,
      "So the claim holds of the library for every tree that can be built, and for bytes with garbage in them, with one exception: a map's key that is a descriptor, whose value is malformed. Of the kernel it does not hold at all: it enforces the list, and knows no tree.",
      ...(off.length > 0 ? [`Not as expected: ${off.map((l) => JSON.stringify({ ...l.iv, ...l.dv })).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e28-named-is-granted",
  title: "Named is granted",
  question: "Does a CloudABI program get exactly the descriptors that its argument tree names?",
  setUp: "S holds ten files and executes a program with trees by chance: well formed; with garbage after good elements, in which a number stands; with a map's key whose value overruns. And, without the library, with a list that no tree names.",
  independent: [
    { name: "tree", what: "what is wrong with the tree, if anything", values: Object.keys(UNNAMED) },
    { name: "trees", what: "how many trees", values: [100], parse: (t) => (/^[1-9]\d{0,4}$/.test(t) ? Number(t) : undefined) },
  ],
  dependent: [
    { name: "granted", what: "descriptors in the new tables" },
    { name: "named", what: "descriptors that iterators lead to" },
    { name: "unnamed", what: "granted and not named" },
    { name: "phantom", what: "named and not granted" },
    { name: "exact", what: "execs in which both were the same" },
  ],
  expected: "Exactly what the tree names is passed, but for cloudabi.md §9.1 (a key without a value) and §9.2 (a list that does not come from a tree).",
  plot: { mark: "bar", x: "tree", y: "unnamed", colour: "tree" },
  run,
  conclude,
};

function got<T>(result: { readonly err: 0; readonly value: T } | { readonly err: number }): T {
  if ("value" in result) return result.value;
  throw new Error(`a tree by chance cannot be serialised: ${result.err}`);
}
