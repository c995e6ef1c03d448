/** E6: who held a port of the old program, and what he can do with it to the new one (comparison.md §3; §8 M8). */
import { attempt } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { taskSelf } from "../../glibc-shim/rights.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { asPort, copySend, makeSend, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { mach_thread_self, type Syscall } from "../../mach/kern/syscall.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import { procCall } from "../../servers/interfaces/process.ts";
import { say } from "../hurd/plain-messages.ts";
import { Scene } from "../hurd/scene.ts";
import { execSelf, PROGRAM, start, type Way } from "../hurd/launcher.ts";
import type { Conclusion, Experiment, Line, Outcome, Point, Replayed } from "../model/experiment.ts";
import type { Launch } from "../model/launch.ts";
import { controlSet } from "../model/measure.ts";

/** The holder's name for what he got of S. */
const HELD = asPort(0x30000);
const PAGE = 4096;
const WAYS: readonly Way[] = ["in-place", "new-task", "secure"];
/** "pid" is no port: the holder asks proc for the task of P's pid, as any process of the same user may. */
const KINDS = ["task", "thread", "message", "process", "pid"] as const;
type Kind = (typeof KINDS)[number];

const NOTHING: Launch = { holds: [], manifest: [], grant: [] };

/** S's own right of that kind, for the holder. */
function* rightOf(libc: Libc, kind: Kind): Syscall<PolyRight | undefined> {
  if (kind === "task") return copySend(yield* taskSelf());
  if (kind === "thread") return copySend(yield* mach_thread_self());
  if (kind === "message") return makeSend(libc.msgport);
  return kind === "process" ? copySend(libc.ports.proc) : undefined;
}

/** What one can do with a task port, harmless things first. Codes by deed. */
function* steerTask(task: MachPort): Syscall<readonly (readonly [deed: string, code: number])[]> {
  const names = yield* machPortCall.mach_port_names(task, {});
  const page = yield* machCall.vm_allocate(task, { address: 0, size: PAGE, anywhere: true });
  const written = page.err ? page.err : (yield* machCall.vm_write(task, { address: page.address, data: new Uint8Array(PAGE) })).err;
  const stopped = yield* machCall.task_suspend(task, {});
  if (!stopped.err) yield* machCall.task_resume(task, {});
  return [["read-table", names.err], ["write", written], ["stop", stopped.err]];
}

function* steerThread(thread: MachPort): Syscall<readonly (readonly [string, number])[]> {
  const stopped = yield* machCall.thread_suspend(thread, {});
  if (!stopped.err) yield* machCall.thread_resume(thread, {});
  return [["stop", stopped.err]];
}

/** Tries everything that comes with the kind. */
function* steer(libc: Libc, kind: Kind, pid: number): Syscall<readonly (readonly [string, number])[]> {
  if (kind === "task") return yield* steerTask(HELD);
  if (kind === "thread") return yield* steerThread(HELD);
  if (kind === "message") return [["send", yield* say(HELD)]];
  const got = kind === "pid" ? yield* procCall.proc_pid2task(libc.ports.proc, { pid }) : yield* procCall.proc_proc2task(HELD, {});
  return got.err ? [["get the task", got.err]] : [["get the task", 0], ...(yield* steerTask(got.task))];
}

/** The routines that the holder tries. */
const DEEDS = /mach_port_names|vm_allocate|vm_write|_suspend|_resume|proc_pid2task|proc_proc2task/;

/** The play at a point, and what came of it. */
function play({ kind, way, lists }: Point, seed: number, transcribed = false): readonly [Scene, Outcome] {
  const asked = kind as Kind;
  let pid = 0;
  let deeds: readonly (readonly [string, number])[] = [];
  const scene = new Scene({
    launch: NOTHING,
    way: way as Way,
    user: "guest",
    ...{ seed, transcribed },
    *prepare(libc, _scene, peer) {
      pid = libc.getpid();
      const poly = yield* rightOf(libc, asked);
      if (poly !== undefined) yield* machPortCall.mach_port_insert_right(peer, { name: HELD, poly });
    },
    *start(libc, { props }, args) {
      if (lists === "library") return props === undefined ? 0 : yield* start(libc, props, way as Way, NOTHING, args);
      const names = yield* machPortCall.mach_port_names(yield* taskSelf(), {});
      return yield* execSelf(libc, PROGRAM, args, names.err ? [] : names.names, 0);
    },
    *peer(libc, { stage }) {
      yield* stage.until(libc, "P at main");
      const tried = yield* attempt(steer(libc, asked, pid));
      if (!tried.err) deeds = tried.value;
    },
  }).run();
  const { atFirst, outcome } = scene.launched();
  const controls = atFirst === undefined ? [] : controlSet(atFirst, "P").filter((c) => c.by === "peer");
  const told = (good: boolean): string => deeds.filter(([, code]) => (code === 0) === good).map(([deed, code]) => (good ? deed : `${deed}: ${errnoName(code)}`)).join(", ");
  const dv = { ran: outcome.ran, succeeded: told(true), failed: told(false), control: controls.map((c) => c.through).join(", ") };
  return [scene, { dv, schedule: "" }];
}

