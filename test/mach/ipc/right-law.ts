/**
 * What each right becomes when it is asked to travel, written down a second time as what can be seen from outside: what arrives, and what the holder has
 * afterwards (kind and user references). From mach-ipc.md §2 rules 4, 8, 10, 12. Send rights and dead names start with two references.
 */
import { MsgType, PortType, Right } from "../../../mach/ipc/names.ts";
import { isPort, type PortRef } from "../../../mach/ipc/kmsg.ts";
import { checkRights } from "../../../mach/ipc/invariants.ts";
import { kindLetters } from "../../conformance/subject.ts";
import { mach_port_allocate, mach_port_extract_right, mach_port_insert_right, mach_port_mod_refs, mach_port_type } from "../../../mach/ipc/port-calls.ts";
import type { Port } from "../../../mach/ipc/port.ts";
import { Space } from "../../../mach/ipc/space.ts";

const asks = ["move-receive", "move-send", "move-send-once", "copy-send", "make-send", "make-send-once"] as const;
const dispositions = [MsgType.MOVE_RECEIVE, MsgType.MOVE_SEND, MsgType.MOVE_SEND_ONCE, MsgType.COPY_SEND, MsgType.MAKE_SEND, MsgType.MAKE_SEND_ONCE];

/** Rows: what is held. Columns: `asks`. "arrives, holder's kind and references, make-send count"; "-": KERN_INVALID_RIGHT and nothing has changed. */
const law: Readonly<Record<string, readonly string[]>> = {
  "port set": ["-", "-", "-", "-", "-", "-"],
  receive: ["receive, gone, 0", "-", "-", "-", "send, R, 1", "send-once, R, 0"],
  send: ["-", "send, S 1, 1", "-", "send, S 2, 1", "-", "-"],
  "send and receive": ["receive, S 2, 0", "send, SR 1, 2", "-", "send, SR 2, 2", "send, SR 2, 3", "send-once, SR 2, 2"],
  "send-once": ["-", "-", "send-once, gone, 0", "-", "-", "-"],
  "dead name": ["-", "dead, D 1", "dead, D 1", "dead, D 2", "-", "-"],
};

const host = { ids: { nextPort: 1 } };
const must = <T>(r: { readonly err: number } & { readonly value?: T }): T => {
  if (r.err !== 0 || r.value === undefined) throw new Error(`set-up failed: ${r.err}`);
  return r.value;
};

/** A space that holds `held` under a name, and the port behind it. */
function holding(held: string): { readonly space: Space; readonly owner: Space; readonly name: number; readonly port: Port | undefined } {
  const space = new Space();
  if (held === "port set") return { space, owner: space, name: must(mach_port_allocate(host, space, Right.PORT_SET)), port: undefined };
  if (held === "dead name") {
    const name = must(mach_port_allocate(host, space, Right.DEAD_NAME));
    mach_port_mod_refs(space, name, Right.DEAD_NAME, 1);
    return { space, owner: space, name, port: undefined };
  }
  const owner = held === "receive" || held === "send and receive" ? space : new Space();
  const name = must(mach_port_allocate(host, owner, Right.RECEIVE));
  const { port } = owner.lookup(name) ?? {};
  if (!port) throw new Error("no port");
  const give = (disposition: number, to: number): number => {
    const { right, type } = must(mach_port_extract_right(owner, name, disposition));
    return mach_port_insert_right(space, to, right, type);
  };
  if (held === "send-once") give(MsgType.MAKE_SEND_ONCE, 7);
  else if (held === "send") give(MsgType.MAKE_SEND, 7);
  else if (held === "send and receive") for (const _ of [1, 2]) give(MsgType.MAKE_SEND, name);
  if (held === "send") mach_port_mod_refs(space, 7, Right.SEND, 1);
  return { space, owner, name: owner === space ? name : 7, port };
}

/** What can be seen of one transition. */
function outcome(held: string, disposition: number): string {
  const { space, owner, name, port } = holding(held);
  const before = JSON.stringify(space.lookup(name)?.urefs);
  const r = mach_port_extract_right(space, name, disposition);
  if (r.err !== 0) return JSON.stringify(space.lookup(name)?.urefs) === before ? "-" : "changed";
  const { right, type } = r.value;
  const arrives = !isPort(right) ? "dead" : type === MsgType.MOVE_RECEIVE ? "receive" : type === MsgType.MOVE_SEND ? "send" : "send-once";
  const at = (t: number): PortRef[] => (type === t ? [right] : []);
  const receives = type === MsgType.MOVE_RECEIVE && isPort(right) ? [right] : [];
  checkRights({ spaces: new Set([space, owner]), sends: at(MsgType.MOVE_SEND), sendOnces: at(MsgType.MOVE_SEND_ONCE), receives, waitedAt: [], inHand: [] });
  return [arrives, holder(space, name), ...(port ? [String(port.mscount)] : [])].join(", ");
}

function holder(space: Space, name: number): string {
  const kind = mach_port_type(space, name);
  if (kind.err !== 0) return "gone";
  const counted = kind.value & (PortType.SEND | PortType.DEAD_NAME);
  return kindLetters(kind.value) + (counted ? ` ${space.lookup(name)?.urefs ?? 0}` : "");
}

/** Every transition that goes otherwise than the law says. */
export function brokenLaws(): string[] {
  return Object.entries(law).flatMap(([held, row]) =>
    row.flatMap((wanted, i) => {
      let got: string;
      try {
        got = outcome(held, dispositions[i] ?? 0);
      } catch (e) {
        got = String(e);
      }
      return got === wanted ? [] : [`${held} × ${asks[i] ?? ""}: ${wanted} expected, got ${got}`];
    }),
  );
}
