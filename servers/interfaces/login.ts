/** Login records. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const login = subsystem("login", 36000, {
  /** Prints a message where the user is logged in. */
  login_message_user: routine(36000, { message: t.data }, {}),
  /** Where the user is logged in. */
  login_get_location: routine(36001, {}, { location: t.dataMoved }),
  /** Seconds since the user was last active. */
  login_get_idle_time: routine(36002, {}, { idletime: t.ints(2) }),
  /** The devices that say whether the user is active. */
  login_get_input_devices: routine(36003, {}, { devices: t.dataMoved }),
  /** The login collection of the session. */
  login_get_login_collection: routine(36004, {}, { id: t.int }),
});

/** Plain stubs. */
export const loginCall = client(login);
