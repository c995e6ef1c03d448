/**
 * Ways in which an exec goes through servers, judged by what a fault at any moment leaves (E7, E9, E15). S asks the filesystem, that asks the exec server; the proc server keeps pids.
 *
 * `in-place`, `new-task`: the Hurd's, where the exec server takes the old program apart, or builds a new task, and the new one asks it for its descriptors. `spawn-early`, `spawn-late`: a parent builds a new task and
 * has success before or after its start-up has been served (M6). `two-phase-*`: prepare, where all that can fail is done beside the old program and can be thrown away, then commit, which is one step: swap
 * into the old task, reassign the pid to the new task, or swap the program and choose the set by list.
 */
import { Machine } from "../../mach/kern/machine.ts";
import type { ChoiceKind, Situation, Strategy } from "../../mach/kern/scheduler.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Cost, FailState, Launch } from "../model/launch.ts";
import { rpc, sys, sysGives, type Choice, type ErrorName, type Result } from "./calls.ts";
import { failStateOf, furnish } from "./compose.ts";
import { CapabilityKernel, type Fault } from "./kernel.ts";
import type { CapabilityProcess } from "./process.ts";

export type Protocol = "in-place" | "new-task" | "spawn-early" | "spawn-late" | "two-phase-in-place" | "two-phase-new-task" | "two-phase-list";
export const PROTOCOLS: readonly Protocol[] = ["in-place", "new-task", "spawn-early", "spawn-late", "two-phase-in-place", "two-phase-new-task", "two-phase-list"];

/** What one exec by a protocol came to. */
export interface Executed {
  /** The program ran and found what it wants. */
  readonly ran: boolean;
  readonly failState: FailState;
  /** What S was told; undefined: nothing. */
  readonly answer: Result | undefined;
  readonly window: number;
  readonly cost: Cost;
  /** Of pid and task port, how many are the old program's. */
  readonly identity: number;
  /** Message steps and allocations that there were: how far a sweep of faults goes. */
  readonly steps: number;
  readonly allocations: number;
}

const two = (protocol: Protocol): boolean => protocol.startsWith("two-phase");

/** Flags choose, raw rights stay in the old task and are dropped by a new one, a list needs no flag. */
function choiceOf(protocol: Protocol, { grant, holds }: Launch): Choice {
  if (protocol === "in-place") return { selectFds: "flag", selectRights: "stay" };
  if (!two(protocol)) return { selectFds: "flag", selectRights: "drop" };
  return { selectFds: "list", selectRights: "drop", list: holds.filter((h) => grant.some((g) => g.object === h.object)).flatMap((h) => h.at) };
}

/** What else a run may be given. */
export interface ExecOptions {
  readonly fault?: Fault | undefined;
  readonly strategy?: Strategy | undefined;
  readonly seed?: number;
  /** Adds what goes on beside the exec. */
  readonly beside?: (kernel: CapabilityKernel, s: CapabilityProcess) => void;
  /** Told when the program has its descriptors, and when nothing goes on any more. */
  readonly look?: (kernel: CapabilityKernel, when: "first" | "end") => void;
}

/** Makes the exec on a fresh machine and lets it run out. */
export function execBy(protocol: Protocol, launch: Launch, { fault, strategy, seed = 0, beside = () => undefined, look = () => undefined }: ExecOptions = {}): Executed {
  const gate = strategy === undefined ? undefined : new Gate(strategy);
  const kernel = new CapabilityKernel(new Machine({ seed, instructions: new Map(), ...(gate === undefined ? {} : { scheduler: gate }) }));
  const choice = choiceOf(protocol, launch);
  const stopped = (): void => {
    kernel.meter.stop();
    look(kernel, "first");
  };
  let ran = false;
  let answer: Result | undefined;
  kernel.fault = fault;
  kernel.callsAreMessages = true;
  kernel.orphans = two(protocol) ? "die" : "stay";
  kernel.program = programOf(protocol, launch, { first: stopped, works: () => (ran = true) });
  for (const [name, handle] of servers(protocol, choice)) {
    kernel.channels.make(name, name);
    kernel.boot(name, () => serve(name, handle, two(protocol) ? HANDS_TO[name] : undefined));
  }
  // The servers are there and wait before anything happens.
  kernel.machine.run();
  gate?.open();
  const s = kernel.boot("S", function* () {
    answer = yield* launcher(protocol, choice, launch);
    yield* sys("pause", {});
    return 0;
  });
  furnish(s, launch.holds);
  const before = s.space.fingerprint;
  const { pid, taskPort } = s;
  beside(kernel, s);
  kernel.meter.start();
  kernel.machine.run();
  look(kernel, "end");
  const p = kernel.byName("P");
  return {
    ran,
    failState: ran ? "none" : failStateOf(kernel, before, answer),
    answer,
    window: kernel.window ?? 0,
    cost: kernel.meter.cost,
    identity: (p?.pid === pid ? 1 : 0) + (p?.taskPort === taskPort ? 1 : 0),
    steps: kernel.stepped,
    allocations: kernel.allocated,
  };
}

/** Lets a strategy choose from a moment on; before, the first thread that can run does. */
class Gate implements Strategy {
  private readonly inner: Strategy;
  private opened = false;

  constructor(inner: Strategy) {
    this.inner = inner;
  }

  open(): void {
    this.opened = true;
  }

  next(situation: Situation): number | "stop" {
    return this.opened ? this.inner.next(situation) : 0;
  }

  choice(kind: ChoiceKind, below: number): number {
    return this.opened ? this.inner.choice(kind, below) : 0;
  }
}

