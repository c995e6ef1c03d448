/** What every process answers on its message port (auth-proc.md part 4). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const msg = subsystem("msg", 23000, {
  /**
   * A signal, answered when it counts as delivered. `refport`: the own task port for all, CTTYID, session port or async id for some, else
   * EPERM; EINVAL.
   */
  msg_sig_post: routine(23000, { signal: t.int, sigcode: t.int, refport: t.copySend }, {}),
  /** From the proc server, proved by the own task port: parent, group or orphan state changed. */
  msg_proc_newids: routine(23001, { task: t.copySend, ppid: t.int, pgrp: t.int, orphaned: t.int }, {}),
  /** Adds the ids of an auth handle to this process. */
  msg_add_auth: routine(23002, { auth: t.copySend }, {}),
  /** Takes ids from this process; proved by its task port. */
  msg_del_auth: routine(23003, { task: t.copySend, uids: t.intArray, gids: t.intArray }, {}),
  /** One of the INIT_PORT_…; proved by the task port. */
  msg_get_init_port: routine(23004, { refport: t.copySend, which: t.int }, { port: t.polySend }),
  /** Replaces one of the INIT_PORT_…; proved by the task port. */
  msg_set_init_port: routine(23005, { refport: t.copySend, which: t.int, port: t.polySend }, {}),
  /** All INIT_PORT_…. */
  msg_get_init_ports: routine(23006, { refport: t.copySend }, { ports: t.polySendsMoved }),
  /** Replaces all INIT_PORT_…. */
  msg_set_init_ports: routine(23007, { refport: t.copySend, ports: t.polySends }, {}),
  /** One of the INIT_… ints (umask, signal masks). */
  msg_get_init_int: routine(23008, { refport: t.copySend, which: t.int }, { value: t.int }),
  /** Replaces one of the INIT_… ints. */
  msg_set_init_int: routine(23009, { refport: t.copySend, which: t.int, value: t.int }, {}),
  /** All INIT_… ints. */
  msg_get_init_ints: routine(23010, { refport: t.copySend }, { values: t.intArrayMoved }),
  /** Replaces all INIT_… ints. */
  msg_set_init_ints: routine(23011, { refport: t.copySend, values: t.intArray }, {}),
  /** The ports of all descriptors, null where none is open. */
  msg_get_dtable: routine(23012, { refport: t.copySend }, { dtable: t.polySendsMoved }),
  /** Replaces all descriptors. */
  msg_set_dtable: routine(23013, { refport: t.copySend, dtable: t.polySends }, {}),
  /** The port of one descriptor. EBADF when it is not open. */
  msg_get_fd: routine(23014, { refport: t.copySend, fd: t.int }, { port: t.polySend }),
  /** Replaces one descriptor. */
  msg_set_fd: routine(23015, { refport: t.copySend, fd: t.int, port: t.polySend }, {}),
  /** The environment, as an argz vector. */
  msg_get_environment: routine(23016, {}, { value: t.dataMoved }),
  /** Replaces the environment. */
  msg_set_environment: routine(23017, { refport: t.copySend, value: t.data }, {}),
  /** The value of one variable. ENOENT without one. */
  msg_get_env_variable: routine(23018, { variable: t.string(1024) }, { value: t.dataMoved }),
  /** Sets one variable; `replace` says whether an old value goes. */
  msg_set_env_variable: routine(23019, { refport: t.copySend, variable: t.string(1024), value: t.string(1024), replace: t.boolean }, {}),
  /** A signal that a tracer lets through. */
  msg_sig_post_untraced: routine(23022, { signal: t.int, sigcode: t.int, refport: t.copySend }, {}),
  /** What a thread of this process waits for: a word, and the message id of the call it is in. */
  msg_report_wait: routine(23023, { thread: t.copySend }, { wait_desc: t.string(1024), wait_rpc: t.int }),
  /** Words for names of this process: `fd#2`, `init#3`. */
  msg_describe_ports: routine(23024, { refport: t.copySend, names: t.portNames }, { descriptions: t.data }),
});

/** Plain stubs. */
export const msgCall = client(msg);
