/** The startup server: essential tasks and shutdown (boot.md §3, §4). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const startup = subsystem("startup", 29000, {
  /** The system cannot live without this task: its death is a crash. `excpt` takes its exceptions. */
  startup_essential_task: routine(29000, { task: t.copySend, excpt: t.moveReceive, name: t.string(1024), credential: t.copySend }, {}),
  /** `notify` gets startup_dosync before the system goes down, latest first. Anybody may ask. */
  startup_request_notification: routine(29001, { notify_port: t.polySend, name: t.string(1024) }, {}),
  /** Takes the system down (RB_…). Needs the host port: EPERM. */
  startup_reboot: routine(29002, { refport: t.copySend, reboot_code: t.int }, {}),
  /** From the proc server, once: it gets startup's task, auth handle and the kernel's privileged ports. EPERM from any other. */
  startup_procinit: routine(
    29003,
    { startup_proc: t.copySend },
    { startup_task: t.copySend, auth: t.copySend, host_priv: t.polySend, device_master: t.polySend },
  ),
  /** From the auth server, once, with the root handle. EPERM from any other. */
  startup_authinit: routine(29004, { auth: t.polySend }, { proc: t.polySend }),
});

/** Plain stubs. */
export const startupCall = client(startup);
