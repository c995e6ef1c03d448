/** How two events differ, in words. */
import type { KernelEvent } from "../mach/kern/events.ts";
import { msgidName } from "../servers/interfaces/catalogue.ts";
import { same, type Difference } from "./replay.ts";

const MOST = 600;

/** An event on one line, bytes as text; long ones are cut. */
export function eventLine(event: KernelEvent): string {
  const name = event.kind.startsWith("message-") && "id" in event ? ` (${msgidName(event.id) ?? "unknown id"})` : "";
  const text = JSON.stringify(event, (_key, value: unknown) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value));
  return `${text.length > MOST ? `${text.slice(0, MOST)}...` : text}${name}`;
}

const shown = (event: KernelEvent | undefined, none: string): string => (event === undefined ? none : eventLine(event));

/** The first part that is not the same: `items.2.data`. */
function place(a: unknown, b: unknown): string {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return "";
  const [x, y] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const key = [...new Set([...Object.keys(x), ...Object.keys(y)])].find((k) => !same(x[k], y[k]));
  if (key === undefined) return "";
  const rest = place(x[key], y[key]);
  return rest === "" ? key : `${key}.${rest}`;
}

/** Three lines: where, what was recorded, what it is now. */
export function describeDifference({ number, recorded, now }: Difference): string {
  const where = recorded !== undefined && now !== undefined ? `, in ${recorded.kind === now.kind ? place(recorded, now) : "kind"}` : "";
  return `event ${number} is not the same${where}\n  recorded: ${shown(recorded, "nothing more")}\n  now:      ${shown(now, "nothing: the system waits or has ended")}\n`;
}
