/** An interface as JSON, field for field as `reference/rpc-tables.json` writes its interfaces. */
import { carriesRight, type Argument, type Interface, type ResolvedRoutine } from "./resolve.ts";
import type { IpcType } from "./ipc-type.ts";
import { POLYMORPHIC } from "./wire-names.ts";

/** A value of JSON whose keys are in the order of the table. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Of a string the table says the size of its field, also when it varies (`c_string[*:n]`). */
function count(t: IpcType): Json {
  if (t.cString) return { kind: "fixed", n: t.number, unit: "char", cString: true };
  if (!t.variable) return { kind: "fixed", n: t.number };
  if (!t.inline) return { kind: "variable", max: null };
  const perElement = t.element?.number ?? 1;
  const wire = perElement > 1 ? { wirePerElement: perElement } : {};
  return t.indefinite ? { kind: "variable", maxInline: t.number, indefinite: true, ...wire } : { kind: "variable", max: t.number, ...wire };
}

/** The name of what the type is another name of. */
const elementType = (t: IpcType): string | undefined => t.element?.name;

const isPolymorphic = (t: IpcType): boolean => [t.sent.value, t.received.value].includes(POLYMORPHIC.value);

function argument(a: Argument): Json {
  const { type } = a;
  const head = { name: a.name, dir: a.direction, migType: type.name ?? "" };
  if (a.direction === "waittime" || a.direction === "msgoption" || a.direction === "msgseqno" || a.direction === "token") return head;
  const right = carriesRight(a);
  const element = elementType(type);
  return {
    ...head,
    machType: right ? "port" : type.sent.text,
    disposition: right ? type.sent.text : null,
    ...(right ? { receivedAs: type.received.text } : {}),
    count: count(type),
    elementBits: type.bits,
    dealloc: a.dealloc,
    outOfLine: type.indefinite ? "whenLarge" : !type.inline,
    polymorphic: isPolymorphic(type),
    ...(element === undefined ? {} : { elementType: element }),
    ...(a.longForm ? { longForm: true } : {}),
    ...(a.serverCopy ? { serverCopy: true } : {}),
    ...(a.countInOut ? { countInOut: true } : {}),
    cType: type.userType ?? "",
  };
}

const routine = (r: ResolvedRoutine): Json => ({
  name: r.name,
  msgid: r.id,
  kind: r.kind,
  replyMsgid: r.kind === "routine" ? r.id + 100 : null,
  args: r.arguments.map(argument),
});

/** The interface object. `file` is how it is named there; `origin` the tree that the file is from. */
export function describe(i: Interface, origin: string, file: string): Json {
  return {
    interface: i.name,
    origin,
    file,
    subsystemBase: i.base,
    ...(i.serverPrefix === "" ? {} : { serverPrefix: i.serverPrefix }),
    ...(i.userPrefix === "" ? {} : { userPrefix: i.userPrefix }),
    routineCount: i.routines.length,
    routines: i.routines.map(routine),
  };
}

/** MIG's list form (`*.msgids`), as rpctrace reads it: `subsystem base routine ordinal request-id reply-id`. */
export const msgids = (i: Interface): string =>
  i.routines.map((r) => `${i.name} ${i.base} ${r.name} ${r.id - i.base} ${r.id} ${r.id + 100}\n`).join("");
