/** The names of `msgt_name` values that MIG knows, with the width each has by default. A port named by what arrives is polymorphic at the sender. */
import { MsgType } from "../../ipc/names.ts";
import type { WireName } from "./syntax.ts";

/** A name that a type can be made of. */
export interface Primitive {
  readonly sent: WireName;
  readonly received: WireName;
  /** Width in bits; 0: it must be said. */
  readonly bits: number;
}

/** `msgt_name` of what the caller chooses. */
export const POLYMORPHIC: WireName = { text: "MACH_MSG_TYPE_POLYMORPHIC", value: 0xffff_ffff };

const named = (name: string, value: number): WireName => ({ text: `MACH_MSG_TYPE_${name}`, value });
const plain = (name: string, value: number, bits: number): readonly [string, Primitive] => {
  const both = named(name, value);
  return [both.text, { sent: both, received: both, bits }];
};
const SEND = named("PORT_SEND", MsgType.MOVE_SEND);
const SEND_ONCE = named("PORT_SEND_ONCE", MsgType.MOVE_SEND_ONCE);
const RECEIVE = named("PORT_RECEIVE", MsgType.MOVE_RECEIVE);
const right = (sent: WireName, received: WireName): Primitive => ({ sent, received, bits: 32 });
const moves = (name: string, value: number, received: WireName): readonly [string, Primitive] => {
  const sent = named(name, value);
  return [sent.text, right(sent, received)];
};

/** By name, in upper case as MIG wants them. */
export const primitives: ReadonlyMap<string, Primitive> = new Map([
  plain("UNSTRUCTURED", 0, 0),
  plain("BIT", MsgType.BIT, 1),
  plain("BOOLEAN", MsgType.BOOLEAN, 32),
  plain("INTEGER_8", MsgType.INTEGER_8, 8),
  plain("INTEGER_16", MsgType.INTEGER_16, 16),
  plain("INTEGER_32", MsgType.INTEGER_32, 32),
  plain("INTEGER_64", MsgType.INTEGER_64, 64),
  plain("CHAR", MsgType.CHAR, 8),
  plain("BYTE", MsgType.BYTE, 8),
  plain("REAL", MsgType.REAL, 0),
  plain("REAL_32", MsgType.REAL, 32),
  plain("REAL_64", MsgType.REAL, 64),
  plain("STRING", MsgType.STRING_C, 0),
  plain("STRING_C", MsgType.STRING_C, 0),
  plain("PORT_NAME", MsgType.PORT_NAME, 32),
  moves("MOVE_RECEIVE", MsgType.MOVE_RECEIVE, RECEIVE),
  moves("COPY_SEND", MsgType.COPY_SEND, SEND),
  moves("MAKE_SEND", MsgType.MAKE_SEND, SEND),
  moves("MOVE_SEND", MsgType.MOVE_SEND, SEND),
  moves("MAKE_SEND_ONCE", MsgType.MAKE_SEND_ONCE, SEND_ONCE),
  moves("MOVE_SEND_ONCE", MsgType.MOVE_SEND_ONCE, SEND_ONCE),
  [RECEIVE.text, right(POLYMORPHIC, RECEIVE)],
  [SEND.text, right(POLYMORPHIC, SEND)],
  [SEND_ONCE.text, right(POLYMORPHIC, SEND_ONCE)],
  [POLYMORPHIC.text, { sent: POLYMORPHIC, received: POLYMORPHIC, bits: 0 }],
]);

/** `polymorphic`, in any case of letters. */
export const polymorphic: Primitive = right(POLYMORPHIC, POLYMORPHIC);
