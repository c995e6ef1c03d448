/** Input and output on an open object (fs-io.md §4). Write precedes read. */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";

export const io = subsystem("io", 21000, {
  /** Writes at `offset`, -1 the file pointer. EBADF without O_WRITE, EPIPE, EAGAIN, EBACKGROUND. */
  io_write: routine(21000, { data: t.data, offset: t.int64 }, { amount: t.int }),
  /** Reads up to `amount` at `offset`, -1 the file pointer; empty at the end. EBADF without O_READ, EAGAIN, EBACKGROUND. */
  io_read: routine(21001, { offset: t.int64, amount: t.int }, { data: t.dataMoved }),
  /** Moves the file pointer. ESPIPE where there is none, EINVAL below zero. */
  io_seek: routine(21002, { offset: t.int64, whence: t.int }, { newp: t.int64 }),
  /** How much can be read without waiting. */
  io_readable: routine(21003, {}, { amount: t.int }),
  /** Replaces the changeable open modes (HONORED_STATE_MODES); others are ignored. */
  io_set_all_openmodes: routine(21004, { newbits: t.int }, {}),
  /** All open modes, access bits included. */
  io_get_openmodes: routine(21005, {}, { bits: t.int }),
  /** Sets open modes. */
  io_set_some_openmodes: routine(21006, { bits_to_set: t.int }, {}),
  /** Clears open modes. */
  io_clear_some_openmodes: routine(21007, { bits_to_clear: t.int }, {}),
  /** `notify_port` gets SIGIO when data come; answers the port that proves it. */
  io_async: routine(21008, { notify_port: t.polySend }, { async_id_port: t.polySend }),
  /** Who gets SIGIO and SIGURG: a pid, or minus a group. */
  io_mod_owner: routine(21009, { owner: t.int }, {}),
  /** That owner. */
  io_get_owner: routine(21010, {}, { owner: t.int }),
  /** The port that proves SIGIO. */
  io_get_icky_async_id: routine(21011, {}, { icky_async_id_port: t.polySend }),
  /** Which of SELECT_… is possible; waits until one is, or its caller gives up the reply port. */
  io_select: routine(21012, { select_type: t.int }, { select_type: t.int }),
  /** The status (stat.ts). No access bit needed. */
  io_stat: routine(21013, {}, { stat_info: t.ints(32) }),
  /** Server's side of a new identity for this port: meets the user at the auth server. */
  io_reauthenticate: simpleroutine(21014, { rendezvous2: t.polySend }),
  /** The same open with fewer ids: those asked for that it has. */
  io_restrict_auth: routine(21015, { uids: t.intArray, gids: t.intArray }, { new_object: t.polySend }),
  /** Another port for the same open. */
  io_duplicate: routine(21016, {}, { newport: t.polySend }),
  /** Who serves this, and which version. */
  io_server_version: routine(
    21017,
    {},
    { server_name: t.string(1024), server_major_version: t.int, server_minor_version: t.int, server_edit_level: t.int },
  ),
  /** Memory objects for reading and writing, by open mode. EOPNOTSUPP where there are none. */
  io_map: routine(21018, {}, { memobjrd: t.polySend, memobjwt: t.polySend }),
  /** The shared page of the mapped protocol. */
  io_map_cntl: routine(21019, {}, { memobj: t.polySend }),
  /** The mapped protocol: may I use the shared page. */
  io_get_conch: routine(21020, {}, {}),
  /** The mapped protocol: done with it. */
  io_release_conch: routine(21021, {}, {}),
  /** The mapped protocol: read to the end. */
  io_eofnotify: routine(21022, {}, {}),
  /** The mapped protocol: about to write beyond the end. */
  io_prenotify: routine(21023, { write_start: t.int, write_end: t.int }, {}),
  /** The mapped protocol: wrote. */
  io_postnotify: routine(21024, { write_start: t.int, write_end: t.int }, {}),
  /** The mapped protocol: about to read. */
  io_readnotify: routine(21025, {}, {}),
  /** The mapped protocol: wait for data. */
  io_readsleep: routine(21026, {}, {}),
  /** The mapped protocol: send SIGIO. */
  io_sigio: routine(21027, {}, {}),
  /** A limit by name (_PC_…), -1 for none. EINVAL for unknown names. */
  io_pathconf: routine(21028, { name: t.int }, { value: t.int }),
  /** Which object this is: same file, same `idport`. */
  io_identity: routine(21029, {}, { idport: t.polySend, fsidport: t.polySend, fileno: t.int64 }),
  /** Every other port on the node dies. Owner only: EPERM. */
  io_revoke: routine(21030, {}, {}),
  /** io_select with a limit: seconds and nanoseconds. */
  io_select_timeout: routine(21031, { timeout: t.ints(2), select_type: t.int }, { select_type: t.int }),
});

/** Plain stubs. */
export const ioCall = client(io);
