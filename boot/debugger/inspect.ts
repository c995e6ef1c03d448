/** What a machine that stands still consists of, in lines. Looking changes nothing: names are read as they stand. */
import { isPort, Rights, type Kmsg } from "../../mach/ipc/kmsg.ts";
import { PortType } from "../../mach/ipc/names.ts";
import { Port } from "../../mach/ipc/port.ts";
import { PortSet } from "../../mach/ipc/port-set.ts";
import type { Entry } from "../../mach/ipc/space.ts";
import type { Machine } from "../../mach/kern/machine.ts";
import type { Task } from "../../mach/kern/task.ts";
import type { Thread } from "../../mach/kern/thread.ts";
import { msgidName } from "../../servers/interfaces/catalogue.ts";
import { holder } from "./words.ts";

/** Cells in columns, the last one as long as it likes. */
export function table(rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, String(cell).length)));
  return rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? String(cell) : String(cell).padEnd(widths[i] ?? 0))).join("  "));
}

/** Every task that is alive. */
export function tasks(machine: Machine): readonly string[] {
  const row = (task: Task): readonly (string | number)[] =>
    [task.id, holder(task), task.threads.length, task.space.names().length, `${task.map.size / 1024}k`, task.suspendCount > 0 ? `suspended ${task.suspendCount}` : task.name];
  return table([["task", "name", "threads", "names", "memory", "program"], ...[...machine.tasks].map(row)]);
}

/** Every thread, or those of one task. */
export function threads(machine: Machine, of: Task | undefined): readonly string[] {
  const all = [...machine.tasks].filter((task) => of === undefined || task === of).flatMap((task) => task.threads);
  const row = (t: Thread): readonly (string | number)[] => [t === machine.current ? `${t.id}*` : t.id, holder(t.task), t.cpuTime, t.frames.length, state(t)];
  return table([["thread", "task", "time", "frames", "state"], ...all.map(row)]);
}

function state(thread: Thread): string {
  const held = thread.suspendCount + thread.task.suspendCount;
  if (held > 0) return `suspended ${held}`;
  if (thread.stopped !== null) return `stopped by a${thread.stopped === "page" ? " page that is being fetched" : "n exception"}`;
  if (thread.wait === null || thread.woken) return "can run";
  const { what, port } = thread.wait;
  return `waits to ${what} ${what === "send" ? "to" : "from"} ${port === undefined ? "a port set" : `port ${port.id}`}`;
}

/** Every port that a name or the kernel has, by number. */
export function allPorts(machine: Machine): readonly Port[] {
  const found = new Set<Port>(machine.receives);
  for (const { space } of machine.tasks)
    for (const name of space.names()) {
      const object = space.peek(name)?.object;
      if (object instanceof Port) found.add(object);
      else if (object instanceof PortSet) for (const port of object.members) found.add(port);
    }
  return [...found].filter((port) => !port.dead).sort((a, b) => a.id - b.id);
}

/** Every port, or those that one task receives from. */
export function ports(machine: Machine, of: Task | undefined): readonly string[] {
  const row = (port: Port): readonly (string | number)[] =>
    [port.id, `${port.msgcount}/${port.qlimit}`, port.srights, port.sorights, port.set === null ? "-" : `set ${port.set.name}`, receiver(machine, port)];
  const wanted = allPorts(machine).filter((port) => of === undefined || port.receiver === of.space);
  return table([["port", "queue", "send", "once", "in", "receiver"], ...wanted.map(row)]);
}

function receiver(machine: Machine, port: Port): string {
  const task = [...machine.tasks].find(({ space }) => space === port.receiver);
  if (task !== undefined) return `${holder(task)} as ${port.receiverName}`;
  if (port.kobject !== null) return `kernel: ${port.kobject.kind}${object(port.kobject)}`;
  return port.destination === null ? "kernel" : `in a message to port ${port.destination.id}`;
}

const object = (kobject: object): string => ("id" in kobject && typeof kobject.id === "number" ? ` ${kobject.id}` : "");

/** Who holds a right for one port. */
export function holders(machine: Machine, port: Port): readonly string[] {
  const rows = [...machine.tasks].flatMap((task) => task.space.holding(port).map(([name, entry]) => [holder(task), name, right(entry)] as const));
  return [...ports(machine, undefined).filter((line, i) => i === 0 || line.startsWith(`${port.id} `)), ...table(rows)];
}

/** The names of one task. */
export function rights(task: Task): readonly string[] {
  const { space } = task;
  const rows = space.names().flatMap((name) => {
    const entry = space.peek(name);
    return entry === undefined ? [] : [[name, right(entry), ...behind(entry)] as const];
  });
  return table([["name", "right", "port", ""], ...rows]).map((line) => line.trimEnd());
}

function right({ type, urefs, object: what }: Entry): string {
  if (type === PortType.DEAD_NAME || what?.dead === true) return `dead name ${urefs}`;
  if (type === PortType.PORT_SET) return "port set";
  if (type === PortType.SEND_ONCE) return "send-once";
  return [type & PortType.RECEIVE ? "receive" : "", type & PortType.SEND ? `send ${urefs}` : ""].filter((s) => s !== "").join("+");
}

function behind({ object: what, request }: Entry): readonly [string | number, string] {
  if (what instanceof PortSet) return ["-", `of ${[...what.members].map((port) => port.receiverName).join(" ") || "nothing"}`];
  return [what?.dead === false ? what.id : "-", request === 0 ? "" : "asks to be told of its death"];
}

/** Every message that waits to be received. */
export function queues(machine: Machine): readonly string[] {
  const lines = allPorts(machine).flatMap((port) => queued(port).map((kmsg, i) => [port.id, receiver(machine, port), i + 1, message(kmsg)] as const));
  return lines.length === 0 ? ["no message waits"] : table([["port", "receiver", "place", "message"], ...lines]);
}

function queued(port: Port): readonly Kmsg[] {
  const found: Kmsg[] = [];
  for (let k = (port.set ?? port).first; k; k = k.next) if (k.destination === port) found.push(k);
  return found;
}

function message(kmsg: Kmsg): string {
  const carried = kmsg.items.flatMap(({ data }) => (data instanceof Rights ? data.refs.map((ref) => (isPort(ref) ? String(ref.id) : ref === null ? "null" : "dead")) : []));
  const reply = isPort(kmsg.local) ? `, reply to port ${kmsg.local.id}` : "";
  return `${kmsg.id} ${msgidName(kmsg.id) ?? ""}`.trim() + `, ${kmsg.size} bytes${carried.length === 0 ? "" : `, rights for ${carried.join(" ")}`}${reply}`;
}
