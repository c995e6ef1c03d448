/** Control of a filesystem or translator (fs-io.md §6). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const fsys = subsystem("fsys", 22000, {
  /** Fsys startup. */
  fsys_startup: routine(22000, { openflags: t.int, control_port: t.polySend }, { realnode: t.polySend }),
  /** Fsys goaway. */
  fsys_goaway: routine(22001, { flags: t.int }, {}),
  /** Fsys getroot. */
  fsys_getroot: routine(
    22002,
    { dotdot_node: t.polySend, gen_uids: t.intArray, gen_gids: t.intArray, flags: t.int },
    { do_retry: t.int, retry_name: t.string(1024), file: t.polySend },
  ),
  /** Fsys getfile. */
  fsys_getfile: routine(22003, { gen_uids: t.intArray, gen_gids: t.intArray, filehandle: t.data }, { file: t.polySend }),
  /** Fsys syncfs. */
  fsys_syncfs: routine(22004, { wait: t.int, do_children: t.int }, {}),
  /** Fsys set options. */
  fsys_set_options: routine(22005, { options: t.data, do_children: t.int }, {}),
  /** Fsys getpriv. */
  fsys_getpriv: routine(22006, {}, { host_priv: t.polySend, device_master: t.polySend, fstask: t.polySend }),
  /** Fsys init. */
  fsys_init: routine(22007, { proc_server: t.polySend, auth_handle: t.copySend }, {}),
  /** Fsys forward. */
  fsys_forward: routine(22008, { requestor: t.polySend, argv: t.data }, {}),
  /** Fsys get options. */
  fsys_get_options: routine(22009, {}, { options: t.dataMoved }),
  /** Fsys get children. */
  fsys_get_children: routine(22010, {}, { names: t.data, controls: t.polySends }),
  /** Fsys get source. */
  fsys_get_source: routine(22011, {}, { source: t.string(1024) }),
});

/** Plain stubs. */
export const fsysCall = client(fsys);
