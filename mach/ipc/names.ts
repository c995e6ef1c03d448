/**
 * What a task calls its rights, and the words for kinds of right and for how rights travel.
 * Values are GNU Mach's (`mach/port.h`, `mach/message.h`).
 */
declare const brand: unique symbol;

/** A name in the holder's own port name space (`mach_port_t`). Only a number; the right behind it is the kernel's. */
export type MachPort = number & { readonly [brand]: "port" };

/** Turns a number into a port name. Names can be guessed, so this is no privilege. */
export const asPort = (name: number): MachPort => name as MachPort;

export const MACH_PORT_NULL = asPort(0);
export const MACH_PORT_DEAD = asPort(0xffffffff);

/** True for a name that is neither null nor dead. */
export const portValid = (name: MachPort): boolean => name !== 0 && name !== 0xffffffff;

/** `mach_port_right_t`: which reference count of an entry a call is about. */
export const Right = { SEND: 0, RECEIVE: 1, SEND_ONCE: 2, PORT_SET: 3, DEAD_NAME: 4 } as const;
export type Right = (typeof Right)[keyof typeof Right];

/** `mach_port_type_t`: what an entry holds, as bits. */
export const PortType = {
  NONE: 0,
  SEND: 0x10000,
  RECEIVE: 0x20000,
  SEND_ONCE: 0x40000,
  PORT_SET: 0x80000,
  DEAD_NAME: 0x100000,
  DNREQUEST: 0x80000000,
  MAREQUEST: 0x40000000,
} as const;

/** Element types of message items: integers and characters, and (16 and up) how a right travels. */
export const MsgType = {
  BOOLEAN: 0,
  BIT: 0,
  INTEGER_16: 1,
  INTEGER_32: 2,
  CHAR: 8,
  BYTE: 9,
  INTEGER_8: 9,
  REAL: 10,
  INTEGER_64: 11,
  STRING_C: 12,
  PORT_NAME: 15,
  MOVE_RECEIVE: 16,
  MOVE_SEND: 17,
  MOVE_SEND_ONCE: 18,
  COPY_SEND: 19,
  MAKE_SEND: 20,
  MAKE_SEND_ONCE: 21,
  PROTECTED_PAYLOAD: 23,
} as const;

/** A way for a right to travel (`MACH_MSG_TYPE_MOVE_RECEIVE` … `MAKE_SEND_ONCE`). */
export type Disposition =
  | typeof MsgType.MOVE_RECEIVE
  | typeof MsgType.MOVE_SEND
  | typeof MsgType.MOVE_SEND_ONCE
  | typeof MsgType.COPY_SEND
  | typeof MsgType.MAKE_SEND
  | typeof MsgType.MAKE_SEND_ONCE;

/** True when items of this type carry rights. */
export const isPortType = (type: number): boolean => type >= MsgType.MOVE_RECEIVE && type <= MsgType.MAKE_SEND_ONCE;

/** A right together with how it is to travel: what polymorphic arguments take and give. */
export interface PolyRight {
  readonly name: MachPort;
  readonly disposition: Disposition;
}
export const copySend = (name: MachPort): PolyRight => ({ name, disposition: MsgType.COPY_SEND });
export const makeSend = (name: MachPort): PolyRight => ({ name, disposition: MsgType.MAKE_SEND });
export const makeSendOnce = (name: MachPort): PolyRight => ({ name, disposition: MsgType.MAKE_SEND_ONCE });
export const moveSend = (name: MachPort): PolyRight => ({ name, disposition: MsgType.MOVE_SEND });
export const moveSendOnce = (name: MachPort): PolyRight => ({ name, disposition: MsgType.MOVE_SEND_ONCE });
export const moveReceive = (name: MachPort): PolyRight => ({ name, disposition: MsgType.MOVE_RECEIVE });

/** Rights that travel together in one array, all in the same way. */
export interface PolyRights {
  readonly names: readonly MachPort[];
  readonly disposition: Disposition;
}
export const copySends = (names: readonly MachPort[]): PolyRights => ({ names, disposition: MsgType.COPY_SEND });
export const makeSends = (names: readonly MachPort[]): PolyRights => ({ names, disposition: MsgType.MAKE_SEND });
export const moveSends = (names: readonly MachPort[]): PolyRights => ({ names, disposition: MsgType.MOVE_SEND });
