/** A port on the terminal, as the interfaces see it: how it was opened, and for whom it speaks. */
import { O_NONBLOCK } from "../interfaces/hurd-types.ts";
import type { Job, Terminal } from "./terminal.ts";

export interface TermUser {
  readonly terminal: Terminal;
  /** Access and state bits of the open; F_SETFL changes them for all ports of one open. */
  readonly openmodes: number;
  /** Who speaks, on ports of `term_open_ctty`. */
  readonly job: Job | undefined;
}

export const noblock = (user: TermUser): boolean => (user.openmodes & O_NONBLOCK) !== 0;
