/** `fs` requests (20000 …), each handed to the module that knows it. */
import { copySends, moveSend, portValid } from "../../../mach/ipc/names.ts";
import { failure } from "../../../mach/mig/server.ts";
import type { Handlers } from "../../../mach/mig/subsystem.ts";
import { deallocate } from "../../../glibc-shim/rights.ts";
import { fsysCall } from "../../../glibc-shim/stubs.ts";
import { encodeArgz } from "../../interfaces/argz.ts";
import { Errno } from "../../interfaces/errno.ts";
import type { fs as fsInterface } from "../../interfaces/fs.ts";
import { O_EXEC, O_READ, O_WRITE, STORAGE_MEMORY } from "../../interfaces/hurd-types.ts";
import { encodeStatfs } from "../../interfaces/statfs.ts";
import { allowedModes, isOwner } from "../iouser.ts";
import { dirLink, dirMkdir, dirMkfile, dirReaddir, dirRename, dirRmdir, dirUnlink } from "./directory.ts";
import { fileExec } from "./exec.ts";
import * as file from "./file.ts";
import type { Diskfs } from "./filesystem.ts";
import { fileLock, recordLock } from "./lock.ts";
import { dirLookup } from "./lookup.ts";
import { currentOptions } from "./options.ts";
import type { PagerPorts } from "./pager.ts";
import type { Protid } from "./peropen.ts";
import { setTranslator, showRecord } from "./translator.ts";

type FsHandlers = Partial<Handlers<typeof fsInterface.routines, Protid>>;

/** A status as an outcome. */
const done = (err: number): { readonly err: 0 } | ReturnType<typeof failure> => (err === 0 ? { err: 0 } : failure(err));
const time = (words: readonly number[]): { readonly sec: number; readonly nsec: number } => ({ sec: words[0] ?? 0, nsec: words[1] ?? 0 });
/** `time_value_t` has microseconds; -1 there is "now". */
const microTime = (words: readonly number[]): { readonly sec: number; readonly nsec: number } => {
  const usec = words[1] ?? 0;
  return { sec: words[0] ?? 0, nsec: usec < 0 ? usec : usec * 1000 };
};

export const fsHandlers = (fs: Diskfs, pagers: PagerPorts): FsHandlers => ({
  ...directories(fs),
  ...statuses(fs, pagers),
  ...questions(fs),
  ...translators(fs),
});

const directories = (fs: Diskfs): FsHandlers => ({
  *dir_lookup(self, { file_name, flags, mode }) {
    const got = yield* dirLookup(fs, self, file_name, flags, mode);
    return got.err ? got : { err: 0, do_retry: got.do_retry, retry_name: got.retry_name, result: got.right };
  },
  *dir_readdir(self, { entry, nentries, bufsiz }) {
    return yield* dirReaddir(fs, self, entry, nentries, bufsiz);
  },
  *dir_mkdir(self, { name, mode }) {
    return done(yield* fs.lock.with(() => dirMkdir(fs, self, name, mode)));
  },
  *dir_rmdir(self, { name }) {
    return done(yield* dirRmdir(fs, self, name));
  },
  *dir_unlink(self, { name }) {
    return done(yield* dirUnlink(fs, self, name));
  },
  *dir_link(self, { file: port, name, excl }) {
    return done(yield* dirLink(fs, self, port, name, excl !== 0));
  },
  *dir_rename(self, { oldname, newdirectory, newname, excl }) {
    return done(yield* dirRename(fs, self, { oldname, newdirectory, newname, excl: excl !== 0 }));
  },
  *dir_mkfile(self, { flags, mode }) {
    const made = yield* dirMkfile(fs, self, flags, mode);
    return made.err ? made : { err: 0, newnode: made.value };
  },
  *dir_notice_changes(self, { port }) {
    return done(yield* file.noticeChanges(self, port, "dir"));
  },
});

