/** E14: what a grant reaches, by what carries it (a directory, files, a socket to a broker) and by which rights are cut. */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { fd as fdNode, map, text, type Argdata } from "../cloudabi/argdata/node.ts";
import { getFd } from "../cloudabi/argdata/get.ts";
import { lookUp } from "../cloudabi/argdata/iterate.ts";
import { graphOf, plainKind, type Atomic, type Vocabulary } from "../cloudabi/authority.ts";
import { newDirectory, newFile, OpenDirectory, OpenRegularFile, type OpenFile } from "../cloudabi/kernel/files.ts";
import { imageOf } from "../cloudabi/kernel/image.ts";
import { CloudAbiKernel } from "../cloudabi/kernel/kernel.ts";
import { socketPair } from "../cloudabi/kernel/sockets.ts";
import type { Slot } from "../cloudabi/kernel/table.ts";
import { exiting, fdRead, fdStatPut, fileOpen, pause, sockRecv, sockSend } from "../cloudabi/libc/calls.ts";
import { programExec, programMain } from "../cloudabi/libc/program.ts";
import { FileType, NO_RIGHTS, Right, rights, typeRights, type RightsPair } from "../cloudabi/rights.ts";
import type { Atom, AuthorityGraph, Yield } from "../model/authority.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import { graphHash } from "../model/graph-hash.ts";
import { reach } from "../model/measure.ts";

/** What P wants: to read two of the files. */
const WANTED = ["a", "b"];
const label = (name: string): string => `site/${name}`;

const site = () =>
  newDirectory("site", {
    ...Object.fromEntries(["a", "b", "c", "d", "e"].map((n) => [n, newFile(label(n), `content of ${n}`)])),
    sub: newDirectory(label("sub"), Object.fromEntries(["f", "g", "h"].map((n) => [n, newFile(label(`sub/${n}`))]))),
  });

const ATOMS: Readonly<Record<string, Atomic>> = {
  directory: {
    "open-r": { base: Right.FILE_OPEN, inheriting: Right.FD_READ },
    "open-w": { base: Right.FILE_OPEN, inheriting: Right.FD_WRITE },
    "open-change": { base: Right.FILE_OPEN, inheriting: rights("FILE_CREATE_FILE", "FILE_UNLINK") },
    list: { base: Right.FILE_READDIR, inheriting: NO_RIGHTS },
    change: { base: rights("FILE_CREATE_FILE", "FILE_UNLINK"), inheriting: NO_RIGHTS },
  },
  file: { r: { base: Right.FD_READ, inheriting: NO_RIGHTS }, w: { base: Right.FD_WRITE, inheriting: NO_RIGHTS } },
  socket: { r: { base: Right.FD_READ, inheriting: NO_RIGHTS }, w: { base: Right.FD_WRITE, inheriting: NO_RIGHTS } },
};

/** What a directory's rights give below it, where the inheriting rights allow opening further. */
const BELOW: NonNullable<Vocabulary["throughDirectory"]> = {
  "open-r": { file: ["r"], directory: ["open-r"] },
  "open-w": { file: ["w"], directory: ["open-w"] },
  "open-change": { file: [], directory: ["change", "open-change"] },
};

/** The least that the wanted uses need, by carrier. */
const LEAST: Readonly<Record<string, RightsPair>> = {
  directory: { base: Right.FILE_OPEN, inheriting: rights("FD_READ") },
  files: { base: Right.FD_READ, inheriting: NO_RIGHTS },
  socket: { base: rights("FD_READ", "FD_WRITE"), inheriting: NO_RIGHTS },
};

function narrowed(full: RightsPair, least: RightsPair, how: string): RightsPair {
  switch (how) {
    case "minimal base":
      return { base: least.base, inheriting: full.inheriting };
    case "minimal inheriting":
      return { base: full.base, inheriting: least.inheriting };
    case "minimal":
      return least;
    case "nothing":
      return { base: NO_RIGHTS, inheriting: NO_RIGHTS };
    default:
      return full;
  }
}

