/** The kernel tells the proc server of new tasks. */
import { client } from "../mig/client.ts";
import { t } from "../mig/kind.ts";
import { simpleroutine, subsystem } from "../mig/subsystem.ts";

export const taskNotify = subsystem("task_notify", 4400, {
  /** A task was made, by `parent`. */
  mach_notify_new_task: simpleroutine(4400, { task: t.moveSend, parent: t.moveSend }),
});

/** Plain stubs. */
export const taskNotifyCall = client(taskNotify);
