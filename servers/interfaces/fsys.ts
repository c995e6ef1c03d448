/** Control of a filesystem or translator (fs-io.md §6). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const fsys = subsystem("fsys", 22000, {
  /** A new translator's first call, on its bootstrap port: its control port for the node it sits on. */
  fsys_startup: routine(22000, { openflags: t.int, control_port: t.polySend }, { realnode: t.polySend }),
  /** End (FSYS_GOAWAY_…). EBUSY while used, unless forced. */
  fsys_goaway: routine(22001, { flags: t.int }, {}),
  /** A port on the root, for these ids. Answers like dir_lookup. */
  fsys_getroot: routine(
    22002,
    { dotdot_node: t.polySend, gen_uids: t.intArray, gen_gids: t.intArray, flags: t.int },
    { do_retry: t.int, retry_name: t.string(1024), file: t.polySend },
  ),
  /** A file by its handle. Privileged. */
  fsys_getfile: routine(22003, { gen_uids: t.intArray, gen_gids: t.intArray, filehandle: t.data }, { file: t.polySend }),
  /** Writes everything out. */
  fsys_syncfs: routine(22004, { wait: t.int, do_children: t.int }, {}),
  /** Changes options, as `fsysopts` does. */
  fsys_set_options: routine(22005, { options: t.data, do_children: t.int }, {}),
  /** From startup, on the boot filesystem's bootstrap port: the privileged ports it holds. EOPNOTSUPP elsewhere. */
  fsys_getpriv: routine(22006, {}, { host_priv: t.polySend, device_master: t.polySend, fstask: t.polySend }),
  /** To the boot filesystem only: proc and auth are there. It answers first, and goes on then. */
  fsys_init: routine(22007, { proc_server: t.polySend, auth_handle: t.copySend }, {}),
  /** Asks for a translator that serves several nodes. */
  fsys_forward: routine(22008, { requestor: t.polySend, argv: t.data }, {}),
  /** The options, as an argz vector. */
  fsys_get_options: routine(22009, {}, { options: t.dataMoved }),
  /** Active translators in this filesystem: names and control ports. */
  fsys_get_children: routine(22010, {}, { names: t.data, controls: t.polySends }),
  /** What the filesystem is on. EOPNOTSUPP. */
  fsys_get_source: routine(22011, {}, { source: t.string(1024) }),
});

/** Plain stubs. */
export const fsysCall = client(fsys);
