/**
 * An interface is a record: key = routine, and each routine states its message id, its `in` record and its `out` record.
 * One definition gives client stubs, handler types, late replies, argument conversion and rpctrace's printing (`style.md` §7, design A).
 *
 * Wire order is the key order of `in`, then of `out`. An argument that goes both ways stands in both records.
 */
import type { Failure } from "../kern/kern-return.ts";
import type { Syscall } from "../kern/syscall.ts";
import type { MachMsg } from "../ipc/message.ts";
import { MsgType, type MachPort } from "../ipc/names.ts";
import type { AnyKind, Give, Got } from "./kind.ts";

/** Arguments by name, in wire order. */
export type Fields = Readonly<Record<string, AnyKind>>;

/** What differs from the usual in a routine's header or call. */
export interface RoutineOptions {
  /** How the request's destination right travels; COPY_SEND unless said. */
  readonly requestPort?: number;
}

/** One routine. `out` null is a simpleroutine: no reply. */
export interface Routine<In extends Fields = Fields, Out extends Fields | null = Fields | null> {
  readonly id: number;
  readonly in: In;
  readonly out: Out;
  readonly requestPort: number;
}
export type Routines = Readonly<Record<string, Routine>>;

type None = Readonly<Record<never, AnyKind>>;

/** A routine with a reply: `id` + 100, a return code, then `outs` if that is 0. */
export function routine<In extends Fields, Out extends Fields = None>(
  id: number,
  ins: In,
  outs?: Out,
  options: RoutineOptions = {},
): Routine<In, Out> {
  return { id, in: ins, out: outs ?? ({} as Out), requestPort: options.requestPort ?? MsgType.COPY_SEND };
}

/** A one-way routine. */
export function simpleroutine<In extends Fields>(id: number, ins: In, options: RoutineOptions = {}): Routine<In, null> {
  return { id, in: ins, out: null, requestPort: options.requestPort ?? MsgType.COPY_SEND };
}

/** What a call answers, on the side that `Side` names. Mapped types are spelled out so that an editor shows the arguments. */
export type Received<O> = ({ readonly err: 0 } & (O extends null ? unknown : { readonly [K in keyof O]: Got<O[K]> })) | { readonly err: Failure };
export type Outcome<O> = ({ readonly err: 0 } & (O extends null ? unknown : { readonly [K in keyof O]: Give<O[K]> })) | { readonly err: Failure };

/** Client stubs: `call.io_write(port, { data, offset })`. */
export type Client<R extends Routines> = {
  readonly [N in keyof R]: (
    port: MachPort,
    args: { readonly [K in keyof R[N]["in"]]: Give<R[N]["in"][K]> },
  ) => Syscall<Received<R[N]["out"]>>;
};

/** Server handlers. `self` is what the lookup found behind the port; `request` gives the reply port for late replies. */
export type Handlers<R extends Routines, Self> = {
  readonly [N in keyof R]: (
    self: Self,
    args: { readonly [K in keyof R[N]["in"]]: Got<R[N]["in"][K]> },
    request: MachMsg,
  ) => Syscall<Outcome<R[N]["out"]>>;
};

/** A whole interface. */
export interface Subsystem<R extends Routines = Routines> {
  readonly name: string;
  /** First message id; the subsystem owns the hundred from here. */
  readonly base: number;
  readonly routines: R;
}

/** Defines an interface. Ids are written, not counted: what rpctrace prints is what the source says. */
export function subsystem<R extends Routines>(name: string, base: number, routines: R): Subsystem<R> {
  return { name, base, routines };
}
