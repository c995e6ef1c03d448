/** What every process answers on its message port (auth-proc.md part 4). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const msg = subsystem("msg", 23000, {
  /** Msg sig post. */
  msg_sig_post: routine(23000, { signal: t.int, sigcode: t.int, refport: t.copySend }, {}),
  /** Msg proc newids. */
  msg_proc_newids: routine(23001, { task: t.copySend, ppid: t.int, pgrp: t.int, orphaned: t.int }, {}),
  /** Msg add auth. */
  msg_add_auth: routine(23002, { auth: t.copySend }, {}),
  /** Msg del auth. */
  msg_del_auth: routine(23003, { task: t.copySend, uids: t.intArray, gids: t.intArray }, {}),
  /** Msg get init port. */
  msg_get_init_port: routine(23004, { refport: t.copySend, which: t.int }, { port: t.polySend }),
  /** Msg set init port. */
  msg_set_init_port: routine(23005, { refport: t.copySend, which: t.int, port: t.polySend }, {}),
  /** Msg get init ports. */
  msg_get_init_ports: routine(23006, { refport: t.copySend }, { ports: t.polySendsMoved }),
  /** Msg set init ports. */
  msg_set_init_ports: routine(23007, { refport: t.copySend, ports: t.polySends }, {}),
  /** Msg get init int. */
  msg_get_init_int: routine(23008, { refport: t.copySend, which: t.int }, { value: t.int }),
  /** Msg set init int. */
  msg_set_init_int: routine(23009, { refport: t.copySend, which: t.int, value: t.int }, {}),
  /** Msg get init ints. */
  msg_get_init_ints: routine(23010, { refport: t.copySend }, { values: t.intArrayMoved }),
  /** Msg set init ints. */
  msg_set_init_ints: routine(23011, { refport: t.copySend, values: t.intArray }, {}),
  /** Msg get dtable. */
  msg_get_dtable: routine(23012, { refport: t.copySend }, { dtable: t.polySendsMoved }),
  /** Msg set dtable. */
  msg_set_dtable: routine(23013, { refport: t.copySend, dtable: t.polySends }, {}),
  /** Msg get fd. */
  msg_get_fd: routine(23014, { refport: t.copySend, fd: t.int }, { port: t.polySend }),
  /** Msg set fd. */
  msg_set_fd: routine(23015, { refport: t.copySend, fd: t.int, port: t.polySend }, {}),
  /** Msg get environment. */
  msg_get_environment: routine(23016, {}, { value: t.dataMoved }),
  /** Msg set environment. */
  msg_set_environment: routine(23017, { refport: t.copySend, value: t.data }, {}),
  /** Msg get env variable. */
  msg_get_env_variable: routine(23018, { variable: t.string(1024) }, { value: t.dataMoved }),
  /** Msg set env variable. */
  msg_set_env_variable: routine(23019, { refport: t.copySend, variable: t.string(1024), value: t.string(1024), replace: t.boolean }, {}),
  /** Msg sig post untraced. */
  msg_sig_post_untraced: routine(23022, { signal: t.int, sigcode: t.int, refport: t.copySend }, {}),
  /** Msg report wait. */
  msg_report_wait: routine(23023, { thread: t.copySend }, { wait_desc: t.string(1024), wait_rpc: t.int }),
  /** Msg describe ports. */
  msg_describe_ports: routine(23024, { refport: t.copySend, names: t.portNames }, { descriptions: t.data }),
});

/** Plain stubs. */
export const msgCall = client(msg);
