/** Files and directories (fs-io.md §3–5). */
import { client } from "../../mach/mig/client.ts";
import { t } from "../../mach/mig/kind.ts";
import { routine, subsystem } from "../../mach/mig/subsystem.ts";

export const fs = subsystem("fs", 20000, {
  /** File exec. */
  file_exec: routine(
    20000,
    { exec_task: t.copySend, flags: t.int, argv: t.data, envp: t.data, fdarray: t.polySends, portarray: t.polySends, intarray: t.intArray, deallocnames: t.portNames, destroynames: t.portNames },
    {},
  ),
  /** File chown. */
  file_chown: routine(20001, { new_owner: t.int, new_group: t.int }, {}),
  /** File chauthor. */
  file_chauthor: routine(20002, { new_author: t.int }, {}),
  /** File chmod. */
  file_chmod: routine(20003, { new_mode: t.int }, {}),
  /** File chflags. */
  file_chflags: routine(20004, { new_flags: t.int }, {}),
  /** File utimes. */
  file_utimes: routine(20005, { new_atime: t.ints(2), new_mtime: t.ints(2) }, {}),
  /** File set size. */
  file_set_size: routine(20006, { new_size: t.int64 }, {}),
  /** File lock. */
  file_lock: routine(20007, { flags: t.int }, {}),
  /** File lock stat. */
  file_lock_stat: routine(20008, {}, { mystatus: t.int, otherstatus: t.int }),
  /** File check access. */
  file_check_access: routine(20009, {}, { allowed: t.int }),
  /** File notice changes. */
  file_notice_changes: routine(20010, { port: t.polySend }, {}),
  /** File getcontrol. */
  file_getcontrol: routine(20011, {}, { control: t.polySend }),
  /** File statfs. */
  file_statfs: routine(20012, {}, { info: t.ints(22) }),
  /** File sync. */
  file_sync: routine(20013, { wait: t.int, omit_metadata: t.int }, {}),
  /** File syncfs. */
  file_syncfs: routine(20014, { wait: t.int, do_children: t.int }, {}),
  /** File get storage info. */
  file_get_storage_info: routine(
    20015,
    {},
    { ports: t.polySendsMoved, ints: t.intArrayMoved, offsets: t.int64ArrayMoved, data: t.dataMoved },
  ),
  /** File getlinknode. */
  file_getlinknode: routine(20016, {}, { linknode: t.polySend }),
  /** File getfh. */
  file_getfh: routine(20017, {}, { filehandle: t.dataMoved }),
  /** Dir lookup. */
  dir_lookup: routine(
    20018,
    { file_name: t.string(1024), flags: t.int, mode: t.int },
    { do_retry: t.int, retry_name: t.string(1024), result: t.polySend },
  ),
  /** Dir readdir. */
  dir_readdir: routine(20019, { entry: t.int, nentries: t.int, bufsiz: t.int }, { data: t.dataMaybeMoved, amount: t.int }),
  /** Dir mkdir. */
  dir_mkdir: routine(20020, { name: t.string(1024), mode: t.int }, {}),
  /** Dir rmdir. */
  dir_rmdir: routine(20021, { name: t.string(1024) }, {}),
  /** Dir unlink. */
  dir_unlink: routine(20022, { name: t.string(1024) }, {}),
  /** Dir link. */
  dir_link: routine(20023, { file: t.copySend, name: t.string(1024), excl: t.int }, {}),
  /** Dir rename. */
  dir_rename: routine(20024, { oldname: t.string(1024), newdirectory: t.copySend, newname: t.string(1024), excl: t.int }, {}),
  /** Dir mkfile. */
  dir_mkfile: routine(20025, { flags: t.int, mode: t.int }, { newnode: t.polySend }),
  /** Dir notice changes. */
  dir_notice_changes: routine(20026, { port: t.polySend }, {}),
  /** File set translator. */
  file_set_translator: routine(
    20027,
    { passive_flags: t.int, active_flags: t.int, oldtrans_flags: t.int, passive: t.data, active: t.polySend },
    {},
  ),
  /** File get translator. */
  file_get_translator: routine(20028, {}, { translator: t.dataMoved }),
  /** File get translator cntl. */
  file_get_translator_cntl: routine(20029, {}, { translator_cntl: t.polySend }),
  /** File get fs options. */
  file_get_fs_options: routine(20030, {}, { options: t.dataMoved }),
  /** File reparent. */
  file_reparent: routine(20031, { parent: t.copySend }, { new_file: t.polySend }),
  /** File exec paths. */
  file_exec_paths: routine(
    20034,
    { exec_task: t.copySend, flags: t.int, path: t.string(1024), abspath: t.string(1024), argv: t.data, envp: t.data, fdarray: t.polySends, portarray: t.polySends, intarray: t.intArray, deallocnames: t.portNames, destroynames: t.portNames },
    {},
  ),
  /** File utimens. */
  file_utimens: routine(20035, { new_atime: t.ints(2), new_mtime: t.ints(2) }, {}),
  /** File record lock. */
  file_record_lock: routine(20036, { cmd: t.int, flock64: t.ints(7), rendezvous: t.polySend }, { flock64: t.ints(7) }),
});

/** Plain stubs. */
export const fsCall = client(fs);
