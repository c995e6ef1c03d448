/** What a program has for a right: which entrypoint, and which of its objects. */
import type { Knobs } from "./knobs.ts";

export interface Capability {
  /** The entrypoint's thread, by which ca4f finds it; 0 where there is none. */
  readonly tid: number;
  /** The descriptor; -1 where there is none. */
  readonly socket: number;
  /** The object: a plain number that goes along in the payload. In 2020 the owner's descriptor, as a hint. */
  readonly localName: number;
}

export const INVALID: Capability = { tid: 0, socket: -1, localName: 0 };

/** By the thread id in ca4f, by the descriptor afterwards. */
export const isValid = ({ destination }: Knobs, cap: Capability): boolean => (destination === "tid" ? cap.tid !== 0 : cap.socket !== -1);

/** What ends a program that does not catch it, as in C++. */
export class GenodeException extends Error {
  override readonly name = "GenodeException";
  readonly what: "Ipc_error" | "Blocking_canceled" | "Aliased_global_id" | "Limit_reached" | "Server_socket_failed" | "Client_socket_failed" | "Bind_failed" | "Connect_failed" | "Service_denied" | "Quota_exceeded";
  /** The call's answer that led to it; 0 when none did. */
  readonly answer: number;

  constructor(what: GenodeException["what"], answer = 0) {
    super(answer === 0 ? what : `${what} (${answer})`);
    this.what = what;
    this.answer = answer;
  }
}
