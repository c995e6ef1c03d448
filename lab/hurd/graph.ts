/** The authority graph of a moment, from the kernel's tables (comparison.md §2). */
import type { InitPorts, Libc } from "../../glibc-shim/libc.ts";
import { isPort } from "../../mach/ipc/kmsg.ts";
import type { MachPort } from "../../mach/ipc/names.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import type { Task } from "../../mach/kern/task.ts";
import type { AuthorityGraph, AuthorityObject, AuthorityTask, Control, Holding, Naming, Yield } from "../model/authority.ts";
import type { Held } from "../model/launch.ts";
import { openDescriptors } from "./props.ts";
import type { Eye, Right } from "./eye.ts";

/** A right that every program has, or that its library makes for itself: no part of Direct, but not hidden either. */
export interface Ambient {
  readonly name: MachPort;
  readonly rights: readonly string[];
  /** "INIT_PORT_AUTH", "task:P", "own receive right", … */
  readonly as: string;
}

/** What a program knows of its own names, said at the moment of the look. */
export interface Self {
  readonly ports: InitPorts;
  readonly msgport: MachPort;
  /** By number; holes are absent. */
  readonly descriptors: ReadonlyMap<number, MachPort>;
}

/** A look at P: the graph, and what was left out of it. */
export interface Look {
  readonly graph: AuthorityGraph;
  readonly ambient: readonly Ambient[];
}

/** Asks the running program's library. Makes no messages. */
export function* selfOf(libc: Libc): Syscall<Self> {
  return { ports: libc.ports, msgport: libc.msgport, descriptors: yield* openDescriptors(libc) };
}

const SLOTS = { cwdir: "INIT_PORT_CWDIR", crdir: "INIT_PORT_CRDIR", auth: "INIT_PORT_AUTH", proc: "INIT_PORT_PROC", cttyid: "INIT_PORT_CTTYID", bootstrap: "INIT_PORT_BOOTSTRAP" } as const;

/** Looks at everybody who plays a role, with `self` as P's own word on its names. */
export function look(eye: Eye, holds: readonly Held[], self: Self | undefined): Look {
  const { players } = eye;
  const ambient: Ambient[] = [];
  const holdings = players.flatMap((task) => holdingsOf(eye, task, holds, eye.roleOf(task) === "P" ? self : undefined, ambient));
  const program = eye.taskOf("P");
  const controls = program === undefined ? [] : controlsOf(eye, program, self);
  const objects = objectsOf(holdings, holds);
  const tasks = [...new Set([...players.map((t) => eye.roleOf(t)), ...controls.map((c) => c.by)])].map(taskNode);
  return { graph: { tasks, objects, holdings, yields: yieldsOf(holds), namings: program === undefined ? [] : namingsOf(eye, program, holds, self), controls }, ambient };
}

const taskNode = (id: string): AuthorityTask => ({ id, role: id === "S" ? "launcher" : id === "P" ? "program" : "other" });

function objectsOf(holdings: readonly Holding[], holds: readonly Held[]): readonly AuthorityObject[] {
  const kinds = new Map<string, string>(holdings.map(({ object }) => [object, "port"]));
  for (const { object, kind, yields = [] } of holds) {
    kinds.set(object, kind);
    for (const more of yields) kinds.set(more.object, kind === "directory" ? "file" : "socket");
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, kind]) => ({ id, kind }));
}

const yieldsOf = (holds: readonly Held[]): readonly Yield[] =>
  holds.flatMap(({ object, rights, yields = [] }) => yields.map((more) => ({ object, right: rights[0] ?? "", gives: more.object, rights: more.rights })));

/** The elementary rights of a scenario's object: as it was opened, or for raw rights as they stand. */
const elementary = (held: Held | undefined, right: Right): readonly string[] =>
  held === undefined || held.kind === "send-right" || held.kind === "receive-right" ? right.rights : [...held.rights].sort();