const run = (point: Point, seed: number): Outcome => play(point, seed)[1];

/** Marked: what the holder tries, and what he is answered. A message to a dead name is none. */
function replay(point: Point, seed: number): Replayed {
  const [scene, outcome] = play(point, seed, true);
  return { steps: scene.told(({ from, to, routine }) => (from === "peer" || to === "peer") && DEEDS.test(routine)), outcome };
}

const at = (lines: readonly Line[], kind: Kind, way: Way, lists = "library"): Line | undefined =>
  lines.find((l) => l.iv.kind === kind && l.iv.way === way && l.iv.lists === lists);

function conclude(lines: readonly Line[]): Conclusion {
  const ports = KINDS.filter((k) => k !== "pid");
  const kept = ports.filter((k) => at(lines, k, "in-place")?.dv.failed === "");
  const lost = ports.filter((k) => !kept.includes(k));
  const cut = lines.filter((l) => l.iv.way !== "in-place" && l.iv.kind !== "pid" && (l.dv.succeeded !== "" || l.dv.control !== ""));
  const byPid = WAYS.filter((way) => String(at(lines, "pid", way)?.dv.succeeded).includes("write"));
  const text = [
    `In place, holders of the old ${kept.join(" and ")} port steer the new program.`,
    lost.length === 0 ? "" : `Not so those of the old ${lost.join(" or ")} port: exec ends the old threads, and the caller's own lists destroy its message port, so these are dead names.`,
    cut.length === 0 ? "With a new task, secure or not, all old ports are dead names." : `With a new task something old still works: ${cut.map((l) => `${String(l.iv.kind)} (${String(l.iv.way)})`).join(", ")}.`,
    at(lines, "message", "in-place", "none")?.dv.succeeded === "send" ? "With an empty destroy list, as login's (exec.md §10), the old message port lives on in the new program's task, and nobody serves it." : "",
    `By pid, proc gives the new program's task to another process of the same user after: ${byPid.join(", ") || "none"}; after a secure exec it refuses. So a new task cuts what was held, and EXEC_SECURE also what could be asked for.`,
  ];
  return { asExpected: lost.length === 0 && cut.length === 0 && lines.length > 0, text: text.filter((t) => t !== "").join(" ") };
}

export const experiment: Experiment = {
  name: "e06-old-holder",
  title: "Control by who held the old program",
  question: "A process holds a port of S when S execs. What can it still do to the program that comes after?",
  setUp: "A booted Hurd; S and the holder are processes of guest. The holder has one port of S, and tries it when P has come to main: read the table of names, write memory, stop.",
  independent: [
    { name: "kind", what: "what is held of S", values: KINDS },
    { name: "way", what: "exec in place, with EXEC_NEWTASK, or of a set-uid file (EXEC_SECURE)", values: WAYS },
    { name: "lists", what: "the names that S gives for destruction: all that its library would, or none", values: ["library", "none"] },
  ],
  dependent: [
    { name: "succeeded", what: "deeds that succeeded" },
    { name: "failed", what: "deeds that failed, with their codes" },
    { name: "control", what: "ports by which the holder is in P's control set, by the kernel's tables" },
  ],
  expected: "In place all succeed; with a new task, secure or not, the holder has dead names.",
  plot: { mark: "cell", x: "way", y: "kind", colour: "succeeded" },
  sensible: ({ lists, way }) => lists === "library" || way === "in-place",
  run,
  replay,
  conclude,
};
