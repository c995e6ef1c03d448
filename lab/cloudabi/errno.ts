/** Error numbers of CloudABI, as cloudabi.txt numbers them. A system call answers one of them, or 0. */

/** Those that something here can give. */
export const Errno = {
  E2BIG: 1,
  EACCES: 2,
  EAGAIN: 6,
  EBADF: 8,
  EBADMSG: 9,
  EEXIST: 20,
  EFAULT: 21,
  EILSEQ: 25,
  EINTR: 27,
  EINVAL: 28,
  EISDIR: 31,
  EMFILE: 33,
  EMSGSIZE: 35,
  ENOENT: 44,
  ENOEXEC: 45,
  ENOMEM: 48,
  ENOSYS: 52,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSOCK: 57,
  ENOTSUP: 58,
  EPIPE: 64,
  ERANGE: 68,
  ESPIPE: 70,
  ETXTBSY: 74,
  ENOTCAPABLE: 76,
} as const;

export type ErrnoName = keyof typeof Errno;
/** An error number; never 0. */
export type Failure = (typeof Errno)[ErrnoName];

/** What may fail: a value, or an error number. */
export type Result<T> = { readonly err: 0; readonly value: T } | { readonly err: Failure };

const names = new Map<number, ErrnoName>((Object.keys(Errno) as ErrnoName[]).map((name) => [Errno[name], name]));

/** "EBADF" for 8; "0" for success; the number itself when it is none of ours. */
export const errnoName = (code: number): string => names.get(code) ?? String(code);

/** A system call's number as an error number. Anything that is none is a bug of ours. */
export function failure(code: number): Failure {
  const name = names.get(code);
  if (name === undefined) throw new Error(`${code} is no error number`);
  return Errno[name];
}

export const ok = <T>(value: T): Result<T> => ({ err: 0, value });
export const fail = (err: Failure): { readonly err: Failure } => ({ err });

/** A call's number for a result: 0 after `then`, or the error. */
export function answer<T>(result: Result<T>, then: (value: T) => void): 0 | Failure {
  if (result.err === 0) then(result.value);
  return result.err;
}
