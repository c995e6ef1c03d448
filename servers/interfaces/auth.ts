/** The auth server: handles on identities, and the rendezvous by which a server learns a user's (auth-proc.md part 1). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const auth = subsystem("auth", 25000, {
  /** Auth getids. */
  auth_getids: routine(25000, {}, { euids: t.intArray, auids: t.intArray, egids: t.intArray, agids: t.intArray }),
  /** Auth makeauth. */
  auth_makeauth: routine(
    25001,
    { other_handles: t.polySends, euids: t.intArray, auids: t.intArray, egids: t.intArray, agids: t.intArray },
    { newhandle: t.makeSend },
  ),
  /** Auth user authenticate. */
  auth_user_authenticate: routine(25002, { rendezvous: t.polySend }, { newport: t.polySend }),
  /** Auth server authenticate. */
  auth_server_authenticate: routine(
    25003,
    { rendezvous: t.polySend, newport: t.poly },
    { euids: t.intArray, auids: t.intArray, egids: t.intArray, agids: t.intArray },
  ),
});

/** Plain stubs. */
export const authCall = client(auth);
