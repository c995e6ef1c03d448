/** Input and output on an open object (fs-io.md §4). Write precedes read. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";

export const io = subsystem("io", 21000, {
  /** Io write. */
  io_write: routine(21000, { data: t.data, offset: t.int64 }, { amount: t.int }),
  /** Io read. */
  io_read: routine(21001, { offset: t.int64, amount: t.int }, { data: t.dataMoved }),
  /** Io seek. */
  io_seek: routine(21002, { offset: t.int64, whence: t.int }, { newp: t.int64 }),
  /** Io readable. */
  io_readable: routine(21003, {}, { amount: t.int }),
  /** Io set all openmodes. */
  io_set_all_openmodes: routine(21004, { newbits: t.int }, {}),
  /** Io get openmodes. */
  io_get_openmodes: routine(21005, {}, { bits: t.int }),
  /** Io set some openmodes. */
  io_set_some_openmodes: routine(21006, { bits_to_set: t.int }, {}),
  /** Io clear some openmodes. */
  io_clear_some_openmodes: routine(21007, { bits_to_clear: t.int }, {}),
  /** Io async. */
  io_async: routine(21008, { notify_port: t.polySend }, { async_id_port: t.polySend }),
  /** Io mod owner. */
  io_mod_owner: routine(21009, { owner: t.int }, {}),
  /** Io get owner. */
  io_get_owner: routine(21010, {}, { owner: t.int }),
  /** Io get icky async id. */
  io_get_icky_async_id: routine(21011, {}, { icky_async_id_port: t.polySend }),
  /** Io select. */
  io_select: routine(21012, { select_type: t.int }, { select_type: t.int }),
  /** Io stat. */
  io_stat: routine(21013, {}, { stat_info: t.ints(32) }),
  /** Io reauthenticate. */
  io_reauthenticate: simpleroutine(21014, { rendezvous2: t.polySend }),
  /** Io restrict auth. */
  io_restrict_auth: routine(21015, { uids: t.intArray, gids: t.intArray }, { new_object: t.polySend }),
  /** Io duplicate. */
  io_duplicate: routine(21016, {}, { newport: t.polySend }),
  /** Io server version. */
  io_server_version: routine(
    21017,
    {},
    { server_name: t.string(1024), server_major_version: t.int, server_minor_version: t.int, server_edit_level: t.int },
  ),
  /** Io map. */
  io_map: routine(21018, {}, { memobjrd: t.polySend, memobjwt: t.polySend }),
  /** Io map cntl. */
  io_map_cntl: routine(21019, {}, { memobj: t.polySend }),
  /** Io get conch. */
  io_get_conch: routine(21020, {}, {}),
  /** Io release conch. */
  io_release_conch: routine(21021, {}, {}),
  /** Io eofnotify. */
  io_eofnotify: routine(21022, {}, {}),
  /** Io prenotify. */
  io_prenotify: routine(21023, { write_start: t.int, write_end: t.int }, {}),
  /** Io postnotify. */
  io_postnotify: routine(21024, { write_start: t.int, write_end: t.int }, {}),
  /** Io readnotify. */
  io_readnotify: routine(21025, {}, {}),
  /** Io readsleep. */
  io_readsleep: routine(21026, {}, {}),
  /** Io sigio. */
  io_sigio: routine(21027, {}, {}),
  /** Io pathconf. */
  io_pathconf: routine(21028, { name: t.int }, { value: t.int }),
  /** Io identity. */
  io_identity: routine(21029, {}, { idport: t.polySend, fsidport: t.polySend, fileno: t.int64 }),
  /** Io revoke. */
  io_revoke: routine(21030, {}, {}),
  /** Io select timeout. */
  io_select_timeout: routine(21031, { timeout: t.ints(2), select_type: t.int }, { select_type: t.int }),
});

/** Plain stubs. */
export const ioCall = client(io);