const statuses = (fs: Diskfs, pagers: PagerPorts): FsHandlers => ({
  *file_chown(self, { new_owner, new_group }) {
    return done(yield* file.fileChown(fs, self, new_owner, new_group));
  },
  *file_chauthor(self, { new_author }) {
    return done(yield* file.fileChauthor(fs, self, new_author));
  },
  *file_chmod(self, { new_mode }) {
    return done(yield* file.fileChmod(fs, self, new_mode));
  },
  *file_chflags(self, { new_flags }) {
    return done(yield* file.fileChflags(fs, self, new_flags));
  },
  *file_utimes(self, { new_atime, new_mtime }) {
    return done(yield* file.fileUtimens(fs, self, microTime(new_atime), microTime(new_mtime)));
  },
  *file_utimens(self, { new_atime, new_mtime }) {
    return done(yield* file.fileUtimens(fs, self, time(new_atime), time(new_mtime)));
  },
  *file_set_size(self, { new_size }) {
    const err = yield* file.fileSetSize(fs, self, new_size);
    if (!err) yield* pagers.changed(self.node);
    return done(err);
  },
  *file_lock(self, { flags }) {
    return done(yield* fileLock(self.po, flags));
  },
  *file_lock_stat({ po, node }) {
    return { err: 0, mystatus: node.records.status(po), otherstatus: node.records.status() };
  },
  *file_record_lock({ po }, { cmd, flock64, rendezvous }) {
    return yield* recordLock(po, cmd, flock64, rendezvous);
  },
  *file_notice_changes(self, { port }) {
    return done(yield* file.noticeChanges(self, port, "file"));
  },
  *file_sync() {
    yield* fs.lock.with(() => fs.store.sync(true));
    return { err: 0 };
  },
  *file_syncfs(_self, { wait, do_children }) {
    if (do_children) for (const child of yield* fs.translators.live()) yield* fsysCall.fsys_syncfs(child.control, { wait, do_children });
    yield* fs.lock.with(() => fs.store.sync(wait !== 0));
    return { err: 0 };
  },
});

const questions = (fs: Diskfs): FsHandlers => ({
  *file_check_access({ node, user }) {
    return { err: 0, allowed: allowedModes(node.st, user) & (O_READ | O_WRITE | O_EXEC) };
  },
  *file_getcontrol(self) {
    const got = yield* file.fileGetcontrol(fs, self);
    return got.err ? got : { err: 0, control: got.value };
  },
  *file_statfs() {
    return { err: 0, info: encodeStatfs(yield* fs.lock.with(() => fs.store.statfs())) };
  },
  *file_getlinknode(self, _args, request) {
    const got = yield* file.fileGetlinknode(fs, self, request.localPort);
    return got.err ? got : { err: 0, linknode: got.value };
  },
  *file_reparent(self, { parent }) {
    const right = yield* file.fileReparent(fs, self, parent);
    yield* deallocate(parent);
    return { err: 0, new_file: right };
  },
  *file_get_fs_options() {
    return { err: 0, options: encodeArgz(currentOptions(fs)) };
  },
  *file_get_storage_info({ node }) {
    const ints = [STORAGE_MEMORY, 0, 1, 1, 0, 0, 0];
    return { err: 0, ports: copySends([]), ints, offsets: [0, node.st.size], data: new Uint8Array(0) };
  },
  *file_exec(self, args, request) {
    return done(yield* fileExec(fs, self, request.localPort, { ...args, path: "", abspath: "" }));
  },
  *file_exec_paths(self, args, request) {
    return done(yield* fileExec(fs, self, request.localPort, args));
  },
});

const translators = (fs: Diskfs): FsHandlers => ({
  *file_set_translator(self, args) {
    return done(yield* setTranslator(fs, self, args));
  },
  *file_get_translator({ node }) {
    const record = yield* fs.lock.with(() => showRecord(node));
    return record.err ? record : { err: 0, translator: record.value };
  },
  *file_get_translator_cntl({ node, user }) {
    const err = isOwner(node.st, user);
    if (err) return { err };
    const held = yield* node.transbox.fetchControl();
    if (held.err) return held;
    return portValid(held.value) ? { err: 0, translator_cntl: moveSend(held.value) } : { err: Errno.ENXIO };
  },
});
