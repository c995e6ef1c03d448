/** E9: no room for what a launch needs, at each place that needs some (comparison.md §3). */
import { Machine } from "../../mach/kern/machine.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { cloudabi, cloudabiSpawn } from "../cloudabi/mechanism.ts";
import { execBy, type Protocol } from "../composed/protocols.ts";
import { f33c } from "../genode/base/knobs.ts";
import { launchScarce, type Scarce } from "../genode/mechanism.ts";
import type { Conclusion, Experiment, Line, Outcome, Point } from "../model/experiment.ts";
import type { FailState, Held, Launch, Mechanism } from "../model/launch.ts";
import { m1, m1Grant, m1Holds } from "../model/m1.ts";
import type { Result } from "../posix/errors.ts";
import { PosixKernel } from "../posix/kernel.ts";
import { forkAndExec, sys } from "../posix/libc.ts";
import { linuxBuilder, posixSpawn } from "../posix/mechanisms.ts";
import { furnish, furnishFiles, PROGRAM_PATH } from "../posix/scenario.ts";

/** How one launch went. */
interface Went {
  readonly ran: boolean;
  /** What the initiator got; "" when it got nothing. */
  readonly error: string;
  /** Where it failed. */
  readonly site: string;
  readonly failState: FailState;
  /** Descriptors of S, or objects of core, that there are more than before. */
  readonly leaked: number;
}

const SLOTS = 1024;
/** Descriptors that a child moves to where its program looks for them. */
const FIX_UPS = 3;

/** M1's launch by an S whose table has `free` free slots. `own`: descriptors that the mechanism puts into S's table before. */
function crowded(free: number, own: number): Launch {
  const first = Math.max(...m1Holds.flatMap((h) => h.at)) + 1;
  const at = Array.from({ length: Math.max(0, SLOTS - own - free - first) }, (_, i) => first + i);
  const filler: Held = { object: "filler", kind: "file", rights: ["r"], at, closeOnExec: true };
  return { holds: [...m1Holds.filter((h) => h.at.length > 0), filler], manifest: m1Grant, grant: m1Grant };
}

/** Launches by an existing mechanism from a crowded table. */
function byMechanism(mechanism: Mechanism, own: number): (free: number, seed: number) => Went {
  return (free, seed) => {
    const { outcome, failState } = mechanism.launch(crowded(free, own), { seed });
    return outcome.ran ? fine : { ran: false, error: outcome.error ?? "", site: "S", failState, leaked: 0 };
  };
}

const fine: Went = { ran: true, error: "", site: "", failState: "none", leaked: 0 };

/** fork, three descriptors moved in the child, exec. `piped`: the child tells its parent what failed. */
function forkWithFixUps(piped: boolean): (free: number, seed: number) => Went {
  return (free, seed) => {
    const kernel = new PosixKernel(new Machine({ seed, instructions: new Map() }));
    const seen: { answer?: Result; ran: boolean; failed: string } = { ran: false, failed: "" };
    furnishFiles(kernel);
    kernel.programs.set("p", function* () {
      seen.ran = true;
      yield* sys("pause", {});
      return 0;
    });
    const s = kernel.boot("S", function* () {
      seen.answer = yield* piped ? forkPiped(seen) : forkPlain(seen);
      yield* sys("pause", {});
      return 0;
    });
    furnish(s, m1Holds);
    const before = s.table.size;
    s.table.limit = before + free;
    kernel.machine.run();
    const told = typeof seen.answer === "string" ? seen.answer : "";
    return { ran: seen.ran, error: told, site: seen.ran ? "" : seen.failed === "" ? "S" : "child", failState: seen.ran ? "none" : told === "" ? "silent" : s.table.size === before ? "clean" : "partial", leaked: s.table.size - before };
  };
}

/** Moves three descriptors out of the way. The error of the first that cannot be. */
function* fixUps(seen: { failed: string }): Syscall<Result> {
  for (let i = 0; i < FIX_UPS; i++) {
    const moved = yield* sys("dup", { fd: i });
    if (typeof moved === "string") return (seen.failed = moved) as Result;
  }
  return 0;
}

function* forkPlain(seen: { failed: string }): Syscall<Result> {
  return yield* sys("fork", {
    name: "P",
    *body() {
      if ((yield* fixUps(seen)) === 0) yield* sys("execve", { path: PROGRAM_PATH });
      yield* sys("exit", { status: 127 });
      return 127;
    },
  });
}

/** A child whose fix-ups failed executes nothing that there is, so that the pipe tells. */
function* forkPiped(seen: { failed: string }): Syscall<Result> {
  const program = { path: PROGRAM_PATH };
  const answer = yield* forkAndExec(program, {
    *prepare() {
      if ((yield* fixUps(seen)) !== 0) Object.assign(program, { path: "/nowhere" });
    },
  });
  return typeof answer === "string" && seen.failed !== "" ? (seen.failed as Result) : answer;
}

/** The Hurd's protocols: the allocation after the `free`-th fails, whoever makes it. */
function byProtocol(protocol: Protocol): (free: number) => Went {
  return (free) => {
    const made = execBy(protocol, m1, { fault: { kind: "allocation", at: free } });
    return made.failState === "none" ? fine : { ran: false, error: typeof made.answer === "string" ? made.answer : "", site: `allocation ${free + 1}`, failState: made.failState, leaked: 0 };
  };
}

