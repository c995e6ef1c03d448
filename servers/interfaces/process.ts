/** The proc server: processes, groups, sessions, waiting (auth-proc.md part 2). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, simpleroutine, subsystem } from "../../mach/mig/subsystem.ts";

export const proc = subsystem("process", 24000, {
  /** Host and device master ports. Root only: EPERM. */
  proc_getprivports: routine(24004, {}, { host_priv: t.copySend, device_master: t.copySend }),
  /** Every pid. */
  proc_getallpids: routine(24005, {}, { pidarray: t.intArrayMoved }),
  /** The standard ports and ints of EXEC_DEFAULTS. Root only. */
  proc_setexecdata: routine(24006, { ports: t.polySends, ints: t.intArray }, {}),
  /** Those. ENOENT if never set. */
  proc_getexecdata: routine(24007, {}, { ports: t.polySendsMoved, ints: t.intArrayMoved }),
  /** `notify` gets exec_setexecdata on changes. */
  proc_execdata_notify: routine(24008, { notify: t.polySend }, {}),
  /** Who this system is (utsname.ts). */
  proc_uname: routine(24009, {}, { uname: t.chars(5120) }),
  /** A server says its version, for uname. Needs the privileged host port: EPERM. */
  proc_register_version: routine(
    24010,
    { credential: t.copySend, name: t.string(1024), release: t.string(1024), version: t.string(1024) },
    {},
  ),
  /** The process's new identity: proc meets it at the auth server, and the old port dies. Silent when it fails. */
  proc_reauthenticate: simpleroutine(24011, { rendezvous: t.polySend }),
  /** Makes a task the caller's child: ids, group, session. ESRCH for what is no task, EBUSY when it has a parent. */
  proc_child: routine(24012, { child: t.copySend }, {}),
  /** The message port of the process; answers the old one. */
  proc_setmsgport: routine(24013, { newmsgport: t.copySend }, { oldmsgport: t.polySend }),
  /** Moves a process to another task; the old form. */
  proc_reassign: routine(24014, { newtask: t.copySend }, {}),
  /** Owners are abolished: EOPNOTSUPP. */
  proc_setowner: routine(24015, { owner: t.int, clear: t.int }, {}),
  /** Own pid, parent's, and whether the group is orphaned. */
  proc_getpids: routine(24016, {}, { pid: t.int, ppid: t.int, orphaned: t.int }),
  /** Where arguments and environment lie in memory. */
  proc_set_arg_locations: routine(24017, { argv: t.int, envp: t.int }, {}),
  /** Those addresses. */
  proc_get_arg_locations: routine(24018, {}, { argv: t.int, envp: t.int }),
  /**
   * A process's message port; waits while the process is between two (just after exec), null for a zombie or one that never had any. ESRCH;
   * no permission is needed.
   */
  proc_getmsgport: routine(24019, { pid: t.int }, { msgport: t.polySend }),
  /** Waits for a child, youngest first (waitpid's `pid` and options). ECHILD, EINTR; EAGAIN with WNOHANG when none is ready. */
  proc_wait: routine(24020, { pid: t.int, options: t.int }, { status: t.int, sigcode: t.int, rusage: t.ints(18), pid_status: t.int }),
  /** Suspends all threads of the caller's task but one. */
  proc_dostop: routine(24021, { contthread: t.copySend }, {}),
  /** Proc takes the receive right of the exception port: it forwards what comes, and sets the faulting signal thread to the given state. */
  proc_handle_exceptions: routine(
    24022,
    { msgport: t.moveReceive, forwardport: t.polySend, flavor: t.int, new_state: t.intsUpTo(1024) },
    {},
  ),
  /** The process is stopped: the parent's wait and SIGCHLD. */
  proc_mark_stop: routine(24023, { signo: t.int, sigcode: t.int }, {}),
  /** It goes on. */
  proc_mark_cont: routine(24024, {}, {}),
  /** It ends with this status; its task's death does the rest. EINVAL for a stop status, EBUSY the second time. */
  proc_mark_exit: routine(24025, { status: t.int, sigcode: t.int }, {}),
  /** It has run exec: setpgrp by the parent is refused from now on. */
  proc_mark_exec: routine(24026, {}, {}),
  /** Stops show in wait without WUNTRACED. */
  proc_mark_traced: routine(24027, {}, {}),
  /** SIGCHLD when children stop, or not. */
  proc_mod_stopchild: routine(24028, { doit: t.int }, {}),
  /** A process's task port, to who has all its uids, or root: EPERM; ESRCH. Null for a zombie. */
  proc_pid2task: routine(24029, { pid: t.int }, { task: t.copySend }),
  /** The pid of a task. ESRCH. */
  proc_task2pid: routine(24030, { task: t.copySend }, { pid: t.int }),
  /** The proc port of a task. ESRCH. */
  proc_task2proc: routine(24031, { task: t.copySend }, { proc: t.polySend }),
  /** The task of a proc port. */
  proc_proc2task: routine(24032, {}, { task: t.copySend }),
  /** A process's proc port, under the rule of proc_pid2task. Null for a zombie. */
  proc_pid2proc: routine(24033, { pid: t.int }, { proc: t.polySend }),
  /** Facts about a process (procinfo.ts); `flags` says which, and comes back with what was given. ESRCH, for zombies too. */
  proc_getprocinfo: routine(24034, { which: t.int, flags: t.int }, { flags: t.int, procinfo: t.intArrayMoved, threadwaits: t.dataMoved }),
  /** Its arguments, read from its memory. */
  proc_getprocargs: routine(24035, { which: t.int }, { procargs: t.dataMoved }),
  /** Its environment, read from its memory. */
  proc_getprocenv: routine(24036, { which: t.int }, { procenv: t.dataMoved }),
  /** A new login collection, this process its head. */
  proc_make_login_coll: routine(24037, {}, {}),
  /** The login collection of a process. ESRCH. */
  proc_getloginid: routine(24038, { pid: t.int }, { login_id: t.int }),
  /** The members of a login collection. */
  proc_getloginpids: routine(24039, { id: t.int }, { pids: t.intArrayMoved }),
  /** The session's login name. Root only. */
  proc_setlogin: routine(24040, { logname: t.string(1024) }, {}),
  /** That name. */
  proc_getlogin: routine(24041, {}, { logname: t.string(1024) }),
  /** A new session and group. EPERM for a group leader. */
  proc_setsid: routine(24042, {}, {}),
  /** The session of a process. ESRCH. */
  proc_getsid: routine(24043, { pid: t.int }, { sid: t.int }),
  /** Groups of a session. */
  proc_getsessionpgids: routine(24044, { sid: t.int }, { pgidset: t.intArrayMoved }),
  /** Members of a session. */
  proc_getsessionpids: routine(24045, { sid: t.int }, { pidset: t.intArrayMoved }),
  /** The session's id port: as a refport it proves the right to send SIGCONT. */
  proc_getsidport: routine(24046, {}, { sessport: t.polySend }),
  /** Moves self or a child to a group. ESRCH, EPERM, EACCES after its exec. */
  proc_setpgrp: routine(24047, { pid: t.int, pgrp: t.int }, {}),
  /** The group of a process. ESRCH. */
  proc_getpgrp: routine(24048, { pid: t.int }, { pgrp: t.int }),
  /** Members of a group (0: the caller's), without important ones. */
  proc_getpgrppids: routine(24049, { pgrp: t.int }, { pidset: t.intArrayMoved }),
  /** Never given: EOPNOTSUPP. */
  proc_get_tty: routine(24050, { target_process: t.int }, { tty: t.polySend }),
  /** How many names its task has. */
  proc_getnports: routine(24051, { which: t.int }, { nports: t.int }),
  /** Which task becomes pid 1. Startup only: EPERM. */
  proc_set_init_task: routine(24052, { task: t.copySend }, {}),
  /** Its group forgets it: proc_getpgrppids leaves it out, so kill spares it. Root, or a child of startup: EPERM. */
  proc_mark_important: routine(24053, {}, {}),
  /** Whether it is left out of its group's list. */
  proc_is_important: routine(24054, {}, { essential: t.boolean }),
  /** Where the program's text lies. */
  proc_set_code: routine(24055, { start_code: t.int, end_code: t.int }, {}),
  /** That range. */
  proc_get_code: routine(24056, {}, { start_code: t.int, end_code: t.int }),
  /** A task namespace of its own for a sub-Hurd. EBUSY. */
  proc_make_task_namespace: routine(24057, { notify: t.polySend }, {}),
  /** The path of the program. */
  proc_set_exe: routine(24058, { path: t.string(1024) }, {}),
  /** That path. ESRCH. */
  proc_get_exe: routine(24059, { which: t.int }, { path: t.string(1024) }),
  /** The program's entry address. */
  proc_set_entry: routine(24060, { entry: t.int }, {}),
  /** That address. */
  proc_get_entry: routine(24061, {}, { entry: t.int }),
  /** Waits with waitid's options. */
  proc_waitid: routine(24062, { pid: t.int, options: t.int }, { status: t.int, sigcode: t.int, rusage: t.ints(18), pid_status: t.int }),
  /** Set-id exec: new identity and new task in one step; the old task ends, all old ports die. */
  proc_reauthenticate_reassign: simpleroutine(24063, { rendezvous: t.polySend, new_task: t.copySend }),
  /** Sent to the new port, without arguments: ends proc_reauthenticate and proc_reauthenticate_reassign. */
  proc_reauthenticate_complete: simpleroutine(24064, {}),
  /** What ended children used (rusage.ts). */
  proc_getchildren_rusage: routine(24065, {}, { children_rusage: t.ints(18) }),
});

/** Plain stubs. */
export const procCall = client(proc);
