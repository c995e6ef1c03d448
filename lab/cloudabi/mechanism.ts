/**
 * CloudABI as a way to start programs (column CA of comparison.md §1): S lists what it grants in a tree, with the rights cut to the grant beforehand; the kernel makes a table of exactly that.
 *
 * In place: `program_exec`, and S's process is P's. Spawned: `program_spawn`, and P is S's child. By cloudabi-run: S is a process of the host, whose exec passes all that is not flagged, and a helper stands in between.
 */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { AuthorityGraph } from "../model/authority.ts";
import type { Launch, Launched, Mechanism, Policy, RunOptions } from "../model/launch.ts";
import { binary, fd as fdNode, map, nothing, text, type Argdata } from "./argdata/node.ts";
import { getFd } from "./argdata/get.ts";
import { lookUp } from "./argdata/iterate.ts";
import { graphOf, type Vocabulary } from "./authority.ts";
import { errnoName, Errno, type Failure, type Result } from "./errno.ts";
import { CloudAbiKernel } from "./kernel/kernel.ts";
import { newDirectory, newFile } from "./kernel/files.ts";
import { imageOf } from "./kernel/image.ts";
import type { CloudProcess } from "./kernel/process.ts";
import { exiting, fdClose, fdDup, fdRead, fdStatGet, fdStatPut, fdWrite, fileOpen, pause, poll, procExit } from "./libc/calls.ts";
import { programExec, programMain, programSpawn } from "./libc/program.ts";
import { Right } from "./rights.ts";
import { cloudabiRun, reexec, REEXEC_PATH } from "./run/launcher.ts";
import { furnish, rightsFor, vocabularyOf, type World } from "./world.ts";

const POLICY: Policy = {
  selectFds: "list",
  selectRights: "none",
  container: "fresh-table",
  numbers: "dense",
  describe: "tree",
  reduceRights: "explicit-before",
  identity: "keep",
  errors: "errno",
  elevation: "none",
  ambient: "clock, random",
  executable: "fd",
};

/** No descriptor that anybody has: what S does not hold it can only name wrongly. */
const NOWHERE = 1_000_000;

/** A descriptor under the name that P knows. */
interface Granted {
  readonly name: string;
  readonly fd: number;
}

/** What is granted, with its rights cut to the grant, and the descriptors that were made for that. `error`: there was no number for one of them; S's own descriptor must not be cut in its place. */
interface Cut {
  readonly granted: readonly Granted[];
  readonly made: readonly number[];
  readonly error: Failure | undefined;
}

function* cut({ grant, holds }: Launch, world: World): Syscall<Cut> {
  const granted: Granted[] = [];
  const made: number[] = [];
  for (const { name, object, rights } of grant) {
    let fd = world.fdOf(object) ?? NOWHERE;
    const all = holds.find((h) => h.object === object)?.rights ?? [];
    if (all.some((r) => !rights.includes(r))) {
      const copy = yield* fdDup(fd);
      // What S does not hold is for the launch itself to refuse
      if (copy.err !== 0 && copy.err !== Errno.EBADF) return { granted, made, error: copy.err };
      if (copy.err === 0) {
        made.push((fd = copy.value));
        yield* fdStatPut(fd, { rights: rightsFor(rights) });
      }
    }
    granted.push({ name, fd });
  }
  return { granted, made, error: undefined };
}

/** The grant as a tree. */
function treeOf(granted: readonly Granted[], argumentBytes: number): Argdata {
  const entries = granted.flatMap(({ name, fd }): readonly (readonly [Argdata, Argdata])[] => {
    const node = fdNode(fd);
    return node.err === 0 ? [[text(name), node.value]] : [];
  });
  const all = argumentBytes > 0 ? [...entries, [text("arguments"), binary(new Uint8Array(argumentBytes))] as const] : entries;
  return all.length === 0 ? nothing : map(all);
}

/** The grant as a configuration of cloudabi-run. */
const yamlOf = (granted: readonly Granted[], argumentBytes: number): string =>
  [...granted.map(({ name, fd }) => `${JSON.stringify(name)}: !fd ${fd}`), ...(argumentBytes > 0 ? [`arguments: "${"0".repeat(argumentBytes)}"`] : [])].join("\n");

/** One use of a descriptor with one right, without waiting. */
function* use(fd: number, right: string): Syscall<Result<unknown>> {
  switch (right) {
    case "w":
    case "send":
      return yield* fdWrite(fd, new Uint8Array(0));
    case "lookup":
      return yield* lookUpSomething(fd);
    case "wait":
      return yield* waited(fd);
    case "kill":
      return yield* fdStatGet(fd);
    default:
      return yield* fdRead(fd, 0);
  }
}

function* lookUpSomething(fd: number): Syscall<Result<unknown>> {
  const opened = yield* fileOpen(fd, ".", { base: 0n, inheriting: Right.FD_READ });
  if (opened.err === 0) yield* fdClose(opened.value);
  return opened;
}

function* waited(fd: number): Syscall<Result<unknown>> {
  const events = yield* poll([{ event: "proc_terminate", fd, userdata: 0 }, { event: "clock", after: 0, userdata: 1 }]);
  const error = events.err === 0 ? (events.value[0]?.error ?? 0) : events.err;
  return error === 0 ? events : { err: error === Errno.EBADF ? Errno.EBADF : Errno.ENOTCAPABLE };
}

