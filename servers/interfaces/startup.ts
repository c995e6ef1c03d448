/** The startup server: essential tasks and shutdown (boot.md §3, §4). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const startup = subsystem("startup", 29000, {
  /** Startup essential task. */
  startup_essential_task: routine(29000, { task: t.copySend, excpt: t.moveReceive, name: t.string(1024), credential: t.copySend }, {}),
  /** Startup request notification. */
  startup_request_notification: routine(29001, { notify_port: t.polySend, name: t.string(1024) }, {}),
  /** Startup reboot. */
  startup_reboot: routine(29002, { refport: t.copySend, reboot_code: t.int }, {}),
  /** Startup procinit. */
  startup_procinit: routine(
    29003,
    { startup_proc: t.copySend },
    { startup_task: t.copySend, auth: t.copySend, host_priv: t.polySend, device_master: t.polySend },
  ),
  /** Startup authinit. */
  startup_authinit: routine(29004, { auth: t.polySend }, { proc: t.polySend }),
});

/** Plain stubs. */
export const startupCall = client(startup);
