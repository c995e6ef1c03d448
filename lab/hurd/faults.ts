/**
 * A server dies at a boundary between two messages of a launch. The same launch is run twice: once whole, to learn at which trap each message is sent, and once up to there; then the
 * kernel ends the server's task, as a fault in it would, and the rest runs out.
 *
 * startup is held meanwhile: it would take the whole system down when one of these servers dies, and hide what becomes of the launch (boot.md §4).
 */
import type { Task } from "../../mach/kern/task.ts";
import { errnoName } from "../../servers/interfaces/errno.ts";
import type { FailState } from "../model/launch.ts";
import { Scene, type SceneOptions } from "./scene.ts";

export type Victim = "exec" | "filesystem" | "proc" | "auth";

const TASKS: Readonly<Record<Victim, string>> = { exec: "server:exec", filesystem: "server:tmpfs.static", proc: "server:proc", auth: "server:auth" };
/** Traps that the rest may take: more than any launch. */
const AFTERWARDS = 6000;

/** Traps between two looks at who has learnt of it. */
const LOOK = 20;

/** What became of a launch in which somebody died. */
export interface Aftermath {
  readonly failState: FailState;
  /** What S was told; "" for nothing. */
  readonly error: string;
  /** "main", "old task suspended", "no program", "dead", … */
  readonly program: string;
  /** "status 0", "signal 9", "" when S's parent has heard nothing. */
  readonly parent: string;
  /** Virtual microseconds from the death to when S, or else its parent, learnt of it; -1: never. */
  readonly detection: number;
  /** Tasks that were made in the launch, are still there, and never came to main. */
  readonly orphans: number;
}

/** A message of the launch: the trap at which it is sent, and its id. */
export interface Boundary {
  readonly step: number;
  readonly id: number;
}

/** The messages of the launch, from S's first to P's main. */
export function boundaries(options: SceneOptions): readonly Boundary[] {
  const found: Boundary[] = [];
  const scene = new Scene(options);
  const { machine } = scene.stage;
  machine.tap.listen((event) => {
    if (event.kind === "message-sent" && scene.stage.has("begin") && !scene.stage.has("end")) found.push({ step: machine.steps, id: event.id });
  });
  scene.run();
  return found;
}

/** The launch with `victim` dying after the trap with that number. */
export function dieAt(options: SceneOptions, victim: Victim, step: number, scene = new Scene(options)): Aftermath {
  const { machine, eye } = scene.stage;
  scene.stage.run(step);
  const launcher = eye.taskOf("S") ?? eye.taskOf("P");
  const before = launcher?.space.names().length ?? 0;
  for (const task of [...machine.tasks]) {
    if (eye.roleOf(task) === "server:startup") task.suspendCount++;
    if (eye.roleOf(task) === TASKS[victim]) machine.terminateTask(task);
  }
  const died = machine.now;
  let told = -1;
  for (let why = "steps"; why === "steps" && machine.steps < step + AFTERWARDS; ) {
    why = machine.run({ steps: LOOK });
    if (told < 0 && (scene.error !== undefined || scene.ended !== undefined || scene.stage.has("P at main"))) told = machine.now - died;
  }
  const orphans = [...machine.tasks].filter((t) => t.createdAt >= scene.stage.beganAt && eye.roleOf(t) !== "P").length;
  return { ...judged(scene, launcher, before, orphans), detection: told, orphans };
}

/** The same, told: the messages, the last one before the death marked. */
export function tellDeath(options: SceneOptions, victim: Victim, step: number): readonly [steps: readonly string[], Aftermath] {
  const scene = new Scene({ ...options, transcribed: true });
  const aftermath = dieAt(options, victim, step, scene);
  const { lines } = scene.stage.transcript;
  const last = lines.findLast((line) => line.step <= step);
  return [scene.stage.transcript.upTo((line) => line === last), aftermath];
}

function judged(scene: Scene, launcher: Task | undefined, before: number, orphans: number): Omit<Aftermath, "detection" | "orphans"> {
  const { ended, error } = scene;
  const parent = ended === undefined ? "" : "status" in ended ? `status ${ended.status}` : `signal ${ended.signal}`;
  const told = { error: error === undefined ? "" : errnoName(error), parent };
  if (scene.stage.has("P at main")) return { ...told, failState: "none", program: "main" };
  if (error !== undefined) {
    const lost = launcher !== undefined && launcher.alive && launcher.space.names().length < before;
    return { ...told, failState: lost ? "partial" : "clean", program: "never" };
  }
  const silent = scene.reported ? "silent" : undefined;
  if (orphans > 0) return { ...told, failState: silent ?? "zombie", program: "a new task that never comes to main" };
  if (launcher === undefined || !launcher.alive || scene.reported) return { ...told, failState: silent ?? "fatal", program: "dead" };
  if (launcher.suspendCount > 0) return { ...told, failState: "zombie", program: "S suspended for ever" };
  return { ...told, failState: "zombie", program: launcher.threads.length === 0 ? "a task without threads" : "waits for ever" };
}
