/** What a lookup answers (fs-io.md §3.1), as `dir_lookup` and `fsys_getroot` give it: how to go on, with what name, on what port. */
import { MACH_PORT_NULL, moveSend, type MachPort, type PolyRight } from "../../mach/ipc/names.ts";
import { FS_RETRY_MAGICAL, FS_RETRY_NORMAL, FS_RETRY_REAUTH } from "../interfaces/hurd-types.ts";

export interface LookupAnswer {
  readonly err: 0;
  readonly do_retry: number;
  readonly retry_name: string;
  readonly right: PolyRight;
}

/** The port is the result; with a name, the client looks that up on it. */
export const normal = (right: PolyRight, name = ""): LookupAnswer => ({ err: 0, do_retry: FS_RETRY_NORMAL, retry_name: name, right });
/** The client is to make the port his own, then to look `name` up on it, even an empty one. */
export const reauth = (right: PolyRight, name = ""): LookupAnswer => ({ err: 0, do_retry: FS_RETRY_REAUTH, retry_name: name, right });
/** The client's library knows what `name` means. */
export const magical = (name: string, port: MachPort = MACH_PORT_NULL): LookupAnswer => ({
  err: 0,
  do_retry: FS_RETRY_MAGICAL,
  retry_name: name,
  right: moveSend(port),
});
