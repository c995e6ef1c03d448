/** Files and directories (fs-io.md §3–5). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const fs = subsystem("fs", 20000, {
  /** The old form of file_exec_paths, without file names. */
  file_exec: routine(
    20000,
    {
      exec_task: t.copySend, flags: t.int, argv: t.data, envp: t.data, fdarray: t.polySends, portarray: t.polySends, intarray: t.intArray,
      deallocnames: t.portNames, destroynames: t.portNames,
    },
    {},
  ),
  /** Owner and group, -1 leaves one. Owner with the group, or root: EPERM. */
  file_chown: routine(20001, { new_owner: t.int, new_group: t.int }, {}),
  /** The author. Owner only: EPERM. */
  file_chauthor: routine(20002, { new_author: t.int }, {}),
  /** Permission bits. Owner only: EPERM. */
  file_chmod: routine(20003, { new_mode: t.int }, {}),
  /** BSD file flags. Owner only: EPERM. */
  file_chflags: routine(20004, { new_flags: t.int }, {}),
  /** The old form of file_utimens, in microseconds. */
  file_utimes: routine(20005, { new_atime: t.ints(2), new_mtime: t.ints(2) }, {}),
  /** Cuts or extends a file. EBADF without O_WRITE, EINVAL below zero. */
  file_set_size: routine(20006, { new_size: t.int64 }, {}),
  /** Locks the whole file for this open (LOCK_…). EAGAIN with LOCK_NB when another holds it. */
  file_lock: routine(20007, { flags: t.int }, {}),
  /** Locks of this open, and of others. */
  file_lock_stat: routine(20008, {}, { mystatus: t.int, otherstatus: t.int }),
  /** Which of O_READ, O_WRITE, O_EXEC this user could have, whatever the open mode. */
  file_check_access: routine(20009, {}, { allowed: t.int }),
  /** `port` gets file_changed from now on. */
  file_notice_changes: routine(20010, { port: t.polySend }, {}),
  /** The control port of the filesystem. Owner of its root only: EPERM. */
  file_getcontrol: routine(20011, {}, { control: t.polySend }),
  /** State of the filesystem (statfs.ts). */
  file_statfs: routine(20012, {}, { info: t.ints(22) }),
  /** Writes the file out. */
  file_sync: routine(20013, { wait: t.int, omit_metadata: t.int }, {}),
  /** Writes the whole filesystem out. */
  file_syncfs: routine(20014, { wait: t.int, do_children: t.int }, {}),
  /** Where the data lie: ports, ints, runs of offsets, strings. */
  file_get_storage_info: routine(
    20015,
    {},
    { ports: t.polySendsMoved, ints: t.intArrayMoved, offsets: t.int64ArrayMoved, data: t.dataMoved },
  ),
  /** A port for dir_link of this node. EBUSY at a root. */
  file_getlinknode: routine(20016, {}, { linknode: t.polySend }),
  /** A handle that fsys_getfile takes. */
  file_getfh: routine(20017, {}, { filehandle: t.dataMoved }),
  /** Looks a name up, in as many steps as this server can go; FS_RETRY_… says what the client does next. */
  dir_lookup: routine(
    20018,
    { file_name: t.string(1024), flags: t.int, mode: t.int },
    { do_retry: t.int, retry_name: t.string(1024), result: t.polySend },
  ),
  /** Entries from an index on (dirent.ts). EBADF without O_READ. */
  dir_readdir: routine(20019, { entry: t.int, nentries: t.int, bufsiz: t.int }, { data: t.dataMaybeMoved, amount: t.int }),
  /** Makes a directory. EEXIST. */
  dir_mkdir: routine(20020, { name: t.string(1024), mode: t.int }, {}),
  /** Removes an empty directory. ENOTEMPTY, EBUSY. */
  dir_rmdir: routine(20021, { name: t.string(1024) }, {}),
  /** Removes a name. EPERM for a directory. */
  dir_unlink: routine(20022, { name: t.string(1024) }, {}),
  /** Gives `file` this name; replaces what has it unless `excl` (EEXIST). EXDEV, EPERM for directories. */
  dir_link: routine(20023, { file: t.copySend, name: t.string(1024), excl: t.int }, {}),
  /** Moves a name. EXDEV, EINVAL into itself, EEXIST with `excl`. */
  dir_rename: routine(20024, { oldname: t.string(1024), newdirectory: t.copySend, newname: t.string(1024), excl: t.int }, {}),
  /** A file without a name, in this directory's filesystem. */
  dir_mkfile: routine(20025, { flags: t.int, mode: t.int }, { newnode: t.polySend }),
  /** `port` gets dir_changed from now on. */
  dir_notice_changes: routine(20026, { port: t.polySend }, {}),
  /** Sets the passive record, the active translator or both (FS_TRANS_…). EBUSY, EPERM, EINVAL. */
  file_set_translator: routine(
    20027,
    { passive_flags: t.int, active_flags: t.int, oldtrans_flags: t.int, passive: t.data, active: t.polySend },
    {},
  ),
  /** The passive record. EINVAL when there is none. */
  file_get_translator: routine(20028, {}, { translator: t.dataMoved }),
  /** The control port of the active translator. ENXIO without one, EPERM but for the owner. */
  file_get_translator_cntl: routine(20029, {}, { translator_cntl: t.polySend }),
  /** Options of the filesystem, as an argz vector. */
  file_get_fs_options: routine(20030, {}, { options: t.dataMoved }),
  /** A port for the same node whose `..` is `parent`. */
  file_reparent: routine(20031, { parent: t.copySend }, { new_file: t.polySend }),
  /** Runs this file in a task: checks, set-id, then the exec server. EACCES, EBADF, ENOEXEC, EOPNOTSUPP without an exec server. */
  file_exec_paths: routine(
    20034,
    {
      exec_task: t.copySend, flags: t.int, path: t.string(1024), abspath: t.string(1024), argv: t.data, envp: t.data, fdarray: t.polySends,
      portarray: t.polySends, intarray: t.intArray, deallocnames: t.portNames, destroynames: t.portNames,
    },
    {},
  ),
  /** Times, or UTIME_NOW and UTIME_OMIT in place of the nanoseconds. Owner only: EPERM. */
  file_utimens: routine(20035, { new_atime: t.ints(2), new_mtime: t.ints(2) }, {}),
  /** Locks a range. EAGAIN, EBADF, EINVAL. */
  file_record_lock: routine(20036, { cmd: t.int, flock64: t.ints(7), rendezvous: t.polySend }, { flock64: t.ints(7) }),
});

/** Plain stubs. */
export const fsCall = client(fs);
