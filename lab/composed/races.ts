/**
 * Programs that race, small enough for every schedule: an opener beside an exec (E3, M2), and a closer beside an exec that names things by number (M3).
 */
import { Machine } from "../../mach/kern/machine.ts";
import type { Strategy } from "../../mach/kern/scheduler.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Scenario } from "../explore/explore.ts";
import { sys, type Choice } from "./calls.ts";
import { CapabilityKernel } from "./kernel.ts";
import type { Capability } from "./space.ts";

/** What a race has led to. */
export interface Raced {
  /** The program started; otherwise the error that the launcher got. */
  readonly ran: boolean;
  readonly error: string | undefined;
  /** Objects that it has and was not to have: under a descriptor, or as a name that no descriptor has. */
  readonly fdLeaks: readonly string[];
  readonly rightLeaks: readonly string[];
  /** All that it has. */
  readonly holds: readonly string[];
  /** Traps between the choice of the set and its installation. */
  readonly window: number;
}

/** One outcome's words. */
export const keyOf = ({ ran, error, fdLeaks, rightLeaks }: Raced): string =>
  !ran ? (error ?? "nothing") : fdLeaks.length + rightLeaks.length === 0 ? "clean" : [...fdLeaks.map((o) => `fd leak ${o}`), ...rightLeaks.map((o) => `right-only leak ${o}`)].join(", ");

const file = (object: string): Capability => ({ object, kind: "file", rights: ["r"], yields: [] });

/** An opener's program: `count` files, each opened and then flagged, or in one. */
function* opener(count: number, atomic: boolean): Syscall<number> {
  for (let i = 0; i < count; i++) {
    const fd = yield* sys("open", { capability: file(`new ${i}`), closeOnExec: atomic });
    if (!atomic && typeof fd === "number") yield* sys("set_flag", { fd });
  }
  return 0;
}

/** How the launcher execs. */
export interface Execing {
  readonly choice: Choice;
  /** Choice and installation in two traps. */
  readonly twoSteps: boolean;
}

/** Opener ‖ exec. The launcher holds "kept" at descriptor 0 and means to pass just that. */
export function openRace({ choice, twoSteps }: Execing, { count = 1, atomic = false }: { readonly count?: number; readonly atomic?: boolean } = {}): Scenario<Raced> {
  return scenario((kernel, tell) => {
    const s = kernel.boot("S", function* () {
      if (twoSteps) {
        yield* sys("snapshot", { choice });
        tell(yield* sys("commit", { choice }));
      } else tell(yield* sys("exec", { choice }));
      return 0;
    });
    s.space.fds.set(0, { name: s.space.add(file("kept")), closeOnExec: false });
    kernel.spawnThread(s, () => opener(count, atomic));
  }, ["kept"]);
}

/** Serialise, exec ‖ close n, reopen n: the list names descriptor 0 by its number (M3). */
export function numberRace(): Scenario<Raced> {
  return scenario((kernel, tell) => {
    const s = kernel.boot("S", function* () {
      yield* sys("step", { what: "serialise" });
      tell(yield* sys("exec", { choice: { selectFds: "list", selectRights: "none", list: [0] } }));
      return 0;
    });
    s.space.fds.set(0, { name: s.space.add(file("kept")), closeOnExec: false });
    kernel.spawnThread(s, function* () {
      yield* sys("close", { fd: 0 });
      yield* sys("open", { capability: file("other") });
      return 0;
    });
  }, ["kept"]);
}

/** A machine that `prepare` fills; the program does nothing but be there. */
function scenario(prepare: (kernel: CapabilityKernel, tell: (answer: number | string) => void) => void, meant: readonly string[]): Scenario<Raced> {
  return {
    key: keyOf,
    run(strategy: Strategy) {
      const kernel = new CapabilityKernel(new Machine({ instructions: new Map(), scheduler: strategy }));
      let found: Raced | undefined;
      let error: string | undefined;
       
      kernel.program = function* () {
        found = look(kernel, meant);
        return 0;
      };
      prepare(kernel, (answer) => {
        if (typeof answer === "string") error = answer;
      });
      kernel.machine.run();
      return found ?? { ran: false, error, fdLeaks: [], rightLeaks: [], holds: [], window: 0 };
    },
  };
}

function look(kernel: CapabilityKernel, meant: readonly string[]): Raced {
  const space = kernel.byName("P")?.space;
  const held = [...(space?.names ?? [])].map(([name, { object }]) => ({ object, fd: [...(space?.fds.values() ?? [])].some((e) => e.name === name) }));
  const extra = held.filter(({ object }) => !meant.includes(object));
  return {
    ran: true,
    error: undefined,
    fdLeaks: extra.filter((h) => h.fd).map((h) => h.object),
    rightLeaks: extra.filter((h) => !h.fd).map((h) => h.object),
    holds: held.map((h) => h.object),
    window: kernel.window ?? 0,
  };
}
