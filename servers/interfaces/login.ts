/** Login records. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const login = subsystem("login", 36000, {
  /** Login message user. */
  login_message_user: routine(36000, { message: t.data }, {}),
  /** Login get location. */
  login_get_location: routine(36001, {}, { location: t.dataMoved }),
  /** Login get idle time. */
  login_get_idle_time: routine(36002, {}, { idletime: t.ints(2) }),
  /** Login get input devices. */
  login_get_input_devices: routine(36003, {}, { devices: t.dataMoved }),
  /** Login get login collection. */
  login_get_login_collection: routine(36004, {}, { id: t.int }),
});

/** Plain stubs. */
export const loginCall = client(login);
