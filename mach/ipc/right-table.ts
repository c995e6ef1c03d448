/**
 * What a right may become: right held × way asked → what travels and what it costs the holder. The whole law of copying in, as data.
 *
 * From mach-ipc.md §2 rules 4, 8, 10, 12. Columns are `Ask`, rows `Held`; "-" is an invalid right.
 */
import { MsgType, PortType } from "./names.ts";

/** What an entry holds, as far as sending from it goes. */
export type Held = "none" | "receive" | "send" | "send+receive" | "send-once" | "dead-name";
/** How a right is asked to travel. */
export type Ask = "move-receive" | "move-send" | "move-send-once" | "copy-send" | "make-send" | "make-send-once";

/** What happens to a right on its way out. */
export type Cell =
  /** Not possible: KERN_INVALID_RIGHT, or the message code for it. */
  | "-"
  /** Another send right like the holder's; it loses nothing. */
  | "copied"
  /** One of the holder's send references. */
  | "moved"
  /** A new send right, which counts as made; the receiver loses nothing. */
  | "made"
  | "made-once"
  /** The send-once right itself. */
  | "moved-once"
  /** The receive right. */
  | "receive"
  /** MACH_PORT_DEAD; costs nothing. */
  | "dead-copied"
  /** MACH_PORT_DEAD, for one reference of the dead name. */
  | "dead-moved";

/** All that can stand in a cell. */
export const cells: readonly Cell[] = ["-", "copied", "moved", "made", "made-once", "moved-once", "receive", "dead-copied", "dead-moved"];

type Row = { [A in Ask]: Cell };
const row = (moveReceive: Cell, moveSend: Cell, moveSendOnce: Cell, copySend: Cell, makeSend: Cell, makeSendOnce: Cell): Row => ({
  "move-receive": moveReceive,
  "move-send": moveSend,
  "move-send-once": moveSendOnce,
  "copy-send": copySend,
  "make-send": makeSend,
  "make-send-once": makeSendOnce,
});

/** The table. Not frozen: a test flips each cell in turn to see that some test notices. */
export const rightTable: { readonly [H in Held]: Row } = {
  //                  move-receive  move-send  move-send-once  copy-send  make-send  make-send-once
  none: /*         */ row("-", "-", "-", "-", "-", "-"),
  receive: /*      */ row("receive", "-", "-", "-", "made", "made-once"),
  send: /*         */ row("-", "moved", "-", "copied", "-", "-"),
  "send+receive": row("receive", "moved", "-", "copied", "made", "made-once"),
  "send-once": /*  */ row("-", "-", "moved-once", "-", "-", "-"),
  "dead-name": /*  */ row("-", "dead-moved", "dead-moved", "dead-copied", "-", "-"),
};

/** The row for an entry's type bits. */
function rowOf(type: number): Row {
  switch (type) {
    case PortType.RECEIVE:
      return rightTable.receive;
    case PortType.SEND:
      return rightTable.send;
    case PortType.SEND | PortType.RECEIVE:
      return rightTable["send+receive"];
    case PortType.SEND_ONCE:
      return rightTable["send-once"];
    case PortType.DEAD_NAME:
      return rightTable["dead-name"];
    default:
      return rightTable.none;
  }
}

/** The cell for an entry's type bits and a disposition. */
export function transition(type: number, disposition: number): Cell {
  const held = rowOf(type);
  switch (disposition) {
    case MsgType.COPY_SEND:
      return held["copy-send"];
    case MsgType.MAKE_SEND_ONCE:
      return held["make-send-once"];
    case MsgType.MOVE_SEND_ONCE:
      return held["move-send-once"];
    case MsgType.MOVE_SEND:
      return held["move-send"];
    case MsgType.MAKE_SEND:
      return held["make-send"];
    case MsgType.MOVE_RECEIVE:
      return held["move-receive"];
    default:
      return "-";
  }
}