/** The broker holds the site and a vault; asked for a file by name, it opens it for reading and sends it. It could send anything else. */
function* broker(): Syscall<number> {
  for (;;) {
    const asked = yield* sockRecv(0, 100, 0);
    if (asked.err !== 0 || asked.value.data.length === 0) return 0;
    const file = yield* fileOpen(1, new TextDecoder().decode(asked.value.data), { base: Right.FD_READ, inheriting: NO_RIGHTS });
    yield* sockSend(0, Uint8Array.of(file.err), file.err === 0 ? [file.value] : []);
  }
}

/** One file, by whatever carries it; whether it could be read. */
function* readOne(grant: string, ad: Argdata, name: string): Syscall<boolean> {
  const node = lookUp(ad, grant === "files" ? name : grant);
  const carrier = node === undefined ? undefined : getFd(node);
  if (carrier?.err !== 0) return false;
  let file: number | undefined = carrier.value;
  if (grant === "directory") {
    const opened = yield* fileOpen(carrier.value, name, { base: Right.FD_READ, inheriting: NO_RIGHTS });
    file = opened.err === 0 ? opened.value : undefined;
  }
  if (grant === "socket") {
    yield* sockSend(carrier.value, new TextEncoder().encode(name));
    const got = yield* sockRecv(carrier.value, 1, 1);
    file = got.err === 0 ? got.value.fds[0] : undefined;
  }
  const read = file === undefined ? undefined : yield* fdRead(file, 100);
  return read?.err === 0 && new TextDecoder().decode(read.value) === `content of ${name}`;
}

interface Run {
  readonly graph: AuthorityGraph | undefined;
  readonly broken: number;
}

/** What the launcher holds: the carriers with all rights, and the program. */
function slotsOf(kernel: CloudAbiKernel): { readonly table: ReadonlyMap<number, Slot>; readonly carriers: Readonly<Record<string, readonly (readonly [string, number])[]>> } {
  const directory = site();
  const socket = typeRights[FileType.SOCKET_STREAM];
  const [ours, brokers] = socketPair(FileType.SOCKET_STREAM, ["broker", "broker's end"], kernel.machine, () => kernel.changes.wakeAll());
  const whole = (file: OpenFile): Slot => ({ file, ...typeRights[file.type] });
  kernel.start("broker", new Map([[0, { file: brokers, ...socket }], [1, whole(new OpenDirectory(directory))], [2, whole(new OpenRegularFile(newFile("vault"), true))]]), exiting(broker));
  const files = WANTED.flatMap((name): readonly Slot[] => {
    const inode = directory.entries.get(name);
    return inode?.kind === "file" ? [whole(new OpenRegularFile(inode, true))] : [];
  });
  const program: Slot = { file: new OpenRegularFile(newFile("program", imageOf("p"), true), false), base: Right.PROC_EXEC, inheriting: NO_RIGHTS };
  return {
    table: new Map([[0, whole(new OpenDirectory(directory))], [1, { file: ours, ...socket }], [2, program], ...files.map((slot, i) => [3 + i, slot] as const)]),
    carriers: { directory: [["directory", 0]], socket: [["socket", 1]], files: WANTED.map((name, i) => [name, 3 + i] as const) },
  };
}

function launch(grant: string, how: string, seed: number): Run {
  const machine = new Machine({ instructions: new Map(), seed });
  const kernel = new CloudAbiKernel(machine);
  const { table, carriers } = slotsOf(kernel);
  let graph: AuthorityGraph | undefined;
  let broken = WANTED.length;
  kernel.onExec = (process) => {
    process.label = "P";
    graph = withBroker(graphOf(kernel, VOCABULARY));
  };
  kernel.programs.set("p", programMain(function* (ad) {
    broken = 0;
    for (const name of WANTED) if (!(yield* readOne(grant, ad, name))) broken++;
    yield* pause();
    return 0;
  }));
  kernel.start("S", table, exiting(function* () {
    const entries: (readonly [Argdata, Argdata])[] = [];
    for (const [name, fd] of carriers[grant] ?? []) {
      const full = typeRights[table.get(fd)?.file.type ?? FileType.DIRECTORY];
      yield* fdStatPut(fd, { rights: narrowed(full, LEAST[grant] ?? full, how) });
      const node = fdNode(fd);
      if (node.err === 0) entries.push([text(name), node.value]);
    }
    return yield* programExec(2, map(entries));
  }));
  machine.run();
  return { graph, broken };
}

