/** E17: a tracer of S, and what it sees of P (comparison.md §3). */
import { attempt } from "../../glibc-shim/errno.ts";
import type { Libc } from "../../glibc-shim/libc.ts";
import { deallocate, taskSelf } from "../../glibc-shim/rights.ts";
import { exc } from "../../mach/interfaces/exc.ts";
import { machPortCall } from "../../mach/interfaces/mach-port.ts";
import { machCall } from "../../mach/interfaces/mach.ts";
import { asPort, copySend, MACH_PORT_NULL, type MachPort } from "../../mach/ipc/names.ts";
import { Kern } from "../../mach/kern/kern-return.ts";
import { raise, type Syscall } from "../../mach/kern/syscall.ts";
import { machMsgServer, serve, type Demuxer } from "../../mach/mig/server.ts";
import { EXEC_NEWTASK, TASK_EXCEPTION_PORT } from "../../servers/interfaces/hurd-types.ts";
import { procCall } from "../../servers/interfaces/process.ts";
import { SIGILL } from "../../servers/interfaces/signals.ts";
import { BROKEN, execSelf, SET_UID_BROKEN, start, type Way } from "../hurd/launcher.ts";
import { peerName } from "../hurd/props.ts";
import { Scene } from "../hurd/scene.ts";
import type { Control } from "../model/authority.ts";
import type { Conclusion, Experiment, Line, Outcome, Point, Replayed } from "../model/experiment.ts";
import type { Held, Launch } from "../model/launch.ts";

/** The tracer's name for S's task. */
const TRACED = asPort(0x30000);
const WAYS: readonly Way[] = ["in-place", "new-task", "secure"];
const EXC_BAD_INSTRUCTION = 2;

/** S holds a right for the tracer's exception port, and lists it: what stays is what the task itself keeps. */
const tracer: Held = { object: "tracer's port", kind: "send-right", rights: ["send"], at: [], closeOnExec: false };
const launch: Launch = { holds: [tracer], manifest: [], grant: [], drop: [tracer.object] };

/** What the tracer has learnt. */
interface Seen {
  exceptions: number;
  /** Whether it could read the table of a task whose exception it was sent. */
  tables: number;
}

/** The tracer's exception server. A fault in main may go on, one at the first instruction cannot. */
const traces = (seen: Seen, goesOn: boolean): Demuxer =>
  serve(exc, () => seen, {
    *exception_raise(self, { thread, task }) {
      self.exceptions++;
      if (!(yield* machPortCall.mach_port_names(task, {})).err) self.tables++;
      for (const port of [thread, task]) yield* deallocate(port);
      return { err: goesOn ? 0 : Kern.FAILURE };
    },
  });

/** Takes over P's exceptions once it runs, as anybody may who is given its task. */
function* attach(libc: Libc, pid: number): Syscall<void> {
  const { err, ...got } = yield* procCall.proc_pid2task(libc.ports.proc, { pid });
  if (err || !("task" in got)) return;
  yield* machPortCall.mach_port_insert_right(yield* taskSelf(), { name: peerName(0), poly: { name: peerName(0), disposition: 20 } });
  yield* machCall.task_set_special_port(got.task, { which_port: TASK_EXCEPTION_PORT, special_port: peerName(0) });
}

function scene({ attached, way, fault }: Point, seed: number, seen: Seen, transcribed: boolean): Scene {
  let pid = 0;
  return new Scene({
    launch,
    way: way as Way,
    user: "guest",
    ...{ seed, transcribed },
    *prepare(libc, { props }, peer) {
      pid = libc.getpid();
      if (attached !== "before") return;
      yield* machPortCall.mach_port_insert_right(peer, { name: TRACED, poly: copySend(yield* taskSelf()) });
      yield* machCall.task_set_special_port(yield* taskSelf(), { which_port: TASK_EXCEPTION_PORT, special_port: (yield* props?.port(tracer.object) ?? none()) ?? MACH_PORT_NULL });
    },
    *start(libc, { props }, args) {
      if (fault === "main") return props === undefined ? 0 : yield* start(libc, props, way as Way, launch, args);
      return yield* execSelf(libc, way === "secure" ? SET_UID_BROKEN : BROKEN, args, [], way === "new-task" ? EXEC_NEWTASK : 0);
    },
    *peer(libc, { stage }) {
      yield* libc.thread(function* () {
        yield* machMsgServer(peerName(0), traces(seen, fault === "main"));
      });
      if (attached === "after") {
        yield* stage.until(libc, "P at main");
        yield* attempt(attach(libc, pid));
      }
      stage.cue("attached");
    },
    *program(libc, { stage }) {
      yield* stage.until(libc, "attached");
      yield* libc.sigaction(SIGILL, { handler: () => nothing() });
      yield* raise(EXC_BAD_INSTRUCTION, 1, 0);
    },
  });
}

