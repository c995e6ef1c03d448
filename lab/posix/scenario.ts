/** A launch on a Unix machine: S as the experiment describes it, the program P that uses what its manifest names, and what came of it. */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { AuthorityGraph } from "../model/authority.ts";
import type { Held, Launch, Launched, RunOptions } from "../model/launch.ts";
import { graphOf, type Convention } from "./authority.ts";
import { Description } from "./description.ts";
import type { Result } from "./errors.ts";
import { Inode } from "./inode.ts";
import { PosixKernel, type PosixOptions } from "./kernel.ts";
import { sys } from "./libc.ts";
import type { PosixProcess } from "./process.ts";

/** Pages of the launcher's memory. */
export const LAUNCHER_PAGES = 256;
/** Where the program lies. */
export const PROGRAM_PATH = "/bin/p";

/** What a launcher's body is given. */
export interface LaunchContext {
  readonly kernel: PosixKernel;
  readonly launch: Launch;
  /** The descriptor at which S holds an object. */
  fdOf(object: string): number | undefined;
  /** What to start: the path, and the argument bytes of the launch. */
  readonly program: { readonly path: string; readonly argv: readonly string[]; readonly bytes: number };
}

/** How S launches: answers P's number, or the error that it got. */
export type Launcher = (context: LaunchContext) => Syscall<Result>;

const kindOf = ({ kind }: Held): string => (kind === "file" || kind === "log" ? "file" : kind);

/** Where both sides agree to find each thing: the first number at which S holds it. */
export const conventionOf = ({ holds, manifest }: Launch): Convention =>
  new Map(manifest.flatMap(({ name, object }) => {
    const fd = holds.find((h) => h.object === object)?.at[0];
    return fd === undefined ? [] : [[name, fd] as const];
  }));

/** Puts what S holds into its table. Rights in no table (a send right, a receive right) are nothing that Unix has. */
export function furnish(process: PosixProcess, holds: readonly Held[]): void {
  for (const held of holds) {
    const description = new Description(held.object, kindOf(held), held.rights, { kind: "none" }, held.yields ?? []);
    for (const fd of held.at) process.table.put(fd, { description, closeOnExec: held.closeOnExec, closeOnFork: false, limit: undefined });
  }
}

/** The files that every machine has. */
export function furnishFiles(kernel: PosixKernel): void {
  kernel.files.add(PROGRAM_PATH, new Inode(PROGRAM_PATH, "file", { mode: 0o755, content: "program p" }));
  kernel.files.add("/dev/null", new Inode("/dev/null", "device", { mode: 0o666 }));
  kernel.files.add("/dev/full", new Inode("/dev/full", "device", { mode: 0o666 }));
}

/** Makes the launch on a fresh machine and lets it run out. */
export function launchPosix(launcher: Launcher, launch: Launch, { seed, strategy }: RunOptions, options: PosixOptions = {}): Launched {
  const machine = new Machine({ seed, instructions: new Map(), ...(strategy === undefined ? {} : { scheduler: strategy }) });
  const kernel = new PosixKernel(machine, options);
  const convention = conventionOf(launch);
  const graph = (): AuthorityGraph => graphOf(kernel, launch.manifest, convention);
  let atFirst: AuthorityGraph | undefined;
  let missing: number | undefined;
  furnishFiles(kernel);
  kernel.started = () => {
    kernel.meter.stop();
    atFirst ??= graph();
  };
  kernel.programs.set("p", function* () {
    missing = yield* useAll(launch, convention);
    yield* sys("pause", {});
    return missing;
  });
  let answer: Result | undefined;
  const context: LaunchContext = {
    kernel,
    launch,
    fdOf: (object) => launch.holds.find((h) => h.object === object)?.at[0],
    program: { path: PROGRAM_PATH, argv: ["p"], bytes: launch.argumentBytes ?? 0 },
  };
  const s = kernel.boot("S", function* () {
    answer = yield* launcher(context);
    yield* sys("pause", {});
    return 0;
  });
  s.pages = LAUNCHER_PAGES;
  furnish(s, launch.holds);
  if (options.darwin === true) s.bootstrap = new Description("bootstrap", "port", ["send"]);
  kernel.meter.start();
  machine.run();
  const atQuiescence = graph();
  const ran = missing !== undefined;
  return {
    outcome: ran ? { ran: true, status: missing ?? 0 } : { ran: false, error: typeof answer === "string" ? answer : undefined },
    failState: ran ? "none" : failStateOf(kernel, s, answer),
    atFirst,
    atQuiescence,
    cost: kernel.meter.cost,
  };
}

/** Uses each thing that is wanted, with each right; answers how many uses failed. */
export function* useAll({ manifest }: Launch, convention: Convention): Syscall<number> {
  let bad = 0;
  for (const { name, rights } of manifest)
    for (const right of rights) {
      const used = yield* sys("use", { fd: convention.get(name) ?? -1, right });
      if (used !== 0) bad++;
    }
  return bad;
}

/** What a failed launch left behind: S as it was and told; S gone; a process without a program; or nobody told. */
function failStateOf(kernel: PosixKernel, s: PosixProcess, answer: Result | undefined): Launched["failState"] {
  if (s.ended !== undefined) return "fatal";
  if (kernel.all.some((p) => p !== s && p.ended === undefined)) return "zombie";
  return typeof answer === "string" ? "clean" : "silent";
}
