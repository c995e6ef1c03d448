/** An opener beside a launch on Unix, for every schedule (E3): outcomes are told as `lab/composed/races.ts` tells them. */
import { Machine } from "../../mach/kern/machine.ts";
import type { Strategy } from "../../mach/kern/scheduler.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Scenario } from "../explore/explore.ts";
import { Description } from "./description.ts";
import type { Result } from "./errors.ts";
import { PosixKernel } from "./kernel.ts";
import { sys } from "./libc.ts";
import { Inode } from "./inode.ts";
import { furnish, furnishFiles, PROGRAM_PATH } from "./scenario.ts";

/** How the launch is made beside the opener. */
export type Launching = "execve" | "fork" | "spawn" | "fexecve";

export interface PosixRaced {
  readonly ran: boolean;
  readonly leaks: readonly string[];
}

/** The files that the opener opens. */
const path = (i: number): string => `/etc/new${i}`;

function* opener(count: number, atomic: boolean): Syscall<number> {
  for (let i = 0; i < count; i++) {
    const fd = yield* sys("open", { path: path(i), closeOnExec: atomic });
    if (!atomic && typeof fd === "number") yield* sys("fcntl_setfd", { fd, closeOnExec: true });
  }
  return 0;
}

const program = { path: PROGRAM_PATH, argv: ["p"] };

function* launch(how: Launching): Syscall<Result> {
  switch (how) {
    case "execve":
      return yield* sys("execve", program);
    case "fexecve":
      return yield* sys("execve", { fd: 1, argv: ["p"] });
    case "spawn":
      return yield* sys("posix_spawn", program);
    case "fork":
      return yield* sys("fork", {
        name: "P",
        *body() {
          yield* sys("execve", program);
          return 127;
        },
      });
  }
}

/** Opener ‖ launch. S holds "kept" at descriptor 0 and means to pass just that; the executable at 1 closes on exec. */
export function openRace(how: Launching, { count = 1, atomic = false }: { readonly count?: number; readonly atomic?: boolean } = {}): Scenario<PosixRaced> {
  return {
    key: ({ ran, leaks }) => (!ran ? "nothing" : leaks.length === 0 ? "clean" : leaks.map((o) => `fd leak ${o}`).join(", ")),
    run(strategy: Strategy) {
      const kernel = new PosixKernel(new Machine({ instructions: new Map(), scheduler: strategy }));
      furnishFiles(kernel);
      for (let i = 0; i < count; i++) kernel.files.add(path(i), new Inode(path(i), "file"));
      let leaks: readonly string[] | undefined;
      kernel.started = (p) => {
        leaks = p.table.all.map(([, d]) => d.description.id).filter((id) => id !== "kept");
      };
       
      kernel.programs.set("p", function* () {
        return 0;
      });
      const s = kernel.boot("S", function* () {
        yield* launch(how);
        return 0;
      });
      furnish(s, [{ object: "kept", kind: "file", rights: ["r"], at: [0], closeOnExec: false }]);
      if (how === "fexecve") openExecutable(kernel, s);
      kernel.spawnThread(s, () => opener(count, atomic));
      kernel.machine.run();
      return { ran: leaks !== undefined, leaks: leaks ?? [] };
    },
  };
}

function openExecutable(kernel: PosixKernel, s: ReturnType<PosixKernel["boot"]>): void {
  const found = kernel.files.walk(PROGRAM_PATH, { root: kernel.files.root, cwd: kernel.files.root });
  if (typeof found === "string" || found.inode === undefined) return;
  s.table.put(1, { description: new Description("executable", "file", ["read", "fexecve"], { kind: "inode", inode: found.inode, writing: false }), closeOnExec: true, closeOnFork: false, limit: undefined });
}
