/**
 * Every interface of the system in one list, for those who read messages: routines by id, and the names that rpctrace knows ids by.
 *
 * The real lists (`*.msgids`) are made from the one-way variants too (`io_request.defs`, …), and those are read last: an id that such a
 * variant has is printed with `_request` behind its name (recorded/rpctrace; rpctrace.md §4).
 */
import { device } from "../../mach/interfaces/device.ts";
import { deviceReply } from "../../mach/interfaces/device-reply.ts";
import { exc } from "../../mach/interfaces/exc.ts";
import { gnumach } from "../../mach/interfaces/gnumach.ts";
import { mach } from "../../mach/interfaces/mach.ts";
import { mach4 } from "../../mach/interfaces/mach4.ts";
import { machDebug } from "../../mach/interfaces/mach-debug.ts";
import { machHost } from "../../mach/interfaces/mach-host.ts";
import { machI386 } from "../../mach/interfaces/mach-i386.ts";
import { machPort } from "../../mach/interfaces/mach-port.ts";
import { memoryObject } from "../../mach/interfaces/memory-object.ts";
import { memoryObjectDefault } from "../../mach/interfaces/memory-object-default.ts";
import { notify } from "../../mach/interfaces/notify.ts";
import { taskNotify } from "../../mach/interfaces/task-notify.ts";
import type { Routine, Subsystem } from "../../mach/mig/subsystem.ts";
import { auth } from "./auth.ts";
import { crash } from "./crash.ts";
import { exec } from "./exec.ts";
import { execStartup } from "./exec-startup.ts";
import { fs } from "./fs.ts";
import { fsNotify } from "./fs-notify.ts";
import { fsys } from "./fsys.ts";
import { ifsock } from "./ifsock.ts";
import { interrupt } from "./interrupt.ts";
import { io } from "./io.ts";
import { login } from "./login.ts";
import { msg } from "./msg.ts";
import { password } from "./password.ts";
import { proc } from "./process.ts";
import { shutdown } from "./shutdown.ts";
import { socket } from "./socket.ts";
import { startup } from "./startup.ts";
import { startupNotify } from "./startup-notify.ts";
import { term } from "./term.ts";
import { tioctl } from "./tioctl.ts";

/** What the kernel serves, and what it sends. */
export const kernelSubsystems: readonly Subsystem[] = [
  ...[notify, mach, memoryObject, memoryObjectDefault, exc, machHost, device, deviceReply, machDebug],
  ...[machPort, machI386, mach4, gnumach, taskNotify],
];

/** What the Hurd's servers and programs speak among themselves. */
export const hurdSubsystems: readonly Subsystem[] = [
  ...[fs, fsNotify, io, fsys, msg, proc, auth, socket, term, startup, startupNotify, exec, execStartup, crash, interrupt, ifsock],
  ...[login, password, shutdown, tioctl],
];

/** All of them. */
export const catalogue: readonly Subsystem[] = [...kernelSubsystems, ...hurdSubsystems];

/** A routine and where it is from. */
export interface CatalogueEntry {
  readonly name: string;
  readonly subsystem: Subsystem;
  readonly routine: Routine;
}

/** The catalogue's routines by id and by name: found out when first asked for, as most runs never look a name up. */
const index = { byId: new Map<number, CatalogueEntry>(), byName: new Map<string, CatalogueEntry>() };

function routines(): typeof index {
  if (index.byId.size > 0) return index;
  for (const subsystem of catalogue) {
    for (const [name, routine] of Object.entries(subsystem.routines)) {
      const entry = { name, subsystem, routine };
      index.byId.set(routine.id, entry);
      index.byName.set(name, entry);
    }
  }
  return index;
}

/** The routine whose request has this id. */
export const routineById = (id: number): CatalogueEntry | undefined => routines().byId.get(id);
/** The routine of that name. */
export const routineByName = (name: string): CatalogueEntry | undefined => routines().byName.get(name);

/** Which routines have a one-way variant: all of io but one, proc's older ones, and the two pairs that are answered late. */
function hasRequestVariant(id: number): boolean {
  if (id >= 21000 && id <= 21031) return id !== 21014;
  if (id >= 24004 && id <= 24057) return true;
  return [25002, 25003, 23000, 23022].includes(id);
}

/** Which routines have a late-reply variant that a list names (`*_reply.defs`). */
function hasReplyVariant(id: number): boolean {
  if (id >= 21000 && id <= 21031) return id !== 21014;
  if (id >= 22000 && id <= 22011) return true;
  return [25002, 25003, 23000, 23022, 29000, 29003, 29004].includes(id);
}

/** The name that rpctrace prints for a message id, or undefined: then it prints the number. */
export function msgidName(id: number): string | undefined {
  const { byId } = routines();
  const entry = byId.get(id);
  if (entry !== undefined) return hasRequestVariant(id) ? `${entry.name}_request` : entry.name;
  const request = Math.floor(id / 100) % 2 === 1 ? byId.get(id - 100) : undefined;
  if (request === undefined) return undefined;
  return hasReplyVariant(id - 100) ? `${request.name}_reply` : `${msgidName(id - 100)}-reply`;
}

/** The lines of a subsystem's `.msgids` file: subsystem, base, routine, ordinal, request id, reply id (rpctrace.md §4). */
export const msgidsLines = (sub: Subsystem): readonly string[] =>
  Object.entries(sub.routines).map(([name, r]) => `${sub.name} ${sub.base} ${name} ${r.id - sub.base} ${r.id} ${r.id + 100}`);
