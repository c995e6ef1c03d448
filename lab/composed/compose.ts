/**
 * A mechanism from a vector of policies (comparison.md §6): selection × carrier × describer. A new design is a few lines; `mechanisms.ts` has the known ones.
 */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { AuthorityGraph } from "../model/authority.ts";
import type { Held, Launch, Launched, Mechanism, Policy, RunOptions } from "../model/launch.ts";
import { graphOf, type Description } from "./authority.ts";
import { sys, type Choice, type ErrorName, type Grant, type Result } from "./calls.ts";
import { CapabilityKernel } from "./kernel.ts";
import type { CapabilityProcess } from "./process.ts";

/** A policy vector, and what it does not say. */
export interface Design {
  readonly name: string;
  /** As in comparison.md §1, or two letters of one's own. */
  readonly column: string;
  readonly policy: Policy;
  /** Calls that the set-up needs besides, each by what it does. */
  readonly setUp?: readonly string[];
  /** The set travels in messages to the new program's start-up, so many handles in one at most. */
  readonly perMessage?: number;
  /** What is granted is lost by the launcher. */
  readonly moves?: boolean;
  /** In place in two steps, the choice and its installation, with time between. */
  readonly twoSteps?: boolean;
  /** The launcher is the host: the guest's machine does nothing. */
  readonly host?: boolean;
}

/** The mechanism that `design` describes. */
export const compose = (design: Design): Mechanism => ({ name: design.name, column: design.column, policy: design.policy, launch: (launch, options) => launchComposed(design, launch, options) });

/** One thing that is to be passed: where S has it, and where P will. */
interface Passed {
  readonly name: string;
  readonly fds: readonly number[];
  readonly to: readonly number[];
  readonly rights: readonly string[];
}

/** Numbers in the new table. Where numbers are kept all of them are passed, else the first. */
function passedBy({ policy }: Design, { grant, holds }: Launch): readonly Passed[] {
  return grant.flatMap(({ name, object, rights }, i): readonly Passed[] => {
    const at = holds.find((h) => h.object === object)?.at ?? [];
    if (at.length === 0) return [];
    const fds = policy.numbers === "keep" ? at : at.slice(0, 1);
    return [{ name, fds, to: policy.numbers === "keep" ? fds : [numberOf(policy.numbers, i)], rights }];
  });
}

function numberOf(rule: Policy["numbers"], i: number): number {
  switch (rule) {
    case "fixed":
      return 100 + i;
    case "from-3":
      return 3 + i;
    case "keep":
    case "dense":
    case "assigned":
      return i;
  }
}

/** Where P looks: in what describes its arguments, else at the numbers at which S has things. */
function descriptionOf({ policy }: Design, { manifest, holds }: Launch, passed: readonly Passed[]): Description {
  const told = policy.describe !== "none" && policy.describe !== "position";
  const agreed = manifest.flatMap(({ name, object }) => {
    const fd = holds.find((h) => h.object === object)?.at[0];
    return fd === undefined ? [] : [[name, fd] as const];
  });
  return {
    numbers: new Map(told ? passed.map(({ name, to }) => [name, to[0] ?? -1] as const) : agreed),
    as: (name, fd) => (told ? `${policy.describe} ${name} → ${fd}` : `fd ${fd}`),
  };
}

/** Bytes that describe one thing, besides its name. */
const DESCRIBING: Readonly<Record<Policy["describe"], (name: string) => number>> = {
  none: () => 0,
  position: () => 0,
  tree: (name) => name.length + 8,
  tag: () => 4,
  path: (name) => name.length + 9,
  env: (name) => name.length + 5,
  bootinfo: () => 8,
};

/** Makes the launch on a fresh machine and lets it run out. `prepare` may give the kernel a fault, or watch it. */
export function launchComposed(design: Design, launch: Launch, { seed, strategy }: RunOptions, prepare: (kernel: CapabilityKernel) => void = () => undefined): Launched {
  const kernel = new CapabilityKernel(new Machine({ seed, instructions: new Map(), ...(strategy === undefined ? {} : { scheduler: strategy }) }));
  const passed = passedBy(design, launch);
  const description = descriptionOf(design, launch, passed);
  const graph = (): AuthorityGraph => graphOf(kernel, launch.manifest, description);
  const seen: { atFirst?: AuthorityGraph; missing?: number; answer?: Result } = {};
  kernel.program = programOf(kernel, launch, description, {
    first: () => {
      kernel.meter.stop();
      seen.atFirst ??= graph();
    },
    ends: (missing) => (seen.missing = missing),
  });
  const s = kernel.boot("S", function* () {
    seen.answer = yield* launcher(design, launch, passed);
    yield* sys("pause", {});
    return 0;
  });
  furnish(s, launch.holds);
  const before = s.space.fingerprint;
  prepare(kernel);
  kernel.meter.start();
  if (design.host === true) kernel.meter.stop();
  kernel.machine.run();
  const ran = seen.missing !== undefined;
  return {
    outcome: ran ? { ran: true, status: seen.missing ?? 0 } : { ran: false, error: typeof seen.answer === "string" ? seen.answer : undefined },
    failState: ran ? "none" : failStateOf(kernel, before, seen.answer),
    atFirst: seen.atFirst,
    atQuiescence: graph(),
    cost: kernel.meter.cost,
  };
}

