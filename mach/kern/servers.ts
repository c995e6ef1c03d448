/** All that the kernel serves, by message id. */
import type { KernelTable } from "./kernel-call.ts";
import { debugRoutines } from "./serve-debug.ts";
import { deviceRoutines } from "./serve-device.ts";
import { gsyncRoutines } from "./serve-gsync.ts";
import { hostRoutines } from "./serve-host.ts";
import { pagerRoutines } from "./serve-pager.ts";
import { portRoutines } from "./serve-port.ts";
import { taskRoutines } from "./serve-task.ts";
import { threadRoutines } from "./serve-thread.ts";
import { vmRoutines } from "./serve-vm.ts";

/** Routines that are not here are MIG_BAD_ID, as in a kernel built without them. */
export const kernelTable: KernelTable = new Map([
  ...portRoutines,
  ...taskRoutines,
  ...threadRoutines,
  ...vmRoutines,
  ...gsyncRoutines,
  ...hostRoutines,
  ...pagerRoutines,
  ...deviceRoutines,
  ...debugRoutines,
]);
