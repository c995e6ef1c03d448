/** The proc server: processes, groups, sessions, waiting (auth-proc.md part 2). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";

export const proc = subsystem("process", 24000, {
  /** Proc getprivports. */
  proc_getprivports: routine(24004, {}, { host_priv: t.copySend, device_master: t.copySend }),
  /** Proc getallpids. */
  proc_getallpids: routine(24005, {}, { pidarray: t.intArrayMoved }),
  /** Proc setexecdata. */
  proc_setexecdata: routine(24006, { ports: t.polySends, ints: t.intArray }, {}),
  /** Proc getexecdata. */
  proc_getexecdata: routine(24007, {}, { ports: t.polySendsMoved, ints: t.intArrayMoved }),
  /** Proc execdata notify. */
  proc_execdata_notify: routine(24008, { notify: t.polySend }, {}),
  /** Proc uname. */
  proc_uname: routine(24009, {}, { uname: t.chars(5120) }),
  /** Proc register version. */
  proc_register_version: routine(
    24010,
    { credential: t.copySend, name: t.string(1024), release: t.string(1024), version: t.string(1024) },
    {},
  ),
  /** Proc reauthenticate. */
  proc_reauthenticate: simpleroutine(24011, { rendezvous: t.polySend }),
  /** Proc child. */
  proc_child: routine(24012, { child: t.copySend }, {}),
  /** Proc setmsgport. */
  proc_setmsgport: routine(24013, { newmsgport: t.copySend }, { oldmsgport: t.polySend }),
  /** Proc reassign. */
  proc_reassign: routine(24014, { newtask: t.copySend }, {}),
  /** Proc setowner. */
  proc_setowner: routine(24015, { owner: t.int, clear: t.int }, {}),
  /** Proc getpids. */
  proc_getpids: routine(24016, {}, { pid: t.int, ppid: t.int, orphaned: t.int }),
  /** Proc set arg locations. */
  proc_set_arg_locations: routine(24017, { argv: t.int, envp: t.int }, {}),
  /** Proc get arg locations. */
  proc_get_arg_locations: routine(24018, {}, { argv: t.int, envp: t.int }),
  /** Proc getmsgport. */
  proc_getmsgport: routine(24019, { pid: t.int }, { msgport: t.polySend }),
  /** Proc wait. */
  proc_wait: routine(24020, { pid: t.int, options: t.int }, { status: t.int, sigcode: t.int, rusage: t.ints(18), pid_status: t.int }),
  /** Proc dostop. */
  proc_dostop: routine(24021, { contthread: t.copySend }, {}),
  /** Proc handle exceptions. */
  proc_handle_exceptions: routine(
    24022,
    { msgport: t.moveReceive, forwardport: t.polySend, flavor: t.int, new_state: t.intsUpTo(1024) },
    {},
  ),
  /** Proc mark stop. */
  proc_mark_stop: routine(24023, { signo: t.int, sigcode: t.int }, {}),
  /** Proc mark cont. */
  proc_mark_cont: routine(24024, {}, {}),
  /** Proc mark exit. */
  proc_mark_exit: routine(24025, { status: t.int, sigcode: t.int }, {}),
  /** Proc mark exec. */
  proc_mark_exec: routine(24026, {}, {}),
  /** Proc mark traced. */
  proc_mark_traced: routine(24027, {}, {}),
  /** Proc mod stopchild. */
  proc_mod_stopchild: routine(24028, { doit: t.int }, {}),
  /** Proc pid2task. */
  proc_pid2task: routine(24029, { pid: t.int }, { task: t.copySend }),
  /** Proc task2pid. */
  proc_task2pid: routine(24030, { task: t.copySend }, { pid: t.int }),
  /** Proc task2proc. */
  proc_task2proc: routine(24031, { task: t.copySend }, { proc: t.polySend }),
  /** Proc proc2task. */
  proc_proc2task: routine(24032, {}, { task: t.copySend }),
  /** Proc pid2proc. */
  proc_pid2proc: routine(24033, { pid: t.int }, { proc: t.polySend }),
  /** Proc getprocinfo. */
  proc_getprocinfo: routine(24034, { which: t.int, flags: t.int }, { flags: t.int, procinfo: t.intArrayMoved, threadwaits: t.dataMoved }),
  /** Proc getprocargs. */
  proc_getprocargs: routine(24035, { which: t.int }, { procargs: t.dataMoved }),
  /** Proc getprocenv. */
  proc_getprocenv: routine(24036, { which: t.int }, { procenv: t.dataMoved }),
  /** Proc make login coll. */
  proc_make_login_coll: routine(24037, {}, {}),
  /** Proc getloginid. */
  proc_getloginid: routine(24038, { pid: t.int }, { login_id: t.int }),
  /** Proc getloginpids. */
  proc_getloginpids: routine(24039, { id: t.int }, { pids: t.intArrayMoved }),
  /** Proc setlogin. */
  proc_setlogin: routine(24040, { logname: t.string(1024) }, {}),
  /** Proc getlogin. */
  proc_getlogin: routine(24041, {}, { logname: t.string(1024) }),
  /** Proc setsid. */
  proc_setsid: routine(24042, {}, {}),
  /** Proc getsid. */
  proc_getsid: routine(24043, { pid: t.int }, { sid: t.int }),
  /** Proc getsessionpgids. */
  proc_getsessionpgids: routine(24044, { sid: t.int }, { pgidset: t.intArrayMoved }),
  /** Proc getsessionpids. */
  proc_getsessionpids: routine(24045, { sid: t.int }, { pidset: t.intArrayMoved }),
  /** Proc getsidport. */
  proc_getsidport: routine(24046, {}, { sessport: t.polySend }),
  /** Proc setpgrp. */
  proc_setpgrp: routine(24047, { pid: t.int, pgrp: t.int }, {}),
  /** Proc getpgrp. */
  proc_getpgrp: routine(24048, { pid: t.int }, { pgrp: t.int }),
  /** Proc getpgrppids. */
  proc_getpgrppids: routine(24049, { pgrp: t.int }, { pidset: t.intArrayMoved }),
  /** Proc get tty. */
  proc_get_tty: routine(24050, { target_process: t.int }, { tty: t.polySend }),
  /** Proc getnports. */
  proc_getnports: routine(24051, { which: t.int }, { nports: t.int }),
  /** Proc set init task. */
  proc_set_init_task: routine(24052, { task: t.copySend }, {}),
  /** Proc mark important. */
  proc_mark_important: routine(24053, {}, {}),
  /** Proc is important. */
  proc_is_important: routine(24054, {}, { essential: t.boolean }),
  /** Proc set code. */
  proc_set_code: routine(24055, { start_code: t.int, end_code: t.int }, {}),
  /** Proc get code. */
  proc_get_code: routine(24056, {}, { start_code: t.int, end_code: t.int }),
  /** Proc make task namespace. */
  proc_make_task_namespace: routine(24057, { notify: t.polySend }, {}),
  /** Proc set exe. */
  proc_set_exe: routine(24058, { path: t.string(1024) }, {}),
  /** Proc get exe. */
  proc_get_exe: routine(24059, { which: t.int }, { path: t.string(1024) }),
  /** Proc set entry. */
  proc_set_entry: routine(24060, { entry: t.int }, {}),
  /** Proc get entry. */
  proc_get_entry: routine(24061, {}, { entry: t.int }),
  /** Proc waitid. */
  proc_waitid: routine(24062, { pid: t.int, options: t.int }, { status: t.int, sigcode: t.int, rusage: t.ints(18), pid_status: t.int }),
  /** Proc reauthenticate reassign. */
  proc_reauthenticate_reassign: simpleroutine(24063, { rendezvous: t.polySend, new_task: t.copySend }),
  /** Proc reauthenticate complete. */
  proc_reauthenticate_complete: simpleroutine(24064, {}),
  /** Proc getchildren rusage. */
  proc_getchildren_rusage: routine(24065, {}, { children_rusage: t.ints(18) }),
});

/** Plain stubs. */
export const procCall = client(proc);