/** What a launch that came to nothing has left (comparison.md §2, fail-state class). */
export function failStateOf(kernel: CapabilityKernel, before: string, answer: Result | undefined): Launched["failState"] {
  const s = kernel.byName("S");
  const alive = kernel.all.filter((p) => p.ended === undefined);
  if (alive.some((p) => p.task.threads.length === 0)) return "zombie";
  if (s === undefined) return "fatal";
  if (typeof answer !== "string") return "silent";
  return s.space.fingerprint === before ? "clean" : "partial";
}

/** Puts what S holds into its space: a name each, descriptors where it stands at some. */
export function furnish({ space }: CapabilityProcess, holds: readonly Held[]): void {
  for (const { object, kind, rights, at, closeOnExec, yields = [] } of holds) {
    const name = space.add({ object, kind, rights, yields });
    for (const fd of at) space.fds.set(fd, { name, closeOnExec });
  }
}

/** The program: its start-up reads what was sent, then it uses all that its manifest names. */
export const programOf = (kernel: CapabilityKernel, launch: Launch, { numbers }: Description, tell: { readonly first: () => void; readonly ends: (missing: number) => void }) =>
  function* (): Syscall<number> {
    while ((kernel.byName("P")?.bootstrap.length ?? 0) > 0) yield* sys("take_bootstrap", {});
    tell.first();
    let missing = 0;
    for (const { name, rights } of launch.manifest) for (const right of rights) if ((yield* sys("use", { fd: numbers.get(name) ?? -1, right })) !== 0) missing++;
    tell.ends(missing);
    yield* sys("pause", {});
    return missing;
  };

/** What S does. Answers 0, or the error that it got; not at all when it becomes the program. */
function* launcher(design: Design, launch: Launch, passed: readonly Passed[]): Syscall<Result> {
  const { policy, setUp = [] } = design;
  const grants = yield* reduced(policy, passed);
  if (typeof grants === "string") return grants;
  for (const what of setUp) {
    const done = yield* sys("step", { what });
    if (typeof done === "string") return done;
  }
  const bytes = (launch.argumentBytes ?? 0) + passed.reduce((sum, { name, fds }) => sum + fds.length * DESCRIBING[policy.describe](name), 0);
  const list = grants.map((g) => g.fd);
  // Names can only stay where the space stays: a fresh table or task has what is put into it.
  const selectRights = policy.container !== "same" && policy.selectRights.startsWith("stay") ? "drop" : policy.selectRights;
  const choice: Choice = { selectFds: policy.selectFds, selectRights, list, drop: launch.drop ?? [] };
  if (policy.container === "fresh-task") return yield* launchFresh(design, choice, grants, bytes);
  if (design.twoSteps !== true) return yield* sys("exec", { choice, numbers: policy.numbers, bytes });
  yield* sys("snapshot", { choice });
  return yield* sys("commit", { choice, bytes });
}

/** The grants, with rights reduced as the policy says. */
function* reduced({ reduceRights }: Policy, passed: readonly Passed[]): Syscall<readonly Grant[] | ErrorName> {
  const grants: Grant[] = [];
  for (const { fds, to, rights } of passed)
    for (const [i, fd] of fds.entries()) {
      const number = to[i] ?? -1;
      if (reduceRights !== "explicit-before") grants.push({ fd, to: number, rights: reduceRights === "in-call" ? rights : undefined });
      else {
        const narrow = yield* sys("reduce", { fd, rights });
        if (typeof narrow === "string") return narrow;
        grants.push({ fd: narrow, to: number });
      }
    }
  return grants;
}

/** A fresh task: filled by copy or grant by grant, told by message or at once, then started. */
function* launchFresh({ policy, perMessage, moves = false }: Design, choice: Choice, grants: readonly Grant[], bytes: number): Syscall<Result> {
  const task = "embryo";
  const created = yield* sys("create", policy.selectFds === "flag" ? { name: task, copy: choice } : { name: task });
  if (typeof created === "string") return created;
  const given = grants.map((g) => ({ ...g, move: moves }));
  if (policy.selectFds === "list") yield* sys("grant", { task, grants: given });
  else if (policy.selectFds === "construct" && perMessage === undefined) for (const grant of given) yield* sys("grant", { task, grants: [grant] });
  else if (policy.selectFds === "construct") for (let i = 0; i < Math.max(1, given.length); i += perMessage ?? 1) yield* sys("bootstrap", { task, grants: given.slice(i, i + (perMessage ?? 1)), bytes: i === 0 ? bytes : 0 });
  const started = policy.identity === "reassign" ? yield* takeOver(task) : yield* sys("start", { task, bytes: perMessage === undefined ? bytes : 0 });
  if (typeof started === "string") yield* sys("destroy", { task });
  return started;
}

/** The new task is the old process from now on: it gets the pid, and S ends. */
function* takeOver(task: string): Syscall<Result> {
  const memory = yield* sys("allocate_memory", { task });
  return typeof memory === "string" ? memory : yield* sys("reassign", { from: "S", to: task, start: true });
}
