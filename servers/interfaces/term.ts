/** Terminals: controlling terminals and pty pairs (fs-io.md §8). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const term = subsystem("term", 28000, {
  /** The port that stands for this terminal in INIT_PORT_CTTYID. */
  term_getctty: routine(28000, {}, { ctty: t.polySend }),
  /** The same open as a controlling terminal: job control by this pid and group. */
  term_open_ctty: routine(28001, { pid: t.int, pgrp: t.int }, { newtty: t.polySend }),
  /** The name of the terminal's node. Root only. */
  term_set_nodename: routine(28002, { name: t.string(1024) }, {}),
  /** That name. */
  term_get_nodename: routine(28003, {}, { name: t.string(1024) }),
  /** The node whose owner and mode count. */
  term_set_filenode: routine(28004, { filenode: t.copySend }, {}),
  /** What is below: TERM_ON_…. */
  term_get_bottom_type: routine(28005, {}, { ttype: t.int }),
  /** Puts a terminal on a kernel device. */
  term_on_machdev: routine(28006, { machdev: t.copySend }, {}),
  /** Puts a terminal on an io object. */
  term_on_hurddev: routine(28007, { hurddev: t.copySend }, {}),
  /** Makes the terminal a pty; answers the master. */
  term_on_pty: routine(28008, {}, { ptymaster: t.copySend }),
  /** Opens the terminal behind a ctty port. */
  termctty_open_terminal: routine(28009, { flags: t.int }, { terminal: t.polySend }),
  /** The name of the other side of a pty. */
  term_get_peername: routine(28010, {}, { name: t.string(1024) }),
});

/** Plain stubs. */
export const termCall = client(term);
