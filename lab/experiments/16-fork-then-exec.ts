/** E16: what an intermediate child holds, on the way from fork to exec, and what is copied for it. */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { graphOf as graphOfComposed } from "../composed/authority.ts";
import { launchComposed, type Design } from "../composed/compose.ts";
import { fuchsiaDesign, hurdSpawnDesign } from "../composed/mechanisms.ts";
import { atoms, type AuthorityGraph } from "../model/authority.ts";
import type { Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { graphHash } from "../model/graph-hash.ts";
import { direct } from "../model/measure.ts";
import { m1, m1Holds } from "../model/m1.ts";
import { graphOf } from "../posix/authority.ts";
import type { Result } from "../posix/errors.ts";
import { PosixKernel } from "../posix/kernel.ts";
import { forkAndExec, sys } from "../posix/libc.ts";
import { conventionOf, furnish, furnishFiles, LAUNCHER_PAGES, PROGRAM_PATH } from "../posix/scenario.ts";

type UnixWay = "fork" | "fork-close-on-fork" | "vfork" | "spawn" | "builder-copy" | "builder-empty";
type Way = UnixWay | "hurd-spawn-model" | "fuchsia";
const UNIX: readonly UnixWay[] = ["fork", "fork-close-on-fork", "vfork", "spawn", "builder-copy", "builder-empty"];
/** Built by the parent as vectors of policies: a new task filled by flag, and a new process filled by message. */
const COMPOSED: readonly Design[] = [hurdSpawnDesign, fuchsiaDesign];
const WAYS: readonly Way[] = [...UNIX, "hurd-spawn-model", "fuchsia"];
/** Those in which nobody copies the parent. */
const DIRECT: readonly Way[] = WAYS.slice(3);

/** The numbers at which S has what it grants. */
const GRANTED = m1Holds.filter((h) => m1.grant.some((g) => g.object === h.object)).flatMap((h) => h.at);

/** The launch of `path`; the error is of whoever finds it. */
function* launch(way: UnixWay, path: string): Syscall<Result> {
  switch (way) {
    case "fork":
    case "fork-close-on-fork":
      return yield* forkAndExec({ path });
    case "vfork":
      return yield* forkAndExec({ path }, { vfork: true });
    case "spawn":
      return yield* sys("posix_spawn", { path });
    case "builder-copy":
    case "builder-empty":
      return yield* build(path, way === "builder-copy");
  }
}

function* build(path: string, inherit: boolean): Syscall<Result> {
  const fd = yield* sys("pidfd_open_empty", { inherit });
  if (typeof fd !== "number") return fd;
  yield* sys("pidfd_config", { fd, set: { kind: "executable", path } });
  if (!inherit) for (const at of GRANTED) yield* sys("pidfd_config", { fd, set: { kind: "install", fd: at, to: at } });
  const started = yield* sys("pidfd_start", { fd });
  if (typeof started === "string") yield* sys("close", { fd });
  return started;
}

/** What was seen of one launch. */
interface Seen {
  /** The most that a child held before its program ran, without what the set-up itself made. */
  readonly peak: readonly string[];
  /** The same of the memory of S. */
  readonly memory: readonly string[];
  /** The child could run while it held that: code of S ran in it. */
  readonly running: boolean;
  readonly bytes: number;
  readonly answer: Result | undefined;
  readonly graph: AuthorityGraph | undefined;
  /** Where the failure of a launch was found: in the caller, or in a child that has to tell it. */
  readonly locus: "caller" | "child";
}

/** What P has in the end and a child's own plumbing (a pipe to tell an error) are no exposure. */
const plumbing = (atom: string): boolean => atom.startsWith("pipe ") || atom.startsWith("process ") || atom.startsWith("executable ");

function look(way: UnixWay, path: string, seed: number): Seen {
  const kernel = new PosixKernel(new Machine({ seed, instructions: new Map() }));
  furnishFiles(kernel);
   
  kernel.programs.set("p", function* () {
    return 0;
  });
  let peak: readonly string[] = [];
  let memory: readonly string[] = [];
  let running = false;
  let graph: AuthorityGraph | undefined;
  let answer: Result | undefined;
  let locus: Seen["locus"] = "caller";
  kernel.changed = (process) => {
    if (process.name !== "P" || process.started !== undefined || process.ended !== undefined) return;
    const now = graphOf(kernel, m1.manifest, conventionOf(m1));
    const held = direct(now, "P").filter((a) => !plumbing(a));
    const ofMemory = held.filter((a) => a.startsWith("memory "));
    if (process.task.threads.length > 0) running = true;
    if (running && process.task.threads.length > 0) locus = "child";
    if (held.length - ofMemory.length > peak.length || peak.length === 0) peak = held.filter((a) => !a.startsWith("memory "));
    if (ofMemory.length > memory.length) memory = ofMemory;
  };
  kernel.started = () => {
    kernel.meter.stop();
    graph = graphOf(kernel, m1.manifest, conventionOf(m1));
  };
  const s = kernel.boot("S", function* () {
    answer = yield* launch(way, path);
    return 0;
  });
  s.pages = LAUNCHER_PAGES;
  furnish(s, m1.holds);
  if (way === "fork-close-on-fork") for (const [fd, d] of s.table.all) if (!GRANTED.includes(fd)) s.table.setFlags(fd, { ...d, closeOnFork: true });
  kernel.meter.start();
  kernel.machine.run();
  return { peak, memory, running, bytes: kernel.meter.cost.bytesCopied, answer, graph, locus };
}

/** The same of a composed launch. It fails, when it is to, because the last allocation does: the new thread's. */
function lookComposed(design: Design, fails: boolean, seed: number): Seen {
  let peak: readonly string[] = [];
  let allocations = 0;
  const plain = launchComposed(design, m1, { seed }, (kernel) => {
    kernel.changed = () => {
      allocations = kernel.allocated;
      const embryo = kernel.byName("embryo");
      const held = embryo === undefined ? [] : direct(graphOfComposed(kernel, [], { numbers: new Map(), as: () => "" }), "embryo");
      if (held.length > peak.length) peak = held;
    };
  });
  const { outcome, atFirst, cost } = fails ? launchComposed(design, m1, { seed }, (kernel) => (kernel.fault = { kind: "allocation", at: allocations - 1 })) : plain;
  const answer = outcome.ran ? 0 : (outcome.error as Result | undefined);
  return { peak, memory: [], running: false, bytes: cost.bytesCopied, answer, graph: atFirst, locus: answer === undefined ? "child" : "caller" };
}

const meant = atoms(m1.grant);

function run(point: Point, seed: number): Outcome {
  const way = point["way"] as Way;
  const design = COMPOSED.find((d) => d.name === way);
  const [good, bad] = design === undefined ? [look(way as UnixWay, PROGRAM_PATH, seed), look(way as UnixWay, "/bin/none", seed)] : [lookComposed(design, false, seed), lookComposed(design, true, seed)];
  const excess = good.peak.filter((a) => !meant.includes(a as (typeof meant)[number]));
  return {
    dv: {
      peak: good.peak.length,
      beyondGrant: excess.length,
      memory: good.memory.join(", "),
      runsCodeOfS: good.running,
      bytesCopied: good.bytes,
      errorFoundIn: bad.locus,
      error: String(bad.answer),
    },
    failState: "none",
    ...(good.graph === undefined ? {} : { graphHash: graphHash(good.graph) }),
  };
}

const all = atoms(m1Holds.filter((h) => h.at.length > 0)).length;

function conclude(lines: readonly Line[]): { readonly asExpected: boolean; readonly text: string } {
  const of = (way: Way): Line["dv"] => lines.find((l) => l.iv["way"] === way)?.dv ?? {};
  const given = (way: Way): boolean => lines.some((l) => l.iv["way"] === way);
  const checks = [
    { what: "fork's child holds all that S has", met: !given("fork") || of("fork")["peak"] === all },
    { what: "close-on-fork leaves the grant alone", met: !given("fork-close-on-fork") || of("fork-close-on-fork")["beyondGrant"] === 0 },
    { what: "vfork's child writes the memory of S and copies nothing", met: !given("vfork") || (String(of("vfork")["memory"]).includes("write") && Number(of("vfork")["bytesCopied"]) < Number(given("fork") ? of("fork")["bytesCopied"] : Infinity)) },
    { what: "no code of S runs in a spawned or built child", met: DIRECT.every((w) => !given(w) || of(w)["runsCodeOfS"] === false) },
    { what: "an empty builder never holds more than the grant", met: !given("builder-empty") || of("builder-empty")["beyondGrant"] === 0 },
    { what: "direct construction finds errors in the caller", met: DIRECT.every((w) => !given(w) || of(w)["errorFoundIn"] === "caller") },
  ];
  const wrong = checks.filter((c) => !c.met).map((c) => c.what);
  return {
    asExpected: wrong.length === 0,
    text: [
      `The child of fork holds ${String(of("fork")["peak"])} of the ${all} atoms of S's descriptors, ${String(of("fork")["beyondGrant"])} beyond the grant, and a copy of its memory, while code of S runs in it: whoever crashes or traces it there has S.`,
      `With close-on-fork it is ${String(of("fork-close-on-fork")["beyondGrant"])} beyond the grant, but the memory stays. vfork copies no memory and shares it for writing.`,
      `An embryo that is filled by its parent, empty at first, never holds more than the grant (${String(of("builder-empty")["peak"])} atoms) and runs nothing; errors are the caller's own. A new task that is filled by flag (the Hurd's posix_spawn) holds ${String(of("hurd-spawn-model")["peak"])}, but runs nothing either; where the set travels in a message (Fuchsia) the process holds ${String(of("fuchsia")["peak"])} until it runs.`,
      ...(wrong.length > 0 ? [`Not so: ${wrong.join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e16-fork-then-exec",
  title: "Fork and exec against direct construction",
  question: "What does the child hold between fork and exec, and what is saved by building the new process directly?",
  setUp: "The launcher of M1 (seven descriptors, six atoms) starts a program that is granted the terminal and the directory. The child's table and memory are looked at after every call until its program starts; then the same with a program that is not there (or, for the two vectors of policies, a thread that cannot be made).",
  independent: [{ name: "way", what: "how the child comes to be", values: WAYS }],
  dependent: [
    { name: "peak", what: "right-atoms of the child before its program, at most" },
    { name: "beyondGrant", what: "those of them that were not granted" },
    { name: "memory", what: "S's memory, as the child has it" },
    { name: "runsCodeOfS", what: "the child runs while it holds that" },
    { name: "bytesCopied", what: "bytes copied (8 for a page shared until written)" },
    { name: "errorFoundIn", what: "who finds out that the program is not there" },
    { name: "error", what: "what the caller is told" },
  ],
  expected: "The child of fork has all of S's authority for a while; a crash or a tracer there equals S. Close-on-fork removes it. Direct construction has no such moment.",
  plot: { mark: "bar", x: "way", y: "beyondGrant" },
  run,
  conclude,
};
