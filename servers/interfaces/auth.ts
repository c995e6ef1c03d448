/** The auth server: handles on identities, and the rendezvous by which a server learns a user's (auth-proc.md part 1). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const auth = subsystem("auth", 25000, {
  /** What this handle stands for: effective and available ids; the first of each list is the main one. */
  auth_getids: routine(25000, {}, { euids: t.intArray, auids: t.intArray, egids: t.intArray, agids: t.intArray }),
  /**
   * A new handle with these ids. Each must be in one of the handles given, this one included, unless one has uid 0 (available counts):
   * EPERM.
   */
  auth_makeauth: routine(
    25001,
    { other_handles: t.polySends, euids: t.intArray, auids: t.intArray, egids: t.intArray, agids: t.intArray },
    { newhandle: t.makeSend },
  ),
  /**
   * The user's half of a transaction: waits for the server to name the same rendezvous, gives the port that the server passes. EINVAL for a
   * null rendezvous.
   */
  auth_user_authenticate: routine(25002, { rendezvous: t.polySend }, { newport: t.polySend }),
  /** The server's half: passes `newport` to the user, and answers the user's ids. Waits for its counterpart. */
  auth_server_authenticate: routine(
    25003,
    { rendezvous: t.polySend, newport: t.poly },
    { euids: t.intArray, auids: t.intArray, egids: t.intArray, agids: t.intArray },
  ),
});

/** Plain stubs. */
export const authCall = client(auth);
