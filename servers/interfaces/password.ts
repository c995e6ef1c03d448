/** The password server: identity for a password. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const password = subsystem("password", 38000, {
  /** An auth handle for a user whose password this is. EACCES when it is not. */
  password_check_user: routine(38000, { user: t.int, pw: t.string(1024) }, { auth: t.polySend }),
  /** The same for a group. */
  password_check_group: routine(38001, { group: t.int, pw: t.string(1024) }, { auth: t.polySend }),
});

/** Plain stubs. */
export const passwordCall = client(password);
