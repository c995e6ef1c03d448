/** The address behind a socket node. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const ifsock = subsystem("ifsock", 34000, {
  /** The address port of a local socket that is bound in the filesystem. Needs write permission: EACCES. */
  ifsock_getsockaddr: routine(34000, {}, { sockaddr: t.copySend }),
});

/** Plain stubs. */
export const ifsockCall = client(ifsock);