/** P: finds each thing that it wants by its name, uses it with each right, and answers how many uses failed. */
export function* useAll({ manifest }: Pick<Launch, "manifest">, ad: Argdata): Syscall<number> {
  let bad = 0;
  for (const { name, rights } of manifest) {
    const node = lookUp(ad, name);
    const fd = node === undefined ? undefined : getFd(node);
    for (const right of rights) if (fd?.err !== 0 || (yield* use(fd.value, right)).err !== 0) bad++;
  }
  return bad;
}

/** What S's table says, to be compared. */
const tableOf = (s: CloudProcess): string => s.table.all.map(([fd, slot]) => `${fd} ${slot.file.label} ${slot.base} ${slot.inheriting}`).join("\n");

/** How S starts P: answers the error that it got, if any. */
type Start = (execfd: number, granted: readonly Granted[], argumentBytes: number) => Syscall<Failure | undefined>;

const inPlace: Start = (execfd, granted, bytes) => programExec(execfd, treeOf(granted, bytes));
const spawned: Start = function* (execfd, granted, bytes) {
  const child = yield* programSpawn(execfd, treeOf(granted, bytes));
  return child.err === 0 ? undefined : child.err;
};
/** Its failure is a line of text and a status: S is the launcher, and ends. */
const byConfiguration: Start = function* (_execfd, granted, bytes) {
  return yield* procExit(yield* cloudabiRun(PROGRAM_PATH, yamlOf(granted, bytes)));
};

/** Where the host has the program. */
const PROGRAM_PATH = "/bin/p";

/** Makes S a process of the host, with its flags, and puts programs where the host finds them. */
function onHost({ hostRoot, programs }: CloudAbiKernel, s: CloudProcess, holds: Launch["holds"]): void {
  s.host = true;
  for (const fd of holds.filter((h) => h.closeOnExec).flatMap((h) => h.at)) s.table.closeOnExec.add(fd);
  hostRoot.entries.set("bin", newDirectory("bin", { p: newFile("executable", imageOf("p"), true) }));
  hostRoot.entries.set("libexec", newDirectory("libexec", { "cloudabi-reexec": newFile(REEXEC_PATH, imageOf("reexec"), true) }));
  programs.set("reexec", reexec);
}

/** Makes the launch on a fresh machine and lets it run out. */
export function launchCloudAbi(start: Start, launch: Launch, { seed, strategy }: RunOptions): Launched {
  const machine = new Machine({ seed, instructions: new Map(), ...(strategy === undefined ? {} : { scheduler: strategy }) });
  const kernel = new CloudAbiKernel(machine);
  const started = new Map<CloudProcess, Uint8Array>();
  const roleOf: Vocabulary["roleOf"] = ({ label }) => (label === "S" ? "launcher" : label === "P" ? "program" : "other");
  const vocabulary = vocabularyOf(launch, roleOf, (process) => started.get(process));
  let atFirst: AuthorityGraph | undefined;
  let status: number | undefined;
  kernel.onExec = (process, program, argdata) => {
    if (program !== "p") return;
    process.label = "P";
    started.set(process, argdata);
    kernel.meter.stop();
    atFirst ??= graphOf(kernel, vocabulary);
  };
  kernel.programs.set("p", programMain(function* (ad) {
    status = yield* useAll(launch, ad);
    yield* pause();
    return status;
  }));
  const world = furnish(kernel, launch.holds, "p");
  let error: Failure | undefined;
  const s = kernel.start("S", world.slots, exiting(function* () {
    const { granted, made, error: full } = yield* cut(launch, world);
    error = full ?? (yield* start(world.execfd, granted, launch.argumentBytes ?? 0));
    for (const fd of made) yield* fdClose(fd);
    yield* pause();
    return 0;
  }));
  if (start === byConfiguration) onHost(kernel, s, launch.holds);
  const before = tableOf(s);
  kernel.meter.start();
  machine.run();
  const ran = status !== undefined;
  return {
    outcome: ran ? { ran: true, status: status ?? 0 } : { ran: false, error: error === undefined ? undefined : errnoName(error) },
    failState: ran ? "none" : failStateOf(s, before, error),
    atFirst,
    atQuiescence: graphOf(kernel, vocabulary),
    cost: kernel.meter.cost,
  };
}

/** What a failed launch left behind: S as it was, S changed, S gone, or nobody told. */
function failStateOf(s: CloudProcess, before: string, error: Failure | undefined): Launched["failState"] {
  if (s.ended !== undefined) return "fatal";
  if (error === undefined) return "silent";
  return tableOf(s) === before ? "clean" : "partial";
}

/** `program_exec`: in S's own process. */
export const cloudabi: Mechanism = { name: "cloudabi", column: "CA", policy: POLICY, launch: (launch, run) => launchCloudAbi(inPlace, launch, run) };
/** `program_spawn`: in a child of S. */
export const cloudabiSpawn: Mechanism = {
  name: "cloudabi-spawn",
  column: "CA",
  policy: { ...POLICY, identity: "new", errors: "pipe" },
  launch: (launch, run) => launchCloudAbi(spawned, launch, run),
};

/** cloudabi-run: a launcher of the host, a configuration, and cloudabi-reexec. */
export const cloudabiRunner: Mechanism = {
  name: "cloudabi-run",
  column: "CA",
  policy: { ...POLICY, errors: "status", executable: "path" },
  launch: (launch, run) => launchCloudAbi(byConfiguration, launch, run),
};

export const cloudabiMechanisms: readonly Mechanism[] = [cloudabi, cloudabiSpawn, cloudabiRunner];
