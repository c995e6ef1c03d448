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

/** What arrives, and what the holder loses. `dead` arrives as MACH_PORT_DEAD. */
export interface Cell {
  readonly travels: "send" | "send-once" | "receive" | "dead";
  /** "uref": one user reference of the send, send-once or dead-name part; "receive": the receive part. */
  readonly costs: "nothing" | "uref" | "receive";
}

const copied: Cell = { travels: "send", costs: "nothing" };
const moved: Cell = { travels: "send", costs: "uref" };
const made: Cell = { travels: "send", costs: "nothing" };
const madeOnce: Cell = { travels: "send-once", costs: "nothing" };
const movedOnce: Cell = { travels: "send-once", costs: "uref" };
const receive: Cell = { travels: "receive", costs: "receive" };
const deadCopy: Cell = { travels: "dead", costs: "nothing" };
const deadMove: Cell = { travels: "dead", costs: "uref" };

type Row = { readonly [A in Ask]: Cell | "-" };
const row = (moveReceive: Cell | "-", moveSend: Cell | "-", moveSendOnce: Cell | "-", copySend: Cell | "-", makeSend: Cell | "-", makeSendOnce: Cell | "-"): Row => ({
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
  receive: /*      */ row(receive, "-", "-", "-", made, madeOnce),
  send: /*         */ row("-", moved, "-", copied, "-", "-"),
  "send+receive": row(receive, moved, "-", copied, made, madeOnce),
  "send-once": /*  */ row("-", "-", movedOnce, "-", "-", "-"),
  "dead-name": /*  */ row("-", deadMove, deadMove, deadCopy, "-", "-"),
};

const asks: ReadonlyMap<number, Ask> = new Map<number, Ask>([
  [MsgType.MOVE_RECEIVE, "move-receive"],
  [MsgType.MOVE_SEND, "move-send"],
  [MsgType.MOVE_SEND_ONCE, "move-send-once"],
  [MsgType.COPY_SEND, "copy-send"],
  [MsgType.MAKE_SEND, "make-send"],
  [MsgType.MAKE_SEND_ONCE, "make-send-once"],
]);

/** The row for an entry's type bits. */
export function heldOf(type: number): Held {
  switch (type) {
    case PortType.RECEIVE:
      return "receive";
    case PortType.SEND:
      return "send";
    case PortType.SEND | PortType.RECEIVE:
      return "send+receive";
    case PortType.SEND_ONCE:
      return "send-once";
    case PortType.DEAD_NAME:
      return "dead-name";
    default:
      return "none";
  }
}

/** The cell for an entry's type bits and a disposition; undefined when the right cannot travel so. */
export function transition(type: number, disposition: number): Cell | undefined {
  const ask = asks.get(disposition);
  if (ask === undefined) return undefined;
  const cell = rightTable[heldOf(type)][ask];
  return cell === "-" ? undefined : cell;
}
