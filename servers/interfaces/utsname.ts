/** `utsname`: the 5120 characters of `proc_uname`, five fields of 1024 (`bits/utsname.h`). */

/** Who this system is. */
export interface Utsname {
  readonly sysname: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly nodename: string;
}
const FIELD = 1024;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Field order: sysname, nodename, release, version, machine. Each is cut to leave room for a NUL. */
export function encodeUtsname(u: Utsname): Uint8Array {
  const bytes = new Uint8Array(5 * FIELD);
  [u.sysname, u.nodename, u.release, u.version, u.machine].forEach((s, i) => bytes.set(utf8.encode(s).subarray(0, FIELD - 1), i * FIELD));
  return bytes;
}
export function decodeUtsname(bytes: Uint8Array): Utsname {
  const field = (i: number): string => {
    const part = bytes.subarray(i * FIELD, (i + 1) * FIELD);
    const end = part.indexOf(0);
    return text.decode(end < 0 ? part : part.subarray(0, end));
  };
  return { sysname: field(0), nodename: field(1), release: field(2), version: field(3), machine: field(4) };
}