function* nothing(): Syscall<void> {
  // The handler only returns.
}
function* none(): Syscall<MachPort | undefined> {
  return undefined;
}

const byTracer = (controls: readonly Control[] | undefined): string =>
  [...new Set(controls?.filter((c) => c.by === "peer").map((c) => c.through))].join(", ");

function play(point: Point, seed: number, transcribed = false): readonly [Scene, Outcome] {
  const seen: Seen = { exceptions: 0, tables: 0 };
  const s = scene(point, seed, seen, transcribed).run();
  const outcome: Outcome = {
    schedule: "",
    dv: {
      atEntry: byTracer(s.entry.controls),
      atMain: byTracer(s.first?.graph.controls),
      atRest: byTracer(s.rest?.graph.controls),
      told: s.entry.exceptions.map((who) => (who === "peer" ? "tracer" : who)).join(", ") || "nobody",
      seen: seen.exceptions,
      tables: seen.tables,
      ended: s.ended === undefined ? "" : "signal" in s.ended ? `signal ${s.ended.signal}` : `status ${s.ended.status}`,
    },
  };
  return [s, outcome];
}

const run = (point: Point, seed: number): Outcome => play(point, seed)[1];

/** Marked: exceptions, and changes of who is told of them. */
function replay(point: Point, seed: number): Replayed {
  const [s, outcome] = play(point, seed, true);
  return { steps: s.told(({ routine }) => /exception_raise|task_set_special_port/.test(routine)), outcome };
}

const lineAt = (lines: readonly Line[], attached: string, way: Way, fault: string): Line | undefined =>
  lines.find((l) => l.iv.attached === attached && l.iv.way === way && l.iv.fault === fault);

function conclude(lines: readonly Line[]): Conclusion {
  const kept = (way: Way): boolean => String(lineAt(lines, "before", way, "first instruction")?.dv.atEntry).includes("exception-port");
  const said = WAYS.map((way) => `${way}: ${lineAt(lines, "before", way, "first instruction")?.dv.told ?? "?"}`).join("; ");
  const secureCut = lines.filter((l) => l.iv.way === "secure").every((l) => l.dv.atEntry === "" && l.dv.atMain === "" && l.dv.atRest === "" && l.dv.seen === 0);
  const afterMain = String(lineAt(lines, "before", "in-place", "main")?.dv.told);
  const late = WAYS.filter((way) => String(lineAt(lines, "after", way, "main")?.dv.told).includes("tracer"));
  const text =
    `A fault at the first instruction goes to (tracer attached to S before) ${said}. ` +
    `In place the tracer's exception port stays until P's library puts its own there, a few messages later: a fault in main is told to ${afterMain}; the task port stays with who holds it. ` +
    `With EXEC_NEWTASK alone the old task is the new one's parent, so its exception port is inherited (exec.md §5.3) though the old task port is dead. ` +
    `Attaching afterwards, by pid, works after: ${late.join(", ") || "none"}. ` +
    (secureCut ? "A secure exec cuts all of it." : "A secure exec does not cut all of it.");
  return { asExpected: kept("in-place") && secureCut, text };
}

export const experiment: Experiment = {
  name: "e17-trace",
  title: "Inheritance of tracers and exception ports",
  question: "Somebody traces S: he has its task port and receives its exceptions. What of that does he have of the new program, and from when to when?",
  setUp:
    "A booted Hurd; S and the tracer are processes of guest. The tracer is S's exception server and holds its task port before the exec, or asks proc for P's task when P has come to main. P faults at its very first instruction (a file that the processor cannot run), or in main.",
  independent: [
    { name: "attached", what: "when the tracer attaches", values: ["never", "before", "after"] },
    { name: "way", what: "exec in place, with EXEC_NEWTASK, or of a set-uid file (EXEC_SECURE)", values: WAYS },
    { name: "fault", what: "where P faults", values: ["first instruction", "main"] },
  ],
  dependent: [
    { name: "atEntry", what: "by what the tracer controls P at its first instruction" },
    { name: "atMain", what: "… when main begins" },
    { name: "atRest", what: "… at quiescence" },
    { name: "told", what: "who is sent the exception" },
    { name: "seen", what: "exceptions that the tracer received" },
    { name: "tables", what: "of them, those whose task's names it could read: an exception brings the task port" },
    { name: "ended", what: "how P ended" },
  ],
  expected: "In place the exception port stays; a secure exec cuts it.",
  plot: { mark: "cell", x: "way", y: "attached", colour: "told", facet: "fault" },
  sensible: ({ attached, fault }) => !(attached === "after" && fault === "first instruction"),
  run,
  replay,
  conclude,
};
