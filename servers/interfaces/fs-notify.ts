/** Change notices from a filesystem to whoever asked. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";

export const fsNotify = subsystem("fs_notify", 20500, {
  /** A watched directory changed (DIR_CHANGED_…). The first one, NULL, comes at once. */
  dir_changed: simpleroutine(20500, { tickno: t.int, change: t.int, name: t.string(1024) }),
  /** A watched file changed between `start` and `end` (FILE_CHANGED_…). */
  file_changed: simpleroutine(20501, { tickno: t.int, change: t.int, start: t.int64, end: t.int64 }),
});

/** Plain stubs. */
export const fsNotifyCall = client(fsNotify);
