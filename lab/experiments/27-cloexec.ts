/** The claim that FD_CLOEXEC is bookkeeping in user space (exec.md §2): who knows the flag, and what happens without his care. */
import { attempt } from "../../glibc-shim/errno.ts";
import { asFd, type Libc } from "../../glibc-shim/libc.ts";
import { MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { EXEC_NEWTASK } from "../../servers/interfaces/hurd-types.ts";
import { execSelf, PROGRAM, type Way } from "../hurd/launcher.ts";
import { Scene } from "../hurd/scene.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import type { Launch } from "../model/launch.ts";
import { judge } from "../model/measure.ts";

const WAYS: readonly Way[] = ["in-place", "new-task"];
const CARE = ["as the library", "right not listed", "flag ignored"] as const;
const LOG = asFd(3);

/** A log at 3, close-on-exec. */
const launch: Launch = { holds: [{ object: "log", kind: "log", rights: ["w"], at: [3], closeOnExec: true }], manifest: [], grant: [] };

/** S's exec: with the flag and the lists; with the flag, but the port in no list; or with the descriptor in the array, flag or no flag. */
function* exec(libc: Libc, care: string, flags: number): Syscall<number> {
  const port: MachPort = yield* libc.fdPort(LOG);
  if (care !== "flag ignored") return yield* execSelf(libc, PROGRAM, [], care === "right not listed" ? [port] : [], flags);
  return yield* execSelf(libc, PROGRAM, [], [], flags, [MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL, port]);
}

function run({ care, way }: Point, seed: number): Outcome {
  const cost = { traps: -1, descriptor: "" };
  const scene = new Scene({
    launch,
    way: way as Way,
    seed,
    *prepare(libc, { stage: { machine } }) {
      const before = machine.steps;
      yield* libc.setCloexec(LOG, false);
      yield* libc.setCloexec(LOG, true);
      cost.traps = machine.steps - before;
    },
    *start(libc) {
      return yield* exec(libc, String(care), way === "new-task" ? EXEC_NEWTASK : 0);
    },
    *program(libc) {
      const table: string[] = [];
      for (let fd = 0; fd < 8; fd++) if ((yield* attempt(libc.fdPort(asFd(fd)))).err === 0) table.push(`${fd}${(yield* libc.getCloexec(asFd(fd))) ? " (flag)" : ""}`);
      cost.descriptor = table.join(", ");
    },
  }).run();
  const { atFirst } = scene.launched();
  const judged = atFirst === undefined ? undefined : judge(atFirst, "P", [], []);
  return { dv: { ran: judged !== undefined, trapsOfFlag: cost.traps, descriptors: cost.descriptor, held: judged?.direct.join(", ") ?? "", unnamed: judged?.unnamed.join(", ") ?? "" } };
}

function conclude(lines: readonly Line[]): Conclusion {
  const at = (care: string, way: Way): Line["dv"] | undefined => lines.find((l) => l.iv.care === care && l.iv.way === way)?.dv;
  const silent = lines.every((l) => l.dv.trapsOfFlag === 0);
  const both = (care: string, held: string): boolean => WAYS.every((way) => at(care, way)?.held === held);
  const residue = at("right not listed", "in-place")?.unnamed === "log w" && at("right not listed", "new-task")?.held === "";
  const ok = lines.length > 0 && silent && both("as the library", "") && both("flag ignored", "log w") && residue;
  const text = [
    silent ? "Setting and clearing the flag makes no trap and no message: nobody but the library knows it." : "The flag is known outside of the library.",
    both("as the library", "") ? "The library's exec leaves the descriptor's slot empty and has its port deallocated." : "",
    residue ? "A launcher that leaves the slot empty and forgets the port passes no descriptor and, in place, all the authority; in a new task none." : "",
    both("flag ignored", "log w") ? "One that puts it into the array all the same passes the descriptor: neither filesystem nor exec server nor kernel objects, and the new program's flag is clear." : "",
  ];
  return { asExpected: ok, text: text.filter((t) => t !== "").join(" ") };
}

export const experiment: Experiment = {
  name: "e27-cloexec",
  title: "FD_CLOEXEC is bookkeeping in user space",
  question: "Who knows that a descriptor is to be closed on exec, and what does it take for the right behind it to be gone?",
  setUp: "A booted Hurd; S has a log at descriptor 3 with FD_CLOEXEC. It execs as the library does, or leaves the slot empty but its port out of the lists, or puts the descriptor into the array all the same.",
  independent: [
    { name: "care", what: "what S's exec does about the flag", values: CARE },
    { name: "way", what: "exec in place, or with EXEC_NEWTASK", values: WAYS },
  ],
  dependent: [
    { name: "ran", what: "P came to main" },
    { name: "trapsOfFlag", what: "traps that setting and clearing the flag makes" },
    { name: "descriptors", what: "descriptors of P, and their flags" },
    { name: "held", what: "what P holds" },
    { name: "unnamed", what: "of that, what is in no descriptor" },
  ],
  expected: "The flag is the library's alone: null in the descriptor array, and the port in the deallocation list. Without the list the right stays in place.",
  plot: { mark: "cell", x: "way", y: "care", colour: "held" },
  run,
  conclude,
};
