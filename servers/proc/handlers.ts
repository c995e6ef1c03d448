/** The form of the handlers that the parts of this server contribute. Each runs with the table's lock held. */
import type { Handlers } from "../../mach/mig/subsystem.ts";
import type { proc } from "../interfaces/process.ts";
import type { Proc } from "./process.ts";

/** `self` is the process behind the port; routines that may be called on other ports of ours too take `Proc | undefined`. */
export type ProcHandlers = Partial<Handlers<typeof proc.routines, Proc>>;

/** Routines that do not look at who calls (auth-proc.md §2.4, "open"). */
export const OPEN = [
  "proc_getallpids",
  "proc_getexecdata",
  "proc_execdata_notify",
  "proc_uname",
  "proc_register_version",
  "proc_task2pid",
  "proc_task2proc",
  "proc_getprocinfo",
  "proc_getprocargs",
  "proc_getprocenv",
  "proc_getloginid",
  "proc_getloginpids",
  "proc_getsid",
  "proc_getsessionpgids",
  "proc_getsessionpids",
  "proc_getpgrp",
  "proc_get_exe",
] as const;