/** Nobody failed: somebody received a message without its descriptors. */
const LOST = "a lost capability";

function genode(scarce: (free: number) => Scarce): (free: number, seed: number) => Went {
  return (free, seed) => {
    const { outcome, failState, trouble, leaked } = launchScarce(f33c, m1, { seed }, scarce(free));
    return outcome.ran ? fine : { ran: false, error: outcome.error ?? "", site: trouble === "" ? LOST : trouble, failState, leaked };
  };
}

const places: Readonly<Record<string, (free: number, seed: number) => Went>> = {
  "hurd-in-place: exec": byProtocol("in-place"),
  "hurd-new-task: exec": byProtocol("new-task"),
  "two-phase-in-place: exec": byProtocol("two-phase-in-place"),
  "posix-fork: S": forkWithFixUps(false),
  "posix-fork-piped: S": forkWithFixUps(true),
  "posix-spawn: S": byMechanism(posixSpawn, 0),
  "linux-builder: S": byMechanism(linuxBuilder, 0),
  "cloudabi: S": byMechanism(cloudabi, 1),
  "cloudabi-spawn: S": byMechanism(cloudabiSpawn, 1),
  "genode: S": genode((free) => ({ free })),
  "genode: core": genode((coreFree) => ({ coreFree })),
  "genode: registry": genode((registryFree) => ({ registryFree })),
};

function run({ place, free }: Point, seed: number): Outcome {
  const went = places[String(place)]?.(Number(free), seed);
  if (went === undefined) return { dv: { ran: false, error: "", site: "unknown", leaked: 0 }, failState: "fatal" };
  const { failState, ...dv } = went;
  return { dv: { ...dv }, failState };
}

/** The states that a place may come to, by comparison.md where it says something. */
const EXPECTED: Readonly<Record<string, readonly FailState[]>> = {
  "posix-fork: S": ["none", "silent"],
  "posix-fork-piped: S": ["none", "clean"],
  "posix-spawn: S": ["none", "clean"],
  "linux-builder: S": ["none", "clean"],
  "cloudabi: S": ["none", "clean"],
  "cloudabi-spawn: S": ["none", "clean"],
  "genode: registry": ["none", "fatal"],
  "two-phase-in-place: exec": ["none", "clean"],
};

function conclude(lines: readonly Line[]): Conclusion {
  const wrong = lines.filter((l) => !(EXPECTED[String(l.iv.place)]?.includes(l.failState ?? "none") ?? true));
  const full = lines.filter((l) => l.iv.place === "genode: registry" && l.iv.free === 0 && l.dv.site !== "init: Limit_reached");
  const told = Object.keys(places).map((place) => {
    const of = lines.filter((l) => l.iv.place === place);
    const bad = of.filter((l) => l.dv.ran !== true);
    const states = [...new Set(bad.map((l) => l.failState ?? "none"))].join(", ");
    const errors = [...new Set(bad.map((l) => (l.dv.error === "" ? "nobody told" : String(l.dv.error))))].join(", ");
    return bad.length === 0 ? `${place}: needs none` : `${place}: fails with fewer than ${Math.max(...bad.map((l) => Number(l.iv.free))) + 1} (${states}; ${errors})`;
  });
  const leaks = lines.filter((l) => Number(l.dv.leaked) > 0).map((l) => `${String(l.iv.place)} at ${String(l.iv.free)}: ${String(l.dv.leaked)}`);
  return {
    asExpected: wrong.length === 0 && full.length === 0 && lines.length > 0,
    text: [
      `${told.join(". ")}.`,
      leaks.length === 0 ? "Nothing stays behind." : `Stays behind: ${leaks.join("; ")}.`,
      ...(lines.some((l) => l.dv.site === LOST) ? ["A descriptor that finds no room is thrown away by recvmsg and nobody looks at the flag: Genode then goes on with a capability that leads nowhere, and P never gets to its work."] : []),
      ...(wrong.length > 0 ? [`Not as expected: ${wrong.map((l) => `${String(l.iv.place)} at ${String(l.iv.free)} is ${String(l.failState)}`).join("; ")}.`] : []),
    ].join(" "),
  };
}

export const experiment: Experiment = {
  name: "e09-exhaustion",
  title: "Descriptor exhaustion during launch",
  question: "There are only so many free slots where a launch needs some. What error comes, where, to whom, and what is left behind?",
  setUp: "The launch of M1. S's table is full but for the free slots (Unix: three descriptors are moved in the child); for Genode also core's table and S's registry of entrypoints; for the Hurd's protocols the allocation after the free ones fails, in whichever server makes it.",
  independent: [
    { name: "place", what: "mechanism, and whose slots are scarce", values: Object.keys(places) },
    { name: "free", what: "free slots", values: [0, 1, 2, 3, 4, 5, 6, 7, 8], parse: (text) => (/^\d{1,2}$/.test(text) ? Number(text) : undefined) },
  ],
  dependent: [
    { name: "ran", what: "the program ran" },
    { name: "error", what: "what the initiator got" },
    { name: "site", what: "where it failed" },
    { name: "leaked", what: "descriptors of S, or objects of core, that stay behind" },
  ],
  expected: "CloudABI clean; POSIX fix-ups fail in the child, silently unless piped; the Hurd's in place unknown; Genode's registry exception kills the process at entrypoint 101.",
  plot: { mark: "cell", x: "free", y: "place", colour: "failState" },
  run,
  conclude,
};
