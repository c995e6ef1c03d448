/**
 * Who is logged in where: the entries of /var/run/utmp, one a terminal (login/utmp.h, utmp_file.c). Login writes one when its session begins, runttys takes it back
 * when it has ended; w and who read them. Whoever may not write the file, or finds none, changes nothing, and is not told.
 */
import { attempt } from "../../../glibc-shim/errno.ts";
import { STDERR, STDIN, STDOUT, type Fd, type Libc } from "../../../glibc-shim/libc.ts";
import { copySend, MACH_PORT_NULL } from "../../../mach/ipc/names.ts";
import type { Syscall } from "../../../mach/kern/syscall.ts";
import { fsCall } from "../../../servers/interfaces/fs.ts";
import { F_SETLKW64, F_WRLCK, O_RDWR } from "../../../servers/interfaces/hurd-types.ts";

export const UTMP = "/var/run/utmp";
/** Kinds of entries: of a terminal that waits for somebody, of a session, of one that has ended. */
export const LOGIN_PROCESS = 6;
export const USER_PROCESS = 7;
const DEAD_PROCESS = 8;

export interface Utmp {
  readonly type: number;
  readonly pid: number;
  /** The terminal, without "/dev/". */
  readonly line: string;
  readonly user: string;
  readonly host: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** `struct utmp` on the i386: where its fields are, and how long. What we have no use for is 0. */
const SIZE = 384;
const TYPE = 0;
const PID = 4;
const LINE = { at: 8, length: 32 };
const USER = { at: 44, length: 32 };
const HOST = { at: 76, length: 256 };
const TIME = 340;

/** An entry's bytes. Texts are cut to their fields. */
export function encodeUtmp(entry: Utmp): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt16(TYPE, entry.type, true);
  view.setInt32(PID, entry.pid, true);
  view.setUint32(TIME, entry.time, true);
  for (const [{ at, length }, text] of [[LINE, entry.line], [USER, entry.user], [HOST, entry.host]] as const) bytes.set(new TextEncoder().encode(text).subarray(0, length), at);
  return bytes;
}

function decodeUtmp(bytes: Uint8Array): Utmp {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SIZE);
  const text = ({ at, length }: typeof LINE): string => new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*/s, "");
  return { type: view.getInt16(TYPE, true), pid: view.getInt32(PID, true), line: text(LINE), user: text(USER), host: text(HOST), time: view.getUint32(TIME, true) };
}

/** The entries of a file, in its order; a piece of one at the end is none. */
export function decodeAll(bytes: Uint8Array): readonly Utmp[] {
  return Array.from({ length: Math.floor(bytes.length / SIZE) }, (_, i) => decodeUtmp(bytes.subarray(i * SIZE, (i + 1) * SIZE)));
}

/** All entries; none without a file. */
export function* readUtmp(libc: Libc): Syscall<readonly Utmp[]> {
  const file = yield* attempt(libc.readFile(UTMP));
  return file.err ? [] : decodeAll(file.value);
}

const isProcess = ({ type }: Utmp): boolean => type >= 5 && type <= DEAD_PROCESS;
const ofLine = (entries: readonly Utmp[], line: string): number => entries.findIndex((e) => isProcess(e) && e.line === line);

/** Changes the entry of `line`, or adds one at the end, while nobody else does. `make` is told the old one; its undefined leaves all as it is. */
function* update(libc: Libc, line: string, make: (old: Utmp | undefined) => Utmp | undefined): Syscall<void> {
  const file = yield* attempt(libc.open(UTMP, O_RDWR));
  if (file.err) return;
  yield* attempt(updateIn(libc, file.value, line, make));
  yield* libc.close(file.value);
}

function* updateIn(libc: Libc, fd: Fd, line: string, make: (old: Utmp | undefined) => Utmp | undefined): Syscall<void> {
  yield* lock(libc, fd);
  const entries = decodeAll(yield* readAll(libc, fd));
  const at = ofLine(entries, line);
  const entry = make(entries[at]);
  if (entry !== undefined) yield* libc.pwrite(fd, encodeUtmp(entry), (at < 0 ? entries.length : at) * SIZE);
}

/** The whole file; closing it unlocks. */
function* lock(libc: Libc, fd: Fd): Syscall<void> {
  yield* fsCall.file_record_lock(yield* libc.fdPort(fd), { cmd: F_SETLKW64, flock64: [F_WRLCK, 0, 0, 0, 0, 0, 0], rendezvous: copySend(MACH_PORT_NULL) });
}

function* readAll(libc: Libc, fd: Fd): Syscall<Uint8Array> {
  const { size } = yield* libc.fstat(fd);
  return yield* libc.pread(fd, size, 0);
}

/** The terminal at a standard descriptor, as utmp has it; undefined without one. */
export function* ownLine(libc: Libc): Syscall<string | undefined> {
  for (const fd of [STDIN, STDOUT, STDERR]) {
    const name = yield* attempt(libc.ttyname(fd));
    if (name.err === 0) return name.value.replace(/^\/dev\//, "");
  }
  return undefined;
}

/** `login`: this process is the session of `user` on its terminal. Without `host` the terminal's last is kept: a session may log in anew. */
export function* login(libc: Libc, user: string, host?: string): Syscall<void> {
  const line = yield* ownLine(libc);
  if (line === undefined) return;
  const { sec: time } = yield* libc.gettimeofday();
  const entry = { type: USER_PROCESS, pid: libc.getpid(), line, user, time };
  yield* update(libc, line, (old) => ({ ...entry, host: host ?? old?.host ?? "" }));
}

/** `logout`: nobody is at `line` any more. */
export function* logout(libc: Libc, line: string): Syscall<void> {
  const { sec: time } = yield* libc.gettimeofday();
  yield* update(libc, line, (old) => old && { ...old, type: DEAD_PROCESS, user: "", host: "", time });
}
