/**
 * The lists of message ids that a system has in /usr/share/msgids, made from its own interfaces as MIG makes them from `.defs` (rpctrace.md §4).
 *
 * The real ones are made from the one-way variants of an interface too (`io_request`, `io_reply`). Read by name those come after the plain list, and
 * of two entries for one id the later counts: so `io_read` shows as `io_read_request`.
 */
import type { Subsystem } from "../mach/mig/subsystem.ts";
import { catalogue, msgidName, msgidsLines } from "../servers/interfaces/catalogue.ts";

type ListFile = readonly [name: string, text: string];

const REPLY = 100;

function list(name: string, lines: readonly string[]): readonly ListFile[] {
  return lines.length === 0 ? [] : [[`${name}.msgids`, lines.map((l) => `${l}\n`).join("")]];
}

/** The variant of `sub` whose routines are called with `suffix`, `offset` above the requests' ids; nothing when it is an interface of its own. */
function variant(sub: Subsystem, suffix: string, offset: number): readonly ListFile[] {
  const name = `${sub.name}${suffix}`;
  if (catalogue.some((other) => other.name === name)) return [];
  const base = sub.base + offset;
  const lines = Object.entries(sub.routines)
    .filter(([routine, r]) => msgidName(r.id + offset) === `${routine}${suffix}`)
    .map(([routine, r]) => `${name} ${base} ${routine}${suffix} ${r.id - sub.base} ${r.id + offset} ${r.id + offset + REPLY}`);
  return list(name, lines);
}

/** All lists, by name. */
export const msgidsFiles = (): readonly ListFile[] =>
  catalogue.flatMap((sub) => [...list(sub.name, msgidsLines(sub)), ...variant(sub, "_reply", REPLY), ...variant(sub, "_request", 0)]).sort(([a], [b]) => (a < b ? -1 : 1));
