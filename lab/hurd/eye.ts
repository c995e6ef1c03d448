/**
 * The laboratory's eye: reads the kernel's own tables, and tells rights by the objects that the scenario calls by name. Looks only; nothing in the system can tell.
 *
 * A port is known by the name that somebody gave it while he held it (`name`), or by what stands behind it in the kernel, or by who receives from it. What is none of
 * these is told as what it is, and so cannot be overlooked.
 */
import type { Port } from "../../mach/ipc/port.ts";
import { Port as PortClass } from "../../mach/ipc/port.ts";
import { PortType, type MachPort } from "../../mach/ipc/names.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import { Task } from "../../mach/kern/task.ts";
import { Thread } from "../../mach/kern/thread.ts";
import { shortName } from "../../rpctrace/names.ts";
import { Lineage } from "./lineage.ts";

/** One name of a task, as the laboratory understands it. */
export interface Right {
  /** Its name in the task's space. */
  readonly name: MachPort;
  /** "send", "receive", "send-once". */
  readonly rights: readonly string[];
  readonly port: Port;
  /** The scenario's name for it, if it has one. */
  readonly scenario: string | undefined;
  /** What the kernel knows of it: "task:P", "thread:P", "host", "port of server:exec". */
  readonly what: string;
}

const RIGHTS: readonly (readonly [bit: number, right: string])[] = [
  [PortType.RECEIVE, "receive"],
  [PortType.SEND, "send"],
  [PortType.SEND_ONCE, "send-once"],
];

/** Tasks that nobody casts, and that are no ordinary programs either. */
const SERVERS: ReadonlySet<string> = new Set(["auth", "exec", "pflocal", "proc", "startup", "term", "tmpfs.static"]);

export class Eye {
  readonly machine: Machine;
  private readonly lineage = new Lineage();
  private readonly scenario = new Map<number, string>();
  private readonly roles = new Map<Task, string>();
  /** Number of the first port that was made after the launch began. */
  private firstNew = Infinity;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Follows reauthentications from here on: before anything has a name. */
  open(): void {
    this.machine.tap.listen((event) => this.lineage.event(event));
  }

  /** The launch begins: ports that are older are none of the new program's own. */
  markLaunch(): void {
    this.firstNew = this.machine.ids.nextPort;
  }

  isNew(port: Port): boolean {
    return port.id >= this.firstNew;
  }

  /** The task that is running now. */
  get running(): Task {
    const { current } = this.machine;
    if (current === undefined) throw new Error("nobody runs");
    return current.task;
  }

  /** From here on `task` is `role` ("S", "P"); in place, one task is first the one and then the other. */
  cast(role: string, task = this.running): void {
    this.roles.set(task, role);
  }

  /** The living task that plays `role`, the last that was cast. */
  taskOf(role: string): Task | undefined {
    return [...this.roles].findLast(([task, r]) => r === role && task.alive)?.[0];
  }

  /** What the scenario calls the task; else what it is in the system. */
  roleOf(task: Task): string {
    const name = shortName(task.name);
    return this.roles.get(task) ?? (SERVERS.has(name) ? `server:${name}` : name);
  }

  /** The tasks that play a role. */
  get players(): readonly Task[] {
    return [...this.machine.tasks].filter((task) => this.roles.has(task));
  }

  /** The port behind `name` in `task`'s space is the scenario's `object` from here on. */
  name(object: string, name: MachPort, task = this.running): void {
    const port = this.portOf(task, name);
    if (port === undefined) throw new Error(`${object}: ${name} is no right of ${this.roleOf(task)}`);
    this.scenario.set(this.lineage.of(port.id), object);
  }

  portOf(task: Task, name: MachPort): Port | undefined {
    const object = task.space.lookup(name)?.object;
    return object instanceof PortClass ? object : undefined;
  }

  /** Two ports that are one object of the scenario, or one port. */
  objectOf(port: Port): string | undefined {
    return this.scenario.get(this.lineage.of(port.id));
  }

  /** The task that receives from `port`; undefined for the kernel's own and for what is in transit or dead. */
  receiverOf(port: Port): Task | undefined {
    return [...this.machine.tasks].find((task) => task.space === port.receiver);
  }

  /** All that `task` holds, by name. */
  rightsOf(task: Task): readonly Right[] {
    return task.space.names().flatMap((n) => {
      const name = n as MachPort;
      const entry = task.space.lookup(n);
      const port = this.portOf(task, name);
      if (entry === undefined || port === undefined) return [];
      const rights = RIGHTS.filter(([bit]) => (entry.type & bit) !== 0).map(([, right]) => right);
      return [{ name, rights, port, scenario: this.objectOf(port), what: this.describe(port) }];
    });
  }

  /** Who receives from the port with this number; "kernel" when nobody of the tasks does. */
  holderOf(port: number): string {
    const found = this.find(port);
    const receiver = found && this.receiverOf(found);
    return receiver === undefined ? "kernel" : this.roleOf(receiver);
  }

  /** A right in a message, in words; undefined for one that has no better name than its number. */
  told(port: number): string | undefined {
    const found = this.find(port);
    return found && (this.objectOf(found) ?? (found.kobject === null ? undefined : this.describe(found)));
  }

  private find(id: number): Port | undefined {
    for (const task of this.machine.tasks) {
      if (task.port.id === id) return task.port;
      for (const name of task.space.names()) {
        const port = this.portOf(task, name as MachPort);
        if (port?.id === id) return port;
      }
    }
    return undefined;
  }

  private describe(port: Port): string {
    const object = port.kobject;
    if (object instanceof Task) return `task:${this.roleOf(object)}`;
    if (object instanceof Thread) return `thread:${this.roleOf(object.task)}`;
    if (object !== null) return object.kind;
    const receiver = this.receiverOf(port);
    return receiver === undefined ? "port in transit" : `port of ${this.roleOf(receiver)}`;
  }
}