function holdingsOf(eye: Eye, task: Task, holds: readonly Held[], self: Self | undefined, ambient: Ambient[]): readonly Holding[] {
  const role = eye.roleOf(task);
  const found: Holding[] = [];
  for (const right of eye.rightsOf(task)) {
    const held = holds.find((h) => h.object === right.scenario);
    if (right.scenario !== undefined) found.push({ task: role, object: right.scenario, rights: elementary(held, right), at: placeOf(right.name, self) });
    else if (role === "P") {
      const as = housekeeping(eye, right, self);
      if (as !== undefined) ambient.push({ name: right.name, rights: right.rights, as });
      else found.push({ task: role, object: `${right.what} #${right.port.id}`, rights: right.rights, at: `name ${right.name}` });
    }
  }
  return merged(found);
}

/** One holding for an object that stands at several places. */
function merged(holdings: readonly Holding[]): readonly Holding[] {
  const byObject = new Map<string, Holding>();
  for (const h of holdings) {
    const old = byObject.get(h.object);
    byObject.set(h.object, old === undefined ? h : { ...old, rights: [...new Set([...old.rights, ...h.rights])].sort(), at: `${old.at}, ${h.at}` });
  }
  return [...byObject.values()].sort((a, b) => (a.object < b.object ? -1 : 1));
}

function placeOf(name: MachPort, self: Self | undefined): string {
  const at = [...(self?.descriptors ?? [])].filter(([, port]) => port === name).map(([fd]) => `fd ${fd}`);
  return at.length === 0 ? `name ${name}` : at.join(", ");
}

/** What a right of P's is, if every program has it: its init ports, its own task and threads, the host, ports that it has made itself, and what its library opens at 0 to 2. */
function housekeeping(eye: Eye, { name, port, what }: Right, self: Self | undefined): string | undefined {
  for (const [slot, as] of Object.entries(SLOTS)) if (self?.ports[slot as keyof InitPorts] === name) return as;
  if (name === self?.msgport) return "message port";
  if (what === "task:P" || what === "thread:P" || what === "host") return what;
  if (!eye.isNew(port)) return undefined;
  if ([...(self?.descriptors ?? [])].some(([fd, at]) => fd <= 2 && at === name)) return "standard descriptor of a secure program";
  return what === "port of P" ? "own receive right" : undefined;
}

function namingsOf(eye: Eye, program: Task, holds: readonly Held[], self: Self | undefined): readonly Naming[] {
  return [...(self?.descriptors ?? [])].flatMap(([fd, name]) => {
    const port = eye.portOf(program, name);
    const object = port && eye.objectOf(port);
    const held = holds.find((h) => h.object === object);
    return held === undefined ? [] : [{ task: "P", object: held.object, rights: [...held.rights].sort(), as: `fd ${fd}` }];
  });
}

/** Who can steer P: by its task port, its threads' ports, its process port (which gives the task port), or as receiver of its exceptions. */
export function controlsOf(eye: Eye, program: Task, self: Self | undefined): readonly Control[] {
  const ports = new Map([[program.port, "task-port"], ...program.threads.map((t) => [t.port, "thread-port"] as const)]);
  const proc = self && eye.portOf(program, self.ports.proc);
  const found: Control[] = [];
  for (const task of eye.machine.tasks) {
    if (task === program) continue;
    const by = eye.roleOf(task);
    for (const port of new Set(eye.rightsOf(task).map((right) => right.port))) {
      const through = ports.get(port) ?? (port === proc && port.receiver !== task.space ? "process-port" : undefined);
      if (through !== undefined) found.push({ by, of: "P", through, can: through === "thread-port" ? ["debug", "kill", "write"] : ["debug", "kill", "read-table", "write"] });
    }
    const handler = program.exceptionPort;
    if (handler !== null && isPort(handler) && handler.receiver === task.space) found.push({ by, of: "P", through: "exception-port", can: ["debug"] });
  }
  return found;
}
