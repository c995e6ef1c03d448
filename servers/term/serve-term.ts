/** Controlling terminals (the term interface): the identity port of the terminal, and ports on which the terminal knows who speaks. */
import { addSendRef, deallocate } from "../../glibc-shim/rights.ts";
import { MACH_PORT_NULL, type PolyRight } from "../../mach/ipc/names.ts";
import type { MachMsg } from "../../mach/ipc/message.ts";
import type { Syscall } from "../../mach/kern/syscall.ts";
import { serve, type Demuxer } from "../../mach/mig/server.ts";
import type { Result } from "../../glibc-shim/errno.ts";
import { Errno } from "../interfaces/errno.ts";
import { O_READ, O_WRITE, TERM_ON_MACHDEV } from "../interfaces/hurd-types.ts";
import { term } from "../interfaces/term.ts";
import { NOBODY } from "../lib/iouser.ts";
import type { PortInfo } from "../lib/ports.ts";
import { TrivPeropen, type Control, type Trivfs, type TrivProtid } from "../lib/trivfs/trivfs.ts";
import type { Job } from "./terminal.ts";

/** What term keeps with an open: who speaks through it, and the open that it is another view of. */
export interface TermHook {
  readonly job: Job | undefined;
  readonly base: TrivPeropen<TermHook> | undefined;
}
export type TermFs = Trivfs<TermHook>;
export type TermProtid = TrivProtid<TermHook>;

/** The open whose flags count: the one that `term_open_ctty` was asked on. */
export const baseOf = (po: TrivPeropen<TermHook>): TrivPeropen<TermHook> => po.hook.base ?? po;

/** What the interface needs beside the file's ports. */
export interface TermSettings {
  /** The identity of the terminal: whoever has it may signal its sessions, and open it as /dev/tty. */
  readonly ctty: PortInfo<undefined>;
  /** Where the terminal is to be found. */
  readonly nodename: string;
}

/** A view of `self`'s open on which requests are `job`'s. */
function* openFor(trivfs: TermFs, self: TermProtid, job: Job): Syscall<PolyRight> {
  const base = baseOf(self.po);
  base.refs++;
  yield* addSendRef(self.realnode);
  return yield* trivfs.port(new TrivPeropen<TermHook>(base.control, base.openmodes, { job, base }), self.user, self.realnode);
}

/** Opens the terminal for whoever holds its identity: a port without ids. */
function* openTerminal(trivfs: TermFs, control: Control, flags: number): Syscall<Result<PolyRight>> {
  const node = yield* trivfs.restricted(control.underlying, NOBODY);
  if (node.err) return node;
  const made = yield* trivfs.open({ control, dotdot: MACH_PORT_NULL, user: NOBODY, flags }, node.value);
  if (made.err) yield* deallocate(node.value);
  return made;
}

/** Serves term. */
export function serveTerm(trivfs: TermFs, settings: TermSettings): Demuxer {
  const lookup = (request: MachMsg): TermProtid | undefined => trivfs.protidOf(request.localPort);
  return serve(
    term,
    lookup,
    {
      *term_getctty() {
        return { err: 0, ctty: yield* trivfs.bucket.getRight(settings.ctty) };
      },
      *term_open_ctty(self, { pid, pgrp }) {
        if (pid === 0 || pgrp === 0) return { err: Errno.EINVAL };
        if ((baseOf(self.po).openmodes & (O_READ | O_WRITE)) === 0) return { err: Errno.EBADF };
        return { err: 0, newtty: yield* openFor(trivfs, self, { pid, pgrp }) };
      },
      /** It has the name that it was started with, and no other. */
      *term_set_nodename(_self, { name }) {
        return name === settings.nodename ? { err: 0 } : { err: Errno.EINVAL };
      },
      *term_set_filenode() {
        return { err: Errno.EINVAL };
      },
      *term_on_machdev() {
        return { err: Errno.EINVAL };
      },
      /** Only ptys have a peer. */
      *term_get_peername() {
        return { err: Errno.ENOENT };
      },
      *term_get_nodename() {
        return { err: 0, name: settings.nodename };
      },
      *term_get_bottom_type() {
        return { err: 0, ttype: TERM_ON_MACHDEV };
      },
      *termctty_open_terminal(_self, { flags }, request) {
        const [control] = trivfs.bucket.all(trivfs.controls);
        if (request.localPort !== settings.ctty.name || control === undefined) return { err: Errno.EOPNOTSUPP };
        const made = yield* openTerminal(trivfs, control.object, flags);
        return made.err ? made : { err: 0, terminal: made.value };
      },
    },
    { anyPort: ["termctty_open_terminal"] },
  );
}

