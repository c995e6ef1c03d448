/** Terminals: controlling terminals and pty pairs (fs-io.md §8). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const term = subsystem("term", 28000, {
  /** Term getctty. */
  term_getctty: routine(28000, {}, { ctty: t.polySend }),
  /** Term open ctty. */
  term_open_ctty: routine(28001, { pid: t.int, pgrp: t.int }, { newtty: t.polySend }),
  /** Term set nodename. */
  term_set_nodename: routine(28002, { name: t.string(1024) }, {}),
  /** Term get nodename. */
  term_get_nodename: routine(28003, {}, { name: t.string(1024) }),
  /** Term set filenode. */
  term_set_filenode: routine(28004, { filenode: t.copySend }, {}),
  /** Term get bottom type. */
  term_get_bottom_type: routine(28005, {}, { ttype: t.int }),
  /** Term on machdev. */
  term_on_machdev: routine(28006, { machdev: t.copySend }, {}),
  /** Term on hurddev. */
  term_on_hurddev: routine(28007, { hurddev: t.copySend }, {}),
  /** Term on pty. */
  term_on_pty: routine(28008, {}, { ptymaster: t.copySend }),
  /** Termctty open terminal. */
  termctty_open_terminal: routine(28009, { flags: t.int }, { terminal: t.polySend }),
  /** Term get peername. */
  term_get_peername: routine(28010, {}, { name: t.string(1024) }),
});

/** Plain stubs. */
export const termCall = client(term);