/** The start-up asks the exec server for the descriptors, where it has them; then the program uses what it wants. */
const programOf = (protocol: Protocol, { manifest, holds }: Launch, { first, works }: { readonly first: () => void; readonly works: () => void }) =>
  function* (): Syscall<number> {
    if (!two(protocol)) {
      const startup = yield* rpc("exec", "startup", { rights: 1 });
      if ("error" in startup) return 1;
      yield* sys("take_selection", {});
    }
    first();
    for (const { object, rights } of manifest)
      for (const right of rights) if ((yield* sys("use", { fd: holds.find((h) => h.object === object)?.at[0] ?? -1, right })) !== 0) return 1;
    works();
    yield* sys("pause", {});
    return 0;
  };

const resultOf = (reply: { readonly error: ErrorName } | { readonly answer: string }): Result => ("error" in reply ? reply.error : reply.answer === "ok" ? 0 : (reply.answer as ErrorName));

/** What S does. */
function* launcher(protocol: Protocol, choice: Choice, { holds }: Launch): Syscall<Result> {
  if (protocol !== "two-phase-list") yield* sys("snapshot", { choice });
  const asked = resultOf(yield* rpc("fs", "exec", { rights: holds.length, bytes: 64 }));
  if (typeof asked === "string" || !two(protocol)) return asked;
  const done = yield* commit(protocol, choice);
  if (typeof done === "string") yield* sys("destroy", { task: "E" });
  return done;
}

function* commit(protocol: Protocol, choice: Choice): Syscall<Result> {
  if (protocol === "two-phase-new-task") return resultOf(yield* rpc("proc", "reassign", { rights: 2 }));
  return yield* sys("swap", protocol === "two-phase-list" ? { task: "E", choice } : { task: "E" });
}

type Handle = (request: string) => Syscall<string>;

/** The servers that a protocol needs, by name. */
function servers(protocol: Protocol, choice: Choice): readonly (readonly [string, Handle])[] {
  return [
    ["fs", function* () {
      const reply = yield* rpc("exec", "exec", { rights: 4, bytes: 64 });
      return "error" in reply ? reply.error : reply.answer;
    }],
    ["exec", function* (request) {
      if (request === "startup") return "ok";
      return wordOf(yield* execute(protocol, choice));
    }],
    ["proc", function* () {
      return wordOf(yield* sys("reassign", two(protocol) ? { from: "S", to: "E", start: true } : { from: "S", to: "P", start: false }));
    }],
  ];
}

/** Whom a server answers when it has an embryo to hand on: its task port travels in the answer, and dies with it. */
const HANDS_TO: Readonly<Record<string, string>> = { exec: "fs", fs: "S" };

const wordOf = (result: Result): string => (typeof result === "string" ? result : "ok");

function* serve(channel: string, handle: Handle, handsTo: string | undefined): Syscall<number> {
  let [n, { text, token }] = yield* sysGives("receive", { channel });
  while (typeof n !== "string") {
    const answer = yield* handle(text);
    const carries = handsTo === undefined ? undefined : { task: "E", to: handsTo };
    [n, { text, token }] = yield* sysGives("reply_receive", { channel, token, answer, rights: text === "startup" ? 4 : 0, carries });
  }
  return 1;
}

/** Runs steps until one fails; then `undo`. */
function* inOrder(steps: readonly (() => Syscall<Result>)[], undo?: () => Syscall<Result>): Syscall<Result> {
  for (const step of steps) {
    const result = yield* step();
    if (typeof result !== "string") continue;
    if (undo !== undefined) yield* undo();
    return result;
  }
  return 0;
}

/** What the exec server does. */
function* execute(protocol: Protocol, choice: Choice): Syscall<Result> {
  switch (protocol) {
    case "in-place":
      // The image has been read and checked by now; from the first of these calls on there is no way back.
      return yield* inOrder([
        () => sys("terminate_threads", { task: "S" }),
        () => sys("destroy_memory", { task: "S" }),
        () => sys("allocate_memory", { task: "S" }),
        () => sys("start_thread", { task: "S" }),
      ]);
    case "new-task":
    case "spawn-early":
    case "spawn-late":
      return yield* newTask(protocol, choice);
    case "two-phase-in-place":
    case "two-phase-new-task":
    case "two-phase-list": {
      const list = protocol === "two-phase-list";
      return yield* inOrder(
        [
          () => sys("create", { name: "E" }),
          () => sys("allocate_memory", { task: "E" }),
          ...(list ? [] : [() => sys("hand_over", { from: "S", to: "E", choice, filled: true })]),
        ],
        () => sys("destroy", { task: "E" }),
      );
    }
  }
}

function* newTask(protocol: Protocol, choice: Choice): Syscall<Result> {
  const made = yield* inOrder(
    [
      () => sys("create", { name: "T" }),
      () => sys("allocate_memory", { task: "T" }),
      () => sys("hand_over", { from: "S", to: "T", choice, filled: false }),
      () => sys("start_thread", { task: "T" }),
    ],
    () => sys("destroy", { task: "T" }),
  );
  if (typeof made === "string" || protocol === "spawn-early") return made;
  if (protocol === "spawn-late") return yield* serveStartup();
  const reassigned = resultOf(yield* rpc("proc", "reassign", { rights: 2 }));
  if (typeof reassigned !== "string") return yield* sys("kill", { task: "S" });
  yield* sys("kill", { task: "P" });
  return reassigned;
}

/** Success is told after the new program has what it needs. */
function* serveStartup(): Syscall<Result> {
  const [n, { token }] = yield* sysGives("receive", { channel: "exec" });
  if (typeof n === "string") return n;
  return yield* sys("reply", { token, answer: "ok", rights: 4 });
}
