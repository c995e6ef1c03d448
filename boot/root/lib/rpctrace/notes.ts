/**
 * What ports are for (`-y`, which the real rpctrace does not have): paths of what was looked up, descriptors and init ports that a program started with.
 * A note belongs to the real port, so every holder's wrapper shows it, from the line after the one that it was learned from.
 */
import { isPortType, asPort, MsgType } from "../../../../mach/ipc/names.ts";
import type { Item } from "../../../../mach/ipc/message.ts";
import { execStartup } from "../../../../servers/interfaces/exec-startup.ts";
import { fs } from "../../../../servers/interfaces/fs.ts";
import type { Call, Receiver, Wrappers } from "./wrappers.ts";

const LOOKUP = fs.routines.dir_lookup.id;
const START = execStartup.routines.exec_startup_get_info.id;

const rights = (item: Item | undefined): readonly number[] => {
  if (item === undefined || !isPortType(item.type)) return [];
  return typeof item.data === "number" ? [item.data] : (item.data as readonly number[]);
};

/** The C string in an item; undefined when it is none. */
export const stringOf = (item: Item | undefined): string | undefined => (item?.type === MsgType.STRING_C && typeof item.data === "string" ? item.data : undefined);

/** Learns from answers. */
export class Notes {
  private readonly wrappers: Wrappers;
  /** INIT_PORT_CWDIR, CRDIR, AUTH, PROC, CTTYID, BOOTSTRAP. */
  private readonly initPorts: readonly string[];

  /** `cwd`: where the command starts. */
  constructor(wrappers: Wrappers, cwd: string) {
    this.wrappers = wrappers;
    this.initPorts = [cwd, "/", "auth", "proc", "cttyid", "bootstrap"];
  }

  /** `items` are those of a good answer to `call`, its rights replaced already. */
  answered(call: Call, items: readonly Item[]): void {
    if (call.id === LOOKUP) this.lookedUp(call, items);
    if (call.id === START) this.started(items);
  }

  /** A path that goes on elsewhere (`retry`) has been followed up to there. */
  private lookedUp({ receiver, path = "" }: Call, items: readonly Item[]): void {
    const retry = stringOf(items[2]) ?? "";
    const done = retry !== "" && path.endsWith(retry) ? path.slice(0, -retry.length).replace(/\/$/, "") : path;
    const dir = receiver?.note ?? "";
    const whole = done === "" ? dir : dir === "" || dir.endsWith("/") ? `${dir}${done}` : `${dir}/${done}`;
    const found = this.port(rights(items[3])[0]);
    if (found !== undefined) found.note ??= whole;
  }

  private started(items: readonly Item[]): void {
    const [fds, ports] = items.filter((item) => isPortType(item.type));
    for (const [which, right] of rights(ports).entries()) {
      const port = this.port(right);
      if (port !== undefined) port.note ??= this.initPorts[which];
    }
    for (const [fd, right] of rights(fds).entries()) {
      const port = this.port(right);
      if (port !== undefined) port.note = withFd(port.note, fd);
    }
  }

  private port(right: number | undefined): Receiver | undefined {
    return right === undefined ? undefined : this.wrappers.sendAt(asPort(right))?.receiver;
  }
}

/** A descriptor beside others on the same port. A path says more than a number, and a child's same number nothing new. */
function withFd(note: string | undefined, fd: number): string {
  if (note === undefined) return `fd ${fd}`;
  const known = !note.startsWith("fd ") || note.slice(3).split(",").includes(String(fd));
  return known ? note : `${note},${fd}`;
}