const VOCABULARY: Vocabulary = {
  kindOf: plainKind,
  rightsOf: (file) => ATOMS[plainKind(file)] ?? {},
  throughDirectory: BELOW,
  roleOf: ({ label: name }) => (name === "P" ? "program" : name === "S" ? "launcher" : "other"),
};

/** Who can receive from the broker can have all that it holds: nothing but its own good will keeps it. */
const withBroker = (graph: AuthorityGraph): AuthorityGraph => ({
  ...graph,
  yields: [...graph.yields, ...graph.holdings.filter((h) => h.task === "broker" && h.object !== "broker's end").map((h): Yield => ({ object: "broker", right: "r", gives: h.object, rights: h.rights }))],
});

/** What the uses need, carriers included: nothing of this is too much. */
const PROPER: readonly Atom[] = [...WANTED.map((n): Atom => `${label(n)} r`), "site open-r", "broker r", "broker w"];

function run(point: Point, seed: number): Outcome {
  const { graph, broken } = launch(String(point["grant"]), String(point["rights"]), seed);
  if (graph === undefined) return { dv: { k0: -1, k1: -1, k2: -1, all: -1, broken }, failState: "clean" };
  const beyond = (steps: number): number => reach(graph, "P", steps).filter((atom) => !PROPER.includes(atom)).length;
  return { dv: { k0: beyond(0), k1: beyond(1), k2: beyond(2), all: beyond(Infinity), broken }, failState: "none", graphHash: graphHash(graph) };
}

function conclude(lines: readonly Line[]): Conclusion {
  const at = (grant: string, how: string): number => Number(lines.find((l) => l.iv["grant"] === grant && l.iv["rights"] === how)?.dv["all"] ?? NaN);
  const checks: readonly (readonly [string, boolean])[] = [
    ["directories and sockets reach more than files", at("directory", "full") > at("files", "full") && at("socket", "full") > at("files", "full")],
    ["for a directory, narrowing inheriting matters more than base", at("directory", "minimal inheriting") < at("directory", "minimal base")],
    ["with both minimal a directory still reaches files that nobody wanted", at("directory", "minimal") > 0 && at("files", "minimal") === 0],
    ["no narrowing of a socket's rights limits what comes through it", at("socket", "minimal") >= at("socket", "full") - 0],
    ["minimal rights break nothing, none break all", lines.every((l) => l.dv["broken"] === (l.iv["rights"] === "nothing" ? WANTED.length : 0))],
  ];
  const failed = checks.filter(([, holds]) => !holds).map(([what]) => what);
  return {
    asExpected: failed.length === 0,
    text: [
      `Atoms in reach beyond need: a directory ${at("directory", "full")} with all rights, ${at("directory", "minimal base")} with a minimal base, ${at("directory", "minimal inheriting")} with minimal inheriting rights, ${at("directory", "minimal")} with both; files ${at("files", "full")} and ${at("files", "minimal")}; a socket to a broker ${at("socket", "full")} and ${at("socket", "minimal")}.`,
      "So inheriting rights count for directories, and what a socket can bring is limited by whom it leads to alone: descriptors keep their rights when they are received.",
      ...(failed.length > 0 ? [`Not as expected: ${failed.join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e14-granularity",
  title: "Granularity and attenuation",
  question: "How much can a program reach beyond what it needs, by what carries the grant and by which of its rights are cut?",
  setUp: "P wants to read two files of a directory with five files and a subdirectory of three. It gets the directory, or the two files, or a socket to a broker that holds the directory and a vault and sends files on demand.",
  independent: [
    { name: "grant", what: "what is passed", values: ["directory", "files", "socket"] },
    { name: "rights", what: "how its rights were cut beforehand", values: ["full", "minimal base", "minimal inheriting", "minimal", "nothing"] },
  ],
  dependent: [
    { name: "k0", what: "atoms held beyond need" },
    { name: "k1", what: "atoms within one step beyond need" },
    { name: "k2", what: "within two steps" },
    { name: "all", what: "within any number of steps" },
    { name: "broken", what: "of P's two reads, those that failed" },
  ],
  expected: "Directories and sockets dominate reach; narrowing inheriting matters more than narrowing base.",
  plot: { mark: "bar", x: "rights", y: "all", colour: "grant", facet: "grant" },
  run,
  conclude,
};
